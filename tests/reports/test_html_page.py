"""A page replaces a page and nothing else, and that is known before the work it shows."""

from pathlib import Path

import pytest

from underdog.errors import UsageError
from underdog.reports.html_page import check_page, write_page

PAGE = "<!doctype html><title>t</title>"


def test_a_page_replaces_an_older_page(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    write_page(PAGE, path)
    write_page(PAGE + "2", path)
    assert path.read_text() == PAGE + "2"


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "replies.json"
    path.write_text("{}")
    for attempt in (lambda: check_page(path), lambda: write_page(PAGE, path)):
        with pytest.raises(UsageError, match="is no page"):
            attempt()
    assert path.read_text() == "{}"


def test_a_folder_in_the_pages_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no page"):
        check_page(tmp_path)


def test_the_runs_own_file_is_refused_before_it_exists(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the run's own file"):
        check_page(tmp_path / "r.db", tmp_path / "r.db")


def test_a_folder_that_takes_no_files_is_known_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="takes no files"):
        check_page(tmp_path / "file" / "page.html")
