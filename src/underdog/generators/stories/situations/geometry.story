extra {A} has owned this land for {3..30} years.
extra The nearest neighbour lives {2..9} km away.
extra {A}'s toolbox weighs {5..15} kg.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template fence
let length = 12..60 ^
let width = 5..length-2
let metre_price = 3..14
tell {A} fences a rectangular meadow that is {length} metres long and {width} metres wide. ~ A rectangular meadow of {A}'s, {length} metres by {width} metres, gets a fence all around.
step half_way = length + width | One long and one short side are {=} metres. | How many metres are one long and one short side of the meadow together?
step perimeter = half_way * 2 | The fence is {=} metres long. | How many metres of fence does {A} need?
tell A metre of fence costs ${metre_price}. ~ The price of the fence is ${metre_price} a metre.
step price = perimeter * metre_price | The fence costs {=} dollars. | How many dollars does the fence cost? | cost: the price of the fence

template tiles
pick tile = tile
let length = 3..12
let width = 2..9
let per_square = 4, 9, 16, 25
let in_stock = 10..40
tell {A} tiles a floor that measures {length} metres by {width} metres. ~ The floor that {A} wants to tile is {length} metres long and {width} metres wide.
step area = length * width | The floor has {=} square metres. | How many square metres does the floor have?
tell A square metre takes {per_square} tiles. ~ For one square metre, {per_square} tiles are needed.
step tiles = area * per_square | It takes {=} tiles. | How many tiles does the floor take?
tell In the cellar, {A} finds {in_stock} matching tiles. ~ {in_stock} matching tiles are already in the cellar.
step to_buy = tiles - in_stock | {A} must buy {=} tiles. | How many tiles does {A} have to buy? | things(tile): the tiles from the shop

template boxes
pick material = wood, card, tin, clay
let length = 3..12
let width = 2..10
let height = 2..8
let blocks = 2..6
tell A solid block is {length} cm long, {width} cm wide and {height} cm high. ~ {length} cm, {width} cm and {height} cm are the length, width and height of a solid block.
step base = length * width | Its base has {=} square centimetres. | How many square centimetres does the base of the block have?
step volume = base * height | Its volume is {=} cubic centimetres. | How many cubic centimetres is the volume of the block?
tell {A} makes {blocks} such blocks of {material}. ~ Of {material}, {A} makes {blocks} blocks like this.
step material_needed = volume * blocks | The blocks take {=} cubic centimetres of {material}. | How many cubic centimetres of {material} do all the blocks take?

template frame_path
let inner_length = 8..30
let inner_width = 4..inner_length-2
let border = 2..4
tell A pond is {inner_length} metres long and {inner_width} metres wide, and a paved border {border} metres wide runs around it on all four sides. ~ All around a rectangular pond of {inner_length} metres by {inner_width} metres runs a paved border, {border} metres wide.
substep both_borders = border * 2 | The border adds {=} metres in each direction. | By how many metres does the border lengthen each side of the rectangle?
step outer_length = inner_length + both_borders | With the border it is {=} metres long. | How many metres long is the pond with its border?
step outer_width = inner_width + both_borders | With the border it is {=} metres wide. | How many metres wide is the pond with its border?
step outer_area = outer_length * outer_width | With the border it covers {=} square metres. | How many square metres does the pond cover with its border?
step pond_area = inner_length * inner_width | The pond covers {=} square metres. | How many square metres does the pond alone cover?
step paved = outer_area - pond_area | The border covers {=} square metres. | How many square metres does the paved border cover?

template ribbon
let roll = 300..900 by 20 ^
let presents = 3..9
let per_present = 25..60 by 5
tell A roll has {roll} cm of ribbon. {A} ties up {presents} parcels and uses {per_present} cm for each. ~ For each of {presents} parcels, {A} cuts {per_present} cm from a roll of {roll} cm of ribbon.
step used = presents * per_present | The parcels take {=} cm. | How many centimetres of ribbon do the parcels take?
step left = roll - used | On the roll {=} cm are left. | How many centimetres of ribbon are left on the roll? | cm: the ribbon on the roll

template square_rope
let side = 6..40
let squares = 2..5
let spare = 5..30
tell {A} marks out {squares} square flower beds with rope; each side is {side} metres. The beds do not touch. ~ With rope, {A} marks out {squares} separate square beds whose sides are {side} metres.
step around = side * 4 | Around one bed go {=} metres. | How many metres of rope go around one bed?
step all_around = around * squares | All beds take {=} metres. | How many metres of rope do all the beds take?
tell When that is done, {spare} metres of rope are left over. ~ In the end {spare} metres of rope remain unused.
step rope = all_around + spare | The rope was {=} metres long. | How many metres of rope did {A} have at first?
