"""Recipes, machines and production orders."""

from tests.doors.door import Door

DOORS: dict[str, dict[str, Door]] = {}
