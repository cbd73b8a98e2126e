extra The vet's practice has {2..5} rooms.
extra {A}'s dog is {2..12} years old.
extra A parrot in the shop knows {4..20} words.
extra A clock on the wall was made {3..40} years ago.

template aquarium
let tanks = 4..15
let fish = 6..25
tell A pet shop has {tanks} tanks with {fish} fish in each. ~ In each of a pet shop's {tanks} tanks swim {fish} fish.
step all_fish = tanks * fish | The shop has {=} fish. | How many fish does the pet shop have?
let bought = 3..all_fish/2
tell {A} buys {bought} of them for a school. ~ For a school, {A} buys {bought} of them.
step still_there = all_fish - bought | {=} fish stay in the shop. | How many fish stay in the shop?

template food
pick pet = dog, cat, rabbit, ferret
let pets = 3..10
let grams = 60..250 by 10
let days = 7..28
tell {A}'s animal shelter has {pets} {pet.s}, and each eats {grams} grams of food a day. ~ Each of the {pets} {pet.s} in {A}'s animal shelter gets {grams} grams of food a day.
step daily = pets * grams | They eat {=} grams a day. | How many grams of food do the {pet.s} eat in a day?
tell {A} buys food for {days} days. ~ The food that {A} buys lasts {days} days.
step stock = daily * days | {A} buys {=} grams of food. | How many grams of food does {A} buy?

template walks
let walks = 2..4
let minutes = 15..45 by 5
let dogs = 3..8
tell {A} walks dogs. Each of {dogs} dogs is taken out alone, {walks.times} a day, for {minutes} minutes. ~ {walks.Times} a day, {A} takes out each of {dogs} dogs for {minutes} minutes, one dog at a time.
step outings = dogs * walks | {A} goes out {=} times a day. | How many times a day does {A} go out?
step walking = outings * minutes | {A} walks dogs for {=} minutes a day. | How many minutes a day does {A} walk dogs? | minutes: the time with the dogs

template litter
pick young = puppy, kitten, piglet
let mothers = 3..9
let per_litter = 4..9
let fee = 10..60 by 5
tell {mothers} mother animals in {A}'s stable have {per_litter} {young.s} each. ~ In {A}'s stable, each of {mothers} mother animals has {per_litter} {young.s}.
step born = mothers * per_litter | {=} {young.s} are born. | How many {young.s} are born?
tell The vet charges ${fee} for each newborn. ~ For each newborn the vet asks ${fee}.
step vet_bill = born * fee | The vet's bill is {=} dollars. | How many dollars is the vet's bill? | cost: the vet's bill
