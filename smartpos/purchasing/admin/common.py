"""Who is at work in the panel, and what the views of purchasing share."""

from flask_babel import lazy_gettext as _l

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import describe
from smartpos.purchasing.models import CostKind, PaidFrom, PurchaseStatus, PurchaseType, SpreadBy

PURCHASING = _l("Purchasing")
COST = CatalogPermission.COST_READ

describe(
    {
        PurchaseStatus.DRAFT: _l("Draft"),
        PurchaseStatus.ORDERED: (_l("Ordered"), "info"),
        PurchaseStatus.RECEIVED: (_l("Received"), "warn"),
        PurchaseStatus.CONFIRMED: (_l("Confirmed"), "good"),
        PurchaseStatus.REVERTED: (_l("Reverted"), "bad"),
        PurchaseStatus.CANCELLED: (_l("Cancelled"), "bad"),
    }
)
describe({PurchaseType.PURCHASE: _l("Purchase"), PurchaseType.RETURN: (_l("Return"), "warn")})
describe(
    {
        CostKind.TRANSPORT: _l("Transport"),
        CostKind.DUTY: _l("Customs duty"),
        CostKind.LOADING: _l("Loading"),
        CostKind.OTHER: _l("Other"),
    }
)
describe(
    {
        SpreadBy.VALUE: _l("By value"),
        SpreadBy.QUANTITY: _l("By quantity"),
        SpreadBy.WEIGHT: _l("By weight"),
    }
)
COST = CatalogPermission.COST_READ

describe({PaidFrom.OFFICE: (_l("Office cash"), "good"), PaidFrom.BANK: (_l("Bank"), "accent")})
