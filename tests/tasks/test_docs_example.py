"""The example of docs/tasks.md is run as it stands."""

import re
import subprocess
import sys
from pathlib import Path

from tests.paths import CHECKOUT

PAGE = (CHECKOUT / "docs" / "tasks.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def lay_out(folder: Path) -> None:
    (folder / "orders.jsonl").write_text(blocks("json")[0])
    (folder / "orders.toml").write_text(blocks("toml")[0])


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_documented_example_prints_what_the_page_says(tmp_path):
    lay_out(tmp_path)
    result = run(tmp_path, blocks("python")[0])
    assert (result.stdout, result.stderr) == (blocks("text")[0], "")


def test_the_documented_error_is_the_real_one(tmp_path):
    lay_out(tmp_path)
    lines = (tmp_path / "orders.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "orders.jsonl").write_text(lines[0].replace("total", "totle") + lines[1])
    toml = (tmp_path / "orders.toml").read_text().replace('"total"', '"totle"')
    (tmp_path / "orders.toml").write_text(toml)
    assert blocks("text")[1].strip() in run(tmp_path, blocks("python")[0]).stderr


def test_the_other_documented_columns_are_valid(tmp_path):
    lay_out(tmp_path)
    toml = (tmp_path / "orders.toml").read_text()
    shown = 'question = "text"\nanswer = "total"\n'
    assert shown in toml
    (tmp_path / "orders.toml").write_text(toml.replace(shown, blocks("toml")[1]))
    program = "from underdog.tasks import load_task; load_task('orders.toml')"
    assert run(tmp_path, program).stderr == ""
