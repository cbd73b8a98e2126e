"""Families of letters and order: reversing, counting, sorting."""

from underdog.generators import families

families.gather(__name__)
