"""Everyday goals with their steps in order, and what changes when something is missing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal.

    Attributes:
        name: What is to be reached.
        steps: Steps in an order that makes sense.
        missing: A thing that may be missing.
        replaced: Place of the step that is impossible without it.
        instead: What is done in its place.
    """

    name: str
    steps: tuple[str, ...]
    missing: str
    replaced: int
    instead: str


GOALS = (
    Goal(
        "make a cup of tea",
        ("fill the kettle", "boil the water", "put a tea bag into the cup", "pour the water",
         "wait four minutes", "take out the tea bag", "stir in some honey"),
        "kettle", 0, "fill a pan and put it on the stove",
    ),
    Goal(
        "bake bread",
        ("weigh the flour", "knead the dough", "let the dough rise", "shape the loaf",
         "heat the oven", "bake the loaf", "let the bread cool"),
        "pair of kitchen scales", 0, "measure the flour with a cup",
    ),
    Goal(
        "post a parcel",
        ("find a box", "wrap the gift", "put the gift into the box", "close the box with tape",
         "write the address", "carry the box to the post office", "pay for the stamp"),
        "tape", 3, "tie the box with string",
    ),
    Goal(
        "plant a tree",
        ("choose a place", "dig a hole", "loosen the soil at the bottom",
         "set the tree into the hole", "fill in the soil", "water the tree", "spread mulch"),
        "spade", 1, "hire someone who digs a hole",
    ),
    Goal(
        "repair a flat bicycle tyre",
        ("turn the bicycle over", "take off the wheel", "pull out the tube", "find the hole",
         "stick on a patch", "put the tube back", "pump up the tyre"),
        "patch", 4, "fetch a new tube",
    ),
    Goal(
        "paint a wall",
        ("move the furniture away", "cover the floor", "fill the cracks", "sand the wall",
         "apply the first coat", "let it dry", "apply the second coat"),
        "dust sheet", 1, "lay old newspapers on the floor",
    ),
    Goal(
        "give a talk",
        ("choose a topic", "read about the topic", "write an outline", "draw the slides",
         "rehearse the talk", "set up the projector", "speak to the audience"),
        "projector", 5, "hand out printed pages",
    ),
    Goal(
        "cook pasta",
        ("fill a pot with water", "bring the water to the boil", "add salt", "put in the pasta",
         "taste whether it is done", "drain the pasta", "add the sauce"),
        "sieve", 5, "lift the pasta out with a fork",
    ),
    Goal(
        "catch a flight",
        ("buy a ticket", "pack the suitcase", "ride to the airport", "hand in the suitcase",
         "pass the security check", "find the gate", "board the plane"),
        "suitcase", 1, "pack a rucksack",
    ),
    Goal(
        "wash clothes",
        ("sort the clothes by colour", "load the machine", "add the washing powder",
         "choose a programme", "wait for the end", "hang up the clothes", "fold the clothes"),
        "washing powder", 2, "grate some soap into the drawer",
    ),
    Goal(
        "call a friend abroad",
        ("look up the time there", "find the number", "charge the phone", "dial the number",
         "talk about the week", "agree on a next call", "hang up"),
        "phone", 2, "start the computer",
    ),
    Goal(
        "build a shelf",
        ("measure the alcove", "draw a plan", "buy the boards", "saw the boards", "drill the holes",
         "screw the boards together", "fix the shelf to the wall"),
        "saw", 3, "have the boards cut in the shop",
    ),
    Goal(
        "start a campfire",
        ("clear a patch of ground", "lay a ring of stones", "gather dry twigs", "stack the twigs",
         "strike a match", "blow gently into the glow", "add larger logs"),
        "match", 4, "make sparks with a flint",
    ),
    Goal(
        "adopt a cat",
        ("visit the shelter", "choose a cat", "sign the papers", "buy a basket",
         "bring the cat home", "show the cat its food", "visit the vet"),
        "basket", 3, "line a box with a blanket",
    ),
)  # fmt: skip
