"""Parked receipts of the demo, in the shape in which a till keeps its cart (``static/till/cart.js``)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from smartpos.crm.models import Customer
from smartpos.demo.catalogue import DemoProduct
from smartpos.identity.actors import Actor
from smartpos.sales.operations.held import HoldRequest, hold_sale

Parked = tuple[int, DemoProduct, Decimal]
"""The id of a product, the product, and how much of it."""


def park(
    name: str,
    lines: Sequence[Parked],
    *,
    category_ids: Mapping[str, int],
    vat_rates: Mapping[str, Decimal],
    customer: Customer | None = None,
    actor: Actor,
) -> None:
    """Let a cart wait where the actor works."""
    cart_lines = [_line(*parked, category_ids=category_ids, vat_rates=vat_rates) for parked in lines]
    hold_sale(
        HoldRequest(
            client_uuid=uuid4(),
            name=name,
            customer_id=customer.id if customer else None,
            line_count=len(lines),
            total=sum((product.price * quantity for _number, product, quantity in lines), Decimal(0)),
            cart={
                "uuid": str(uuid4()),
                "lines": cart_lines,
                "discount": None,
                "selected": cart_lines[-1]["key"],
                "customer": _customer(customer) if customer else None,
                "priceTypeId": None,
                "back": None,
            },
        ),
        actor=actor,
    )


def _line(
    number: int,
    product: DemoProduct,
    quantity: Decimal,
    *,
    category_ids: Mapping[str, int],
    vat_rates: Mapping[str, Decimal],
) -> dict[str, Any]:
    digits = 3 if product.is_weighed else 0
    price = _minor(product.price)
    return {
        "key": str(number),
        "productId": number,
        "categoryId": category_ids[product.category[-1]],
        "code": None,
        "perPack": 1000,
        "name": product.name,
        "unit": product.unit,
        "digits": digits,
        "baseDigits": digits,
        "listPrice": price,
        "prices": {},
        "manualPrice": None,
        "price": price,
        "vatRate": _minor(vat_rates[product.vat_code]),
        "vatIncluded": True,
        "cashAllowed": product.cash_allowed,
        "quantity": int(quantity * 1000),
        "discount": None,
        "available": None,
        "lot": None,
        "expiry": None,
        "mark": None,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "uuid": None,
        "name": customer.name,
        "phone": customer.phone or "",
        "balance": _minor(customer.balance),
        "points": _minor(customer.points),
        "limit": _minor(customer.credit_limit or Decimal(0)),
        "tier": customer.tier.value,
        "priceTypeId": customer.price_type_id,
        "termsDays": customer.payment_terms.days,
    }


def _minor(amount: Decimal) -> int:
    return int(amount * 100)
