"""Families of word problems; `sheets` reads the `.story` files, `writer` tells them."""

from underdog.generators import families

families.gather(__name__)
