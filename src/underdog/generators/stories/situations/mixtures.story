extra {A}'s workbench is {2..4} metres long.
extra A radio has been playing for {20..50} minutes.
extra There are {4..12} empty jars on a shelf.
extra A clock on the wall was made {3..40} years ago.

template paint
pick colour = green, violet, orange, grey
let white_parts = 3..7
let tint_parts = 2..4
let part_litres = 2..6
tell {A} mixes {colour} paint from {white_parts} parts of white and {tint_parts} parts of tint, and one part is {part_litres} litres. ~ For {colour} paint, {A} takes {white_parts} parts of white to {tint_parts} parts of tint; a part is {part_litres} litres.
step parts = white_parts + tint_parts | The mix has {=} parts. | How many parts does the mix have?
step paint = parts * part_litres | That is {=} litres of paint. | How many litres of paint does {A} get? | litres: the {colour} paint
let walls = divisor of paint in 2..12
tell The paint is used up evenly on {walls} walls. ~ It covers {walls} walls, each with the same amount.
step per_wall = paint / walls | Each wall gets {=} litres. | How many litres of paint go on each wall?

template juice
let juice = 4..20
let water_times = 2..4
tell {A} makes lemonade from {juice} litres of juice and {water_times.times} as much water. ~ For lemonade, {A} mixes {juice} litres of juice with {water_times.times} that amount of water.
step water = juice * water_times | {A} takes {=} litres of water. | How many litres of water does {A} take?
step lemonade = juice + water | That gives {=} litres of lemonade. | How many litres of lemonade does {A} make? | litres: the lemonade
let drunk = 3..lemonade-3
tell At the fair, {drunk} litres are drunk. ~ People at the fair drink {drunk} litres of it.
step left = lemonade - drunk | After the fair {=} litres are left. | How many litres of lemonade are left after the fair? | litres: the lemonade that is left

template trail_mix
pick nut = almond, hazelnut, cashew, pecan
let nut_kg = 2..12
let raisin_kg = 2..10
let nut_price = 8..16
let raisin_price = 3..7
tell {A} blends {nut_kg} kg of {nut.s} at ${nut_price} a kilogram with {raisin_kg} kg of raisins at ${raisin_price} a kilogram. ~ A blend of {A}'s has {nut_kg} kg of {nut.s}, which cost ${nut_price} a kilogram, and {raisin_kg} kg of raisins, which cost ${raisin_price} a kilogram.
step nut_cost = nut_kg * nut_price | The {nut.s} cost {=} dollars. | How many dollars do the {nut.s} cost?
step raisin_cost = raisin_kg * raisin_price | The raisins cost {=} dollars. | How many dollars do the raisins cost?
step blend_cost = nut_cost + raisin_cost | The blend costs {=} dollars. | How many dollars does the whole blend cost? | cost: the price of the blend
step blend_kg = nut_kg + raisin_kg | The blend weighs {=} kg. | How many kilograms does the blend weigh? | kg: the blend
step per_kg = blend_cost / blend_kg | One kilogram of it costs {=} dollars. | How many dollars does one kilogram of the blend cost?

template saline
let solution = 200..800 by 100
let percent = 5, 10, 15, 20
let bottles = 2..6
tell {A} fills a bottle with {solution} grams of a solution that is {percent}% salt. ~ A bottle of {A}'s holds {solution} grams of a solution, {percent}% of which is salt.
step salt = solution * percent / 100 | One bottle has {=} grams of salt. | How many grams of salt are in one bottle?
step water = solution - salt | One bottle has {=} grams of water. | How many grams of water are in one bottle?
tell {A} fills {bottles} such bottles. ~ In all there are {bottles} such bottles.
step all_water = water * bottles | The bottles take {=} grams of water. | How many grams of water are in all the bottles together?

template concrete
let cement = 2..6
let gravel_times = 3..5
let sand_times = 2..4
tell For concrete, {A} shovels {cement} buckets of cement, {gravel_times.times} as much gravel, and {sand_times.times} as much sand as cement. ~ {A} mixes concrete from {cement} buckets of cement; there is {gravel_times.times} as much gravel and {sand_times.times} as much sand as cement.
step gravel = cement * gravel_times | {A} takes {=} buckets of gravel. | How many buckets of gravel does {A} take?
step sand = cement * sand_times | {A} takes {=} buckets of sand. | How many buckets of sand does {A} take?
step stones = gravel + sand | Gravel and sand make {=} buckets. | How many buckets of gravel and sand does {A} take together?
step buckets = stones + cement | In all {A} shovels {=} buckets. | How many buckets does {A} shovel in all?
