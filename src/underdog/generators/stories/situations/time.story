extra {A}'s watch has lost {2..9} seconds since Sunday.
extra {A} has lived here for {2..12} years.
extra The bus has room for {30..60} people.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template morning
let wash = 8..25
let breakfast = 10..30
let walk = 5..35
tell In the morning {A} needs {wash} minutes to wash and dress, {breakfast} minutes for breakfast and {walk} minutes to walk to work. ~ Washing and dressing takes {A} {wash} minutes, breakfast {breakfast} minutes, and the walk to work {walk} minutes.
step at_home = wash + breakfast | Before the walk {A} needs {=} minutes. | How many minutes does {A} need at home in the morning? | minutes: the time at home
step until_work = at_home + walk | In all it is {=} minutes. | How many minutes does {A} need in the morning altogether? | minutes: the time every morning

template film_evening
let length = 80..170
let adverts = 6..25
let pause = 10..20
tell A film lasts {length} minutes. Before it there are {adverts} minutes of adverts, and in the middle there is an interval of {pause} minutes. ~ {A} watches a film of {length} minutes, with {adverts} minutes of adverts before it and an interval of {pause} minutes.
step with_adverts = length + adverts | Film and adverts last {=} minutes. | How many minutes do the film and the adverts last?
step evening = with_adverts + pause | With the interval that is {=} minutes. | How many minutes does everything last, interval included?

template piano
let pieces = 3..8
let per_piece = 8..20
let scales = 10..30
tell {A} practises {pieces} pieces on the piano for {per_piece} minutes each and then plays scales for {scales} minutes. ~ Every one of {pieces} piano pieces gets {per_piece} minutes of {A}'s time, and the scales after that get {scales} minutes.
step on_pieces = pieces * per_piece | The pieces take {=} minutes. | How many minutes does {A} practise pieces? | minutes: the time for pieces
step practice = on_pieces + scales | With scales {A} plays {=} minutes. | How many minutes does {A} play the piano altogether? | minutes: the piano practice

template washing
let loads = 2..6
let wash = 40..90 by 5
let dry = 30..80 by 5
tell {A} has {loads} loads of laundry. One after the other, each is washed for {wash} minutes and then dried for {dry} minutes before the next begins. ~ One load after the other, {A} washes each for {wash} minutes and dries it for {dry} minutes; there are {loads} loads.
step per_load = wash + dry | One load takes {=} minutes. | How many minutes does one load take? | minutes: the time for a load
step laundry = per_load * loads | All loads take {=} minutes. | How many minutes do all the loads take? | minutes: the laundry time

template meeting
let speakers = 4..12
let talk = 8..20
let questions = 3..8
let welcome = 5..15
tell At a meeting, each of {speakers} speakers talks for {talk} minutes and then answers questions for {questions} minutes. ~ {speakers} speakers come to a meeting; each gets {talk} minutes to talk and {questions} minutes for questions.
step per_speaker = talk + questions | Each speaker takes {=} minutes. | How many minutes does each speaker take?
step speaking = per_speaker * speakers | All speakers take {=} minutes. | How many minutes do all the speakers take?
tell It all begins with {welcome} minutes of welcome by {A}. ~ Before the first speaker, {A} welcomes everyone for {welcome} minutes.
step meeting = speaking + welcome | The meeting lasts {=} minutes. | How many minutes does the whole meeting last?

template hourglass
let turns = 4..15
let sand = 3..12
let late = 2..10
tell An hourglass runs for {sand} minutes. {A} lets it run through {turns} times without a pause. ~ {A} lets an hourglass of {sand} minutes run through {turns} times without a pause.
step running = turns * sand | The sand runs for {=} minutes. | How many minutes does the sand run?
tell The last time, {A} notices only {late} minutes later that the glass is empty. ~ After the last time it stands empty for {late} minutes before {A} notices.
step noticed = running + late | {A} notices after {=} minutes. | After how many minutes in all does {A} notice that the glass is empty?
