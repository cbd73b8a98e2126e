"""Sets of forms that several families of generators share; the first of a set is its default."""

CALCULATED = (
    "answer",
    "cot",
    "equations",
    "program",
    "equation_system",
    "socratic",
    "critique",
)
"""Solutions whose every step is a calculation."""

NUMERIC_CHAINS = (
    "cot",
    "answer",
    "equations",
    "program",
    "equation_system",
    "reversed",
    "socratic",
    "critique",
)
"""Several calculations that end in one number, whose digits can be reversed."""

INTEGER_COLUMNS = (
    "answer",
    "cot",
    "equations",
    "program",
    "equation_system",
    "scratchpad",
    "detailed_scratchpad",
    "reversed",
    "socratic",
    "critique",
)
"""One calculation on whole numbers that can be done column by column."""
