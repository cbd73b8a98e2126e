# Countable things that {A} has. `things(PICK)` says which noun is counted.

then sell_each things
let unit_price = 2..5
tell {A} sells {the} for ${unit_price} each. ~ A shop buys {the} at ${unit_price} apiece.
step takings = it * unit_price | At ${unit_price} each, {the} bring in {=} dollars. | How many dollars does {A} get for {the}? ~ How much money, in dollars, does {A} get for {the}? | pay: the money from this sale

then pack things
pick carton = box, crate, basket, bag
let per_carton = divisor of it in 4..25
tell {A} packs {the} into {carton.s} of {per_carton}, and every {carton} is full. ~ {The} go into {carton.s} that hold {per_carton} each, and no {carton} stays half empty.
step cartons = it / per_carton | This fills {=} {carton.s}. | How many {carton.s} does {A} fill? | things(carton): the full {carton.s}

then give_part things
let given_share = divisor of it in 2..6
tell {A} gives {given_share.th} of {the} to {C}. ~ {C} is given {given_share.th} of {the}.
step given_away = it / given_share | {C} gets {=} {thing.s}. | How many {thing.s} does {C} get?
step kept = it - given_away | {A} keeps {=} {thing.s}. | How many of {the} does {A} keep? | things(thing): the {thing.s} that {A} keeps

then get_more things
let received = 4..60 ^
tell Then {C} adds another {received} {thing.s} to {the}. ~ To {the}, {C} adds {received} more {thing.s}.
step with_gift = it + received | With those from {C} there are {=} {thing.s}. | How many {thing.s} are there with those from {C}? | things(thing): all these {thing.s}

then share_out things
let children = divisor of it in 3..15
tell {A} shares {the} equally among {children} children. ~ {The} are dealt out equally to {children} children.
step per_child = it / children | Each child gets {=} {thing.s}. | How many {thing.s} does each child get?

then set_aside things
let aside = 2..it-3
tell {A} sets {aside} of {the} aside for {C}. ~ {aside} of {the} are set aside for {C}.
step remaining = it - aside | Without those for {C}, {=} {thing.s} remain. | How many of {the} remain when those for {C} are set aside? | things(thing): the remaining {thing.s}

then percent_away things
let away_percent = 10, 20, 25, 40, 50
tell {A} gives {away_percent}% of {the} to a raffle. ~ A raffle gets {away_percent}% of {the}.
step to_raffle = it * away_percent / 100 | The raffle gets {=} {thing.s}. | How many {thing.s} does the raffle get?
step not_raffled = it - to_raffle | After that {A} still has {=} {thing.s}. | How many of {the} does {A} not give to the raffle? | things(thing): the {thing.s} that did not go to the raffle

then friend_has_more things
let ratio = 2..5
tell Next to {the}, {C} puts {ratio.times} as many {thing.s} of {C.his} own. ~ {C} comes with {ratio.times} as many {thing.s} and puts them next to {the}.
step friends_own = it * ratio | {C} puts {=} {thing.s} there. | How many {thing.s} does {C} put there?
step of_both = it + friends_own | Together there are {=} {thing.s}. | How many {thing.s} are there with those of {C}? | things(thing): the {thing.s} of both
