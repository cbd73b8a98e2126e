# Minutes that something takes.

then tidy_up minutes
let tidy_minutes = 3..40
tell Afterwards, {A} spends {tidy_minutes} minutes tidying up. ~ Then comes tidying up, which takes {A} {tidy_minutes} minutes.
step with_tidying = it + tidy_minutes | With tidying up it takes {=} minutes. | How many minutes does it take {A}, tidying up included? | minutes: this whole time

then on_days minutes
let day_count = 2..6
tell {A} does the same on each of {day_count} days. ~ On each of {day_count} days, {A} does exactly the same.
step over_days = it * day_count | Over these days it adds up to {=} minutes. | How many minutes does that add up to over these days? | total_minutes: the time of all these days

then in_hours minutes+total_minutes
tell {A} writes {the} down in hours. ~ In a diary, {A} notes {the} in hours.
step as_hours = it / 60 | An hour has 60 minutes, so that is {=} hours. | How many hours does {A} write down? ~ How many hours does {A} note?

then time_limit minutes
let limit_minutes = it+5..it+90
tell {A} has {limit_minutes} free minutes, and {the} is taken out of them. ~ {A}'s free time is {limit_minutes} minutes, and {the} has to fit into it.
step spare_minutes = limit_minutes - it | {=} free minutes remain. | How many free minutes remain?

then with_help minutes
let help_share = 2, 3, 4, 5, 6
tell {C} helps, and so {help_share.th} of {the} is saved. ~ Thanks to the help of {C}, {help_share.th} of {the} is saved.
step helped = it / help_share | The help of {C} saves {=} minutes. | How many minutes does the help of {C} save?
step helped_time = it - helped | With help it takes {=} minutes. | How many minutes does it take with the help of {C}? | minutes: the time with help
