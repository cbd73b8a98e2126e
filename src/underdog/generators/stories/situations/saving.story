extra {A}'s bank is {2..9} streets away.
extra {A} has had this savings account for {2..8} years.
extra The bank opens at {7..10} in the morning.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template weekly
pick hobby = dance course, pottery course, swimming course
let weekly = 4..25 ^
let weeks = 5..30
let start = 20..150
tell {A} has ${start} in a piggy bank and puts in another ${weekly} every week for {weeks} weeks. ~ For {weeks} weeks, {A} puts ${weekly} a week into a piggy bank that had ${start} in it before.
step put_in = weekly * weeks | Over the weeks {A} puts in {=} dollars. | How many dollars does {A} put in over the weeks?
step saved = start + put_in | Then {=} dollars are in the piggy bank. | How many dollars are in the piggy bank then? | money: the money in the piggy bank
let price = 30..saved-5
tell Then {A} pays for a {hobby} that costs ${price}. ~ After that, {A} pays ${price} for a {hobby}.
step left = saved - price | After paying, {A} has {=} dollars left. | How many dollars are left after {A} pays for the {hobby}? | money: the money left after the {hobby}

template two_savers
let first_start = 20..80
let first_weekly = 5..15
let second_weekly = 3..12
let weeks = 4..20
tell {A} starts with ${first_start} and saves ${first_weekly} a week. {B} starts with nothing and saves ${second_weekly} a week. ~ {B}, who has nothing at first, saves ${second_weekly} a week, and {A}, who has ${first_start}, saves ${first_weekly} a week.
tell They go on for {weeks} weeks. ~ Both keep this up for {weeks} weeks.
step first_saved = first_weekly * weeks | {A} saves {=} dollars in that time. | How many dollars does {A} save in that time?
step first_has = first_start + first_saved | {A} then has {=} dollars. | How many dollars does {A} have then? | money: the money of {A}
step second_has = second_weekly * weeks | {B} then has {=} dollars. | How many dollars does {B} have then?
step together = first_has + second_has | Together they have {=} dollars. | How many dollars do {A} and {B} have together then?

template pocket_money
let monthly = 20..60 by 5
let snacks = 4..15
let phone = 5..14
let months = 3..12
tell Each month {A} gets ${monthly} of pocket money, spends ${snacks} of it on snacks and ${phone} on the phone, and saves the rest. ~ {A} saves whatever is left of ${monthly} of monthly pocket money after ${snacks} for snacks and ${phone} for the phone.
step spending = snacks + phone | {A} spends {=} dollars a month. | How many dollars does {A} spend each month?
step monthly_saving = monthly - spending | {A} saves {=} dollars a month. | How many dollars does {A} save each month?
tell {A} does so for {months} months. ~ This goes on for {months} months.
step saved = monthly_saving * months | In that time {A} saves {=} dollars. | How many dollars does {A} save in that time? | money: these savings

template coins
let fives = 4..30
let twos = 5..40
tell In {A}'s drawer are {fives} five-dollar notes and {twos} two-dollar coins. ~ {A} counts {fives} five-dollar notes and {twos} two-dollar coins.
step from_fives = fives * 5 | The notes make {=} dollars. | How many dollars are the notes worth?
step from_twos = twos * 2 | The coins make {=} dollars. | How many dollars are the coins worth?
step counted = from_fives + from_twos | Together that is {=} dollars. | How many dollars does {A} count in all? | money: the counted money

template interest
let deposit = 200..2000 by 100
let percent = 2..9
let years = 2..6
tell {A} lends {B} ${deposit} for {years} years. Each year {B} pays {percent}% of that sum as interest, and at the end {B} gives the sum itself back. ~ {B} borrows ${deposit} from {A} for {years} years, pays {percent}% of it as interest every year, and gives the sum itself back at the end.
step yearly = deposit * percent / 100 | The interest is {=} dollars a year. | How many dollars of interest does {B} pay each year?
step all_interest = yearly * years | Over the years it is {=} dollars. | How many dollars of interest does {B} pay altogether?
step paid_back = deposit + all_interest | In all {B} pays {=} dollars to {A}. | How many dollars does {A} get from {B} altogether?
