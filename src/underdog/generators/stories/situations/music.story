extra The concert hall has {2..6} doors.
extra {A}'s violin is {10..150} years old.
extra {A} has played for {2..30} years.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template choir
let rows = 4..9
let singers = 8..16
let new = 3..15
let left = 2..10
tell A choir stands in {rows} rows of {singers} singers. ~ There are {singers} singers in each of a choir's {rows} rows.
step choir = rows * singers | The choir has {=} singers. | How many singers does the choir have?
tell In autumn {new} people join and {left} leave. ~ {new} people join in autumn, and {left} leave.
step joined = choir + new | With those who join there are {=} singers. | How many singers are there with those who join?
step now = joined - left | Then the choir has {=} singers. | How many singers does the choir have after autumn? | people: the singers

template concert
let songs = 8..20
let minutes = 3..5
let breaks = 15..30 by 5
let encores = 2..4
tell A band plays {songs} songs of {minutes} minutes each, and there is an interval of {breaks} minutes. ~ {A}'s band has {songs} songs to play, each {minutes} minutes long, and an interval of {breaks} minutes.
step music = songs * minutes | The songs last {=} minutes. | How many minutes do the songs last?
step evening = music + breaks | With the interval it is {=} minutes. | How many minutes does the concert last, interval included?
tell At the end come {encores} encores, as long as the other songs. ~ As encores, {encores} more songs of that length follow.
step encore_time = encores * minutes | The encores last {=} minutes. | How many minutes do the encores last?
step concert = evening + encore_time | Altogether it is {=} minutes. | How many minutes does everything last, encores included?

template albums
let albums = 3..12
let songs = 9..16
let price = 2..3
let own = 10..50
tell {A} wants every song of a singer who has made {albums} albums with {songs} songs each. ~ A singer has made {albums} albums of {songs} songs, and {A} wants to have every song.
step all_songs = albums * songs | There are {=} songs. | How many songs has the singer made?
tell {A} already has {own} of them. ~ {own} of the songs are already in {A}'s collection.
step lacking = all_songs - own | {A} lacks {=} songs. | How many of the songs does {A} not have yet?
tell A song costs ${price}. ~ ${price} is the price of a song.
step song_cost = lacking * price | They cost {=} dollars. | How many dollars do the songs cost that {A} does not have yet? | cost: the price of these songs

template practice
let weekdays = 15..40 by 5
let weekend = 40..90 by 5
let weeks = 2..8
tell {A} practises the drums {weekdays} minutes on each of the five days from Monday to Friday and {weekend} minutes on Saturday, but never on Sunday. ~ From Monday to Friday {A} practises the drums {weekdays} minutes a day, on Saturday {weekend} minutes, and on Sunday not at all.
step five_days = weekdays * 5 | From Monday to Friday it is {=} minutes. | How many minutes does {A} practise from Monday to Friday?
step week = five_days + weekend | In a week it is {=} minutes. | How many minutes does {A} practise in a week? | total_minutes: the practice of a week
tell {A} keeps this up for {weeks} weeks. ~ For {weeks} weeks it stays like this.
step all_weeks = week * weeks | In these weeks it is {=} minutes. | How many minutes does {A} practise in these weeks? | total_minutes: all this practice
