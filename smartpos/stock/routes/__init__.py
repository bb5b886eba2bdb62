"""Pages of stock: the movement page, what runs low, levels."""

from flask import Flask

from smartpos.stock.routes import movements
from smartpos.stock.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    movements.init_app(app)
