"""Sphinx settings: MyST pages, furo theme."""

from importlib.metadata import version as installed_version

project = "underdog"
author = "The underdog authors"
version = release = installed_version("underdog")
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"underdog {version}"
