then c_get have
let get = 2..20
tell Then {A} gets {get} more. ~ Now {A} finds {get} more {thing.s}. ~ {A} then finds {get} more.
step has_got = it + get | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_give have
let give = 2..it-2
tell Then {A} gives {give} to {C}. ~ Now {C} gets {give} {thing.s} from {A}. ~ {A} then gives {C} {give}.
step has_given = it - give | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_lose have
let lose = 2..it-2
tell Then {A} loses {lose} {thing.s}. ~ Now a dog gets {lose} of the {thing.s} of {A}. ~ {A} then loses {lose} of the {thing.s}.
step has_lost = it - lose | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_half have
tell Then {A} gives half of the {thing.s} to {C}. ~ Now {C} gets half of the {thing.s} of {A}. ~ {A} then gives {C} half of the {thing.s}.
step has_half = it / 2 | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_double have
tell Then {A} gets as many {thing.s} again. ~ Now {A} finds as many {thing.s} again as {A} has. ~ {A} then finds as many {thing.s} again.
step has_double = it * 2 | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_join have
let join = 2..20
tell Then {A} gets {join} {thing.s} from {C}. ~ Now {C} gives {join} {thing.s} to {A}. ~ {C} then gives {A} {join} {thing.s}.
step has_joined = it + join | {A} now has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

then c_sell have
let sell_price = 2..9
tell Then {A} sells all the {thing.s} for ${sell_price} each. ~ Now {A} sells each of the {thing.s} for ${sell_price}. ~ For ${sell_price} each, {A} then sells all the {thing.s}.
step has_sold = it * sell_price | {A} gets {=} dollars. | How many dollars does {A} get? ~ What is the number of dollars that {A} gets? ~ {A} gets how many dollars? | money: the dollars

then c_boxes have
let box_size = divisor of it in 2..12
tell Then {A} puts {box_size} {thing.s} in each box. ~ Now there are {box_size} of the {thing.s} of {A} in each box. ~ In each box {A} then puts {box_size} {thing.s}.
step has_boxes = it / box_size | {A} has {=} boxes. | How many boxes does {A} have now? ~ What is the number of boxes that {A} has now? ~ Now how many boxes does {A} have?

then c_share have
let friends = divisor of it in 2..12
tell Then {A} gives all the {thing.s} to {friends} friends, and each gets as many. ~ Now {friends} friends get all the {thing.s} of {A}, and each gets as many. ~ To {friends} friends {A} then gives all the {thing.s}, and each gets as many.
step has_share = it / friends | Each friend gets {=} {thing.s}. | How many {thing.s} does each friend get? ~ What is the number of {thing.s} that each friend gets? ~ Each friend gets how many {thing.s}?

then c_pay money
let pay = 2..it-2
tell Then {A} pays ${pay} for a ball. ~ Now {A} gets a ball for ${pay}. ~ For a ball {A} then pays ${pay}.
step has_paid = it - pay | {A} now has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

then c_earn money
let earn = 2..30
tell Then {A} gets ${earn} more. ~ Now {A} finds ${earn}. ~ {A} then finds ${earn} more.
step has_earned = it + earn | {A} now has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

then c_gift money
let gift = 2..it-2
tell Then {A} gives ${gift} to {C}. ~ Now {C} gets ${gift} from {A}. ~ {A} then gives {C} ${gift}.
step has_gifted = it - gift | {A} now has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

then c_half_money money
tell Then {A} gives half of the dollars to {C}. ~ Now {C} gets half of the dollars of {A}. ~ {A} then gives {C} half of the dollars.
step has_half_money = it / 2 | {A} now has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

then c_double_money money
tell Then {A} gets as many dollars again. ~ Now {A} finds as many dollars again as {A} has. ~ {A} then finds as many dollars again.
step has_double_money = it * 2 | {A} now has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

then c_buy money
pick goods = apple, card, ball, pen, shell
let goods_price = divisor of it in 2..9
tell Then {A} pays all the dollars for {goods.s}, and each is ${goods_price}. ~ Now {A} gets {goods.s} for all the dollars, and each is ${goods_price}. ~ For all the dollars {A} then gets {goods.s}, and each is ${goods_price}.
step has_bought = it / goods_price | {A} gets {=} {goods.s}. | How many {goods.s} does {A} get? ~ What is the number of {goods.s} that {A} gets? ~ {A} gets how many {goods.s}?
