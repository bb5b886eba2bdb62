"""Questions about what has come back: what of a receipt may still be returned, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.sales.models import PaymentMethod, Sale, SaleStatus, SaleType
from smartpos.sales.refunding import NOTHING, Amounts, part_of, piece_of

# A receipt, what it exchanged, and what its new goods were exchanged for: they share the money of the first.
_FAMILY = """
WITH RECURSIVE up AS (
    SELECT id, original_id FROM sales WHERE organization_id = %(organization_id)s AND id = %(sale_id)s
    UNION ALL
    SELECT sale.id, sale.original_id FROM up
    JOIN sales AS sale ON sale.organization_id = %(organization_id)s AND sale.id = up.original_id
), family AS (
    SELECT id FROM up WHERE original_id IS NULL
    UNION ALL
    SELECT sale.id FROM family
    JOIN sales AS sale ON sale.organization_id = %(organization_id)s AND sale.original_id = family.id
)
"""
_HEAD = """
SELECT sale.id, sale.number, sale.type, sale.status, sale.customer_id, sale.sold_at,
       sale.total_amount + sale.returned_amount,
       (SELECT coalesce(sum(back.returned_amount), 0.00) FROM sales AS back
        WHERE back.organization_id = sale.organization_id AND back.original_id = sale.id)
FROM sales AS sale WHERE sale.organization_id = %(organization_id)s AND sale.id = %(sale_id)s
"""
_LINES = """
SELECT item.id, item.line_number, item.product_id, item.product_name, item.barcode, item.unit,
       CASE WHEN item.multiplier = 1 THEN unit.digits ELSE 0 END, item.quantity, item.multiplier, item.price,
       item.list_price, item.promotion_id, promotion.name, item.vat_rate, item.vat_included, item.unit_cost,
       item.batch_number, item.expiration_date, item.marking_code, coalesce(back.quantity, 0.000),
       item.gross_amount, item.promotion_amount, item.discount_amount, item.cart_discount_amount, item.tax_amount,
       item.total_amount, item.cost_amount
FROM sale_items AS item
JOIN products AS product ON product.organization_id = item.organization_id AND product.id = item.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
LEFT JOIN promotions AS promotion
  ON promotion.organization_id = item.organization_id AND promotion.id = item.promotion_id
LEFT JOIN LATERAL (
    SELECT -sum(gone.quantity) AS quantity FROM sale_items AS gone
    WHERE gone.organization_id = item.organization_id AND gone.returns_id = item.id
) AS back ON true
WHERE item.organization_id = %(organization_id)s AND item.sale_id = %(sale_id)s
ORDER BY item.line_number
"""
_HELD = f"""
{_FAMILY}
SELECT payment.method, payment.currency, payment.exchange_rate, sum(payment.amount), sum(payment.foreign_amount)
FROM sale_payments AS payment
WHERE payment.organization_id = %(organization_id)s AND payment.sale_id IN (SELECT id FROM family)
GROUP BY payment.method, payment.currency, payment.exchange_rate ORDER BY payment.method
"""
_ENTRIES = f"""
{_FAMILY}
SELECT entry.id, entry.origin_id, entry.amount, entry.points_earned FROM customer_transactions AS entry
WHERE entry.organization_id = %(organization_id)s AND entry.origin_kind = 'sale'
  AND entry.transaction_type = 'sale' AND entry.origin_id IN (SELECT id FROM family)
ORDER BY entry.id
"""


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A line that was sold, and how much of it is back. ``digits`` says how finely it may come back."""

    id: int
    line_number: int
    product_id: int
    name: str
    barcode: str | None
    unit: str
    digits: int
    quantity: Decimal
    multiplier: Decimal
    price: Decimal
    list_price: Decimal | None
    promotion_id: int | None
    promotion_name: str | None
    vat_rate: Decimal
    vat_included: bool
    unit_cost: Decimal
    batch_number: str | None
    expiration_date: date | None
    marking_code: str | None
    returned: Decimal
    amounts: Amounts

    @property
    def left(self) -> Decimal:
        """How much may still come back; nothing of a line that gave something back itself."""
        return max(self.quantity - self.returned, Decimal("0.000"))

    @property
    def amount_left(self) -> Decimal:
        """What the rest of the line is worth."""
        if self.left <= 0:
            return NOTHING
        return piece_of(self.amounts, self.quantity, returned=self.returned, quantity=self.left).total


@dataclass(frozen=True, slots=True)
class Held:
    """What the shop still holds of the money of a receipt in one way."""

    method: PaymentMethod
    currency: str | None
    rate: Decimal | None
    amount: Decimal
    foreign_amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """What a sale entered into its customer's account."""

    id: int
    sale_id: int
    amount: Decimal
    points_earned: Decimal


@dataclass(frozen=True, slots=True)
class Original:
    """A receipt of which something comes back.

    ``bought`` is what its goods cost in the end, with its rounding; ``given_before`` what of that was given back.
    """

    id: int
    number: str
    type: SaleType
    status: SaleStatus
    customer_id: int | None
    sold_at: datetime
    bought: Decimal
    given_before: Decimal
    lines: dict[int, ReturnableLine]
    held: list[Held]
    entries: list[AccountEntry]

    @property
    def exact_before(self) -> Decimal:
        """What the lines say that came back before is worth."""
        return sum(
            (
                part_of(line.amounts, line.returned, line.quantity).total
                for line in self.lines.values()
                if line.returned
            ),
            NOTHING,
        )

    @property
    def total_left(self) -> Decimal:
        """What is given back when everything comes back that is still out."""
        return max(self.bought - self.given_before, NOTHING)

    @property
    def entry(self) -> AccountEntry | None:
        """What this receipt itself entered into the account."""
        return next((entry for entry in self.entries if entry.sale_id == self.id), None)

    @property
    def debt_entry(self) -> AccountEntry | None:
        """The entry by which these goods were bought on credit: its own, else that of what they were exchanged for."""
        in_debt = [entry for entry in self.entries if entry.amount < 0]
        own = [entry for entry in in_debt if entry.sale_id == self.id]
        return next(iter(own or in_debt), self.entry)

    def held_by_method(self) -> Mapping[PaymentMethod, Decimal]:
        """What the shop still holds of each method, foreign cash at its value."""
        sums: dict[PaymentMethod, Decimal] = {}
        for held in self.held:
            sums[held.method] = sums.get(held.method, NOTHING) + held.amount
        return sums


def original_sale(sale_id: int, actor: Actor) -> Original:
    """A receipt of the organization with all that is needed to take it back; four statements. Raises NotFound.

    Whoever takes goods back sees the receipt of anybody, since the customer has it in hand.
    """
    parameters = {"organization_id": actor.organization.id, "sale_id": sale_id}
    heads = send(_HEAD, parameters)
    if not heads:
        raise NotFound
    number, name, kind, status, customer_id, sold_at, bought, given = heads[0]
    lines = [_line(row) for row in send(_LINES, parameters)]
    entries = send(_ENTRIES, parameters) if customer_id is not None else []
    return Original(
        id=number,
        number=name,
        type=SaleType(kind),
        status=SaleStatus(status),
        customer_id=customer_id,
        sold_at=sold_at,
        bought=max(bought, NOTHING),
        given_before=given,
        lines={line.id: line for line in lines if line.quantity > 0},
        held=[Held(PaymentMethod(row[0]), *row[1:]) for row in send(_HELD, parameters)],
        entries=[AccountEntry(*row) for row in entries],
    )


def _line(row: tuple[Any, ...]) -> ReturnableLine:
    facts: list[Any] = [*row[:20], Amounts(*row[20:])]
    return ReturnableLine(*facts)


def is_sale(sale_id: int, actor: Actor) -> bool:
    """Whether the organization has such a receipt."""
    statement = "SELECT 1 FROM sales WHERE organization_id = %(organization_id)s AND id = %(sale_id)s"
    return bool(send(statement, {"organization_id": actor.organization.id, "sale_id": sale_id}))


def returns_of(sale_id: int) -> list[Sale]:
    """The receipts that took something of this one back, the first first."""
    query = select(Sale).where(Sale.original_id == sale_id).order_by(Sale.id)
    return list(db.session.scalars(query))
