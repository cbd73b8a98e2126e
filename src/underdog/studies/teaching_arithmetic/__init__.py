"""How few samples teach a tiny model to add, and does their form matter? (arXiv 2307.03381)."""

from underdog.studies import studies

studies.gather(__name__)
