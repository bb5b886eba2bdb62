"""Who is at work in the panel, and what the customers' views share."""

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from smartpos.catalog.models import CustomerTier
from smartpos.core.admin import describe
from smartpos.core.admin.formatters import NOTHING, money, pill
from smartpos.core.phones import shown_phone
from smartpos.crm.models import (
    AddressType,
    CustomerEntryKind,
    CustomerStatus,
    CustomerType,
    PaymentBehavior,
    PaymentTerms,
)
from smartpos.identity.actors import Actor

CUSTOMERS = _l("Customers")

describe({CustomerType.PERSON: _l("Person"), CustomerType.COMPANY: (_l("Company"), "info")})
describe(
    {
        CustomerStatus.LEAD: (_l("Lead"), "info"),
        CustomerStatus.PROSPECT: (_l("Prospect"), "info"),
        CustomerStatus.ACTIVE: (_l("Active"), "good"),
        CustomerStatus.INACTIVE: _l("Inactive"),
        CustomerStatus.CHURNED: (_l("Lost"), "warn"),
    }
)
describe(
    {
        CustomerTier.STANDARD: _l("Standard"),
        CustomerTier.SILVER: _l("Silver"),
        CustomerTier.GOLD: (_l("Gold"), "warn"),
        CustomerTier.PLATINUM: (_l("Platinum"), "accent"),
    }
)
describe(
    {
        PaymentTerms.PREPAYMENT: _l("At once"),
        PaymentTerms.NET_15: _l("Within 15 days"),
        PaymentTerms.NET_30: _l("Within 30 days"),
        PaymentTerms.NET_45: _l("Within 45 days"),
        PaymentTerms.NET_60: _l("Within 60 days"),
    }
)
describe(
    {
        PaymentBehavior.EXCELLENT: (_l("Excellent"), "good"),
        PaymentBehavior.GOOD: (_l("Good"), "good"),
        PaymentBehavior.FAIR: (_l("Fair"), "warn"),
        PaymentBehavior.POOR: (_l("Poor"), "bad"),
        PaymentBehavior.UNKNOWN: _l("Unknown"),
    }
)
describe(
    {
        AddressType.BILLING: _l("Billing address"),
        AddressType.SHIPPING: _l("Delivery address"),
        AddressType.LEGAL: _l("Legal address"),
        AddressType.OFFICE: _l("Office"),
    }
)
describe(
    {
        CustomerEntryKind.OPENING: (_l("Opening balance"), "info"),
        CustomerEntryKind.SALE: _l("Sale"),
        CustomerEntryKind.REFUND: (_l("Refund"), "warn"),
        CustomerEntryKind.PAYMENT: (_l("Payment"), "good"),
        CustomerEntryKind.CORRECTION: (_l("Correction"), "warn"),
    }
)


def me() -> Actor:
    """Who is at work here; the panel lets nobody else in."""
    principal: Actor = g.principal
    return principal


def phone(_view: Any, _context: Any, row: Any, name: str) -> Any:
    """A phone number as people write it, to be called with a touch."""
    number = getattr(row, name)
    if not number:
        return NOTHING
    return Markup('<a href="tel:{}">{}</a>').format(number, shown_phone(number))


def balance(_view: Any, _context: Any, row: Any, _name: str) -> Any:
    """A debt in red, a prepayment in green."""
    if row.balance == 0:
        return money(row.balance)
    return pill(money(row.balance), "bad" if row.balance < 0 else "good")
