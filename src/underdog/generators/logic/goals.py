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
    Goal(
        "brew a pot of coffee",
        ("rinse the pot", "grind the beans", "put a filter into the holder",
         "fill in the ground coffee", "boil the water", "pour the water over the coffee",
         "fill the cups"),
        "grinder", 1, "open a packet of ground coffee",
    ),
    Goal(
        "fry an egg",
        ("take the egg out of the fridge", "heat the pan", "melt some butter",
         "crack the egg into the pan", "wait until the white is firm", "sprinkle some salt on it",
         "slide the egg onto a plate"),
        "butter", 2, "pour some oil into the pan",
    ),
    Goal(
        "bake a birthday cake",
        ("read the recipe", "mix butter and sugar", "stir in the eggs", "fold in the flour",
         "fill the tin", "bake the cake", "light the candles"),
        "cake tin", 4, "fill paper cups with the batter",
    ),
    Goal(
        "make pancakes",
        ("beat the eggs", "whisk in milk and flour", "let the batter rest", "oil the pan",
         "pour in some batter", "flip the pancake", "roll it up with jam"),
        "jam", 6, "roll it up with sugar",
    ),
    Goal(
        "cook vegetable soup",
        ("wash the vegetables", "peel the carrots", "chop everything", "fry the onions",
         "add the broth", "simmer for half an hour", "serve the soup"),
        "broth", 4, "add salted water",
    ),
    Goal(
        "make a fruit salad",
        ("choose ripe fruit", "wash the fruit", "cut the fruit into pieces", "squeeze a lemon",
         "pour the juice over it", "chill the bowl", "serve it in glasses"),
        "lemon", 3, "squeeze an orange",
    ),
    Goal(
        "set the table",
        ("clear the table", "spread the cloth", "lay the plates", "put out the cutlery",
         "fold the napkins", "place the glasses", "light a candle"),
        "napkins", 4, "fold paper towels",
    ),
    Goal(
        "wash the dishes",
        ("scrape off the leftovers", "fill the sink", "add washing-up liquid", "scrub the plates",
         "rinse the plates", "dry the plates", "put the plates away"),
        "tea towel", 5, "let the plates dry in the rack",
    ),
    Goal(
        "clean the windows",
        ("clear the sill", "fill a bucket", "add some soap", "wipe the pane",
         "pull off the water", "polish the edges", "hang the curtains again"),
        "squeegee", 4, "rub the pane dry with newspaper",
    ),
    Goal(
        "change a light bulb",
        ("switch off the lamp", "let the bulb cool", "fetch a ladder", "unscrew the old bulb",
         "screw in the new bulb", "climb down", "switch on the lamp"),
        "ladder", 2, "fetch a steady chair",
    ),
    Goal(
        "hang up a picture",
        ("choose a place", "measure the height", "mark the spot", "drill a hole",
         "push in a plug", "turn in the screw", "hang the picture"),
        "drill", 3, "tap a thin nail hole with a hammer",
    ),
    Goal(
        "sew on a button",
        ("find a matching button", "choose a thread", "thread the needle", "knot the thread",
         "sew through the holes", "wind the thread below the button", "cut the thread"),
        "scissors", 6, "bite off the thread",
    ),
    Goal(
        "iron a shirt",
        ("read the label", "unfold the board", "fill the iron with water", "heat the iron",
         "press the collar", "press the sleeves", "hang up the shirt"),
        "hanger", 6, "fold the shirt on the chair",
    ),
    Goal(
        "grow tomatoes",
        ("buy seeds", "fill pots with soil", "sow the seeds", "water the pots",
         "move the seedlings outdoors", "tie the plants to sticks", "pick the tomatoes"),
        "sticks", 5, "tie the plants to a fence",
    ),
    Goal(
        "mow the lawn",
        ("pick up the branches", "check the fuel", "start the mower", "cut the edges",
         "cut the middle", "empty the bag", "clean the mower"),
        "mower", 2, "borrow a machine and start it",
    ),
    Goal(
        "wash a car",
        ("park in the shade", "close the windows", "spray off the dirt", "rub with a sponge",
         "rinse off the foam", "dry the paint", "polish the lamps"),
        "hose", 2, "pour water from a can over the dirt",
    ),
    Goal(
        "change a car tyre",
        ("stop on level ground", "loosen the bolts", "lift the car", "take off the old wheel",
         "put on the spare wheel", "lower the car", "tighten the bolts"),
        "spare wheel", 4, "call for help and wait for a new wheel",
    ),
    Goal(
        "go camping",
        ("reserve a place", "pack the tent", "drive to the lake", "put up the tent",
         "roll out the mats", "cook on the stove", "sleep under the stars"),
        "stove", 5, "eat cold bread and cheese",
    ),
    Goal(
        "climb a mountain",
        ("study the map", "check the weather", "fill the bottles", "walk to the hut",
         "spend the night there", "reach the top", "write in the summit book"),
        "map", 0, "ask a guide about the way",
    ),
    Goal(
        "take a train to the coast",
        ("look up the times", "buy a ticket", "walk to the station", "find the platform",
         "board the train", "show the ticket", "get off at the sea"),
        "timetable", 0, "ask at the counter about the times",
    ),
    Goal(
        "send a letter",
        ("think about what to say", "write the letter", "fold the paper",
         "put it into an envelope", "write the address", "stick on a stamp",
         "drop it into the box"),
        "envelope", 3, "tape the folded paper shut",
    ),
    Goal(
        "borrow a library book",
        ("get a library card", "search the catalogue", "note the shelf number", "find the shelf",
         "take out the book", "scan the book", "read the book"),
        "computer", 1, "ask the librarian to search",
    ),
    Goal(
        "write an essay",
        ("choose a question", "collect sources", "take notes", "make an outline", "write a draft",
         "revise the draft", "hand in the essay"),
        "printer", 6, "send the essay by email",
    ),
    Goal(
        "learn a poem",
        ("choose a poem", "read it aloud", "split it into verses", "learn the first verse",
         "learn the other verses", "recite it to a friend", "recite it in class"),
        "friend", 5, "recite it to the mirror",
    ),
    Goal(
        "make a kite",
        ("draw the shape", "cut the paper", "glue the sticks", "stretch the paper over them",
         "fasten the string", "add a tail", "fly the kite"),
        "glue", 2, "bind the sticks with thread",
    ),
    Goal(
        "build a bird house",
        ("make a sketch", "buy the wood", "saw the boards", "cut the entrance",
         "nail the walls together", "paint the roof", "fix it to a tree"),
        "paint", 5, "cover the roof with bark",
    ),
    Goal(
        "put on a play",
        ("choose a story", "write the lines", "give out the parts", "sew the costumes",
         "rehearse the scenes", "sell the tickets", "perform the play"),
        "costumes", 3, "make masks of paper",
    ),
    Goal(
        "hold a garage sale",
        ("sort the attic", "clean the things", "write price tags", "put up signs",
         "set up tables", "sell the things", "count the money"),
        "tables", 4, "spread blankets on the ground",
    ),
    Goal(
        "organise a race",
        ("plan the route", "ask for permission", "print the numbers", "mark the route",
         "give out the numbers", "fire the starting gun", "time the runners"),
        "starting gun", 5, "wave a flag at the start",
    ),
    Goal(
        "take a photograph",
        ("choose a subject", "charge the camera", "clean the lens", "find the light",
         "frame the picture", "press the button", "print the photograph"),
        "camera", 1, "charge the telephone",
    ),
    Goal(
        "record a song",
        ("write the words", "find a tune", "tune the guitar", "set up the microphone",
         "play it once to practise", "record the song", "share the song"),
        "guitar", 2, "open the piano",
    ),
    Goal(
        "knit a scarf",
        ("choose the wool", "wind the wool", "cast on stitches", "knit the first row",
         "knit until it is long enough", "cast off", "sew in the ends"),
        "needles", 2, "loop stitches over the fingers",
    ),
    Goal(
        "bathe the dog",
        ("brush the dog", "fill the tub", "lift the dog in", "wet the fur", "rub in shampoo",
         "rinse the fur", "dry the dog"),
        "tub", 1, "carry a hose into the garden",
    ),
    Goal(
        "prepare an aquarium",
        ("wash the gravel", "fill in the gravel", "set the plants", "pour in the water",
         "start the filter", "wait two weeks", "put in the fish"),
        "gravel", 0, "wash some sand",
    ),
    Goal(
        "open a bank account",
        ("compare the banks", "make an appointment", "bring a passport", "fill in the form",
         "sign the form", "pay in some money", "receive the card"),
        "passport", 2, "bring an identity card",
    ),
)  # fmt: skip
