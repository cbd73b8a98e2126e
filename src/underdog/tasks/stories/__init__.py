"""Word problems written by code: an operation-graph engine and its stories.

A `.story` file describes a situation in plain text; the engine draws natural numbers, chooses
wordings, lets stories go on from what they have reached, and writes the exact solution. The
families `words` and `microgsm` are made of it.
"""

from underdog.tasks.stories.draws import SIZES, Size
from underdog.tasks.stories.library import ANY, Library, built_in, written_in
from underdog.tasks.stories.planning import Plan, Planner
from underdog.tasks.stories.sheets import MOST_VARIETY, WORDINGS, Wordings
from underdog.tasks.stories.telling import Sketch
from underdog.tasks.stories.writing import PLACES, Place, Story, Style, Writer

__all__ = [
    "ANY",
    "MOST_VARIETY",
    "PLACES",
    "SIZES",
    "WORDINGS",
    "Library",
    "Place",
    "Plan",
    "Planner",
    "Size",
    "Sketch",
    "Story",
    "Style",
    "Wordings",
    "Writer",
    "built_in",
    "written_in",
]
