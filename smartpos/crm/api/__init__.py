"""The API of customers and suppliers."""

from flask import Flask

from smartpos.core.extensions import api
from smartpos.crm.api import accounts, clients, suppliers  # noqa: F401 - they add to the blueprint
from smartpos.crm.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
