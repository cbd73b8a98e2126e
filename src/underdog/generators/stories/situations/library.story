extra The library has {2..5} reading rooms.
extra {A} has had a library card for {2..15} years.
extra A guided tour takes {20..45} minutes.
extra A clock on the wall was made {3..40} years ago.

template shelves
let cases = 4..16
let boards = 4..8
let books = 15..35
tell A library has {cases} bookcases with {boards} boards each, and on every board stand {books} books. ~ In each of a library's {cases} bookcases are {boards} boards, and every board carries {books} books.
step all_boards = cases * boards | There are {=} boards. | How many boards are there in the bookcases?
step books_there = all_boards * books | On them stand {=} books. | How many books stand in the bookcases?
let lent = 20..300 by 10
tell Of these, {lent} are now on loan. ~ {lent} of the books are on loan now.
step present = books_there - lent | {=} books are in the library now. | How many of the books are not on loan?

template fines
let books = 2..6
let days = 3..20
let cents = 10..50 by 5
tell {A} returns {books} books {days} days late, and the fine is {cents} cents a day for each book. ~ For each book and each day of delay the fine is {cents} cents, and {A} brings {books} books back {days} days late.
step per_book = days * cents | For one book it is {=} cents. | How many cents is the fine for one book?
step fine = per_book * books | For all books it is {=} cents. | How many cents must {A} pay in fines?

template new_books
pick kind = novel, comic, atlas/atlases, biography
let budget = 300..900 by 50
let price = 8..25
let count = 6..25
let gifts = 4..30
tell With a budget of ${budget}, {A} buys {count} {kind.s} at ${price} each for the library. ~ {A} may spend ${budget} for the library and buys {count} {kind.s} at ${price} each.
step spent = count * price | {A} spends {=} dollars. | How many dollars does {A} spend on the {kind.s}?
step budget_left = budget - spent | Of the budget {=} dollars are left. | How many dollars of the budget are left?

template returns
let start = 200..800 by 20
let lent_daily = 12..50
let back_daily = 5..lent_daily-2
let days = 3..6
tell In the morning of the first day {start} comics are on the shelves. Every day {lent_daily} are borrowed and {back_daily} are brought back. ~ Each day {lent_daily} comics are borrowed and {back_daily} brought back; at first {start} comics were on the shelves.
step net = lent_daily - back_daily | Every day there are {=} fewer. | By how many does the number of comics on the shelves fall each day?
step fall = net * days | In that time there are {=} fewer. | By how many does the number of comics on the shelves fall in that time?
tell This goes on for {days} days. ~ It stays like this for {days} days.
step on_shelves = start - fall | {=} comics are still on the shelves. | How many comics are on the shelves in the end?
