# Dollars that {A} has to pay.

then coupon cost
let coupon_value = 2..it/6
tell A coupon takes ${coupon_value} off {the}. ~ {A} has a coupon that lowers {the} by ${coupon_value}.
step with_coupon = it - coupon_value | With the coupon {A} pays {=} dollars. | How many dollars does {A} pay with the coupon? | cost: the price after the coupon

then percent_off cost
let off_percent = 5, 10, 20, 25, 30, 40, 50
tell As a member, {A} gets {off_percent}% off {the}. ~ {The} is lowered by {off_percent}% because {A} is a member.
step reduction = it * off_percent / 100 | The reduction is {=} dollars. | By how many dollars is {the} lowered?
step member_price = it - reduction | As a member {A} pays {=} dollars. | How many dollars does {A} pay as a member? | cost: the price for members

then change_back cost
let banknote = 50, 100, 200, 500
tell {A} hands over ${banknote} in cash to pay {the}. ~ To pay {the}, {A} hands over ${banknote}.
step change_money = banknote - it | The change is {=} dollars. | How many dollars does {A} get back?

then split_cost cost
let payers = divisor of it in 2..8
tell {The} is split equally between {payers} people. ~ {payers} people share {the} equally.
step each_pays = it / payers | Each of them pays {=} dollars. | How many dollars does each of these people pay?

then delivery cost
let delivery_fee = 3..25
tell Delivery costs another ${delivery_fee}, on top of {the}. ~ On top of {the}, {A} pays ${delivery_fee} for delivery.
step delivered_price = it + delivery_fee | With delivery {A} pays {=} dollars. | How many dollars does {A} pay with delivery? | cost: the price with delivery

then tip cost
let tip_percent = 5, 10, 15, 20
tell {A} adds a tip of {tip_percent}% of {the}. ~ On top of {the} comes a tip of {tip_percent}%.
step tip = it * tip_percent / 100 | The tip is {=} dollars. | How many dollars is the tip?
step tipped_price = it + tip | With the tip {A} pays {=} dollars. | How many dollars does {A} pay with the tip? | cost: the price with the tip

then instalments cost
let first_payment = 5..it/2
let rates = divisor of it - first_payment in 2..12
tell {A} pays ${first_payment} of {the} at once and the rest in {rates} equal monthly payments. ~ Of {the}, ${first_payment} is due at once; the rest is paid in {rates} equal monthly payments.
step still_due = it - first_payment | After the first payment {=} dollars are still due. | How many dollars are still due after the first payment?
step per_month = still_due / rates | Each monthly payment is {=} dollars. | How many dollars is each monthly payment?
