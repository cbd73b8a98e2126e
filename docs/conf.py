"""Sphinx settings: MyST pages, docstrings in Google style, furo theme."""

from importlib.metadata import version as installed_version

project = "underdog"
author = "The underdog authors"
version = release = installed_version("underdog")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
default_role = "literal"  # docstrings mark code as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 88
napoleon_use_ivar = True
napoleon_use_rtype = False
exclude_patterns = ["_build"]
suppress_warnings = ["myst.header", "toc.no_title"]  # tables that studies write are no whole pages
html_theme = "furo"
html_title = f"underdog {version}"
