"""What of the stock can be imported."""

from flask import Flask

from smartpos.core.imports import register_importer
from smartpos.stock.imports.levels import LevelImporter
from smartpos.stock.imports.opening import OpeningStockImporter


def init_app(app: Flask) -> None:
    """Offer the importers."""
    register_importer(OpeningStockImporter())
    register_importer(LevelImporter())
