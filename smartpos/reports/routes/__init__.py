"""Pages of reports that are not views of the panel."""

from flask import Flask

from smartpos.reports.routes import dashboards, downloads, pages
from smartpos.reports.routes.blueprint import blueprint


def init_app(app: Flask) -> None:
    """Register the pages and put them into the menu."""
    app.register_blueprint(blueprint)
    dashboards.init_app(app)
    pages.register_menu()
    downloads.init_app(app)
