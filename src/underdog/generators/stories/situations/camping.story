extra The campsite has {2..6} washrooms.
extra {A}'s tent weighs {3..6} kg.
extra An owl calls {5..30} times in the night.
extra A clock on the wall was made {3..40} years ago.

template tents
let big = 3..12
let big_beds = 4..8
let small = 4..20
let small_beds = 2..3
tell At a summer camp are {big} big tents for {big_beds} people and {small} small ones for {small_beds}, all of them full. ~ All tents of a summer camp are full: {big} big ones with {big_beds} people each and {small} small ones with {small_beds} each.
step in_big = big * big_beds | In the big tents are {=} people. | How many people sleep in the big tents?
step in_small = small * small_beds | In the small tents are {=} people. | How many people sleep in the small tents?
step campers = in_big + in_small | The camp has {=} people. | How many people sleep in the camp? | people: the campers

template hike
let morning = 5..14
let afternoon = 4..12
let days = 3..7
tell On every day of a hike {A} walks {morning} km in the morning and {afternoon} km in the afternoon. ~ {A} is on a hike and walks {morning} km every morning and {afternoon} km every afternoon.
step daily = morning + afternoon | A day's walk is {=} km. | How many kilometres does {A} walk in a day?
tell The hike lasts {days} days. ~ For {days} days, {A} is on the way.
step hike = daily * days | The hike is {=} km long. | How many kilometres does {A} walk on the whole hike? | walked: the whole hike

template firewood
let logs = 12..60
let pieces = 4..10
let nightly = divisor of logs * pieces in 6..30
tell {A} splits {logs} logs into {pieces} pieces each. ~ Into {pieces} pieces each, {A} splits {logs} logs.
step firewood = logs * pieces | That gives {=} pieces of firewood. | How many pieces of firewood does {A} get?
tell The campfire burns {nightly} pieces a night. ~ Every night the campfire takes {nightly} pieces.
step nights = firewood / nightly | They last {=} nights. | For how many nights does the firewood last?

template supplies
let campers = 6..24
let days = 3..9
let each = 2..4
let brought = 20..90 by 5
tell Each of {campers} campers eats {each} bread rolls a day for {days} days. ~ For {days} days, {campers} campers eat {each} bread rolls a day each.
step daily = campers * each | They eat {=} rolls a day. | How many bread rolls do the campers eat in a day?
step needed = daily * days | In all they eat {=} rolls. | How many bread rolls do the campers eat altogether?
tell {A} has brought {brought} rolls from home and buys the others. ~ {brought} rolls come from {A}'s home, and {A} buys the others.
step bought = needed - brought | {A} buys {=} rolls. | How many bread rolls does {A} buy?
