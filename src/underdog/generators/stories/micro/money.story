extra {A} is {5..12} years old.
extra The house has {2..9} windows.
extra There are {2..20} boxes in the house.
extra The box is {3..20} years old.
extra A dog has {2..9} cups.

template earns
let weekly = 3..20
let weeks = 2..10
tell {A} gets ${weekly} each week for {weeks} weeks. ~ For {weeks} weeks {A} gets ${weekly} each week. ~ Each week {A} gets ${weekly}, for {weeks} weeks.
step earned = weekly * weeks | {A} has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

template finds
let first = 3..40
let more = 2..30
tell {A} has ${first}. ~ There are ${first} in the house of {A}. ~ In the house of {A} there are ${first}.
tell {A} finds ${more}. ~ Then {A} gets ${more} more. ~ Now {A} gets ${more} more.
step after_find = first + more | {A} has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

template pays
let first = 8..60
let price = 2..first-2
tell {A} has ${first}. ~ There are ${first} in the house of {A}. ~ In the house of {A} there are ${first}.
tell {A} pays ${price} for a book. ~ Then {A} gets a book for ${price}. ~ For a book {A} pays ${price}.
step after_book = first - price | {A} has {=} dollars. | How many dollars does {A} have now? ~ What is the number of dollars that {A} has now? ~ Now how many dollars does {A} have? | money: the dollars

template sells
pick ware = apple, card, ball, pen, shell
let price = 2..9
let count = 2..12
tell {A} sells {count} {ware.s} for ${price} each. ~ For ${price} each, {A} sells {count} {ware.s}. ~ There are {count} {ware.s} in the house, and {A} sells each for ${price}.
step from_sale = count * price | {A} gets {=} dollars. | How many dollars does {A} get? ~ What is the number of dollars that {A} gets? ~ {A} gets how many dollars? | money: the dollars
