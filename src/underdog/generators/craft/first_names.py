"""First names for people in generated questions, from many places; none is another's beginning."""

PEOPLE: tuple[str, ...] = (
    "Abena", "Aiko", "Amir", "Bruno", "Carmen", "Chidi", "Clara", "Daniel", "Elena", "Farah",
    "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jamal", "Joana", "Kofi", "Lars", "Leila",
    "Mateo", "Mei", "Milan", "Nadia", "Nils", "Olga", "Omar", "Paula", "Priya", "Quentin", "Rosa",
    "Ravi", "Sara", "Sven", "Tariq", "Tessa", "Uma", "Viktor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
