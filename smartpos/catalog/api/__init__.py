"""The API of the catalogue."""

from flask import Flask

from smartpos.catalog.api import (  # noqa: F401 - they add to the blueprint
    categories,
    labels,
    prices,
    products,
    promotions,
)
from smartpos.catalog.api.blueprint import blueprint
from smartpos.core.extensions import api


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
