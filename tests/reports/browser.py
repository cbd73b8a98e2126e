"""Headless Chromium for looking at pages: screenshots, print, and reading the document back."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.paths import CHECKOUT

OUT = CHECKOUT / "tests" / "out"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def find_chromium() -> str | None:
    names = ("chromium", "google-chrome", "chrome", "chromium-browser")
    return next((path for name in names if (path := shutil.which(name))), None)


def run_chromium(page: Path, *options: str) -> str:
    chromium = find_chromium()
    assert chromium is not None
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [chromium, *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()],
            capture_output=True,
            timeout=120,
            check=True,
        )
    return done.stdout.decode()
