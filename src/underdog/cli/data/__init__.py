"""`underdog data`: make, check, select and mix training data, and plan how often a task is seen."""

import typer

from underdog.cli.terminal.later import add_later

data = typer.Typer(no_args_is_help=True, help="Make, check, select and mix training data.")

for _place, _about in (
    (
        "underdog.cli.data.make:make",
        "Make a verified data set, of families or with --source of a model; the same command "
        "resumes.",
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
