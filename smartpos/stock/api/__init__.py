"""The API of stock."""

from flask import Flask

from smartpos.catalog.queries import register_stock_lookup
from smartpos.core.extensions import api
from smartpos.stock import queries
from smartpos.stock.api import (  # noqa: F401 - they add to the blueprint
    counts,
    levels,
    lots,
    transfers,
    wanted,
    write_offs,
)
from smartpos.stock.api.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the endpoints, and answer the catalogue's questions what is in stock and what has moved."""
    api.register_blueprint(blueprint)
    register_stock_lookup(queries.quantities, changed_since=queries.moved_since)
