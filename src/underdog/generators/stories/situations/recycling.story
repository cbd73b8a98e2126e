extra The recycling centre opens {4..6} days a week.
extra {A}'s handcart has {2..4} wheels.
extra The street is {200..900} metres long.
extra A clock on the wall was made {3..40} years ago.

template deposit
let bottles = 10..60
let bottle_cents = 10..30 by 5
let cans = 10..60
let can_cents = 5..25 by 5
tell {A} takes {bottles} bottles and {cans} cans back to the shop. A bottle brings {bottle_cents} cents and a can {can_cents}. ~ For a bottle the shop gives back {bottle_cents} cents and for a can {can_cents}, and {A} brings {bottles} bottles and {cans} cans.
step for_bottles = bottles * bottle_cents | The bottles bring {=} cents. | How many cents do the bottles bring?
step for_cans = cans * can_cents | The cans bring {=} cents. | How many cents do the cans bring?
step refund = for_bottles + for_cans | Together that is {=} cents. | How many cents does {A} get back?

template paper
let classes = 4..15
let kilos = 20..80 by 5
let price = 2..5
tell {A} runs a paper drive in which {classes} classes collect {kilos} kg each. ~ In {A}'s paper drive each of {classes} classes collects {kilos} kg.
step paper = classes * kilos | The classes collect {=} kg of paper. | How many kilograms of paper do the classes collect? | kg: the collected paper
let wet = 10..paper/3
tell Rain spoils {wet} kg of it. ~ {wet} kg are spoilt by rain.
step dry = paper - wet | {=} kg stay dry. | How many kilograms of paper stay dry? | kg: the dry paper

template competition
let first = 40..200 by 5
let times = 2..4
let less = 10..60 by 5
tell {A}'s team collects {first} cans, {B}'s team {times.times} as many, and {C}'s team {less} fewer than {B}'s. ~ {B}'s team collects {times.times} as many cans as {A}'s, which collects {first}. {C}'s team collects {less} fewer than {B}'s.
step second = first * times | {B}'s team collects {=} cans. | How many cans does {B}'s team collect?
step third = second - less | {C}'s team collects {=} cans. | How many cans does {C}'s team collect?
step gap = third - first | {C}'s team has {=} cans more than {A}'s. | How many more cans does {C}'s team collect than {A}'s?

template crates
let weekly = 20..90 by 5
let glass_percent = 20, 40, 60, 80
let weeks = 4..12
tell A village collects {weekly} crates of waste a week, and {glass_percent}% of the crates hold glass. ~ Of the {weekly} crates of waste that a village collects every week, {glass_percent}% hold glass.
step glass = weekly * glass_percent / 100 | {=} crates hold glass. | How many crates of glass are collected in a week?
step others = weekly - glass | {=} crates hold other things. | How many of a week's crates do not hold glass?
tell This is the same for {weeks} weeks. ~ For {weeks} weeks nothing changes.
step others_total = others * weeks | In that time {=} crates hold other things. | How many crates without glass are collected in that time?
