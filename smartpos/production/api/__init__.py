"""The API of production."""

from flask import Flask

from smartpos.core.extensions import api
from smartpos.production.api import (  # noqa: F401 - they add to the blueprint
    boms,
    floor,
    machines,
    office,
    orders,
    planning,
)
from smartpos.production.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
