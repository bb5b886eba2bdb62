"""What of the customers' and suppliers' books can be imported."""

from flask import Flask

from smartpos.core.imports import register_importer
from smartpos.crm.imports.customers import CustomerImporter
from smartpos.crm.imports.suppliers import SupplierImporter


def init_app(app: Flask) -> None:
    """Offer the importers."""
    register_importer(CustomerImporter())
    register_importer(SupplierImporter())
