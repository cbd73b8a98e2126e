"""Families of time, calendar, units and schedules."""

from underdog.generators import families

families.gather(__name__)
