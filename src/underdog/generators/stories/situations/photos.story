extra {A}'s camera has {2..4} lenses.
extra The museum is {20..300} years old.
extra {A}'s phone cost ${200..900 by 50}.
extra A clock on the wall was made {3..40} years ago.
extra A dog next door weighs {5..30} kg.

template trip
pick photo = photo
let days = 3..12
let daily = 15..80 by 5
let blurred_part = 2..5
tell On a journey of {days} days {A} takes {daily} photos a day. ~ {A} takes {daily} photos on each of the {days} days of a journey.
step taken = days * daily | {A} takes {=} photos. | How many photos does {A} take? | things(photo): the photos of the journey
tell {blurred_part.Th} of the photos are blurred, and {A} deletes them. ~ {A} deletes {blurred_part.th} of the photos, which are blurred.
step blurred = taken / blurred_part | {A} deletes {=} photos. | How many photos does {A} delete?
step sharp = taken - blurred | {=} photos are kept. | How many photos does {A} keep? | things(photo): the sharp photos

template memory
let photos = 40..300 by 10
let photo_mb = 3..8
let films = 2..9
let film_mb = 120..400 by 20
tell On {A}'s memory card are {photos} photos of {photo_mb} megabytes and {films} films of {film_mb} megabytes. ~ {A}'s memory card holds {photos} photos, {photo_mb} megabytes each, and {films} films, {film_mb} megabytes each.
step for_photos = photos * photo_mb | The photos take {=} megabytes. | How many megabytes do the photos take?
step for_films = films * film_mb | The films take {=} megabytes. | How many megabytes do the films take?
step used = for_photos + for_films | Together they take {=} megabytes. | How many megabytes do photos and films take together?

template prints
pick print = print
let photos = 20..90 by 5
let copies = 2..5
let cents = 10..40 by 5
tell {A} has {photos} photos printed, {copies} copies of each. ~ Of each of {photos} photos, {A} has {copies} copies printed.
step prints = photos * copies | That makes {=} prints. | How many prints does {A} get? | things(print): the prints
tell A print costs {cents} cents. ~ {cents} cents is the price of a print.
step print_cost = prints * cents | They cost {=} cents. | How many cents do the prints cost?
