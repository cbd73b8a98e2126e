# Dollars that {A} has received or owns.

then spend_some money+pay
pick gift = trip, party, repair, present, evening course
let spent = 2..it-2
tell Of {the}, {A} spends ${spent} on {gift.a}. ~ {A} takes {the} and pays ${spent} for {gift.a}.
step money_left = it - spent | After the {gift} is paid, {=} dollars are left. | How many dollars of {the} are left once the {gift} is paid? | money: the money that is left

then add_savings money+pay
let already = 10..90 ^
tell {A} puts {the} into a tin that already holds ${already}. ~ A tin that already holds ${already} is where {A} keeps {the}.
step in_tin = it + already | The tin then holds {=} dollars. | How many dollars does the tin hold then? | money: the money in the tin

then save_part money+pay
let saved_share = divisor of it in 2..8
tell {A} puts {saved_share.th} of {the} into the bank and spends the rest on a short holiday. ~ The bank gets {saved_share.th} of {the}, and the rest pays for a short holiday.
step banked = it / saved_share | {A} puts {=} dollars into the bank. | How many dollars does {A} put into the bank?
step for_holiday = it - banked | The holiday gets {=} dollars. | How many dollars of {the} pay for the holiday?

then pay_tax pay
let tax_percent = 5, 10, 15, 20, 25, 30
tell {A} has to pay {tax_percent}% of {the} as tax. ~ Tax takes {tax_percent}% of {the}.
step tax = it * tax_percent / 100 | The tax is {=} dollars. | How many dollars of tax does {A} pay?
step after_tax = it - tax | After tax {=} dollars remain. | How many dollars of {the} remain after tax? | money: the money after tax

then buy_things money+pay
pick ware = ticket, notebook, candle, seedling, postcard, brush
let ware_price = divisor of it in 2..20
tell {A} spends {the}, down to the last dollar, on {ware.s} at ${ware_price} each. ~ With all of {the} {A} buys {ware.s}, which cost ${ware_price} each.
step bought_wares = it / ware_price | That buys {=} {ware.s}. | How many {ware.s} does {A} buy? | things(ware): the {ware.s} that {A} bought

then split_money money+pay
let receivers = divisor of it in 2..12
pick receiver = charity, cousin, club, neighbour
tell {A} divides {the} equally among {receivers} {receiver.s}. ~ {receivers} {receiver.s} get equal shares of {the}.
step each_share = it / receivers | Each {receiver} gets {=} dollars. | How many dollars does each {receiver} get?

then gift_adds money
let match_rate = 2..5
tell {A}'s grandparents add ${match_rate} for every dollar of {the}. ~ For every dollar of {the}, {A}'s grandparents put in ${match_rate} more.
step added_gift = it * match_rate | They add {=} dollars. | How many dollars do the grandparents add?
step with_added_gift = it + added_gift | With their part there are {=} dollars. | How many dollars are there with the grandparents' part? | money: the whole sum

then saving_goal money+pay
pick goal = bicycle, tent, guitar, sewing machine, camera
let goal_price = it+12..it+240
let weekly_saving = divisor of goal_price - it in 3..25
tell {A} wants to buy {goal.a} that costs ${goal_price}. Apart from {the}, {A} can put aside ${weekly_saving} a week for it. ~ {A} keeps {the} for {goal.a} at ${goal_price}, and puts another ${weekly_saving} aside for it every week.
step missing = goal_price - it | Beyond {the}, {=} dollars are missing. | How many dollars are missing for the {goal}?
step weeks_to_goal = missing / weekly_saving | Saving them takes {=} weeks. | After how many weeks of saving can {A} buy the {goal}?

then earn_again pay
let same_days = 2..12
tell {A} gets the same amount of money as this on each of {same_days} more days. ~ The same amount comes in again on {same_days} further days.
step later_money = it * same_days | The further days bring {=} dollars. | How many dollars do the further days bring?
step all_days_money = it + later_money | With {the} that makes {=} dollars. | How many dollars does {A} get on all of these days together, {the} included? | money: the money of all these days
