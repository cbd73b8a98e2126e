extra The harbour has {2..5} lighthouses.
extra {A}'s boat is {6..14} metres long.
extra The water is {8..16} degrees warm.
extra A clock on the wall was made {3..40} years ago.

template boats
pick catch = herring/herrings, crab, squid/squid, mussel
let boats = 3..9
let crates = 5..20
let per_crate = 10..40 by 5
let sold_share = divisor of boats * crates in 2..5
tell {boats} boats come home, each with {crates} crates of {catch.s}. ~ Each of {boats} boats brings home {crates} crates of {catch.s}.
step all_crates = boats * crates | They bring {=} crates. | How many crates do the boats bring?
tell {A} buys {sold_share.th} of the crates for a restaurant. ~ For a restaurant, {A} buys {sold_share.th} of the crates.
step bought = all_crates / sold_share | {A} buys {=} crates. | How many crates does {A} buy?
tell A crate holds {per_crate} {catch.s}. ~ In a crate are {per_crate} {catch.s}.
step in_bought = bought * per_crate | In them are {=} {catch.s}. | How many {catch.s} does {A} buy? | things(catch): the {catch.s} that {A} bought

template anglers
let first = 4..20
let times = 2..4
let fewer = 2..6
tell {A} catches {first} fish. {B} catches {times.times} as many, and {C} catches {fewer} fewer than {B}. ~ {B} catches {times.times} as many fish as {A}, who catches {first}; {C} catches {fewer} fewer than {B}.
step second = first * times | {B} catches {=} fish. | How many fish does {B} catch?
step third = second - fewer | {C} catches {=} fish. | How many fish does {C} catch?
step of_two = first + second | {A} and {B} catch {=} fish. | How many fish do {A} and {B} catch together?
step fish = of_two + third | All three catch {=} fish. | How many fish do the three of them catch together?

template nets
let nets = 4..15
let metres = 20..60 by 5
let torn = 15..80
tell {A} ties {nets} nets of {metres} metres together, end to end. ~ End to end, {A} ties together {nets} nets that are {metres} metres long.
step joined = nets * metres | Together they are {=} metres long. | How many metres long are the nets together?
tell A storm tears off {torn} metres. ~ Then {torn} metres are torn off in a storm.
step left = joined - torn | {=} metres are left. | How many metres of net are left after the storm?

template smoke
let kilos = 40..200 by 10
let lost_percent = 10, 20, 25, 30, 40
tell {A} smokes {kilos} kg of trout, and in the smoke they lose {lost_percent}% of their weight. ~ In smoking, {kilos} kg of {A}'s trout lose {lost_percent}% of their weight.
step lost = kilos * lost_percent / 100 | They lose {=} kg. | How many kilograms do the trout lose?
step smoked = kilos - lost | Smoked, they weigh {=} kg. | How many kilograms do the smoked trout weigh? | kg: the smoked trout
