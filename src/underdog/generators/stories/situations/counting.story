extra The zoo opened {20..90} years ago.
extra {A} took {5..40} photographs.
extra A keeper has worked there for {2..25} years.
extra A clock on the wall was made {3..40} years ago.

template legs
pick bird = hen, duck, goose/geese, turkey
pick beast = sheep/sheep, goat, pig, donkey
let birds = 4..30
let beasts = 3..20
tell On a farm, {A} counts {birds} {bird.s} and {beasts} {beast.s}. ~ {A} sees {birds} {bird.s} and {beasts} {beast.s} on a farm.
step bird_legs = birds * 2 | The {bird.s} have {=} legs. | How many legs do the {bird.s} have?
step beast_legs = beasts * 4 | The {beast.s} have {=} legs. | How many legs do the {beast.s} have?
step legs = bird_legs + beast_legs | All animals together have {=} legs. | How many legs do the animals have altogether?

template herd
let before = 20..120 ^
let born = 4..20
let moved = 3..18
let pens = divisor of before + born - moved in 2..12
tell A zoo has {before} antelopes. In spring {born} calves are born, and in summer {moved} animals are moved to another zoo. ~ There were {before} antelopes in a zoo before {born} calves were born in spring and {moved} animals were moved to another zoo in summer.
step with_calves = before + born | After spring there are {=} antelopes. | How many antelopes are there after spring?
step herd = with_calves - moved | After summer there are {=} antelopes. | How many antelopes are there after summer?
tell The herd is split evenly over {pens} enclosures. ~ {pens} enclosures hold equal parts of the herd.
step per_pen = herd / pens | Each enclosure has {=} antelopes. | How many antelopes are in each enclosure?

template stickers
pick sticker = sticker
let pages = 6..30
let rows = 3..6
let in_row = 3..8
let missing = 5..40
tell A sticker album has {pages} pages, each with {rows} rows of {in_row} places. ~ Each of the {pages} pages of a sticker album has {rows} rows with {in_row} places in a row.
step per_page = rows * in_row | A page has {=} places. | How many places does a page have?
step places = per_page * pages | The album has {=} places. | How many places does the album have?
tell In {A}'s album, {missing} places are still empty. ~ {missing} places are still empty in {A}'s album.
step stuck = places - missing | {A} has stuck in {=} stickers. | How many stickers has {A} stuck in? | things(sticker): the stickers in the album

template marbles
pick colour = yellow, black, striped, purple
let red = 6..40
let blue_more = 3..20
let other_times = 2..4
tell In a jar are {red} red marbles, {blue_more} more blue ones than red ones, and {other_times.times} as many {colour} ones as blue ones. ~ A jar of {A}'s holds {red} red marbles. There are {blue_more} more blue ones than red ones and {other_times.times} as many {colour} ones as blue ones.
step blue = red + blue_more | There are {=} blue marbles. | How many blue marbles are in the jar?
step other = blue * other_times | There are {=} {colour} marbles. | How many {colour} marbles are in the jar?
step red_blue = red + blue | Red and blue ones are {=}. | How many red and blue marbles are there together?
step marbles = red_blue + other | The jar has {=} marbles. | How many marbles are in the jar?

template stairs
let floors = 4..20
let per_floor = 12..24
let times = 2..6
tell A tower has {floors} floors above the ground, with {per_floor} steps from each floor to the next. ~ From each floor of a tower to the next there are {per_floor} steps, and there are {floors} floors above the ground.
step up = floors * per_floor | To the top there are {=} steps. | How many steps lead from the ground to the top floor?
step up_down = up * 2 | Up and down is {=} steps. | How many steps is it up and down again?
tell {A} climbs all the way up and comes down again {times.times}. ~ {times.Times}, {A} climbs all the way up and comes down again.
step climbed = up_down * times | In all {A} takes {=} steps. | How many steps does {A} take in all?
