extra The weather station stands {200..1800} metres above the sea.
extra {A} has kept a weather diary for {2..20} years.
extra A weather balloon flies {8..30} km high.
extra A clock on the wall was made {3..40} years ago.

template rain
let first = 4..30
let more = 3..15
let times = 2..3
tell In {A}'s garden {first} mm of rain fall on Monday, {more} mm more than that on Tuesday, and on Wednesday {times.times} as much as on Tuesday. ~ {A} measures {first} mm of rain on Monday, {more} mm more than that on Tuesday, and {times.times} Tuesday's amount on Wednesday.
step tuesday = first + more | On Tuesday {=} mm fall. | How many millimetres of rain fall on Tuesday?
step wednesday = tuesday * times | On Wednesday {=} mm fall. | How many millimetres of rain fall on Wednesday?
step two_days = first + tuesday | On the first two days {=} mm fall. | How many millimetres of rain fall on Monday and Tuesday together?
step rain = two_days + wednesday | In all {=} mm fall. | How many millimetres of rain fall on the three days together?

template tank
let start = 20..90 by 5
let hourly = 6..25
let hours = 2..9
let used = 10..60 by 5
tell {A}'s rain barrel holds {start} litres when it begins to rain. The rain brings {hourly} litres an hour and lasts {hours} hours. ~ For {hours} hours, rain brings {hourly} litres an hour into {A}'s barrel, which held {start} litres before.
step caught = hourly * hours | The rain brings {=} litres. | How many litres does the rain bring?
step in_barrel = start + caught | Then the barrel holds {=} litres. | How many litres are in the barrel after the rain? | litres: the rainwater

template temperature
let morning = 3..14
let rise = 2..4
let hours = 3..6
tell At seven in the morning it is {morning} degrees. For {hours} hours it gets {rise} degrees warmer every hour. ~ It is {morning} degrees at seven in the morning, and every hour it gets {rise} degrees warmer, for {hours} hours.
step gain = rise * hours | It gets {=} degrees warmer. | By how many degrees does it get warmer in that time?
step noon = morning + gain | Then it is {=} degrees. | How many degrees is it when it stops getting warmer?
let fall = 3..noon-3
tell By midnight it is {fall} degrees colder again. ~ Until midnight it cools down by {fall} degrees.
step midnight = noon - fall | At midnight it is {=} degrees. | How many degrees is it at midnight?

template snow
let depth = 20..80
let new_snow = 5..20
let nights = 2..5
let melted_share = 2..5
tell On a mountain lie {depth} cm of snow, and in each of {nights} nights another {new_snow} cm fall. ~ {new_snow} cm of snow fall in each of {nights} nights on a mountain where {depth} cm lay before.
step fresh = new_snow * nights | {=} cm of new snow fall. | How many centimetres of new snow fall?
step deep = depth + fresh | Then {=} cm of snow lie there. | How many centimetres of snow lie there after these nights?
tell A warm wind then melts {melted_share.th} of the snow. ~ Then {melted_share.th} of the snow melts in a warm wind.
step melted = deep / melted_share | {=} cm melt. | How many centimetres melt?
step remaining = deep - melted | {=} cm remain. | How many centimetres of snow remain after the warm wind?
