"""Pages of purchasing that are not views of the panel."""

from flask import Flask

from smartpos.purchasing.routes import (  # noqa: F401 - they add to the blueprint
    lines,
    low,
    papers,
    payments,
    sheet,
    suggestions,
)
from smartpos.purchasing.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    sheet.init_app(app)
    low.init_app(app)
    suggestions.init_app(app)
