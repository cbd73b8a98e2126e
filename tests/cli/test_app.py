"""The commands under one name: imported when used, listed without, suggested when misspelt."""

import json
import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from underdog.cli.app import app
from underdog.cli.data import data

GROUPS = {"underdog": app, "underdog data": data}
COMMANDS = [(group, name) for group, one in GROUPS.items() for name in get_command(one).commands]


def modules_after(*arguments: str) -> set[str]:
    program = (
        "import json, sys\n"
        "from underdog.cli import main\n"
        "sys.argv = ['underdog', *json.loads(sys.argv[1])]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('underdog.cli.')]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(("group", "name"), COMMANDS)
def test_the_line_of_a_command_is_the_first_of_its_own_help(group: str, name: str) -> None:
    listed = get_command(GROUPS[group]).commands[name]
    command = listed.make_context(name, [], resilient_parsing=True).command
    assert command is not listed
    assert (command.help or "").partition("\n")[0] == listed.short_help


def test_help_imports_no_command_and_draws_no_boxes() -> None:
    loaded = modules_after("--help")
    assert loaded == {
        "underdog.cli.app",
        "underdog.cli.terminal",
        "underdog.cli.terminal.boundary",
        "underdog.cli.terminal.later",
        "underdog.cli.terminal.standard_streams",
    }


def test_a_command_imports_no_other() -> None:
    commands = {f"underdog.cli.{name}" for group, name in COMMANDS if group == "underdog"}
    assert modules_after("version") & commands == {"underdog.cli.version"}


def test_the_version_is_an_option_too() -> None:
    told = CliRunner().invoke(app, ["version"])
    assert told.exit_code == 0
    assert CliRunner().invoke(app, ["--version"]).output == told.output


@pytest.mark.parametrize(
    ("arguments", "offer"),
    [
        (["slove"], "No such command 'slove'. Did you mean 'solve'?"),
        (["data", "mke"], "No such command 'mke'. Did you mean 'make'?"),
        (["solve", "2 + 2?", "--modl", "x"], "No such option: --modl"),
    ],
)
def test_what_is_misspelt_is_answered_with_the_nearest(arguments: list[str], offer: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert offer in result.output


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("underdog so", {"solve"}),
        ("underdog data m", {"make", "mix"}),
        ("underdog tasks sh", {"show"}),
        ("underdog solve --strategy maj", {"majority"}),
    ],
)
def test_a_shell_completes_commands_and_what_they_take(typed: str, offers: set[str]) -> None:
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    result = CliRunner().invoke(
        app, [], prog_name="underdog", env={"_UNDERDOG_COMPLETE": "complete_bash", **words}
    )
    assert set(result.output.split()) == offers
