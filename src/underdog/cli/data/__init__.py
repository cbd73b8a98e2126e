"""`underdog data`: make, check, select and mix training data, and plan how often a task is seen."""

import typer

from underdog.cli.data.check import check
from underdog.cli.data.inspect import inspect
from underdog.cli.data.make import make
from underdog.cli.data.mix import mix, plan
from underdog.cli.data.select import select

data = typer.Typer(no_args_is_help=True, help="Make, check, select and mix training data.")
data.command()(make)
data.command()(select)
data.command()(inspect)
data.command()(mix)
data.command()(plan)
data.command()(check)
