extra {A}'s tractor is {4..30} years old.
extra The barn is {8..20} metres high.
extra A fox was seen {2..6} times this month.
extra A clock on the wall was made {3..40} years ago.

template eggs
pick egg = egg
let hens = 12..60 ^
let per_hen = 3..6
let weeks = 2..6
let broken = 3..20
tell Each of {A}'s {hens} hens lays {per_hen} eggs a week. ~ {A} keeps {hens} hens, and every hen lays {per_hen} eggs a week.
step weekly = hens * per_hen | That is {=} eggs a week. | How many eggs do the hens lay in a week?
tell {A} collects all eggs for {weeks} weeks. ~ For {weeks} weeks, {A} collects them all.
step collected = weekly * weeks | {A} collects {=} eggs. | How many eggs does {A} collect? | things(egg): the collected eggs
tell On the way to the kitchen, {broken} eggs break. ~ {broken} eggs break on the way to the kitchen.
step intact = collected - broken | {=} eggs stay unbroken. | How many eggs stay unbroken? | things(egg): the unbroken eggs

template orchard
pick fruit = apple, pear, cherry, apricot, plum, olive
let rows = 4..15
let trees = 6..20
let kilos = 10..60 by 5
tell {A}'s orchard has {rows} rows of {fruit} trees with {trees} trees in each row. ~ There are {rows} rows in {A}'s orchard, and each has {trees} {fruit} trees.
step all_trees = rows * trees | The orchard has {=} trees. | How many trees are in the orchard?
let old = 3..all_trees/3
tell This year {old} trees are too old and bear nothing. ~ {old} of the trees are too old and bear nothing this year.
step bearing = all_trees - old | {=} trees bear fruit. | How many trees bear fruit this year?
tell Every other tree gives {kilos} kg. ~ From every other tree {A} picks {kilos} kg.
step crop = bearing * kilos | The crop is {=} kg. | How many kilograms does {A} harvest? | kg: the harvest

template milk
pick animal = cow, goat, buffalo/buffaloes
let animals = 6..30 ^
let litres = 5..20
let calves = 8..40
tell {A} has {animals} {animal.s} that give {litres} litres of milk a day each. ~ Every day each of {A}'s {animals} {animal.s} gives {litres} litres of milk.
step daily = animals * litres | Together they give {=} litres a day. | How many litres of milk does {A} get in a day? | litres: the milk of one day
tell The young animals drink {calves} litres a day. ~ {calves} litres a day go to the young animals.
step for_sale = daily - calves | For sale there are {=} litres a day. | How many litres a day are not drunk by the young animals? | litres: the milk that is for sale

template fields
let wheat = 10..60
let barley_less = 3..8
let tonnes = 3..8
tell {A} sows wheat on {wheat} hectares and barley on {barley_less} hectares fewer. ~ On {wheat} hectares {A} sows wheat; for barley there are {barley_less} hectares fewer.
step barley = wheat - barley_less | Barley grows on {=} hectares. | On how many hectares does barley grow?
step land = wheat + barley | Together that is {=} hectares. | How many hectares does {A} sow altogether?
tell Every hectare yields {tonnes} tonnes of grain. ~ The yield is {tonnes} tonnes of grain from every hectare.
step grain = land * tonnes | The harvest is {=} tonnes. | How many tonnes of grain does {A} harvest?

template feed
pick animal = horse, camel, mule, pony
let animals = 3..12
let kilos = 4..12
let days = 5..20
tell {A} feeds {animals} {animal.s}, each with {kilos} kg of hay a day. ~ Each of {A}'s {animals} {animal.s} eats {kilos} kg of hay a day.
step daily = animals * kilos | They eat {=} kg a day. | How many kilograms of hay do the {animal.s} eat in a day?
step needed = daily * days | For the whole time {=} kg are needed. | How many kilograms of hay are needed for the whole time?
tell The hay must last {days} days. ~ There are {days} days to be fed for.
let short = 10..90 by 5
let stock = = needed - short
tell In the barn there are {stock} kg. ~ {A} has {stock} kg of hay in the barn.
step lacking = needed - stock | {A} lacks {=} kg. | How many kilograms of hay must {A} still buy?
