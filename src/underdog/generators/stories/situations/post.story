extra The post office has {2..7} counters.
extra {A} has delivered post for {2..30} years.
extra {A}'s uniform has {6..10} buttons.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template round
let streets = 3..9
let houses = 12..40
let letters = 2..4
tell {A} delivers post in {streets} streets with {houses} houses each and brings {letters} letters to every house. ~ On {A}'s round are {streets} streets of {houses} houses, and each house gets {letters} letters.
step all_houses = streets * houses | There are {=} houses on the round. | How many houses are on {A}'s round?
step post_count = all_houses * letters | {A} delivers {=} letters. | How many letters does {A} deliver?

template parcels
let small = 4..15
let small_kg = 2..5
let big = 2..9
let big_kg = 6..20
tell A van is loaded with {small} small parcels of {small_kg} kg and {big} big ones of {big_kg} kg. ~ {small} small parcels, {small_kg} kg each, and {big} big ones, {big_kg} kg each, are loaded into a van.
step small_weight = small * small_kg | The small parcels weigh {=} kg. | How many kilograms do the small parcels weigh together?
step big_weight = big * big_kg | The big parcels weigh {=} kg. | How many kilograms do the big parcels weigh together?
step load = small_weight + big_weight | The load is {=} kg. | How many kilograms do all the parcels weigh?
let free = 50..400 by 10
let limit = = load + free
tell The van may carry {limit} kg. ~ At most {limit} kg may be loaded.
step still_free = limit - load | {=} kg more may be loaded. | How many more kilograms may be loaded?

template stamps
let letters = 8..40
let letter_cents = 60..110 by 5
let cards = 5..30
let card_cents = 40..70 by 5
tell {A} sends {letters} letters, which take {letter_cents} cents each, and {cards} postcards, which take {card_cents} cents. ~ Postage is {letter_cents} cents for a letter and {card_cents} for a postcard, and {A} sends {letters} letters and {cards} postcards.
step letter_postage = letters * letter_cents | The letters take {=} cents. | How many cents of postage do the letters take?
step card_postage = cards * card_cents | The postcards take {=} cents. | How many cents of postage do the postcards take?
step postage = letter_postage + card_postage | Together that is {=} cents. | How many cents of postage does {A} pay?

template sorting
let machine = 200..900 by 50
let person = 20..60 by 5
let helpers = 2..8
let hours = 2..6
tell In an hour a machine sorts {machine} letters and a person {person}. One machine and {helpers} people are at work. ~ One machine, which sorts {machine} letters an hour, works beside {helpers} people, who sort {person} letters an hour each.
step by_hand = helpers * person | The people sort {=} letters an hour. | How many letters do the people sort in an hour?
step hourly = machine + by_hand | Together that is {=} letters an hour. | How many letters are sorted in an hour?
tell They do this for {hours} hours. ~ The work lasts {hours} hours.
step sorted_letters = hourly * hours | In that time {=} letters are sorted. | How many letters are sorted in that time?
