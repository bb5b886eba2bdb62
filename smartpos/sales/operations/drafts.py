"""A receipt that is ready to be written: sale, refund or exchange, with its lines, payments and the shift's figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from smartpos.core.sql import array, send
from smartpos.finance.models import CashEntryKind
from smartpos.identity.actors import Actor
from smartpos.sales.models import Restock, SaleFlag, SaleStatus, SaleType
from smartpos.sales.operations.drawer import LockedShift, count_cash, forget_shift, note_cash
from smartpos.sales.operations.payments import Settlement
from smartpos.sales.queries import Buyer, SoldItem, SoldPayment, SoldSale
from smartpos.sales.totals import with_receipt

SALE_ORIGIN = "sale"
NOTHING = Decimal("0.00")

# One statement, so that a sale that loses the race for its client_uuid leaves no trace: without a row in "sale"
# nothing else happens. The shift is locked already, so its figures are known.
_INSERT = """
WITH sale AS (
    INSERT INTO sales (organization_id, branch_id, till_id, shift_id, cashier_id, customer_id, original_id,
                       price_type_id, type, number, client_uuid, content_hash, payment_method, gross_amount,
                       discount_amount, tax_amount, rounding_amount, total_amount, returned_amount, tendered_amount,
                       change_amount, cost_amount, business_date, sold_at, reason, is_offline, is_late, flags,
                       claimed_at, sent_by, created_at)
    VALUES (%(organization_id)s, %(branch_id)s, %(till_id)s, %(shift_id)s, %(cashier_id)s, %(customer_id)s,
            %(original_id)s, %(price_type_id)s, %(type)s, %(number)s, %(client_uuid)s, %(content_hash)s,
            %(payment_method)s, %(gross)s, %(discount)s, %(tax)s, %(rounding)s, %(total)s, %(returned)s,
            %(tendered)s, %(change)s, %(cost)s, %(business_date)s, %(sold_at)s, %(reason)s, %(is_offline)s,
            %(is_late)s, %(flags)s, %(claimed_at)s, %(sent_by)s, %(created_at)s)
    ON CONFLICT (organization_id, client_uuid) DO NOTHING
    RETURNING id
), counted AS (
    UPDATE shifts SET last_number = %(last_number)s, cash_balance = %(cash_balance)s,
                      foreign_balance = %(foreign_balance)s, totals = %(totals)s, late_count = %(late_count)s,
                      late_total = %(late_total)s
    FROM sale WHERE shifts.organization_id = %(organization_id)s AND shifts.id = %(shift_id)s
), items AS (
    INSERT INTO sale_items (organization_id, sale_id, line_number, product_id, product_name, barcode, unit, quantity,
                            multiplier, is_tracked, price, list_price, gross_amount, promotion_id, promotion_amount,
                            discount_amount, cart_discount_amount, vat_rate, vat_included, tax_amount, total_amount,
                            unit_cost, cost_amount, returns_id, restock, batch_number, expiration_date, marking_code)
    SELECT %(organization_id)s, sale.id, line.place, line.product_id, line.product_name, line.barcode, line.unit,
           line.quantity, line.multiplier, line.is_tracked, line.price, line.list_price, line.gross,
           line.promotion_id, line.promotion, line.discount, line.cart_discount, line.vat_rate, line.vat_included,
           line.tax, line.total, line.unit_cost, line.cost, line.returns_id, line.restock, line.batch_number,
           line.expiration_date, line.marking_code
    FROM sale CROSS JOIN unnest(
        %(product_ids)s::bigint[], %(names)s::text[], %(barcodes)s::text[], %(units)s::text[],
        %(quantities)s::numeric[], %(multipliers)s::numeric[], %(tracked)s::boolean[], %(prices)s::numeric[],
        %(list_prices)s::numeric[], %(line_gross)s::numeric[], %(promotion_ids)s::bigint[],
        %(line_promotions)s::numeric[], %(line_discounts)s::numeric[], %(cart_discounts)s::numeric[],
        %(vat_rates)s::numeric[], %(vat_included)s::boolean[], %(line_taxes)s::numeric[],
        %(line_totals)s::numeric[], %(unit_costs)s::numeric[], %(line_costs)s::numeric[], %(returns_ids)s::bigint[],
        %(restocks)s::text[], %(batches)s::text[], %(expirations)s::date[], %(marks)s::text[]
    ) WITH ORDINALITY AS line (product_id, product_name, barcode, unit, quantity, multiplier, is_tracked, price,
                               list_price, gross, promotion_id, promotion, discount, cart_discount, vat_rate,
                               vat_included, tax, total, unit_cost, cost, returns_id, restock, batch_number,
                               expiration_date, marking_code, place)
    RETURNING id, line_number
), payments AS (
    INSERT INTO sale_payments (organization_id, sale_id, method, amount, tendered_amount, currency, exchange_rate,
                               foreign_amount, due_date)
    SELECT %(organization_id)s, sale.id, payment.method, payment.amount, payment.tendered, payment.currency,
           payment.rate, payment.foreign_amount, payment.due_date
    FROM sale CROSS JOIN unnest(%(methods)s::text[], %(amounts)s::numeric[], %(tendered_amounts)s::numeric[],
                                %(currencies)s::text[], %(rates)s::numeric[], %(foreign_amounts)s::numeric[],
                                %(due_dates)s::date[])
         WITH ORDINALITY AS payment (method, amount, tendered, currency, rate, foreign_amount, due_date, place)
    ORDER BY payment.place
)
SELECT sale.id, (SELECT array_agg(items.id ORDER BY items.line_number) FROM items) FROM sale
"""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line with all its figures, as it will stand in the receipt; of what comes back they are negative."""

    product_id: int
    name: str
    barcode: str | None
    unit: str
    quantity: Decimal
    multiplier: Decimal
    price: Decimal
    gross: Decimal
    discount: Decimal
    cart_discount: Decimal
    vat_rate: Decimal
    vat_included: bool
    tax: Decimal
    total: Decimal
    unit_cost: Decimal
    cost: Decimal
    is_tracked: bool
    list_price: Decimal | None = None
    promotion_id: int | None = None
    promotion_name: str | None = None
    promotion: Decimal = NOTHING
    returns_id: int | None = None
    restock: Restock | None = None
    batch_number: str | None = None
    expiration_date: date | None = None
    marking_code: str | None = None


@dataclass(slots=True)
class Draft:
    """Everything a receipt consists of.

    ``rounding`` is part of ``total``, beside the sum of the lines. ``returned`` is what goods that came back counted
    for in it; it is not negative.
    """

    type: SaleType
    client_uuid: UUID
    content_hash: str
    shift: LockedShift
    lines: Sequence[DraftLine]
    rounding: Decimal
    total: Decimal
    settlement: Settlement
    sold_at: datetime
    now: datetime
    actor: Actor
    cashier_id: int
    cashier: str
    buyer: Buyer | None = None
    original_id: int | None = None
    original_number: str | None = None
    price_type_id: int | None = None
    returned: Decimal = NOTHING
    reason: str | None = None
    is_offline: bool = False
    claimed_at: datetime | None = None
    flags: list[SaleFlag] = field(default_factory=list)
    number: str = ""

    @property
    def is_late(self) -> bool:
        """Whether its shift was closed before it arrived."""
        return not self.shift.is_open

    @property
    def business_date(self) -> date:
        """The day in the tenant's time zone."""
        return self.sold_at.astimezone(self.actor.organization.zone).date()

    def write(self) -> SoldSale | None:
        """Write the receipt, its lines and payments, the shift's figures and the cash ledger.

        Gives the receipt as ``sold_sale`` would read it, or None, having written nothing, when one with this
        ``client_uuid`` is there already; the locked shift is then of no use any more.
        """
        self._count()
        rows = send(_INSERT, self._parameters())
        if not rows:
            return None
        forget_shift(self.shift.id)
        sale_id, item_ids = rows[0]
        self._note_cash(sale_id)
        return self._receipt(sale_id, item_ids)

    def _sum(self, name: str) -> Decimal:
        return sum((getattr(line, name) for line in self.lines), NOTHING)

    @property
    def discount(self) -> Decimal:
        """All that was taken off: promotions, line and cart discounts."""
        return self._sum("promotion") + self._sum("discount") + self._sum("cart_discount")

    def _count(self) -> None:
        shift, settlement = self.shift, self.settlement
        shift.last_number += 1
        self.number = f"{shift.till_number}-{shift.number}-{shift.last_number}"
        if self.is_late:
            shift.late_count += 1
            shift.late_total += self.total
            return
        shift.totals = with_receipt(
            shift.totals,
            kind=self.type.value,
            gross=self._sum("gross"),
            discount=self.discount,
            tax=self._sum("tax"),
            rounding=self.rounding,
            total=self.total,
            payments=[(payment.method.value, payment.amount) for payment in settlement.payments],
        )
        if settlement.cash:
            count_cash(shift, self._cash_kind(settlement.cash), settlement.cash)
        if settlement.foreign:
            count_cash(shift, self._cash_kind(settlement.foreign), settlement.foreign, foreign=True)

    def _cash_kind(self, amount: Decimal) -> CashEntryKind:
        # Change in the shop's own money for foreign cash leaves the drawer, but it is a sale that took it out.
        came_back = self.type is SaleType.REFUND or (self.type is SaleType.EXCHANGE and amount < 0)
        return CashEntryKind.REFUND if came_back else CashEntryKind.SALE

    def _note_cash(self, sale_id: int) -> None:
        settlement = self.settlement
        for amount, currency in (
            (settlement.cash, None),
            (settlement.foreign, self.shift.foreign_currency),
        ):
            if amount:
                note_cash(
                    self.shift,
                    kind=self._cash_kind(amount),
                    amount=amount,
                    currency=currency,
                    origin_kind=SALE_ORIGIN,
                    origin_id=sale_id,
                    occurred_at=self.sold_at,
                    actor=self.actor,
                )

    def _parameters(self) -> dict[str, Any]:
        lines, payments = self.lines, self.settlement.payments
        sent_by = self.actor.user_id if self.actor.user_id != self.cashier_id else None
        return {
            "organization_id": self.actor.organization.id,
            **self.shift.figures(),
            "branch_id": self.shift.branch_id,
            "till_id": self.shift.till_id,
            "cashier_id": self.cashier_id,
            "customer_id": self.buyer.id if self.buyer else None,
            "original_id": self.original_id,
            "price_type_id": self.price_type_id,
            "type": self.type.value,
            "number": self.number,
            "client_uuid": self.client_uuid,
            "content_hash": self.content_hash,
            "payment_method": self.settlement.summary.value,
            "gross": self._sum("gross"),
            "discount": self.discount,
            "tax": self._sum("tax"),
            "rounding": self.rounding,
            "total": self.total,
            "returned": self.returned,
            "tendered": self.settlement.tendered,
            "change": self.settlement.change,
            "cost": self._sum("cost"),
            "business_date": self.business_date,
            "sold_at": self.sold_at,
            "reason": self.reason,
            "is_offline": self.is_offline,
            "is_late": self.is_late,
            "flags": [flag.value for flag in self.flags],
            "claimed_at": self.claimed_at,
            "sent_by": sent_by,
            "created_at": self.now,
            "product_ids": array(line.product_id for line in lines),
            "names": [line.name for line in lines],
            "barcodes": [line.barcode for line in lines],
            "units": [line.unit for line in lines],
            "quantities": array(line.quantity for line in lines),
            "multipliers": array(line.multiplier for line in lines),
            "tracked": [line.is_tracked for line in lines],
            "prices": array(line.price for line in lines),
            "list_prices": [line.list_price for line in lines],
            "line_gross": array(line.gross for line in lines),
            "promotion_ids": [line.promotion_id for line in lines],
            "line_promotions": array(line.promotion for line in lines),
            "line_discounts": array(line.discount for line in lines),
            "cart_discounts": array(line.cart_discount for line in lines),
            "vat_rates": array(line.vat_rate for line in lines),
            "vat_included": [line.vat_included for line in lines],
            "line_taxes": array(line.tax for line in lines),
            "line_totals": array(line.total for line in lines),
            "unit_costs": array(line.unit_cost for line in lines),
            "line_costs": array(line.cost for line in lines),
            "returns_ids": [line.returns_id for line in lines],
            "restocks": [line.restock.value if line.restock else None for line in lines],
            "batches": [line.batch_number for line in lines],
            "expirations": [line.expiration_date for line in lines],
            "marks": [line.marking_code for line in lines],
            "methods": [payment.method.value for payment in payments],
            "amounts": array(payment.amount for payment in payments),
            "tendered_amounts": array(payment.tendered for payment in payments),
            "currencies": [payment.currency for payment in payments],
            "rates": [payment.rate for payment in payments],
            "foreign_amounts": [payment.foreign_amount for payment in payments],
            "due_dates": [payment.due_date for payment in payments],
        }

    def _receipt(self, sale_id: int, item_ids: Sequence[int]) -> SoldSale:
        shift, settlement = self.shift, self.settlement
        items = [
            SoldItem(
                id=item_id,
                line_number=place,
                product_id=line.product_id,
                name=line.name,
                barcode=line.barcode,
                unit=line.unit,
                quantity=line.quantity,
                multiplier=line.multiplier,
                price=line.price,
                list_price=line.list_price,
                gross=line.gross,
                promotion_id=line.promotion_id,
                promotion_name=line.promotion_name,
                promotion=line.promotion,
                discount=line.discount,
                cart_discount=line.cart_discount,
                vat_rate=line.vat_rate,
                vat_included=line.vat_included,
                tax=line.tax,
                total=line.total,
                returns_id=line.returns_id,
                restock=line.restock,
                batch_number=line.batch_number,
                expiration_date=line.expiration_date,
                marking_code=line.marking_code,
            )
            for place, (item_id, line) in enumerate(zip(item_ids, self.lines, strict=True), start=1)
        ]
        return SoldSale(
            id=sale_id,
            number=self.number,
            client_uuid=self.client_uuid,
            type=self.type,
            status=SaleStatus.COMPLETED,
            branch_id=shift.branch_id,
            branch=shift.branch_name,
            till_id=shift.till_id,
            till=shift.till_name,
            shift_id=shift.id,
            cashier_id=self.cashier_id,
            cashier=self.cashier,
            buyer=self.buyer,
            original_id=self.original_id,
            original_number=self.original_number,
            price_type_id=self.price_type_id,
            payment_method=settlement.summary,
            gross=self._sum("gross"),
            discount=self.discount,
            tax=self._sum("tax"),
            rounding=self.rounding,
            total=self.total,
            paid=settlement.tendered,
            change=settlement.change,
            business_date=self.business_date,
            sold_at=self.sold_at,
            reason=self.reason,
            is_offline=self.is_offline,
            is_late=self.is_late,
            flags=[flag.value for flag in self.flags],
            created_at=self.now,
            items=items,
            payments=[
                SoldPayment(
                    one.method,
                    one.amount,
                    one.tendered,
                    one.currency,
                    one.rate,
                    one.foreign_amount,
                    one.due_date,
                )
                for one in settlement.payments
            ],
        )
