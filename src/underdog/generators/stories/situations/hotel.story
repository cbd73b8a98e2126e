extra The hotel has {2..4} lifts.
extra Breakfast starts at {6..8} in the morning.
extra {A} carries {2..5} bags.
extra A clock on the wall was made {3..40} years ago.

template rooms
let floors = 3..12
let rooms = 8..25
let beds = 2..3
let free = 5..40
tell A hotel has {floors} floors with {rooms} rooms on each. ~ On each of a hotel's {floors} floors are {rooms} rooms.
step all_rooms = floors * rooms | The hotel has {=} rooms. | How many rooms does the hotel have?
tell Tonight {free} rooms are free. ~ {free} rooms are free tonight.
step taken = all_rooms - free | {=} rooms are taken. | How many rooms are taken tonight?
tell In every taken room sleep {beds} guests. ~ {beds} guests sleep in every room that is taken.
step guests = taken * beds | {=} guests sleep in the hotel. | How many guests sleep in the hotel tonight? | people: the hotel guests

template stay
let nights = 3..12
let price = 50..180 by 10
let breakfast = 6..16
tell {A} stays in a hotel for {nights} nights. A night costs ${price} and breakfast another ${breakfast}; {A} takes it every day. ~ A hotel asks ${price} for a night and ${breakfast} more for breakfast, and {A} stays {nights} nights, with breakfast each time.
step per_night = price + breakfast | A night with breakfast costs {=} dollars. | How many dollars does a night with breakfast cost?
step stay = per_night * nights | The stay costs {=} dollars. | How many dollars does {A}'s stay cost? | cost: the hotel bill

template towels
let rooms = 12..60
let towels = 3..6
let machine = divisor of rooms * towels in 12..48
let minutes = 30..60 by 5
tell {A} washes the towels of {rooms} hotel rooms with {towels} towels each. ~ From each of {rooms} hotel rooms {A} collects {towels} towels for washing.
step all_towels = rooms * towels | There are {=} towels. | How many towels does {A} wash?
tell One machine load is {machine} towels. ~ {machine} towels fill the machine.
step loads = all_towels / machine | It takes {=} loads. | How many machine loads are the towels?
tell A load takes {minutes} minutes, one after the other. ~ One after the other, the loads take {minutes} minutes each.
step laundry = loads * minutes | That takes {=} minutes. | How many minutes does the washing take? | minutes: the washing
