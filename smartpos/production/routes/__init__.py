"""Pages of production."""

from flask import Flask

from smartpos.production.routes import (
    board,
    floor,
    machines,
    order_lines,  # noqa: F401 - it adds to the blueprint
    orders,
    planning,
    recipes,  # noqa: F401 - it adds to the blueprint
)
from smartpos.production.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    floor.init_app(app)
    orders.init_app(app)
    machines.init_app(app)
    board.init_app(app)
    planning.init_app(app)
