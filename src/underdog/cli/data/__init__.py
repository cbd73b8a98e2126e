"""`underdog data`: make or collect training data, check, select, mix it, plan what is seen."""

import typer

from underdog.cli.data.check import check
from underdog.cli.data.collect import collect
from underdog.cli.data.inspect import inspect
from underdog.cli.data.make import make
from underdog.cli.data.mix import mix, plan
from underdog.cli.data.old_spelling import DataGroup
from underdog.cli.data.select import select

data = typer.Typer(
    cls=DataGroup,
    no_args_is_help=True,
    help="Make, collect, check, select and mix training data.",
)
data.command()(make)
data.command()(collect)
data.command()(select)
data.command()(inspect)
data.command()(mix)
data.command()(plan)
data.command()(check)
