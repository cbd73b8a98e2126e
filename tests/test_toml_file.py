"""Reading TOML as a strict table: every fault in one line, with place, value and nearest key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from underdog.errors import ConfigError
from underdog.toml_file import StrictTable, read_toml


class Leaf(StrictTable):
    """A table inside others."""

    width: int = 1


class Tree(StrictTable):
    """A file with tables in a list, in a mapping and alone."""

    name: str
    leaves: tuple[Leaf, ...] = ()
    named: Mapping[str, Leaf] = {}
    last: Leaf | None = None


def read(folder: Path, text: str) -> Tree:
    path = folder / "tree.toml"
    path.write_text(text)
    return read_toml(path, Tree)


def test_a_file_is_read_as_its_table(tmp_path: Path) -> None:
    assert read(tmp_path, 'name = "oak"\n[last]\nwidth = 3') == Tree(name="oak", last=Leaf(width=3))


def test_what_a_file_leaves_out_is_taken_from_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "tree.toml"
    path.write_text("[last]")
    assert read_toml(path, Tree, name="elm").name == "elm"


@pytest.mark.parametrize("table", ["[[leaves]]", "[named.width]", "[named.name]", "[last]"])
def test_an_unknown_key_offers_those_of_its_own_table(tmp_path: Path, table: str) -> None:
    place = table.strip("[]").replace("leaves", "leaves.0")
    with pytest.raises(ConfigError, match=f"unknown key '{place}.widht'; did you mean width\\?$"):
        read(tmp_path, f'name = "oak"\n{table}\nwidht = 2')


def test_an_unknown_key_like_no_other_lists_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"unknown key 'zzz'; known: name, leaves, named, last$"):
        read(tmp_path, 'name = "oak"\nzzz = 2')


def test_all_faults_are_told_in_one_line_unknown_keys_first(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, 'nam = "oak"\n[last]\nwidth = "wide"')
    assert str(caught.value).partition("tree.toml: ")[2] == (
        "unknown key 'nam'; did you mean name or named?; key 'name' is missing; "
        "last.width: Input should be a valid integer, unable to parse string as an integer, "
        "got 'wide'"
    )


def test_a_list_is_not_called_too_short_for_faults_inside_it(tmp_path: Path) -> None:
    class Wood(StrictTable):
        trees: Annotated[tuple[Tree, ...], Field(min_length=1)]

    path = tmp_path / "wood.toml"
    for text, words in (
        ('[[trees]]\nnam = "oak"\nname = "elm"', "unknown key 'trees.0.nam'; did you mean "),
        ("trees = []", "trees: Tuple should have at least 1 item"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError) as caught:
            read_toml(path, Wood)
        assert str(caught.value).startswith(f"{path}: {words}")
        assert str(caught.value).count("at least 1 item") == ("trees:" in words)
