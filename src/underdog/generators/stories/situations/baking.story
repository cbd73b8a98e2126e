# Bread, cakes and what becomes of them.

extra {A}'s oven is {3..15} years old.
extra The bakery opened {4..40} years ago.
extra There are {2..9} aprons on the wall.
extra The shop next door has {2..6} cats.

template trays
pick cake = roll, bun, scone, muffin, pastry
let trays = 3..16 ^
let per_tray = 6..24
tell {A} bakes {trays} trays of {cake.s} with {per_tray} {cake.s} on each tray. ~ On each of {A}'s {trays} baking trays lie {per_tray} {cake.s}, and all of them get baked. ~ A tray holds {per_tray} {cake.s}, and {A} bakes {trays} full trays.
step baked = trays * per_tray | {A} bakes {=} {cake.s}. | How many {cake.s} does {A} bake? ~ What is the number of {cake.s} that {A} bakes? | things(cake): the freshly baked {cake.s}
let burnt = 2..baked/3
tell Of these, {burnt} come out burnt and are thrown away. ~ Sadly {burnt} of the {cake.s} burn and must be thrown away.
step good = baked - burnt | Without the burnt ones {=} {cake.s} remain. | How many good {cake.s} does {A} have? ~ How many {cake.s} are not burnt? | things(cake): the good {cake.s}
let sold = 3..good-3
tell {A} sells {sold} of the good {cake.s} at the market. ~ At the market {A} finds buyers for {sold} of the good {cake.s}.
step left = good - sold | After the market {=} good {cake.s} are left. | How many good {cake.s} does {A} have left after the market? | things(cake): the {cake.s} that are left

template flour
pick bread = loaf/loaves, braid, flatbread
let grams_each = 150..600 by 50
let count = 4..12
tell One {bread} takes {grams_each} grams of flour, and {A} bakes {count} {bread.s}. ~ {A} bakes {count} {bread.s}, each from {grams_each} grams of flour.
step needed = grams_each * count | The {bread.s} take {=} grams of flour. | How many grams of flour do the {bread.s} take?
let spare = 100..900 by 50
let in_jar = = needed + spare
tell Before baking, the flour jar holds {in_jar} grams. ~ The jar has {in_jar} grams of flour in it at first.
step rest = in_jar - needed | The jar still has {=} grams of flour. | How many grams of flour are in the jar after baking?

template two_bakers
pick cake = pretzel, doughnut, waffle, pancake
let first_rate = 12..40
let second_rate = 10..36
let hours = 2..7
tell {A} makes {first_rate} {cake.s} an hour and {B} makes {second_rate} an hour. ~ In an hour, {A} turns out {first_rate} {cake.s} and {B} {second_rate}.
step both_rate = first_rate + second_rate | Together they make {=} {cake.s} an hour. | How many {cake.s} do {A} and {B} make together in an hour?
tell They both work for {hours} hours. ~ Both are at work for {hours} hours.
step made = both_rate * hours | In that time they make {=} {cake.s}. | How many {cake.s} do {A} and {B} make together in that time? | things(cake): the finished {cake.s}
let ordered = 10..made-4
tell A hotel takes {ordered} of the {cake.s}. ~ Of the {cake.s}, {ordered} go to a hotel.
step not_ordered = made - ordered | The hotel leaves them {=} {cake.s}. | How many of the {cake.s} does the hotel not take? | things(cake): the {cake.s} that the hotel did not take

template icing
pick topping = cherry, almond, walnut, raspberry
let cakes = 4..20
let slices = 6, 8, 10, 12
let toppings = 2..4
tell {A} bakes {cakes} round cakes and cuts each into {slices} slices. ~ {cakes} round cakes come from {A}'s oven, and each is cut into {slices} slices.
step all_slices = cakes * slices | That makes {=} slices. | How many slices of cake does {A} cut?
tell Every slice is decorated with {toppings} {topping.s}. ~ {toppings} {topping.s} go on every slice.
step used = all_slices * toppings | The slices take {=} {topping.s}. | How many {topping.s} do the slices take?
let per_jar = divisor of used in 12..60
tell The {topping.s} come in jars of {per_jar}. ~ There are {per_jar} {topping.s} in a jar.
step jars = used / per_jar | That is {=} jars. | How many jars of {topping.s} does {A} use up?
