"""Families of arithmetic with exact steps."""

from underdog.generators import families

families.gather(__name__)
