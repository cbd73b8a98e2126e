"""Families of tiny programs: what does this code print?"""

from underdog.generators import families

families.gather(__name__)
