extra {A}'s shirt has the number {2..99}.
extra The stadium was built {5..70} years ago.
extra The referee has worked {12..90} games.
extra A clock on the wall was made {3..40} years ago.

template basketball
let twos = 4..18
let threes = 2..9
let free = 2..10
tell In a basketball game {A} makes {twos} baskets worth two points, {threes} worth three, and {free} free throws worth one. ~ {A} scores {twos} two-point baskets, {threes} three-point baskets and {free} one-point free throws in a basketball game.
step from_twos = twos * 2 | The two-point baskets give {=} points. | How many points do the two-point baskets give {A}?
step from_threes = threes * 3 | The three-point baskets give {=} points. | How many points do the three-point baskets give {A}?
step from_baskets = from_twos + from_threes | Baskets give {=} points. | How many points do the baskets give {A} without free throws? | points: the points from baskets
step score = from_baskets + free | With free throws {A} has {=} points. | How many points does {A} score in the game? | points: the points of the game

template laps
let metres = 200..800 by 50
let laps = 4..20
let days = 3..6
tell {A} runs {laps} laps on a track that is {metres} metres long. ~ On a track of {metres} metres, {A} runs {laps} laps.
step daily = laps * metres | That is {=} metres. | How many metres are {A}'s laps altogether?
tell {A} does that on {days} days. ~ On {days} days, {A} does just that.
step metres_run = daily * days | On these days {A} runs {=} metres. | How many metres does {A} run on these days altogether?
step km_run = metres_run / 1000 | A kilometre is 1000 metres, so that is {=} km. | How many kilometres does {A} run on these days altogether?

template season
let wins = 6..22
let draws = 2..10
tell {A}'s football team wins {wins} games, draws {draws} and loses the others. A win gives 3 points, a draw 1 and a loss none. ~ With 3 points for a win, 1 for a draw and none for a loss, {A}'s football team has {wins} wins, {draws} draws and a few losses.
step win_points = wins * 3 | The wins give {=} points. | How many points does the team get for wins?
step season_points = win_points + draws | With the draws that is {=} points. | How many points does the team get in the season?

template relay
let runners = 4..8
let seconds = 45..80
let faster = 2..9
tell A relay team has {runners} runners, and each needs {seconds} seconds. ~ Each of the {runners} runners in a relay team needs {seconds} seconds.
step team = runners * seconds | The team needs {=} seconds. | How many seconds does the team need?
tell Another team of {runners} runners is {faster} seconds faster per runner. ~ In another team of {runners}, every runner is {faster} seconds faster.
step gained = runners * faster | The other team is faster by {=} seconds. | By how many seconds is the other team faster?
step other_team = team - gained | The other team needs {=} seconds. | How many seconds does the other team need?

template swimming
let lane = 25, 50
let lanes = 10..40 by 2
let sessions = 2..5
let weeks = 2..8
tell {A} swims {lanes} lengths of a pool that is {lane} metres long in every session. ~ In every session, {A} swims {lanes} lengths in a pool of {lane} metres.
step session = lanes * lane | A session is {=} metres. | How many metres does {A} swim in one session?
tell There are {sessions} sessions a week. ~ Each week has {sessions} sessions.
step weekly = session * sessions | In a week {A} swims {=} metres. | How many metres does {A} swim in a week?
tell {A} trains for {weeks} weeks. ~ The training lasts {weeks} weeks.
step trained = weekly * weeks | In all {A} swims {=} metres. | How many metres does {A} swim in the whole training?

template tickets
let adults = 20..120
let children = 10..90
let adult_price = 6..18
let child_price = 2..5
tell A match is watched by {adults} adults, who pay ${adult_price} each, and {children} children, who pay ${child_price}. ~ {adults} adults at ${adult_price} each and {children} children at ${child_price} each come to watch a match.
step adult_money = adults * adult_price | The adults pay {=} dollars. | How many dollars do the adults pay?
step child_money = children * child_price | The children pay {=} dollars. | How many dollars do the children pay?
step gate_money = adult_money + child_money | Together they pay {=} dollars. | How many dollars do the spectators pay altogether? | income: the ticket money
