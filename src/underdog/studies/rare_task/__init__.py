"""How often must a rare task be seen by a model of a given width? (arXiv 2605.29548)."""

from underdog.studies import studies

studies.gather(__name__)
