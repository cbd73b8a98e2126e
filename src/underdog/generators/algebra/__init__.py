"""Families of algebra: equations, polynomials, sequences."""

from underdog.generators import families

families.gather(__name__)
