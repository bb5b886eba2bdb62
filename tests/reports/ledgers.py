"""The ledgers as plain rows, for tests that reckon a report by another way than its own."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from smartpos.catalog.models import Category, Product
from smartpos.core.db import db
from smartpos.sales.models import Sale, SaleItem, SalePayment
from tests.cast import Shop
from tests.reports.asking import ask
from tests.reports.history import History

ZONE = ZoneInfo("Asia/Tashkent")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A line of a receipt with its receipt."""

    sale: Sale
    item: SaleItem


@dataclass(frozen=True)
class Ledgers:
    """Every receipt, line and payment of the shop, and the category of each product."""

    sales: list[Sale]
    lines: list[Line]
    payments: list[tuple[Sale, SalePayment]]
    category_of: dict[int, int | None]
    parent_of: dict[int, int | None]

    @classmethod
    def of(cls, shop: Shop) -> "Ledgers":
        """Read them all."""
        with shop.inside():
            sales = {one.id: one for one in db.session.scalars(select(Sale).order_by(Sale.id))}
            items = list(db.session.scalars(select(SaleItem).order_by(SaleItem.id)))
            payments = list(db.session.scalars(select(SalePayment).order_by(SalePayment.id)))
            categories = dict(db.session.execute(select(Product.id, Product.category_id)).all())
            parents = dict(db.session.execute(select(Category.id, Category.parent_id)).all())
            db.session.expunge_all()
        return cls(
            list(sales.values()),
            [Line(sales[one.sale_id], one) for one in items],
            [(sales[one.sale_id], one) for one in payments],
            categories,
            parents,
        )

    def of_days(self, since: date, until: date) -> "Ledgers":
        """Those of these business days alone."""

        def within(sale: Sale) -> bool:
            return since <= sale.business_date <= until

        return Ledgers(
            [one for one in self.sales if within(one)],
            [one for one in self.lines if within(one.sale)],
            [one for one in self.payments if within(one[0])],
            self.category_of,
            self.parent_of,
        )

    def of_branch(self, branch_id: int) -> "Ledgers":
        """Those of one branch alone."""
        return Ledgers(
            [one for one in self.sales if one.branch_id == branch_id],
            [one for one in self.lines if one.sale.branch_id == branch_id],
            [one for one in self.payments if one[0].branch_id == branch_id],
            self.category_of,
            self.parent_of,
        )

    def top_of(self, product_id: int) -> int:
        """The topmost category of a product, 0 for none."""
        number = self.category_of[product_id]
        while number is not None and self.parent_of[number] is not None:
            number = self.parent_of[number]
        return number or 0


def hour_of(moment: datetime) -> tuple[str, str]:
    """The day of the week and the hour on the shop's clock."""
    there = moment.astimezone(ZONE)
    return str(there.isoweekday()), f"{there.hour:02}:00"


def grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Rows by what they have in common."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def add(amounts: Iterable[Decimal | None]) -> Decimal:
    """Their sum; nothing counts as zero."""
    return sum((amount for amount in amounts if amount is not None), NOTHING)


def cents(amount: Decimal) -> Decimal:
    """Rounded as money."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def in_percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in per cent, as the database rounds it; None of nothing."""
    return cents(part * 100 / whole) if whole else None


def figures_of_receipts(sales: Iterable[Sale]) -> dict[str, Any]:
    """The figures of a group of receipts, one by one."""
    sales = list(sales)
    sold = [one for one in sales if one.type.value != "refund"]
    revenue, cost = add(one.total_amount for one in sales), add(one.cost_amount for one in sales)
    net = revenue - add(one.tax_amount for one in sales)
    return {
        "receipts": len(sold),
        "refunds": len(sales) - len(sold),
        "gross": add(one.gross_amount for one in sales),
        "discount": add(one.discount_amount for one in sales),
        "refunded": add(one.returned_amount for one in sales),
        "tax": add(one.tax_amount for one in sales),
        "revenue": revenue,
        "average": cents(revenue / len(sold)) if sold else None,
        "cost": cost,
        "profit": net - cost,
        "margin": in_percent(net - cost, net),
    }


def figures_of_lines(lines: Iterable[Line]) -> dict[str, Any]:
    """The figures of a group of lines, one by one."""
    items = [one.item for one in lines]
    revenue, cost = add(one.total_amount for one in items), add(one.cost_amount for one in items)
    net = revenue - add(one.tax_amount for one in items)
    return {
        "gross": add(one.gross_amount for one in items),
        "discount": add(
            one.promotion_amount + one.discount_amount + one.cart_discount_amount for one in items
        ),
        "tax": add(one.tax_amount for one in items),
        "revenue": revenue,
        "cost": cost,
        "profit": net - cost,
        "margin": in_percent(net - cost, net),
    }


def days_before(today: date, count: int) -> tuple[date, date]:
    """The period "last ``count`` days"."""
    return today - timedelta(days=count - 1), today


@dataclass
class Books:
    """The history with its ledgers, and the shop's day."""

    past: History
    ledgers: Ledgers
    today: date

    def ask(self, slug: str, days: int = 90, who: str = "owner", **args: Any) -> tuple[Any, Any]:
        """Rows and totals of a report over the last days."""
        return ask(self.past.shop, slug, who, limit=50, period=f"last_{days}_days", **args)

    def of(self, days: int = 90) -> Ledgers:
        """The ledgers of the same days."""
        return self.ledgers.of_days(*days_before(self.today, days))


def check(rows: list[dict[str, Any]], key: Callable[[Any], Any], expected: dict[Any, dict[str, Any]]) -> None:
    """Each row has the figures that are expected of it, and there are no others."""
    found = {key(row): row for row in rows}
    assert len(found) == len(rows)
    assert found.keys() == expected.keys()
    for name, figures in expected.items():
        assert {label: found[name][label] for label in figures} == figures, name
