# A small world in few words. The last wording of every sentence is held out (`wording=unseen`).

extra {A} is {5..12} years old.
extra The house has {2..9} windows.
extra A dog has {2..9} cups.
extra The box is {3..20} years old.

template gets
pick thing = apple, book, card, ball, pen, shell
let first = 2..30
let more = 2..20
tell {A} has {first} {thing.s}. ~ There are {first} {thing.s} in the house of {A}. ~ In the house of {A} there are {first} {thing.s}.
tell {A} gets {more} more {thing.s}. ~ Then {A} finds {more} more {thing.s}. ~ Now {A} gets {more} more {thing.s}.
step after_more = first + more | {A} has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

template gives
pick thing = apple, book, card, ball, pen, shell
let first = 6..40
let gone = 2..first-2
tell {A} has {first} {thing.s}. ~ There are {first} {thing.s} in the house of {A}. ~ In the house of {A} there are {first} {thing.s}.
tell {A} gives {gone} {thing.s} to {B}. ~ Then {B} gets {gone} {thing.s} from {A}. ~ Then {A} gives {B} {gone} {thing.s}.
step after_gone = first - gone | {A} has {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

template boxes
pick thing = apple, book, card, ball, pen, shell
let boxes = 2..10
let per_box = 2..12
tell {A} has {boxes} boxes with {per_box} {thing.s} in each box. ~ There are {per_box} {thing.s} in each box, and {A} has {boxes} boxes. ~ {A} has {boxes} boxes, and in each box there are {per_box} {thing.s}.
step in_boxes = boxes * per_box | {A} has {=} {thing.s}. | How many {thing.s} does {A} have? ~ What is the number of {thing.s} that {A} has? ~ How many {thing.s} are there? | have(thing): the {thing.s}

template finds_daily
pick thing = shell, card, pen, ball
let daily = 2..12
let days = 2..10
tell {A} finds {daily} {thing.s} each day for {days} days. ~ For {days} days {A} finds {daily} {thing.s} each day. ~ Each day {A} finds {daily} {thing.s}, for {days} days.
step found = daily * days | {A} finds {=} {thing.s}. | How many {thing.s} does {A} have now? ~ What is the number of {thing.s} that {A} has now? ~ Now how many {thing.s} does {A} have? | have(thing): the {thing.s}

template more_than
pick thing = apple, book, card, ball, pen, shell
let other = 2..30
let more = 2..20
tell {B} has {other} {thing.s}. {A} has {more} more {thing.s} than {B}. ~ {A} has {more} more {thing.s} than {B}, and {B} has {other}. ~ There are {other} {thing.s} in the house of {B}, and {A} has {more} more than {B}.
step own = other + more | {A} has {=} {thing.s}. | How many {thing.s} does {A} have? ~ What is the number of {thing.s} that {A} has? ~ {A} has how many {thing.s}? | have(thing): the {thing.s}

template fewer_than
pick thing = apple, book, card, ball, pen, shell
let other = 6..40
let fewer = 2..other-2
tell {B} has {other} {thing.s}. {A} has {fewer} fewer {thing.s} than {B}. ~ {A} has {fewer} fewer {thing.s} than {B}, and {B} has {other}. ~ There are {other} {thing.s} in the house of {B}, and {A} has {fewer} fewer than {B}.
step own_fewer = other - fewer | {A} has {=} {thing.s}. | How many {thing.s} does {A} have? ~ What is the number of {thing.s} that {A} has? ~ {A} has how many {thing.s}? | have(thing): the {thing.s}

template times_as_many
pick thing = apple, book, card, ball, pen, shell
let other = 2..20
let ratio = 3..9
tell {B} has {other} {thing.s}. {A} has {ratio} times as many {thing.s} as {B}. ~ {A} has {ratio} times as many {thing.s} as {B}, and {B} has {other}. ~ There are {other} {thing.s} in the house of {B}, and {A} has {ratio} times as many as {B}.
step own_times = other * ratio | {A} has {=} {thing.s}. | How many {thing.s} does {A} have? ~ What is the number of {thing.s} that {A} has? ~ {A} has how many {thing.s}? | have(thing): the {thing.s}

template two_colours
pick thing = apple, book, card, ball, pen, shell
let red = 2..30
let blue = 2..30
tell {A} has {red} red {thing.s} and {blue} blue {thing.s}. ~ There are {red} red and {blue} blue {thing.s} in the house of {A}. ~ {A} has {red} {thing.s} that are red and {blue} that are blue.
step red_blue = red + blue | {A} has {=} {thing.s}. | How many {thing.s} does {A} have? ~ What is the number of {thing.s} that {A} has? ~ How many {thing.s} are there? | have(thing): the {thing.s}
