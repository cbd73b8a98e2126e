extra The play is {80..300} years old.
extra The curtain is {5..12} metres high.
extra {A} knows {12..60} songs by heart.
extra A clock on the wall was made {3..40} years ago.

template seats
let rows = 10..30
let per_row = 14..36
let empty = 15..120
let price = 8..30
tell A theatre has {rows} rows of {per_row} seats. ~ There are {per_row} seats in each of a theatre's {rows} rows.
step seats = rows * per_row | The theatre has {=} seats. | How many seats does the theatre have?
tell Tonight {empty} seats stay empty. ~ {empty} seats are empty tonight.
step audience = seats - empty | {=} seats are taken. | How many seats are taken tonight? | people: the spectators
tell Everybody has paid ${price}. ~ A ticket costs ${price} for everybody.
step gate_money = audience * price | The tickets bring {=} dollars. | How many dollars do tonight's tickets bring? | income: the ticket money

template costumes
let actors = 5..20
let costumes = 2..4
let metres = 3..6
let metre_price = 4..15
tell For a play, {A} sews {costumes} costumes for each of {actors} actors. ~ Each of {actors} actors gets {costumes} costumes, and {A} sews them.
step all_costumes = actors * costumes | {A} sews {=} costumes. | How many costumes does {A} sew?
tell A costume takes {metres} metres of cloth. ~ {metres} metres of cloth go into a costume.
step cloth = all_costumes * metres | They take {=} metres of cloth. | How many metres of cloth do the costumes take?
tell Cloth costs ${metre_price} a metre. ~ A metre of cloth costs ${metre_price}.
step cloth_cost = cloth * metre_price | The cloth costs {=} dollars. | How many dollars does the cloth cost? | cost: the price of the cloth

template nights
let first = 80..300 by 10
let more = 10..60 by 5
let fewer = 5..60 by 5
tell On Friday {first} people see a play. On Saturday there are {more} more than on Friday, and on Sunday {fewer} fewer than on Saturday. ~ {first} people come to a play on Friday; on Saturday {more} more come than on Friday, and on Sunday {fewer} fewer than on Saturday.
step saturday = first + more | On Saturday {=} people come. | How many people come on Saturday?
step sunday = saturday - fewer | On Sunday {=} people come. | How many people come on Sunday?
step two_nights = first + saturday | On Friday and Saturday {=} people come. | How many people come on Friday and Saturday together?
step visitors = two_nights + sunday | On all three days {=} people come. | How many people come on all three days?

template rehearsal
let scenes = 4..12
let minutes = 10..25
let again = 2..4
tell {A} rehearses a play with {scenes} scenes and gives every scene {minutes} minutes. ~ Every one of a play's {scenes} scenes takes {minutes} minutes when {A} rehearses it.
step once = scenes * minutes | The scenes take {=} minutes. | How many minutes does it take to rehearse all scenes once?
tell The whole play is rehearsed {again.times}. ~ {again.Times} the whole play is rehearsed.
step rehearsals = once * again | In all it takes {=} minutes. | How many minutes does {A} rehearse in all? | minutes: the rehearsal time
