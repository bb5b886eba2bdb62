"""Pages of stock: the movement page, what runs low, levels."""

from flask import Flask

from smartpos.stock.routes import counts, levels, movements, transfers, write_offs
from smartpos.stock.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    movements.init_app(app)
    levels.init_app(app)
    counts.init_app(app)
    write_offs.init_app(app)
    transfers.init_app(app)
