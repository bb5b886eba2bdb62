"""Pages of reports."""

from flask import Flask

from smartpos.reports.routes import downloads


def init_app(app: Flask) -> None:
    """Register the pages."""
    downloads.init_app(app)
