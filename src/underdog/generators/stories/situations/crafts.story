extra {A} has {2..7} pairs of scissors.
extra {A}'s sewing basket is {5..50} years old.
extra The craft fair takes place {2..4} times a year.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template knitting
pick garment = scarf/scarves, pullover, blanket, shawl
let count = 3..9
let balls = 4..12
let metres = 50..150 by 10
tell {A} knits {count} {garment.s}, each from {balls} balls of wool. ~ From {balls} balls of wool each, {A} knits {count} {garment.s}.
step all_balls = count * balls | The {garment.s} take {=} balls. | How many balls of wool do the {garment.s} take?
tell In a ball there are {metres} metres of wool. ~ A ball has {metres} metres of wool.
step wool = all_balls * metres | That is {=} metres of wool. | How many metres of wool do the {garment.s} take?

template beads
pick piece = necklace, bracelet, keyring
let bags = 3..12
let beads = 40..120 by 20
let per_piece = divisor of bags * beads in 8..60
tell {A} has {bags} bags with {beads} beads in each. ~ In each of {A}'s {bags} bags are {beads} beads.
step all_beads = bags * beads | {A} has {=} beads. | How many beads does {A} have?
tell One {piece} takes {per_piece} beads, and {A} uses up all of them. ~ For every {piece}, {A} needs {per_piece} beads, and no bead is left over.
step made = all_beads / per_piece | {A} makes {=} {piece.s}. | How many {piece.s} does {A} make? | things(piece): the finished {piece.s}

template quilt
let rows = 6..16
let in_row = 5..15
let red = 10..40
let blue_more = 3..15
tell A quilt has {rows} rows of {in_row} squares. ~ There are {rows} rows in a quilt and {in_row} squares in each row.
step squares = rows * in_row | The quilt has {=} squares. | How many squares does the quilt have?
tell {red} squares are red, and there are {blue_more} more blue squares than red ones; all others are white. ~ All squares are white but {red} red ones and the blue ones, of which there are {blue_more} more than red ones.
step blue = red + blue_more | {=} squares are blue. | How many squares are blue?
step coloured = red + blue | {=} squares are red or blue. | How many squares are red or blue?
step white = squares - coloured | {=} squares are white. | How many squares are white?

template cards
pick card = birthday card, thank-you card, bookmark
let sheets = 6..30
let per_sheet = 4..8
let spoiled = 3..12
tell {A} cuts {sheets} sheets of paper into {per_sheet} {card.s} each. ~ Every one of {sheets} sheets of paper gives {A} {per_sheet} {card.s}.
step cut = sheets * per_sheet | {A} cuts {=} {card.s}. | How many {card.s} does {A} cut?
tell In painting them, {A} spoils {spoiled}. ~ {spoiled} of them are spoilt while {A} paints them.
step painted = cut - spoiled | {=} {card.s} are fine. | How many {card.s} are not spoilt? | things(card): the painted {card.s}
