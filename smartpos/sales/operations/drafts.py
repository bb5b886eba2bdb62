"""A sale that is ready to be written: its rows by one statement, and the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from smartpos.core.money import round_money
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.sales.models import SaleType
from smartpos.sales.operations.basket import BasketLine
from smartpos.sales.operations.payments import Settlement
from smartpos.sales.pricing import PricedCart
from smartpos.sales.queries import OpenShift, SoldItem, SoldPayment, SoldSale
from smartpos.sales.requests import SaleRequest
from smartpos.stock.operations import Posted

# One statement, so that a sale that loses the race for its client_uuid leaves no trace: without a row in "sale"
# nothing else happens. The shift is locked already, so its next number is known.
_INSERT = """
WITH sale AS (
    INSERT INTO sales (organization_id, branch_id, till_id, shift_id, cashier_id, number, client_uuid, content_hash,
                       payment_method, gross_amount, discount_amount, tax_amount, rounding_amount, total_amount,
                       tendered_amount, change_amount, cost_amount, business_date, sold_at, created_at)
    VALUES (%(organization_id)s, %(branch_id)s, %(till_id)s, %(shift_id)s, %(cashier_id)s, %(number)s,
            %(client_uuid)s, %(content_hash)s, %(payment_method)s, %(gross)s, %(discount)s, %(tax)s, %(rounding)s,
            %(total)s, %(tendered)s, %(change)s, %(cost)s, %(business_date)s, %(sold_at)s, %(created_at)s)
    ON CONFLICT (organization_id, client_uuid) DO NOTHING
    RETURNING id
), counted AS (
    UPDATE shifts SET last_number = %(last_number)s FROM sale
    WHERE shifts.organization_id = %(organization_id)s AND shifts.id = %(shift_id)s
), items AS (
    INSERT INTO sale_items (organization_id, sale_id, line_number, product_id, product_name, barcode, unit, quantity,
                            multiplier, is_tracked, price, gross_amount, discount_amount, cart_discount_amount,
                            vat_rate, vat_included, tax_amount, total_amount, unit_cost, cost_amount)
    SELECT %(organization_id)s, sale.id, line.place, line.product_id, line.product_name, line.barcode, line.unit,
           line.quantity, line.multiplier, line.is_tracked, line.price, line.gross, line.discount,
           line.cart_discount, line.vat_rate, line.vat_included, line.tax, line.total, line.unit_cost, line.cost
    FROM sale CROSS JOIN unnest(
        %(product_ids)s::bigint[], %(names)s::text[], %(barcodes)s::text[], %(units)s::text[],
        %(quantities)s::numeric[], %(multipliers)s::numeric[], %(tracked)s::boolean[], %(prices)s::numeric[],
        %(line_gross)s::numeric[], %(line_discounts)s::numeric[], %(cart_discounts)s::numeric[],
        %(vat_rates)s::numeric[], %(vat_included)s::boolean[], %(line_taxes)s::numeric[],
        %(line_totals)s::numeric[], %(unit_costs)s::numeric[], %(line_costs)s::numeric[]
    ) WITH ORDINALITY AS line (product_id, product_name, barcode, unit, quantity, multiplier, is_tracked, price,
                               gross, discount, cart_discount, vat_rate, vat_included, tax, total, unit_cost, cost,
                               place)
    RETURNING id, line_number
), payments AS (
    INSERT INTO sale_payments (organization_id, sale_id, method, amount, tendered_amount)
    SELECT %(organization_id)s, sale.id, payment.method, payment.amount, payment.tendered
    FROM sale CROSS JOIN unnest(%(methods)s::text[], %(amounts)s::numeric[], %(tendered_amounts)s::numeric[])
         WITH ORDINALITY AS payment (method, amount, tendered, place)
    ORDER BY payment.place
)
SELECT sale.id, (SELECT array_agg(items.id ORDER BY items.line_number) FROM items) FROM sale
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a sale consists of. ``posted`` are the movements of its lines, which know the cost."""

    request: SaleRequest
    shift: OpenShift
    basket: Sequence[BasketLine]
    cart: PricedCart
    settlement: Settlement
    posted: Sequence[Posted]
    sold_at: datetime
    now: datetime
    actor: Actor

    def write(self) -> SoldSale | None:
        """Write the sale, its lines and payments and the shift's last number.

        Gives the receipt as ``sold_sale`` would read it, or None, having written nothing, when a sale with this
        ``client_uuid`` is there already.
        """
        rows = send(_INSERT, self._parameters())
        return self._receipt(*rows[0]) if rows else None

    @property
    def number(self) -> str:
        """The number on the receipt: till, shift, and the count within the shift."""
        return f"{self.shift.till_number}-{self.shift.number}-{self.shift.last_number + 1}"

    @property
    def business_date(self) -> date:
        """The day in the tenant's time zone."""
        return self.sold_at.astimezone(self.actor.organization.zone).date()

    def _parameters(self) -> dict[str, Any]:
        basket, lines, payments = self.basket, self.cart.lines, self.settlement.payments
        costs = [round_money(-movement.value) for movement in self.posted]
        return {
            "organization_id": self.actor.organization.id,
            "branch_id": self.shift.branch_id,
            "till_id": self.shift.till_id,
            "shift_id": self.shift.id,
            "cashier_id": self.actor.user_id,
            "last_number": self.shift.last_number + 1,
            "number": self.number,
            "client_uuid": self.request.client_uuid,
            "content_hash": self.request.fingerprint(),
            "payment_method": self.settlement.summary.value,
            "gross": self.cart.gross,
            "discount": self.cart.discount,
            "tax": self.cart.tax,
            "rounding": self.cart.rounding,
            "total": self.cart.total,
            "tendered": self.settlement.tendered,
            "change": self.settlement.change,
            "cost": sum(costs, Decimal("0.00")),
            "business_date": self.business_date,
            "sold_at": self.sold_at,
            "created_at": self.now,
            "product_ids": array(line.product.id for line in basket),
            "names": [line.product.name for line in basket],
            "barcodes": [line.barcode for line in basket],
            "units": [line.unit for line in basket],
            "quantities": array(line.quantity for line in basket),
            "multipliers": array(line.multiplier for line in basket),
            "tracked": [movement.is_tracked for movement in self.posted],
            "prices": array(line.cart.price for line in basket),
            "line_gross": array(line.gross for line in lines),
            "line_discounts": array(line.discount for line in lines),
            "cart_discounts": array(line.cart_discount for line in lines),
            "vat_rates": array(line.cart.vat_rate for line in basket),
            "vat_included": [line.cart.vat_included for line in basket],
            "line_taxes": array(line.tax for line in lines),
            "line_totals": array(line.total for line in lines),
            "unit_costs": array(movement.unit_cost for movement in self.posted),
            "line_costs": array(costs),
            "methods": [payment.method.value for payment in payments],
            "amounts": array(payment.amount for payment in payments),
            "tendered_amounts": array(payment.tendered for payment in payments),
        }

    def _receipt(self, sale_id: int, item_ids: Sequence[int]) -> SoldSale:
        shift, cart, settlement = self.shift, self.cart, self.settlement
        items = [
            SoldItem(
                id=item_id,
                line_number=place,
                product_id=line.product.id,
                name=line.product.name,
                barcode=line.barcode,
                unit=line.unit,
                quantity=line.quantity,
                multiplier=line.multiplier,
                price=line.cart.price,
                gross=priced.gross,
                discount=priced.discount,
                cart_discount=priced.cart_discount,
                vat_rate=line.cart.vat_rate,
                vat_included=line.cart.vat_included,
                tax=priced.tax,
                total=priced.total,
            )
            for place, (item_id, line, priced) in enumerate(
                zip(item_ids, self.basket, cart.lines, strict=True), start=1
            )
        ]
        return SoldSale(
            id=sale_id,
            number=self.number,
            client_uuid=self.request.client_uuid,
            type=SaleType.SALE,
            branch_id=shift.branch_id,
            branch=shift.branch_name,
            till_id=shift.till_id,
            till=shift.till_name,
            shift_id=shift.id,
            cashier_id=shift.cashier_id,
            cashier=self.actor.name,
            payment_method=settlement.summary,
            gross=cart.gross,
            discount=cart.discount,
            tax=cart.tax,
            rounding=cart.rounding,
            total=cart.total,
            paid=settlement.tendered,
            change=settlement.change,
            business_date=self.business_date,
            sold_at=self.sold_at,
            created_at=self.now,
            items=items,
            payments=[SoldPayment(one.method, one.amount, one.tendered) for one in settlement.payments],
        )
