extra The school is {20..120} years old.
extra {A}'s classroom has {3..6} windows.
extra The school choir has {20..60} members.
extra A clock on the wall was made {3..40} years ago.

template bus_trip
let classes = 3..9
let pupils = 18..30
let teachers = 2..8
tell {classes} classes with {pupils} pupils each and {teachers} teachers go on a trip. ~ On a school trip go {teachers} teachers and {classes} classes, each with {pupils} pupils.
step all_pupils = classes * pupils | {=} pupils go along. | How many pupils go on the trip?
step travellers = all_pupils + teachers | In all {=} people go along. | How many people go on the trip? | travellers: the travellers

template pencils
pick tool = pencil, crayon, marker, ruler
let boxes = 4..20
let per_box = 6..24
let children = 10..30
let each = 2..4
tell A teacher, {A}, has {boxes} boxes of {per_box} {tool.s} and gives {each} {tool.s} to each of {children} children. ~ Each of {children} children gets {each} {tool.s} from {A}, a teacher who has {boxes} boxes of {per_box} {tool.s}.
step all_tools = boxes * per_box | {A} has {=} {tool.s}. | How many {tool.s} does {A} have at first?
step handed_out = children * each | {A} gives out {=} {tool.s}. | How many {tool.s} does {A} give out?
step left = all_tools - handed_out | {=} {tool.s} are left. | How many {tool.s} does {A} have left? | things(tool): the {tool.s} that are left

template grades
let tests = 3..6
let mean = 60..90
let wanted_gain = 2..5
tell In {tests} tests {A} got {mean} points on average. ~ {A}'s average over {tests} tests is {mean} points.
step so_far = tests * mean | So far {A} has {=} points. | How many points does {A} have from these tests together?
tell In one more test {A} wants so many points that the average rises by {wanted_gain}. ~ One more test should lift the average by {wanted_gain} points.
substep new_mean = mean + wanted_gain | The new average is to be {=}. | Which average does {A} want?
substep new_tests = tests + 1 | Then there are {=} tests. | How many tests are there then?
substep new_points = new_mean * new_tests | That takes {=} points. | How many points in all does that average take?
step next_test = new_points - so_far | In that test {A} needs {=} points. | How many points does {A} need in one more test?

template chairs
let rows = 8..20
let per_row = 10..24
let stacked = 10..60
tell For a school concert, {A} sets up {rows} rows of {per_row} chairs. ~ {A} puts {per_row} chairs in each of {rows} rows for a school concert.
step in_rows = rows * per_row | In the rows are {=} chairs. | How many chairs stand in rows?
tell {stacked} chairs stay stacked by the wall. ~ By the wall, {stacked} more chairs stay stacked.
step chairs = in_rows + stacked | The school has {=} chairs in the hall. | How many chairs are in the hall?
let taken = 20..in_rows-10
tell At the concert {taken} people sit in the rows, one on each chair. ~ {taken} people come and sit down, one on each chair of the rows.
step free = chairs - taken | {=} chairs are not used. | How many chairs in the hall are not used, stacked ones included?

template clubs
let pupils = 120..480 by 60
let chess_part = 4, 5, 6, 10
let music_part = 2, 3, 4, 5
tell Of a school's {pupils} pupils, {chess_part.th} are in the chess club and {music_part.th} in the music club; nobody is in both clubs. ~ A school has {pupils} pupils: {chess_part.th} of them play in the chess club, {music_part.th} of them are in the music club, and nobody is in both.
step chess = pupils / chess_part | The chess club has {=} pupils. | How many pupils are in the chess club?
step music = pupils / music_part | The music club has {=} pupils. | How many pupils are in the music club?
step in_clubs = chess + music | In the two clubs are {=} pupils. | How many pupils are in one of the two clubs?
step in_none = pupils - in_clubs | In neither club are {=} pupils. | How many pupils are in neither of the two clubs?
