"""What reports of sales share: filters, which receipts and lines they choose, and the figures of a group of them.

Every figure is net: a refund is a receipt with negative amounts, an exchange has lines of both signs, so that sums over
all of them are what was sold in the end.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ColumnElement, DateTime, Numeric, cast, func, select

from smartpos.catalog.models import PriceType, Product
from smartpos.catalog.queries.reporting import BRANCH, CATEGORY, COST, PRODUCT
from smartpos.catalog.queries.tree import of_category
from smartpos.core.admin.labels import Words
from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, ColumnKind, Filter, FilterKind, percent_of
from smartpos.crm.models import Customer
from smartpos.identity.models import User
from smartpos.identity.queries import in_sight
from smartpos.identity.queries.people import shown_name
from smartpos.sales.models import PaymentMethod, PaymentSummary, Sale, SaleItem, SaleType

METHODS = Words(PaymentMethod)
PAYMENTS = Words(PaymentSummary)
TYPES = Words(SaleType)

PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)
CASHIER = Filter("cashier_id", _l("Cashier"), FilterKind.ROW, model=User)
CUSTOMER = Filter("customer_id", _l("Customer"), FilterKind.ROW, model=Customer)
PRICE_TYPE = Filter("price_type_id", _l("Price type"), FilterKind.ROW, model=PriceType)
PAYMENT = Filter("payment", _l("Payment"), FilterKind.CHOICE, choices=PAYMENTS)
OF_RECEIPTS = (PERIOD, BRANCH, CASHIER, CUSTOMER, PRICE_TYPE, PAYMENT)
OF_LINES = (PERIOD, BRANCH, PRODUCT, CATEGORY, CASHIER, CUSTOMER, PRICE_TYPE)


PERSON = shown_name()

_CHOICES: tuple[tuple[str, Any], ...] = (
    ("branch_id", Sale.branch_id),
    ("cashier_id", Sale.cashier_id),
    ("customer_id", Sale.customer_id),
    ("price_type_id", Sale.price_type_id),
    ("payment", Sale.payment_method),
)


def receipts_asked(
    asked: Asked, since: date | None = None, until: date | None = None
) -> list[ColumnElement[bool]]:
    """Which receipts are asked for: those of the period (or of other days), in sight, and chosen by the filters."""
    chosen = [
        Sale.business_date.between(since or asked.since, until or asked.until),
        in_sight(Sale.branch_id),
    ]
    chosen += [column == asked[name] for name, column in _CHOICES if asked[name] is not None]
    return chosen


def lines_asked(asked: Asked) -> list[ColumnElement[bool]]:
    """Which lines of those receipts are asked for, by their product."""
    chosen: list[ColumnElement[bool]] = []
    if asked["product_id"] is not None:
        chosen.append(SaleItem.product_id == asked["product_id"])
    if asked["category_id"] is not None:
        chosen.append(SaleItem.product_id.in_(select(Product.id).where(of_category(asked["category_id"]))))
    return chosen


def lines_of_receipts(asked: Asked, *columns: Any) -> AnySelect:
    """``columns`` of the lines that are asked for, each with its receipt."""
    return (
        select(*columns)
        .join_from(Sale, SaleItem, SaleItem.sale_id == Sale.id)
        .where(*receipts_asked(asked), *lines_asked(asked))
    )


def in_period(moment: Any, asked: Asked) -> list[ColumnElement[bool]]:
    """Which moments lie within the days of the period."""
    return [moment >= asked.begin, moment < asked.end]


def local(moment: Any, asked: Asked) -> ColumnElement[datetime]:
    """A moment as the clock on the tenant's wall shows it."""
    return func.timezone(str(asked.zone), moment, type_=DateTime)


def whole(count: Any) -> ColumnElement[int]:
    """A number of things; sums of counts are no whole numbers of their own accord."""
    return cast(func.coalesce(count, 0), BigInteger)


def percent(part: Any, of_whole: Any) -> ColumnElement[Decimal]:
    """``part`` in per cent of ``of_whole``; nothing of nothing."""
    return cast(part * 100 / func.nullif(of_whole, Decimal(0)), Numeric(38, 2))


def earned(revenue: Any, tax: Any, cost: Any) -> list[Any]:
    """Cost, gross profit and margin, by the keys of ``EARNED``.

    The profit is what is left of the revenue without its VAT once the goods are paid for, whose cost has no VAT in it
    either where the shop gets that back; the margin is the profit in per cent of that revenue.
    """
    net = revenue - tax
    return [cost.label("cost"), (net - cost).label("profit"), percent(net - cost, net).label("margin")]


def margin_of(totals: Mapping[str, Any]) -> Decimal | None:
    """The margin of all rows: profit and cost together are the revenue without VAT. None of nothing."""
    net = Decimal(totals["profit"]) + Decimal(totals["cost"])
    return (Decimal(totals["profit"]) * 100 / net).quantize(Decimal("0.01")) if net else None


EARNED = (
    Column("cost", _l("Cost"), ColumnKind.MONEY, total=True, permission=COST),
    Column("profit", _l("Gross profit"), ColumnKind.MONEY, total=True, permission=COST),
    Column("margin", _l("Margin"), ColumnKind.PERCENT, total=margin_of, permission=COST),
)
"""What was earned; the values are those of ``earned``."""


def amount_per(amount: Any, count: Any) -> ColumnElement[Decimal]:
    """What comes to one of ``count``."""
    return cast(amount / func.nullif(count, 0), Numeric(38, 2))


def per(amount: str, count: str) -> Callable[[Mapping[str, Any]], Decimal | None]:
    """A total of an average: the sum of one column divided by that of another; None by nothing."""

    def reckon(totals: Mapping[str, Any]) -> Decimal | None:
        if not totals.get(count):
            return None
        return (Decimal(totals[amount]) / Decimal(totals[count])).quantize(Decimal("0.01"))

    return reckon


def receipt_figures() -> list[Any]:
    """The figures of a group of receipts, by the keys of ``RECEIPT_COLUMNS``."""
    revenue, tax = func.sum(Sale.total_amount), func.sum(Sale.tax_amount)
    sold = func.count().filter(Sale.type != SaleType.REFUND)
    return [
        whole(sold).label("receipts"),
        whole(func.count().filter(Sale.type == SaleType.REFUND)).label("refunds"),
        func.sum(Sale.gross_amount).label("gross"),
        func.sum(Sale.discount_amount).label("discount"),
        func.sum(Sale.returned_amount).label("refunded"),
        tax.label("tax"),
        revenue.label("revenue"),
        amount_per(revenue, sold).label("average"),
        *earned(revenue, tax, func.sum(Sale.cost_amount)),
    ]


RECEIPT_COLUMNS = (
    Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
    Column("refunds", _l("Refunds"), ColumnKind.WHOLE, total=True),
    Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
    Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
    Column("refunded", _l("Refunded"), ColumnKind.MONEY, total=True),
    Column("tax", _l("VAT"), ColumnKind.MONEY, total=True),
    Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
    Column("average", _l("Average receipt"), ColumnKind.MONEY, total=per("revenue", "receipts")),
    *EARNED,
)

LINE_DISCOUNT = SaleItem.promotion_amount + SaleItem.discount_amount + SaleItem.cart_discount_amount
"""All that was taken off a line."""


def line_figures() -> list[Any]:
    """The figures of a group of lines, by the keys of ``LINE_COLUMNS``."""
    revenue, tax = func.sum(SaleItem.total_amount), func.sum(SaleItem.tax_amount)
    return [
        func.sum(SaleItem.gross_amount).label("gross"),
        func.sum(LINE_DISCOUNT).label("discount"),
        tax.label("tax"),
        revenue.label("revenue"),
        *earned(revenue, tax, func.sum(SaleItem.cost_amount)),
    ]


SHARE = Column("share", _l("Share"), ColumnKind.PERCENT, total=percent_of("revenue", "revenue"))
LINE_COLUMNS = (
    Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
    Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
    Column("tax", _l("VAT"), ColumnKind.MONEY, total=True),
    Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
    SHARE,
    *EARNED,
)


def share_of_all(revenue: Any) -> ColumnElement[Decimal]:
    """A row's revenue in per cent of that of all rows."""
    return percent(revenue, func.sum(revenue).over())
