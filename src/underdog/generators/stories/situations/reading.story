extra {A} owns {20..300} other books.
extra The book was printed {3..60} years ago.
extra The bookmark is {12..20} cm long.
extra A clock on the wall was made {3..40} years ago.

template novel
let pages = 180..480 by 10
let daily = 12..40
let days = 3..9
tell {A} is reading a novel of {pages} pages and reads {daily} pages a day for {days} days. ~ For {days} days, {A} reads {daily} pages a day of a novel that has {pages}.
step done = daily * days | {A} reads {=} pages in that time. | How many pages does {A} read in that time?
step to_read = pages - done | {=} pages are left to read. | How many pages are left to read? | pages: the pages that are left

template series
let books = 3..8
let chapters = 10..30
let pages = 8..16
tell A series has {books} books with {chapters} chapters each, and a chapter has {pages} pages. ~ Each of the {books} books in a series has {chapters} chapters of {pages} pages.
step per_book = chapters * pages | A book has {=} pages. | How many pages does a book of the series have?
step series_pages = per_book * books | The series has {=} pages. | How many pages does the whole series have?
let finished = 100..series_pages-100
tell {A} has read {finished} of them. ~ Of all these pages, {A} has read {finished}.
step unread = series_pages - finished | {A} has {=} pages to go. | How many pages of the series has {A} not read yet? | pages: the unread pages

template race
let first_daily = 12..30
let faster = 3..12
let days = 4..14
tell {A} reads {first_daily} pages a day, and {B} reads {faster} pages a day more than {A}. ~ {B} reads {faster} pages a day more than {A}, who reads {first_daily}.
step second_daily = first_daily + faster | {B} reads {=} pages a day. | How many pages a day does {B} read?
tell Both read for {days} days. ~ For {days} days both of them read.
step first_read = first_daily * days | {A} reads {=} pages. | How many pages does {A} read in that time?
step second_read = second_daily * days | {B} reads {=} pages. | How many pages does {B} read in that time?
step both_read = first_read + second_read | Together they read {=} pages. | How many pages do {A} and {B} read together in that time?

template magazine
let pages = 40..120 by 4
let ad_part = 4, 5, 10
let photo_pages = 4..12
tell A magazine of {A}'s has {pages} pages. {ad_part.Th} of the pages are adverts, and {photo_pages} other pages have only photographs. ~ Of the {pages} pages in {A}'s magazine, {ad_part.th} are adverts, and {photo_pages} others have only photographs.
step ads = pages / ad_part | {=} pages are adverts. | How many pages are adverts?
step not_ads = pages - ads | {=} pages are no adverts. | How many pages are not adverts?
step text_pages = not_ads - photo_pages | {=} pages have text to read. | How many pages are neither adverts nor only photographs? | pages: the pages with text
