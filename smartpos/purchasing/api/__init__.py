"""The API of purchasing."""

from flask import Flask

from smartpos.core.extensions import api
from smartpos.purchasing.api import payments, prices, purchases, sheet  # noqa: F401 - they add to the blueprint
from smartpos.purchasing.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
