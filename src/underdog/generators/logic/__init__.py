"""Families of logic: knights, orderings, syllogisms, plans."""

from underdog.generators import families

families.gather(__name__)
