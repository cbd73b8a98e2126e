extra {A}'s garden shed has {2..4} shelves.
extra {A}'s watering can holds {8..14} litres.
extra A blackbird has sung for {10..50} minutes.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template bulbs
pick flower = tulip, daffodil, crocus, lily
let beds = 3..9
let rows = 2..6
let in_row = 5..20
let eaten = 3..25
tell {A} plants {beds} beds with {rows} rows of {in_row} {flower} bulbs each. ~ In every one of {beds} beds, {A} plants {rows} rows of {in_row} {flower} bulbs.
step per_bed = rows * in_row | A bed gets {=} bulbs. | How many bulbs does {A} plant in one bed?
step planted = per_bed * beds | {A} plants {=} bulbs. | How many bulbs does {A} plant?
tell Mice eat {eaten} of the bulbs, and all others bloom. ~ {eaten} bulbs are eaten by mice; all others bloom.
step blooming = planted - eaten | {=} flowers bloom. | How many of the {flower} bulbs bloom? | things(flower): the {flower.s} in bloom

template watering
let pots = 6..30
let litres = 2..4
let days = 4..14
tell On {A}'s terrace are {pots} large pots, each of which needs {litres} litres of water a day. ~ {A} gives each of {pots} large pots {litres} litres of water a day.
step daily = pots * litres | That is {=} litres a day. | How many litres of water do the pots need in a day?
tell It does not rain for {days} days. ~ For {days} days there is no rain.
step water = daily * days | Until it rains the pots need {=} litres. | How many litres do the pots need until it rains?

template hedge
let metres = 8..40
let per_metre = 2..5
let plant_price = 4..15
let tools = 20..90
tell {A} plants a hedge {metres} metres long, with {per_metre} bushes to a metre. ~ For every metre of a hedge of {metres} metres, {A} plants {per_metre} bushes.
step bushes = metres * per_metre | The hedge takes {=} bushes. | How many bushes does the hedge take?
tell A bush costs ${plant_price}. ~ The bushes cost ${plant_price} each.
step bush_cost = bushes * plant_price | The bushes cost {=} dollars. | How many dollars do the bushes cost? | cost: the price of the bushes
tell A spade and shears cost ${tools} together. ~ Together, a spade and shears come to ${tools}.
step hedge_cost = bush_cost + tools | In all {A} pays {=} dollars. | How many dollars does {A} pay for bushes and tools? | cost: the whole price

template pumpkins
let vines = 4..20
let per_vine = 2..7
let kilos = 2..9
tell {A} grows {vines} pumpkin vines. Each bears {per_vine} pumpkins, and a pumpkin weighs {kilos} kg. ~ Each of {A}'s {vines} pumpkin vines bears {per_vine} pumpkins of {kilos} kg.
step pumpkins = vines * per_vine | There are {=} pumpkins. | How many pumpkins does {A} grow?
step weight = pumpkins * kilos | They weigh {=} kg. | How many kilograms do the pumpkins weigh? | kg: the pumpkins

template growth
pick plant = sunflower, bean plant, bamboo shoot
let now = 20..80
let weekly = 4..15
let weeks = 3..10
let cut = 5..30
tell {A}'s {plant} is {now} cm tall and grows {weekly} cm a week. ~ Every week {A}'s {plant}, now {now} cm tall, grows {weekly} cm.
tell {weeks} weeks pass. ~ {weeks} weeks go by.
step grown = weekly * weeks | It grows {=} cm. | How many centimetres does the {plant} grow in that time?
step height = now + grown | Then it is {=} cm tall. | How many centimetres tall is the {plant} after that time?
