extra {A}'s flat is on floor {3..15}.
extra The party playlist has {20..90} songs.
extra {A} turned {12..60} this week.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template pizza
let guests = 6..30
let slices = 2..4
let per_pizza = 6, 8, 10, 12
let hosts = 2..4
let pizza_price = 8..18
tell {A} has {guests} guests at a party, and each of them eats {slices} slices of pizza. The {hosts} hosts eat as much as a guest each. ~ At {A}'s party {guests} guests and {hosts} hosts eat pizza, {slices} slices each.
step eaters = guests + hosts | {=} people eat. | How many people eat pizza at the party? | people: the people at the party
step eaten = eaters * slices | They eat {=} slices. | How many slices of pizza are eaten?
tell A pizza has {per_pizza} slices, and nothing is left over. ~ Each pizza is cut into {per_pizza} slices; all of them are eaten.
step pizzas = eaten / per_pizza | That is {=} pizzas. | How many pizzas are eaten?
tell A pizza costs ${pizza_price}. ~ The price of a pizza is ${pizza_price}.
step pizza_cost = pizzas * pizza_price | The pizzas cost {=} dollars. | How many dollars do the pizzas cost? | cost: the pizza bill

template balloons
pick balloon = balloon
let packs = 4..20
let per_pack = 10..30 by 5
let burst = 3..25
let rooms = divisor of packs * per_pack - burst in 2..12
tell {A} blows up {packs} packs of {per_pack} balloons. ~ There are {per_pack} balloons in a pack, and {A} blows up {packs} packs.
step blown = packs * per_pack | {A} blows up {=} balloons. | How many balloons does {A} blow up?
tell Before the party, {burst} of them burst. ~ {burst} of the balloons burst before the party.
step whole_balloons = blown - burst | {=} balloons stay whole. | How many balloons do not burst? | things(balloon): the balloons that did not burst
tell {A} hangs them up, equally many in each of {rooms} rooms. ~ In {rooms} rooms, {A} hangs up equally many of them.
step per_room = whole_balloons / rooms | In each room hang {=} balloons. | How many balloons hang in each room?

template invitations
let friends = 8..40
let bring = 2..3
let ill = 2..6
tell {A} invites {friends} friends and asks each of them to bring {bring} more people. ~ Each of the {friends} friends whom {A} invites is to bring {bring} more people.
step companions = friends * bring | The friends are to bring {=} people. | How many people are the friends to bring?
step expected = friends + companions | {A} expects {=} guests. | How many guests does {A} expect? | people: the guests
tell On that day, {ill} of all these people are ill and stay away. ~ {ill} of all these people stay away because they are ill.
step came = expected - ill | {=} guests come. | How many guests come? | people: the guests who come

template favours
pick treat = chocolate, whistle, yo-yo/yo-yos, bouncy ball
let bags = 8..30
let each = 2..6
let spare = 3..20
tell {A} fills {bags} gift bags with {each} {treat.s} each and still has {spare} {treat.s}. ~ After putting {each} {treat.s} into each of {bags} gift bags, {A} has {spare} {treat.s} over.
step in_bags = bags * each | In the bags are {=} {treat.s}. | How many {treat.s} are in the gift bags?
step treats = in_bags + spare | At first {A} had {=} {treat.s}. | How many {treat.s} did {A} have at first?
