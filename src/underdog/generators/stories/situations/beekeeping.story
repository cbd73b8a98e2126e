extra {A}'s veil is {2..9} years old.
extra A beekeepers' club has {12..60} members.
extra The lime trees bloom for {10..20} days.
extra A clock on the wall was made {3..40} years ago.

template honey
let hives = 4..20
let combs = 5..10
let kilos = 2..3
let left = 10..40
tell {A} has {hives} hives. Each has {combs} combs, and a comb gives {kilos} kg of honey. ~ In each of {A}'s {hives} hives are {combs} combs, each of which gives {kilos} kg of honey.
step all_combs = hives * combs | There are {=} combs. | How many combs are in the hives?
step honey = all_combs * kilos | They give {=} kg of honey. | How many kilograms of honey do the combs give? | kg: the honey
tell {A} leaves {left} kg to the bees for winter. ~ For winter, the bees keep {left} kg of it.
step harvest = honey - left | {A} takes {=} kg. | How many kilograms of honey does {A} take? | kg: the honey that {A} takes

template swarms
let hives = 6..30
let swarm_part = 2..5
let caught = 2..8
tell Of {A}'s {hives} hives, {swarm_part.th} swarm in May, each once, and every swarm gets a new hive. ~ In May {swarm_part.th} of {A}'s {hives} hives swarm, each once, and each swarm gets a hive of its own.
step swarms = hives / swarm_part | There are {=} swarms. | How many swarms are there in May?
step after_may = hives + swarms | After May {A} has {=} hives. | How many hives does {A} have after May?
tell In June {A} catches {caught} strange swarms and gives each a hive, too. ~ {caught} strange swarms that {A} catches in June get hives, too.
step after_june = after_may + caught | After June there are {=} hives. | How many hives does {A} have after June?

template frames
pick frame = frame
let boxes = 4..16
let frames = 8..12
let nails = 6..10
tell {A} builds {boxes} boxes for bees with {frames} frames each, and a frame takes {nails} nails. ~ For bees, {A} builds {boxes} boxes of {frames} frames, using {nails} nails for a frame.
step all_frames = boxes * frames | They have {=} frames. | How many frames does {A} build? | things(frame): the new frames
step nails_used = all_frames * nails | The frames take {=} nails. | How many nails do the frames take?
