"""What of the catalogue can be imported."""

from flask import Flask

from smartpos.catalog.imports.prices import PriceImporter
from smartpos.catalog.imports.products import ProductImporter
from smartpos.core.imports import register_importer


def init_app(app: Flask) -> None:
    """Offer the importers."""
    register_importer(ProductImporter())
    register_importer(PriceImporter())
