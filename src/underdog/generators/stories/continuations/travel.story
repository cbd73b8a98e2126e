# Kilometres: `drive` by car, `walk` on foot or by bicycle.

then drive_back drive+driven
tell {A} drives back the same way. ~ {A} later takes the same roads back.
step both_ways = it * 2 | There and back is {=} km. | How many kilometres does {A} drive there and back? | driven: the whole drive

then petrol drive+driven
let km_per_litre = divisor of it in 8..24
tell The car goes {km_per_litre} km on a litre of petrol. ~ On one litre of petrol the car goes {km_per_litre} km.
step petrol_litres = it / km_per_litre | For {the} the car needs {=} litres of petrol. | How many litres of petrol does the car need for {the}? | petrol: the petrol

then petrol_price petrol
let litre_price = 2..4
tell A litre of petrol costs ${litre_price}. ~ Petrol costs ${litre_price} a litre.
step petrol_cost = it * litre_price | {The} costs {=} dollars. | How many dollars does {the} cost? | cost: the bill for petrol

then driving_time drive
let km_per_hour = divisor of it in 30..110
tell {A} drives at {km_per_hour} km an hour all the way. ~ All the way, the car keeps to {km_per_hour} km an hour.
step driving_hours = it / km_per_hour | {The} takes {=} hours. | How many hours does {the} take?

then still_to_drive drive
let far_away = it+20..it+300
tell {A}'s goal is {far_away} km from the start, and {the} is done so far. ~ From the start to {A}'s goal it is {far_away} km, of which {the} is done.
step still_to_go = far_away - it | There are {=} km still to go. | How many kilometres are still to go?

then walk_days walk
let walk_days = 2..6
tell {A} covers this distance on each of {walk_days} days. ~ On each of {walk_days} days, {A} covers this distance.
step walked_total = it * walk_days | Over those days it is {=} km. | How many kilometres does {A} cover over those days? | walked: the total of those days

then walking_time walk+walked
let walk_speed = divisor of it in 2..6
tell {A} covers {walk_speed} km every hour. ~ Every hour, {A} gets {walk_speed} km further.
step walking_hours = it / walk_speed | At that speed it takes {=} hours. | How many hours does {A} need for {the}?

then walk_sponsors walk+walked
let per_km = 2..8
tell A sponsor pays {A} ${per_km} for every kilometre of {the}. ~ For each kilometre of {the}, {A} gets ${per_km} from a sponsor.
step sponsor_pay = it * per_km | The sponsor pays {=} dollars. | How many dollars does the sponsor pay {A}? | money: the sponsor's money
