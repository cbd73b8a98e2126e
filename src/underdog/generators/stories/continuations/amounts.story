# Kilograms, litres, people, pages, points, centimetres.

then sell_by_kg kg
let kg_price = 2..9
tell {A} sells {the} at ${kg_price} a kilogram. ~ For each kilogram of {the}, {A} gets ${kg_price}.
step kg_income = it * kg_price | That brings in {=} dollars. | How many dollars does {A} get for {the}? | pay: the money from this sale

then bag_up kg
let kg_per_bag = divisor of it in 2..25
pick sack = sack, bag, bucket
tell {A} fills {the} into {sack.s} that hold {kg_per_bag} kg each. ~ Into {sack.s} of {kg_per_bag} kg each, {A} puts {the}.
step sacks = it / kg_per_bag | This fills {=} {sack.s}. | How many {sack.s} does {A} fill? | things(sack): the full {sack.s}

then use_kg kg
let used_kg = 2..it-2
tell {A} keeps {used_kg} kg of {the} at home. ~ At home stay {used_kg} kg of {the}.
step rest_kg = it - used_kg | The rest is {=} kg. | How many kilograms of {the} do not stay at home? | kg: the rest

then spoiled_kg kg
let bad_percent = 5, 10, 20, 25
tell Damp ruins {bad_percent}% of {the}. ~ In storage, {bad_percent}% of {the} is ruined by damp.
step ruined_kg = it * bad_percent / 100 | Damp ruins {=} kg. | How many kilograms are ruined?
step sound_kg = it - ruined_kg | Undamaged are {=} kg. | How many kilograms of {the} are not ruined? | kg: the undamaged part

then bottle_up litres
let litres_per_bottle = divisor of it in 2..20
pick vessel = bottle, can, jug, canister
tell {A} pours {the} into {vessel.s} that hold {litres_per_bottle} litres each. ~ {The} is poured into {vessel.s} of {litres_per_bottle} litres each.
step vessels = it / litres_per_bottle | This fills {=} {vessel.s}. | How many {vessel.s} are filled? | things(vessel): the full {vessel.s}

then spill litres
let spilt = 2..it/2
tell By accident, {A} spills {spilt} litres of {the}. ~ Of {the}, {A} spills {spilt} litres by accident.
step not_spilt = it - spilt | After that {=} litres are left. | How many litres are left after the accident? | litres: what is left

then sell_by_litre litres
let per_litre = 2..6
tell {A} sells {the} at ${per_litre} a litre. ~ A litre of {the} sells for ${per_litre}, and {A} sells all of it.
step litre_income = it * per_litre | That brings in {=} dollars. | How many dollars does {A} get for {the}? | pay: the money from this sale

then at_tables people
let per_table = divisor of it in 3..12
pick furniture = table, bench
tell {The} sit down at long {furniture.s}, {per_table} to each {furniture}, and no place stays empty. ~ Each {furniture} seats {per_table}, and {the} fill all the {furniture.s} exactly.
step furniture_count = it / per_table | They fill {=} {furniture.s}. | How many {furniture.s} do {the} fill?

then by_minibus people+travellers
let seats = divisor of it in 4..20
tell Minibuses with {seats} passenger seats each take {the} to the station, and every seat is taken. ~ {The} ride to the station in minibuses; each has {seats} passenger seats, all of them taken.
step minibuses = it / seats | They fill {=} minibuses. | How many minibuses are needed to take {the} to the station?

then leave_early people
let early = 2..it/2
tell Of {the}, {early} go home early. ~ {early} of {the} have to go home early.
step who_stay = it - early | After that {=} people are still there. | How many of {the} do not go home early? | people: the people who stay

then pay_entry people+travellers
let entry_fee = 2..20
tell Each of {the} pays ${entry_fee}. ~ ${entry_fee} is what each of {the} pays.
step entry_money = it * entry_fee | Together they pay {=} dollars. | How many dollars do {the} pay together? | income: the income

then income_costs income
let own_costs = 5..it-5
tell Of {the}, ${own_costs} is needed for costs, and the rest is profit. ~ Costs use up ${own_costs} of {the}; what is left is profit.
step profit = it - own_costs | The profit is {=} dollars. | How many dollars of profit remain?

then income_share income
let causes = divisor of it in 2..9
tell {The} is divided equally among {causes} good causes. ~ {causes} good causes get equal parts of {the}.
step per_cause = it / causes | Each good cause gets {=} dollars. | How many dollars does each good cause get?

then drinks people+travellers
let cups_each = 2..4
tell Each of {the} drinks {cups_each} cups of tea. ~ {cups_each} cups of tea are poured for each of {the}.
step cups = it * cups_each | That makes {=} cups of tea. | How many cups of tea do {the} drink?

then read_daily pages
let pages_daily = divisor of it in 4..40
tell {A} works through {the} at {pages_daily} pages a day. ~ Every day {A} gets through {pages_daily} pages of {the}.
step reading_days = it / pages_daily | That takes {=} days. | How many days does {A} need for {the}?

then minutes_per_page pages
let page_minutes = 2..4
tell {A} needs {page_minutes} minutes for each page of {the}. ~ Each page of {the} takes {A} {page_minutes} minutes.
step page_time = it * page_minutes | That takes {=} minutes. | How many minutes does {A} need for {the}? | minutes: the time for these pages

then skip_pages pages
let skipped = 2..it/2
tell {A} skips {skipped} of {the}, which are only pictures. ~ As {skipped} of {the} are only pictures, {A} skips those.
step unskipped = it - skipped | {A} does not skip {=} pages. | How many of {the} does {A} not skip? | pages: the pages that {A} does not skip

then points_missing points
let goal_points = it+5..it+200
tell {A} needs {goal_points} points for a medal, and {the} count towards it. ~ A medal takes {goal_points} points, and {A} already has {the}.
step points_short = goal_points - it | {A} is {=} points short of a medal. | How many points is {A} short of a medal?

then bonus_points points
let bonus = 5..50
tell For fair play, {A} gets {bonus} points on top of {the}. ~ On top of {the} come {bonus} points for fair play.
step with_bonus = it + bonus | With the fair-play points {A} has {=} points. | How many points does {A} have with the fair-play points? | points: all these points

then rival_points points
let rival_ratio = 2..4
tell {C} has {rival_ratio.times} as many points as {A} now has. ~ {C} now has {rival_ratio.times} as many points as {A}.
step rival_total = it * rival_ratio | {C} has {=} points. | How many points does {C} have?
step points_of_two = it + rival_total | Together they have {=} points. | How many points do {A} and {C} have together?

then cut_pieces cm
let piece_cm = divisor of it in 4..40
pick piece = piece, strip, section
tell {A} cuts {the} into {piece.s} of {piece_cm} cm. ~ {The} is cut into {piece.s}, each {piece_cm} cm long.
step pieces = it / piece_cm | That gives {=} {piece.s}. | How many {piece.s} does {A} get? | things(piece): the {piece.s}

then trim cm
let trimmed = 2..it/3
tell {A} trims {trimmed} cm off {the}. ~ {trimmed} cm of {the} are trimmed off.
step after_trim = it - trimmed | After that {=} cm remain. | How many centimetres remain after trimming? | cm: the trimmed length
