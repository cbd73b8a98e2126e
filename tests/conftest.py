"""Settings that all tests share."""

from hypothesis import settings

settings.register_profile("underdog", deadline=None)
settings.load_profile("underdog")
