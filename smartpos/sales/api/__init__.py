"""The API of selling: shifts, receipts and the counter."""

from flask import Flask

from smartpos.core.extensions import api
from smartpos.sales.api import (  # noqa: F401 - their endpoints
    approvals,
    attention,
    events,
    expenses,
    held,
    payments,
    printing,
    receipts,
    refunds,
    shifts,
    till,
)
from smartpos.sales.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
