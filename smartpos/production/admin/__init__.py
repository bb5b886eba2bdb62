"""Production in the back office."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
