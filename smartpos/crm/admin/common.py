"""Who is at work in the panel, and what the views of customers and suppliers share."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from smartpos.catalog.models import CustomerTier
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import describe
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import NOTHING, money, pill
from smartpos.core.phones import shown_phone
from smartpos.crm.models import (
    AddressType,
    CustomerEntryKind,
    CustomerStatus,
    CustomerType,
    PaymentBehavior,
    PaymentTerms,
    SupplierEntryKind,
)
from smartpos.identity.actors import Actor
from smartpos.identity.principal import me

CUSTOMERS = _l("Customers")
PURCHASING = _l("Purchasing")

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
describe(
    {
        SupplierEntryKind.OPENING: (_l("Opening balance"), "info"),
        SupplierEntryKind.PURCHASE: _l("Purchase"),
        SupplierEntryKind.RETURN: (_l("Return"), "warn"),
        SupplierEntryKind.PAYMENT: (_l("Payment"), "good"),
        SupplierEntryKind.CORRECTION: (_l("Correction"), "warn"),
    }
)


class Owes(Filter):
    """By what lies on the account. ``sign`` is that of a debt, ``overdue`` finds the accounts whose day has passed."""

    control = "select"
    words = _l("is")

    def __init__(
        self, model: Any, *, names: dict[str, Any], sign: int, overdue: Callable[[Actor], list[int]]
    ) -> None:
        super().__init__(model.balance, _l("Debt"), options=list(names.items()))
        self.model, self.names, self.sign, self.overdue = model, names, sign, overdue

    def clean(self, value: str) -> Any:
        if value not in self.names:
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        debt = self.model.balance * self.sign
        if value == "debt":
            return debt > 0
        if value == "prepaid":
            return debt < 0
        if value == "clear":
            return self.model.balance == 0
        return in_ids(self.model.id, self.overdue(me()))


def seen_amount(value: str | None) -> Decimal | None:
    """The balance that a form carried along; None when somebody has spoilt it."""
    try:
        return Decimal(value) if value else None
    except ArithmeticError:
        return None


def overdue(_view: Any, _context: Any, row: Any, _name: str) -> Any:
    """What of a debt is overdue, in red; the view has put the ageing onto the row."""
    found = getattr(row, "ageing", None)
    return pill(money(found.overdue), "bad") if found is not None and found.overdue else NOTHING


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
