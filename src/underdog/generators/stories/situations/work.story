extra {A} has worked there for {2..20} years.
extra {A}'s desk is on floor {2..12}.
extra The firm has {2..9} branches abroad.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template overtime
let hourly = 12..40 ^
let normal = 30..40
let extra_hours = 2..10
let bonus = 3..12
tell {A} earns ${hourly} an hour and works {normal} normal hours a week. ~ A normal week for {A} has {normal} hours at ${hourly} each.
step normal_pay = hourly * normal | The normal hours bring {=} dollars. | How many dollars does {A} earn in normal hours? | pay: the pay for normal hours
tell An hour of overtime is paid ${bonus} more than a normal hour. This week {A} works {extra_hours} hours of overtime. ~ This week there are also {extra_hours} hours of overtime, each paid ${bonus} better than a normal hour.
step over_rate = hourly + bonus | Overtime is paid {=} dollars an hour. | How many dollars does {A} earn for an hour of overtime?
step over_pay = over_rate * extra_hours | Overtime brings {=} dollars. | How many dollars does {A} earn in overtime?
step pay = normal_pay + over_pay | In all {A} earns {=} dollars. | How many dollars does {A} earn this week? | pay: the pay of this week

template painters
let walls = 24..120 by 4
let first = 2..6
let second = 2..6
tell {A} paints {first} doors an hour and {B} paints {second}. ~ In one hour, {A} manages to paint {first} doors and {B} {second}.
step both = first + second | Together they paint {=} doors an hour. | How many doors do {A} and {B} paint in an hour together?
let hours = 3..9
let doors = = both * hours
tell A school asks them to paint {doors} doors. ~ There are {doors} doors to paint in a school.
step time = doors / both | They need {=} hours. | How many hours do {A} and {B} need when they work together?

template commission
let sales = 5..30
let price = 100..800 by 50
let percent = 2, 4, 5, 6, 8, 10
let base_pay = 300..900 by 100
tell {A} sells {sales} washing machines at ${price} each and gets {percent}% of the sum as commission. ~ For selling {sales} washing machines, which cost ${price} each, {A} gets a commission of {percent}% of the sum.
step sum_sold = sales * price | The sales amount to {=} dollars. | To how many dollars do the sales amount?
step commission = sum_sold * percent / 100 | The commission is {=} dollars. | How many dollars is {A}'s commission? | pay: the commission
tell On top of that comes a fixed wage of ${base_pay}. ~ {A} also gets a fixed wage of ${base_pay}.
step wage = commission + base_pay | Altogether {A} gets {=} dollars. | How many dollars does {A} earn altogether? | pay: {A}'s earnings

template typing
let words_minute = 30..80 by 5
let minutes = 10..60 by 5
let page_words = 200..400 by 50
tell {A} types {words_minute} words a minute and keeps going for {minutes} minutes. ~ For {minutes} minutes, {A} types {words_minute} words in every minute.
step words_typed = words_minute * minutes | {A} types {=} words. | How many words does {A} type?
tell A page takes {page_words} words. ~ {page_words} words go on a page.
step pages_typed = words_typed / page_words | That is {=} pages. | How many pages does {A} fill? | pages: the typed pages

template crew
let workers = 3..12
let days = 2..8
let daily = 80..200 by 10
let tools = 50..400 by 50
tell A crew of {workers} workers repairs a bridge in {days} days. Each worker gets ${daily} a day. ~ For {days} days, {workers} workers repair a bridge, and each of them gets ${daily} a day.
step day_wages = workers * daily | One day's wages are {=} dollars. | How many dollars are one day's wages for the crew?
step wages = day_wages * days | All wages are {=} dollars. | How many dollars are the wages for the whole repair?
tell Tools and material cost another ${tools}. ~ There is also ${tools} to pay for tools and material.
step repair = wages + tools | The repair costs {=} dollars. | How many dollars does the whole repair cost?
