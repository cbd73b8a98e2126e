"""Families of small tables with questions about them."""

from underdog.generators import families

families.gather(__name__)
