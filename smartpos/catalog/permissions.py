"""What may be done with products and prices."""

from flask_babel import lazy_gettext as _l

from smartpos.catalog import label_settings  # noqa: F401 - declares the settings of labels
from smartpos.core.audit import protect_fields
from smartpos.core.permissions import Permission, RoleKey, declare


class CatalogPermission(Permission):
    PRODUCT_READ = "catalog:product:read"
    PRODUCT_WRITE = "catalog:product:write"
    COST_READ = "catalog:cost:read"
    PRICE_READ = "catalog:price:read"
    PRICE_WRITE = "catalog:price:write"
    LABEL_PRINT = "catalog:label:print"
    LABEL_WRITE = "catalog:label:write"
    IMPORT_RUN = "catalog:import:run"


P = CatalogPermission

declare(
    {
        P.PRODUCT_READ: _l("See products, categories and units"),
        P.PRODUCT_WRITE: _l("Add and edit products, categories and units"),
        P.COST_READ: _l("See purchase prices and margins"),
        P.PRICE_READ: _l("See price types and prices"),
        P.PRICE_WRITE: _l("Set prices"),
        P.LABEL_PRINT: _l("Print price and barcode labels"),
        P.LABEL_WRITE: _l("Design labels"),
        P.IMPORT_RUN: _l("Import spreadsheets and undo it"),
    },
    {
        RoleKey.MANAGER: set(P),
        RoleKey.CASHIER: {P.PRODUCT_READ},
        RoleKey.WAREHOUSE_MANAGER: {
            P.PRODUCT_READ,
            P.PRODUCT_WRITE,
            P.COST_READ,
            P.PRICE_READ,
            P.LABEL_PRINT,
            P.IMPORT_RUN,
        },
        RoleKey.ACCOUNTANT: {P.PRODUCT_READ, P.COST_READ, P.PRICE_READ},
        RoleKey.OPERATOR: {P.PRODUCT_READ},
        RoleKey.AGENT: {P.PRODUCT_READ, P.PRICE_READ},
        RoleKey.DRIVER: {P.PRODUCT_READ},
    },
)

protect_fields({"cost_price", "markup_percent", "average_cost", "unit_cost"}, P.COST_READ)
