"""Pages of reports."""

from flask import Flask

from smartpos.reports.routes import downloads, pages
from smartpos.reports.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    pages.register_menu()
    downloads.init_app(app)
