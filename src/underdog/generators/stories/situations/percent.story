extra The mayor has been in office for {2..11} years.
extra A survey of the town took {3..9} weeks.
extra The town hall has {2..6} clocks.

template town
let people = 2000..9000 by 500 ^
let grow_percent = 2, 4, 5, 10, 20
let moved = 20..150
tell A town has {people} inhabitants. In one year their number grows by {grow_percent}%. ~ Within a year, the {people} inhabitants of a town become {grow_percent}% more.
step growth = people * grow_percent / 100 | The town gains {=} inhabitants. | How many inhabitants does the town gain in that year?
step then_people = people + growth | Then it has {=} inhabitants. | How many inhabitants does the town have after that year?
tell The year after, {moved} people move away and nobody else comes or goes. ~ In the following year the only change is that {moved} people move away.
step after_move = then_people - moved | In the end {=} inhabitants are left. | How many inhabitants does the town have after the second year?

template exam
let questions = 20..80 by 20
let right_percent = 55..95 by 5
let points = 2..5
tell A test has {questions} questions, and {A} answers {right_percent}% of them correctly. ~ {A} gets {right_percent}% of the {questions} questions of a test right.
step right = questions * right_percent / 100 | {A} has {=} right answers. | How many questions does {A} answer correctly?
tell Each right answer is worth {points} points, and a wrong one gives none. ~ One gets {points} points for a right answer and nothing for a wrong one.
step score = right * points | {A} scores {=} points. | How many points does {A} score? | points: {A}'s points from the test

template charging
let minutes_per = 2..5
let full_percent = 80..100 by 5
let now_percent = 5..60 by 5
tell {A}'s phone is charged to {now_percent}% and must reach {full_percent}%. Each percent takes {minutes_per} minutes. ~ To go from {now_percent}% to {full_percent}%, the battery of {A}'s phone needs {minutes_per} minutes for each percent.
step to_charge = full_percent - now_percent | There are {=} percent to charge. | How many percent must be charged?
step charging = to_charge * minutes_per | That takes {=} minutes. | How many minutes does charging take?

template votes
let voters = 200..1200 by 100
let turnout_percent = 40..90 by 10
let yes_percent = 10..90 by 10
tell Of {voters} members of a club, {turnout_percent}% vote. ~ {turnout_percent}% of a club's {voters} members vote.
step votes = voters * turnout_percent / 100 | {=} members vote. | How many members vote?
tell Of those who vote, {yes_percent}% vote for a new roof and the others against it. ~ {yes_percent}% of the votes are for a new roof, and all others are against it.
step yes_votes = votes * yes_percent / 100 | For the roof there are {=} votes. | How many votes are for the new roof?
step no_votes = votes - yes_votes | Against it there are {=} votes. | How many votes are against the new roof?

template rent
let rent = 400..1500 by 100
let percent = 2, 3, 4, 5, 8, 10
let months = 6, 12, 18, 24
tell {A}'s monthly rent of ${rent} goes up by {percent}%. ~ {A} pays ${rent} of rent a month, and now it is raised by {percent}%.
step rise = rent * percent / 100 | The rent rises by {=} dollars. | By how many dollars does the monthly rent rise?
step new_rent = rent + rise | The new rent is {=} dollars a month. | How many dollars is the new monthly rent? | cost: the new rent of one month
tell {A} goes on living there for {months} months at the new rent. ~ At the new rent, {A} stays for {months} months.
step all_rent = new_rent * months | In that time {A} pays {=} dollars. | How many dollars of rent does {A} pay in that time?
