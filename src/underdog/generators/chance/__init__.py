"""Families of chance and counting: dice, playing cards, urns, coins."""

from underdog.generators import families

families.gather(__name__)
