extra The plot was bought {2..9} years ago.
extra A crane is {20..60} metres tall.
extra {A} drinks {2..4} cups of coffee a day.
extra A clock on the wall was made {3..40} years ago.

template wall
let length = 6..40
let bricks_metre = 40..60 by 5
let height = 2..4
let pallets = divisor of length * height * bricks_metre in 4..40
tell {A} builds a wall {length} metres long and {height} metres high. ~ A wall of {A}'s is to be {length} metres long and {height} metres high.
step face = length * height | The wall has {=} square metres. | How many square metres does the wall have?
tell A square metre takes {bricks_metre} bricks. ~ For each square metre {bricks_metre} bricks are needed.
step bricks = face * bricks_metre | It takes {=} bricks. | How many bricks does the wall take?
tell The bricks are delivered on {pallets} equally loaded pallets. ~ {pallets} pallets, all loaded alike, bring exactly these bricks.
step per_pallet = bricks / pallets | A pallet carries {=} bricks. | How many bricks are on each pallet?

template windows
let houses = 3..15
let windows = 6..14
let panes = 2..4
let glass_price = 20..60 by 5
tell {A} builds {houses} houses with {windows} windows each, and every window has {panes} panes. ~ Each of {A}'s {houses} new houses has {windows} windows of {panes} panes.
step all_windows = houses * windows | The houses have {=} windows. | How many windows do the houses have?
step all_panes = all_windows * panes | The windows have {=} panes. | How many panes do the windows have?
tell A pane costs ${glass_price}. ~ ${glass_price} is the price of a pane.
step glass = all_panes * glass_price | The panes cost {=} dollars. | How many dollars do all the panes cost? | cost: the glazier's bill

template planks
pick plank = plank
let beams = 3..10
let beam_cm = 240..600 by 60
let plank_cm = divisor of beam_cm in 20..120
let lost = 2..9
tell {A} saws {beams} beams of {beam_cm} cm into planks of {plank_cm} cm, and no wood is left over. ~ Into planks of {plank_cm} cm, {A} saws {beams} beams that are {beam_cm} cm long, without any waste.
step per_beam = beam_cm / plank_cm | A beam gives {=} planks. | How many planks does each beam give?
step planks = per_beam * beams | All beams give {=} planks. | How many planks does {A} get from the beams? | things(plank): the sawn planks
tell Of the planks, {lost} are crooked and go back. ~ {lost} of the planks turn out crooked and go back.
step straight = planks - lost | {=} planks are straight. | How many planks are straight? | things(plank): the straight planks

template roof
let rows = 12..40
let in_row = 15..50
let spare_percent = 5, 10, 20
tell A roof needs {rows} rows of {in_row} slates. ~ On a roof lie {rows} rows with {in_row} slates in each.
step on_roof = rows * in_row | The roof needs {=} slates. | How many slates does the roof need?
tell {A} orders {spare_percent}% more than that, in case some break. ~ In case some break, {A} orders {spare_percent}% more.
step spare = on_roof * spare_percent / 100 | The reserve is {=} slates. | How many slates does {A} order as a reserve?
step slates = on_roof + spare | {A} orders {=} slates. | How many slates does {A} order altogether?
