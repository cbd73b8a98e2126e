extra The factory stands on a plot with {30..90} parking spaces.
extra The canteen offers {3..8} dishes.
extra The factory was built {10..80} years ago.
extra {2..6} visitors look around the hall.

template machines
pick part = screw, hinge, bolt, spring, valve
let machines = 3..12
let rate = 20..90 by 5 ^
let hours = 4..9
tell A factory runs {machines} machines, and each makes {rate} {part.s} an hour. ~ Each of the {machines} machines in a factory turns out {rate} {part.s} an hour.
step hourly = machines * rate | All machines make {=} {part.s} an hour. | How many {part.s} do all the machines make in an hour?
tell They run for {hours} hours a day. ~ Every day they run for {hours} hours.
step daily = hourly * hours | That is {=} {part.s} a day. | How many {part.s} does the factory make in a day?
let faulty = 20..80
tell On one day, {faulty} of the {part.s} turn out faulty. ~ An inspector finds {faulty} faulty {part.s} in one day's work.
step sound = daily - faulty | Of that day's {part.s}, {=} are sound. | How many sound {part.s} does the factory make on that day?

template shifts
pick ware = chair, shelf/shelves, stool, desk
let day_shift = 30..120
let night_less = 5..25
let days = 3..6
tell The day shift builds {day_shift} {ware.s}, and the night shift builds {night_less} fewer. ~ The night shift builds {night_less} {ware.s} fewer than the day shift, which builds {day_shift}.
step night = day_shift - night_less | The night shift builds {=} {ware.s}. | How many {ware.s} does the night shift build?
step both = day_shift + night | Both shifts build {=} {ware.s}. | How many {ware.s} do both shifts build in one day and night?
tell It goes on like this for {days} days and nights. ~ For {days} days and nights it goes on like this.
step built = both * days | In that time {=} {ware.s} are built. | How many {ware.s} are built in that time?

template defects
pick ware = bulb, plate, tile, lens/lenses
let batch = 200..900 by 100 ^
let percent = 2, 3, 4, 5, 6, 8
tell A batch has {batch} {ware.s}, and {percent}% of them are cracked. ~ Of the {batch} {ware.s} in a batch, {percent}% are cracked.
step cracked = batch * percent / 100 | Cracked are {=} {ware.s}. | How many {ware.s} in the batch are cracked?
step whole_ones = batch - cracked | Whole are {=} {ware.s}. | How many {ware.s} in the batch are whole?
let case = divisor of whole_ones in 4..40
tell {A} packs the whole ones in cases of {case}. ~ The whole ones are packed by {A}, {case} to a case.
step cases = whole_ones / case | {A} fills {=} cases. | How many cases does {A} fill?

template assembly
pick toy = robot, toy tractor, puppet, music box
let toys = 20..90 by 5
let wheels = 2..6
let screws = 3..12
tell For every {toy}, a worker needs {wheels} springs and {screws} screws. {toys} {toy.s} are to be built today. ~ Today {toys} {toy.s} are to be built, each with {wheels} springs and {screws} screws.
step springs_used = toys * wheels | The {toy.s} take {=} springs. | How many springs are needed for the {toy.s}?
step screws_used = toys * screws | The {toy.s} take {=} screws. | How many screws are needed for the {toy.s}?
step all_parts = springs_used + screws_used | Together that is {=} small parts. | How many springs and screws are needed altogether?

template robots
let old_rate = 8..30
let new_extra = 4..20
let hours = 3..10
tell An old robot welds {old_rate} frames an hour. A new one welds {new_extra} frames an hour more. ~ A new robot welds {new_extra} frames an hour more than an old one, which manages {old_rate}.
step new_rate = old_rate + new_extra | The new robot welds {=} frames an hour. | How many frames an hour does the new robot weld?
tell Both are switched on for {hours} hours. ~ For {hours} hours both are switched on.
step new_frames = new_rate * hours | The new robot welds {=} frames. | How many frames does the new robot weld in that time?
step old_frames = old_rate * hours | The old robot welds {=} frames. | How many frames does the old robot weld in that time?
step frames = new_frames + old_frames | Together they weld {=} frames. | How many frames do both robots weld in that time?
