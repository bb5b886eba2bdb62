"""The API of reports."""

from flask import Flask

from smartpos.core.extensions import api
from smartpos.reports.api import exports, reports, stats  # noqa: F401 - their endpoints
from smartpos.reports.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
