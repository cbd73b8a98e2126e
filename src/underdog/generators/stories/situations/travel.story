extra {A}'s car is {2..14} years old.
extra The radio plays {3..9} songs in a row.
extra {A}'s suitcase weighs {8..22} kg.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template two_legs
let first_speed = 40..100 by 5
let first_hours = 2..5
let second_speed = 30..90 by 5
let second_hours = 2..4
tell {A} drives for {first_hours} hours at {first_speed} km an hour and then for {second_hours} hours at {second_speed} km an hour. ~ First {A} drives {first_hours} hours at {first_speed} km an hour; the next {second_hours} hours are driven at {second_speed} km an hour.
step first_km = first_speed * first_hours | First {A} covers {=} km. | How many kilometres does {A} cover in the first part?
step second_km = second_speed * second_hours | Then {A} covers {=} km. | How many kilometres does {A} cover in the second part?
step distance = first_km + second_km | In all it is {=} km. | How many kilometres does {A} drive altogether? | driven: the way driven

template train
let stops = 4..12
let between = 5..20
let wait = 2..4
tell A slow train leaves the first station and makes {stops} further stops, the last of them at the end of the line. The ride to each next stop takes {between} minutes. ~ After the first station a slow train stops {stops} more times, the last time at the end of the line, and it takes {between} minutes from stop to stop.
step riding = stops * between | The train is moving for {=} minutes. | How many minutes is the train moving?
tell At every stop except the last it waits for {wait} minutes. ~ It waits {wait} minutes at each stop but the last.
step waits = stops - 1 | It waits at {=} stops. | At how many of these stops does the train wait?
step waiting = waits * wait | It waits for {=} minutes. | How many minutes does the train wait altogether?
step ride = riding + waiting | The ride takes {=} minutes. | How many minutes does the whole ride take?

template bike_tour
let days = 3..9
let daily = 20..80 by 5
let rest_days = 2..4
let last = 10..45
tell On a bicycle tour, {A} rides {daily} km a day for {days} days and another {last} km on the final day. ~ {A} is on a bicycle tour: {days} days with {daily} km each, then a final day with {last} km.
step before_last = days * daily | Before the final day it is {=} km. | How many kilometres does {A} ride before the final day? | walked: the tour before the final day
step tour = before_last + last | The tour is {=} km long. | How many kilometres long is the whole tour? | walked: the whole tour

template meet
let first_speed = 40..90 by 5
let second_speed = 35..85 by 5
let hours = 2..5
tell {A} and {B} start at the same time from two cities and drive towards each other, {A} at {first_speed} km an hour and {B} at {second_speed} km an hour. ~ From two cities, {A} and {B} set out towards each other at the same time. {A} drives {first_speed} km an hour and {B} {second_speed} km an hour.
step closing = first_speed + second_speed | They get {=} km closer every hour. | By how many kilometres do they get closer every hour?
tell They meet after {hours} hours. ~ After {hours} hours they meet.
step apart = closing * hours | The cities are {=} km apart. | How many kilometres apart are the two cities?

template ferry
let cars = 20..60
let people_each = 2..4
let walkers = 15..90
tell A ferry carries {cars} cars with {people_each} people in each, and {walkers} passengers on foot. ~ On board a ferry are {cars} cars, each with {people_each} people, and {walkers} passengers on foot.
step in_cars = cars * people_each | In the cars are {=} people. | How many people came by car?
step passengers = in_cars + walkers | The ferry carries {=} passengers. | How many passengers does the ferry carry? | travellers: the passengers

template road_trip
let total = 300..900 by 20
let first_part = 2, 3, 4, 5
let second = 40..120 by 5
tell {A}'s trip is {total} km long. On the first day {A} drives {first_part.th} of it, and on the second day {second} km. ~ On the first of three days {A} drives {first_part.th} of a trip of {total} km, on the second day {second} km.
step first_day = total / first_part | On the first day {A} drives {=} km. | How many kilometres does {A} drive on the first day? | driven: the first day's way
step two_days = first_day + second | On both days {A} drives {=} km. | How many kilometres does {A} drive on the first two days?
step third_day = total - two_days | For the third day {=} km are left. | How many kilometres are left for the third day? | driven: the way on the third day

template roads
let motorway = 20..180 by 2
let country = 8..90 by 2
tell {A} drives {motorway} km on a motorway and then {country} km on country roads. ~ After {motorway} km on a motorway, {A} drives {country} km on country roads.
step so_far = motorway + country | So far {A} has driven {=} km. | How many kilometres does {A} drive on these roads? | drive: the way so far

template lake
let rounds = 2..6
let shore = 3..9
tell The path around a lake is {shore} km long, and {A} walks around the lake {rounds} times. ~ {A} walks {rounds} times around a lake on a path of {shore} km.
step lake_walk = rounds * shore | {A} walks {=} km. | How many kilometres does {A} walk around the lake? | walk: the walk around the lake
