extra The shop closes at {6..9} in the evening.
extra There are {3..12} other customers in the shop.
extra {A}'s bag can hold {8..20} kilograms.
extra The shop has {2..5} floors.

template basket
pick first = apple, lemon, mango, peach/peaches
pick second = cucumber, leek, pepper, cabbage
let first_count = 3..15
let second_count = 2..12
let first_price = 2..5
let second_price = 2..6
tell {A} buys {first_count} {first.s} at ${first_price} each and {second_count} {second.s} at ${second_price} each. ~ In {A}'s basket are {first_count} {first.s} for ${first_price} apiece and {second_count} {second.s} for ${second_price} apiece.
step first_cost = first_count * first_price | The {first.s} cost {=} dollars. | How many dollars do the {first.s} cost?
step second_cost = second_count * second_price | The {second.s} cost {=} dollars. | How many dollars do the {second.s} cost?
step total = first_cost + second_cost | Together that is {=} dollars. | How many dollars does {A} pay for everything? ~ What does {A} pay in all, in dollars? | cost: the bill

template sale
pick garment = coat, sweater, jacket, dress, suit
let price = 40..240 by 20 ^
let percent = 10, 15, 20, 25, 30, 40, 50
tell {garment.S} that normally cost ${price} are marked down by {percent}% this week. ~ This week the shop takes {percent}% off its {garment.s}, which normally cost ${price} each.
step discount = price * percent / 100 | The discount on one {garment} is {=} dollars. | How many dollars is the discount on one {garment}?
step reduced = price - discount | One {garment} then costs {=} dollars. | How many dollars does one {garment} cost this week? | cost: the reduced price
let count = 2..5
tell {A} buys {count} of the {garment.s} for the family. ~ For the family, {A} takes {count} of the {garment.s}.
step total = reduced * count | All {garment.s} together cost {=} dollars. | How many dollars does {A} pay for the {garment.s}? | cost: the price of the {garment.s}

template multipack
pick thing = battery, light bulb, sponge, tissue box
let pack_size = 3..8
let packs = 3..12
let pack_price = 4..18
let single_price = 2..6
tell {A} needs {thing.s}, which come in packs of {pack_size} at ${pack_price} a pack, and takes {packs} packs. ~ A pack of {pack_size} {thing.s} costs ${pack_price}, and {A} takes {packs} packs.
step count = pack_size * packs | {A} gets {=} {thing.s}. | How many {thing.s} does {A} get?
tell Bought singly, every one would cost ${single_price}. ~ Single ones would cost ${single_price} each.
step singly = count * single_price | Singly they would cost {=} dollars. | How many dollars would the {thing.s} cost if they were bought singly?
step in_packs = packs * pack_price | In packs they cost {=} dollars. | How many dollars do the packs cost?
step saved = singly - in_packs | {A} saves {=} dollars. | How many dollars does {A} save by buying packs?

template budget
pick item = poster, mug, cushion, plant pot, picture frame
let budget = 60..300 by 10 ^
let fixed = 12..50
let item_price = 3..15
let count = 2..10
tell {A} goes shopping with ${budget}. First {A} pays ${fixed} for a lamp. ~ With ${budget} in {A.his} purse {A} enters a shop and first buys a lamp for ${fixed}.
step after_lamp = budget - fixed | After the lamp {A} has {=} dollars. | How many dollars does {A} have after buying the lamp? | money: the money left after the lamp
tell Then {A} picks {count} {item.s} at ${item_price} each. ~ After that come {count} {item.s}, each for ${item_price}.
step items_cost = count * item_price | The {item.s} cost {=} dollars. | How many dollars do the {item.s} cost?
step left = after_lamp - items_cost | In the end {=} dollars are left. | How many dollars does {A} have left in the end? ~ With how many dollars does {A} leave the shop? | money: the money that {A} brings home

template market_prices
decimals
pick food = cheese, honey, ham, coffee
let kilos = 2..6
let kilo_price = 3.5..12 by 0.5
let eggs_price = 2.25..4.5 by 0.25
let boxes = 2, 4
tell At the market {food} costs ${kilo_price.money} a kilogram and a box of eggs ${eggs_price.money}. {A} takes {kilos} kg of {food} and {boxes} boxes of eggs. ~ {A} asks for {kilos} kg of {food} at ${kilo_price.money} a kilogram and for {boxes} boxes of eggs at ${eggs_price.money} a box.
step food_cost = kilos * kilo_price | The {food} costs {=} dollars. | How many dollars does the {food} cost?
step eggs_cost = boxes * eggs_price | The eggs cost {=} dollars. | How many dollars do the eggs cost?
step total = food_cost + eggs_cost | Together that is {=} dollars. | How many dollars does {A} pay at the market? | cost: the market bill
