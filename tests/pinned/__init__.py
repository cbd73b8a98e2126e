"""Results as they were: what is computed, written and shown must stay what it is.

Everything is looked at from outside: through the registries, the command line, and the files that
it writes. `doors` is the one file that knows where the parts live; it follows when they move.

The results are JSON tables under `expected/`, mostly digests. To write them anew, after a change
that is meant to change results, delete the table and run

    UNDERDOG_WRITE_PINS=1 pytest tests/pinned -p no:xdist

Where a digest differs, `UNDERDOG_PINS_TEXTS=FOLDER` keeps the text behind every digest, so that
two versions of the code can be compared with `diff -r`.

`files/` holds what an older underdog wrote: a run, a data set, a mixture file and a task of one's
own. They are never written anew: the code has to go on reading them.

What depends on the processor is not pinned: what a model samples (logits of the same weights
differ in the last digits between processors, and so do the texts), hashes of files that carry a
library's version, times. Numbers out of statistics are compared to nine digits. Figures are pinned
by what they show, not by how the SVG library draws it. The family `reasoning_gym` is left out, as
its problems are another package's.
"""
