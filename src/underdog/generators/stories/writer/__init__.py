"""Word problems written by code: an operation-graph engine and its stories.

A `.story` file describes a situation in plain text; the writer draws natural numbers, chooses
wordings, adds continuations that start from the last result, and writes the exact solution. The
families `words` and `microgsm` are made of it.
"""

from underdog.generators.stories.sheets.draws import SIZES, Size
from underdog.generators.stories.sheets.library import ANY, Library, built_in, written_in
from underdog.generators.stories.writer.planning import Planner, StoryPlan
from underdog.generators.stories.writer.story_writer import PLACES, Place, Story, Style, Writer
from underdog.generators.stories.writer.telling import StorySketch
from underdog.generators.stories.writer.wordings import MOST_VARIETY, WORDINGS, Wordings

__all__ = [
    "ANY",
    "MOST_VARIETY",
    "PLACES",
    "SIZES",
    "WORDINGS",
    "Library",
    "Place",
    "Planner",
    "Size",
    "Story",
    "StoryPlan",
    "StorySketch",
    "Style",
    "Wordings",
    "Writer",
    "built_in",
    "written_in",
]
