extra {A} lives at number {12..98}.
extra {A}'s family has lived in this town for {20..60} years.
extra {A}'s street has {15..40} houses.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.
extra The nearest lake is {2..30} km away.

template sister
let gap = 2..9
let young = 5..20
let later = 3..15
tell {A} is {young} years old, and {A.his} sister is {gap} years older. ~ {A}, who is {young}, has a sister {gap} years older.
step sister_age = young + gap | The sister is {=} years old. | How old is {A}'s sister?
step together = young + sister_age | Together they are {=} years old. | How old are {A} and {A.his} sister together?
tell The family looks ahead {later} years. ~ Think of the time {later} years from now.
substep both_later = later * 2 | Two people gain {=} years in that time. | By how many years will the sum of their two ages grow?
step sum_later = together + both_later | The sum of the ages will then be {=}. | What will the sum of the two ages be then?

template grandmother
let child = 6..12
let times = 5..7
let past = 2..5
tell {A} is {child} years old. {A}'s grandmother is {times.times} as old. ~ {A}'s grandmother is {times.times} as old as {A}, who is {child}.
step grandmother_age = child * times | The grandmother is {=} years old. | How old is {A}'s grandmother?
tell A photograph in the hall shows her {past} years ago. ~ In the hall hangs a photograph of her that was taken {past} years ago.
step on_photo = grandmother_age - past | On the photograph she is {=} years old. | How old is {A}'s grandmother on the photograph?

template three_friends
let first = 10..40
let more = 2..12
let less = 2..7
tell {A} is {first} years old, {B} is {more} years older than {A}, and {C} is {less} years younger than {B}. ~ {C} is {less} years younger than {B}, who is {more} years older than {A}. {A} is {first}.
step second = first + more | {B} is {=} years old. | How old is {B}?
step third = second - less | {C} is {=} years old. | How old is {C}?
step two = first + second | {A} and {B} are {=} years old together. | How old are {A} and {B} together?
step total = two + third | All three are {=} years old together. | How old are {A}, {B} and {C} together?
step average = total / 3 | The average age is {=} years. | What is the average age of {A}, {B} and {C}?

template tree
pick tree = oak, elm, walnut tree, lime tree
let planted = 20..60
let ago = 3..15
let factor = 2..5
tell When {A} moved in {ago} years ago, the {tree} in the yard was {planted} years old. ~ The {tree} in the yard was {planted} years old on the day {A} moved in, and that was {ago} years ago.
step now = planted + ago | Today the {tree} is {=} years old. | How old is the {tree} today?
tell The village church is {factor.times} as old as the {tree} is today. ~ Today the village church has {factor.times} the age of the {tree}.
step church = now * factor | The church is {=} years old. | How old is the village church?
step gap = church - now | The church is {=} years older than the {tree}. | By how many years is the church older than the {tree}?
