"""The example of docs/data.md, a family of one's own and one's own questions, runs as it stands."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.paths import CHECKOUT
from underdog.data.make_recipe import MakeFile
from underdog.data.sources.collecting.seeding import open_seeds

PAGE = (CHECKOUT / "docs" / "data.md").read_text()
OWN = PAGE[PAGE.index("## For your own task") : PAGE.index("## check")]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_a_family_of_one_s_own_prints_what_the_page_says(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", blocks(OWN, "python")[0]]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (result.stdout, result.stderr) == (blocks(OWN, "text")[0], "")
    assert (tmp_path / "crates" / "card.json").exists()


def test_one_s_own_questions_are_seeds(tmp_path: Path) -> None:
    (tmp_path / "crates.jsonl").write_text(blocks(OWN, "json")[0])
    (tmp_path / "crates.toml").write_text(blocks(OWN, "toml")[0])
    seeds = open_seeds(str(tmp_path / "crates.toml"))
    assert [problem.gold for problem in seeds.problems] == ["48", "45"]


def test_the_documented_recipe_is_one() -> None:
    recipe = next(text for text in blocks(PAGE, "toml") if "[[pool]]" in text)
    made = MakeFile.model_validate(tomllib.loads(recipe))
    assert [pool.folder for pool in made.pool] == ["solved", "sums"]
    assert [made.plan(pool).count for pool in made.pool] == [500, 1000]
