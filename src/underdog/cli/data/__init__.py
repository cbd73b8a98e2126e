"""`underdog data`: make or collect training data, check, select, mix it, plan what is seen."""

import typer

from underdog.cli.data.old_spelling import DataGroup
from underdog.cli.terminal.later import add_later

data = typer.Typer(
    cls=DataGroup,
    no_args_is_help=True,
    help="Make, collect, check, select and mix training data.",
)

for _place, _about in (
    (
        "underdog.cli.data.make:make",
        "Make a data set of problems written by code, each solution proved; the same command "
        "resumes.",
    ),
    (
        "underdog.cli.data.collect:collect",
        "Collect training items from models, each one checked; the same command resumes.",
    ),
    ("underdog.cli.data.select:select", "Keep part of a data set, chosen by a selector."),
    (
        "underdog.cli.data.inspect:inspect",
        "Show rows of a data set, how long they are, and a mixture's exposures.",
    ),
    (
        "underdog.cli.data.mix:mix",
        "Mix pools with exact shares of the tokens and evenly spaced exposures; the same resumes.",
    ),
    (
        "underdog.cli.data.mix:plan",
        "Say what share a pool needs to be learned by a small model, and what that costs.",
    ),
    (
        "underdog.cli.data.check:check",
        "Read a data set back from disk and say whether its card is true.",
    ),
):
    add_later(data, _place, _about)
