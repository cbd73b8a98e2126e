"""The inside of the jail: a fork server and what its children do.

Everything here runs in a separate interpreter behind the jail's walls, where underdog is not
installed: it imports the standard library and its own siblings, nothing else.
"""
