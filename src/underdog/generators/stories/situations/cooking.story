extra {A}'s kitchen has {2..4} windows.
extra The cookbook has {120..380} pages.
extra {A} learned to cook {3..20} years ago.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template soup
let people = 4..16
let portions = 2..3
let millilitres = 200..350 by 50
tell {A} cooks soup for {people} guests, and each of them eats {portions} bowls. ~ Each of {people} guests eats {portions} bowls of {A}'s soup.
step bowls = people * portions | The guests eat {=} bowls. | How many bowls of soup do the guests eat?
tell A bowl holds {millilitres} millilitres. ~ There are {millilitres} millilitres in a bowl.
step soup = bowls * millilitres | That is {=} millilitres of soup. | How many millilitres of soup do the guests eat?

template dumplings
pick food = dumpling, spring roll, meatball, pierogi/pierogi
let minutes = 20..60 by 5
let rate = 2..4
let eaters = 3..9
tell {A} folds {rate} {food.s} a minute and keeps going for {minutes} minutes. ~ In {minutes} minutes of work, {A} makes {rate} {food.s} every minute.
step made = minutes * rate | {A} makes {=} {food.s}. | How many {food.s} does {A} make? | things(food): the {food.s} on the tray
let broken = 2..12
tell While they are cooked, {broken} fall apart. ~ {broken} of them fall apart in the pot.
step good = made - broken | {=} {food.s} stay in one piece. | How many {food.s} stay in one piece? | things(food): the {food.s} in one piece

template scale
pick dish = curry, stew, risotto, chilli
let recipe_people = 2..6
let grams_each = 60..150 by 10
let factor = 2..5
tell A recipe for {dish} serves {recipe_people} people and takes {grams_each} grams of rice for each. {A} makes {factor.times} that amount. ~ {A} makes {factor.times} the amount of a {dish} recipe, which serves {recipe_people} people with {grams_each} grams of rice for each.
step grams = recipe_people * grams_each | The recipe takes {=} grams of rice. | How many grams of rice does the recipe take?
step rice = grams * factor | {A} needs {=} grams of rice. | How many grams of rice does {A} need?

template jam
let baskets = 3..10
let kilos = 2..6
let lost_percent = 10, 20, 25, 50
tell {A} picks {baskets} baskets of plums with {kilos} kg in each. ~ Each of {A}'s {baskets} baskets holds {kilos} kg of plums.
step plums = baskets * kilos | {A} has {=} kg of plums. | How many kilograms of plums does {A} have? | kg: the plums
tell When stones are taken out, {lost_percent}% of the weight is lost. ~ Taking out the stones loses {lost_percent}% of the weight.
step stones = plums * lost_percent / 100 | The stones weigh {=} kg. | How many kilograms do the stones weigh?
step fruit = plums - stones | {=} kg of fruit are left. | How many kilograms of fruit are left without the stones? | kg: the fruit

template menu
let starters = 8..30
let starter_price = 4..9
let mains = 10..40
let main_price = 11..24
let ingredients = 80..200 by 10
tell In one evening {A}'s restaurant sells {starters} starters at ${starter_price} and {mains} main dishes at ${main_price}. ~ {A}'s restaurant has sold {starters} starters for ${starter_price} each and {mains} main dishes for ${main_price} each in one evening.
step starter_income = starters * starter_price | The starters bring {=} dollars. | How many dollars do the starters bring?
step main_income = mains * main_price | The main dishes bring {=} dollars. | How many dollars do the main dishes bring?
step takings = starter_income + main_income | Together that is {=} dollars. | How many dollars does the restaurant take in that evening? | pay: the takings of the evening
tell The ingredients cost ${ingredients}. ~ For ingredients, {A} paid ${ingredients}.
step evening_gain = takings - ingredients | After the ingredients are paid, {=} dollars remain. | How many dollars remain after the ingredients are paid? | pay: the money that remains after the ingredients
