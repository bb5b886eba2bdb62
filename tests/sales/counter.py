"""What the tests of refunds and exchanges share."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.crm.models import Customer
from smartpos.identity.models import AppSetting
from smartpos.sales.models import Sale, Shift
from smartpos.stock.models import BranchStock
from tests.cast import Shop
from tests.conftest import Api

Answer = dict[str, Any]


def set_setting(shop: Shop, key: str, value: Any) -> None:
    with shop.inside("owner"):
        db.session.add(AppSetting(key=key, value=value))


def make_customer(shop: Shop, name: str = "Aziza", **facts: Any) -> int:
    """A customer of the shop; gives the id."""
    with shop.inside("owner"):
        customer = Customer(name=name, customer_number=f"C-{uuid4().hex[:8]}", **facts)
        db.session.add(customer)
        db.session.flush()
        return customer.id


def account(shop: Shop, customer_id: int) -> tuple[Decimal, Decimal]:
    """Balance and points."""
    with shop.inside():
        query = select(Customer.balance, Customer.points).where(Customer.id == customer_id)
        return tuple(db.session.execute(query).one())  # type: ignore[return-value]


def stock_of(shop: Shop, product_id: int) -> tuple[Decimal, Decimal]:
    """Quantity and value in the shop's branch."""
    with shop.inside():
        query = select(BranchStock.quantity, BranchStock.value).where(
            BranchStock.product_id == product_id, BranchStock.branch_id == shop.branch_id
        )
        return tuple(db.session.execute(query).one())  # type: ignore[return-value]


def cash_of(shop: Shop, shift_id: int) -> Decimal:
    """What should lie in the drawer."""
    with shop.inside():
        return db.session.execute(select(Shift.cash_balance).where(Shift.id == shift_id)).scalar_one()


def status_of(shop: Shop, sale_id: int) -> str:
    with shop.inside():
        return db.session.execute(select(Sale.status).where(Sale.id == sale_id)).scalar_one().value


def sold(api: Api, *items: Answer, **facts: Any) -> Answer:
    """A sale; gives the receipt. ``cash="…"`` or ``payments=[…]``."""
    payments = facts.pop("payments", None)
    if payments is None:
        payments = [{"method": "cash", "amount": facts.pop("cash", "10000000")}]
    answer = api.post(
        "/api/sell", {"client_uuid": str(uuid4()), "items": list(items), "payments": payments} | facts
    )
    assert answer.status_code == 201, answer.json
    return answer.json


def item(product_id: int, quantity: Any = 1, **facts: Any) -> Answer:
    return {"product_id": product_id, "quantity": quantity} | facts


def part(sale: Answer, place: int, quantity: Any, **facts: Any) -> Answer:
    """A part of a line of a receipt, to be given back."""
    return {"sale_item_id": sale["items"][place]["id"], "quantity": quantity} | facts


def everything(sale: Answer, **facts: Any) -> list[Answer]:
    """All positive lines of a receipt."""
    return [
        {"sale_item_id": line["id"], "quantity": line["quantity"]} | facts
        for line in sale["items"]
        if Decimal(line["quantity"]) > 0
    ]


def refund(api: Api, sale: Answer, *items: Answer, **facts: Any) -> Any:
    """Give parts of a receipt back, all of it without parts; gives the response."""
    body = {"client_uuid": str(uuid4()), "items": list(items) or everything(sale)} | facts
    return api.post(f"/api/sales/{sale['id']}/refund", body)


def paid(receipt: Answer) -> dict[str, str]:
    """How a receipt was paid."""
    return {one["method"]: one["amount"] for one in receipt["payments"]}


Books = Callable[[], list[str]]
