"""What of purchasing can be imported."""

from flask import Flask

from smartpos.core.imports import register_importer
from smartpos.purchasing.imports.purchases import PurchaseImporter


def init_app(app: Flask) -> None:
    """Offer the importers."""
    register_importer(PurchaseImporter())
