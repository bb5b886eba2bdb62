"""Payments to suppliers: once, the oldest debts first, and back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import Supplier, SupplierEntryKind, SupplierTransaction
from smartpos.crm.operations import create_supplier, delete_supplier, lock_supplier, post_supplier_entry
from smartpos.crm.queries import doors
from smartpos.purchasing.models import SupplierPayment
from smartpos.sales.queries.books import verify_books
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def owed(shop: Shop, *amounts: str, name: str = "Agro") -> int:
    """A supplier whom we owe these amounts, one a day from the first of March, each due ten days later."""
    with shop.inside("manager"):
        actor = shop.actor("manager")
        supplier = create_supplier(name=name, actor=actor).id
        lock_supplier(supplier, actor=actor)
        for number, amount in enumerate(amounts):
            post_supplier_entry(
                supplier,
                SupplierEntryKind.OPENING,
                amount=Decimal(amount),
                due_date=date(2026, 3, 11) + timedelta(days=number),
                origin_kind="supplier",
                origin_id=supplier,
                occurred_at=START + timedelta(days=number),
                actor=actor,
            )
        return supplier


def payment(amount: str, **more: Any) -> dict[str, Any]:
    return {"client_uuid": str(uuid4()), "amount": amount, "source": "bank"} | more


def balance_of(shop: Shop, supplier_id: int) -> Decimal:
    with shop.inside("manager"):
        return db.session.get_one(Supplier, supplier_id).balance


def wrong_books(shop: Shop) -> list[str]:
    with shop.app.app_context(), platform_scope(reason="test"):
        return [f"{one.check}: {one.subject} {one.recorded} {one.computed}" for one in verify_books()]


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


def test_the_oldest_debts_are_settled_first(shop: Shop, manager: Api) -> None:
    supplier = owed(shop, "30000", "20000", "10000")
    answer = manager.post(
        f"/api/suppliers/{supplier}/payments",
        payment("40000", reference="PO-17", note="March", paid_on="2026-03-20"),
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body = answer.json
    assert (body["amount"], body["balance"], body["source"]) == ("40000.00", "20000.00", "bank")
    assert (body["number"], body["reference"], body["note"]) == ("SP-000001", "PO-17", "March")
    assert (body["paid_on"], body["occurred_at"][:10]) == ("2026-03-20", "2026-03-20")
    assert [(line["due_date"], line["amount"]) for line in body["settled"]] == [
        ("2026-03-11", "30000.00"),
        ("2026-03-12", "10000.00"),
    ]
    assert balance_of(shop, supplier) == 20_000
    found = manager.get(f"/api/suppliers/{supplier}/payments").json["items"]
    assert [(row["number"], row["reversed_by_id"]) for row in found] == [("SP-000001", None)]
    assert wrong_books(shop) == []


def test_more_than_is_owed_is_meant_as_a_prepayment(shop: Shop, manager: Api) -> None:
    supplier = owed(shop, "30000")
    body = payment("50000")
    answer = manager.post(f"/api/suppliers/{supplier}/payments", body)
    assert (answer.status_code, answer.json["code"], answer.json["debt"]) == (
        422,
        "payment_above_debt",
        "30000.00",
    )
    assert "amount" in answer.json["errors"]
    answer = manager.post(f"/api/suppliers/{supplier}/payments", body | {"prepayment": True})
    assert (answer.status_code, answer.json["balance"]) == (201, "-20000.00")
    assert manager.get("/api/suppliers?with_debt=true").json["items"] == []


def test_the_same_payment_twice_is_one(shop: Shop, manager: Api) -> None:
    supplier, other = owed(shop, "30000"), owed(shop, "30000", name="Bahor")
    body = payment("10000")
    first = manager.post(f"/api/suppliers/{supplier}/payments", body)
    again = manager.post(f"/api/suppliers/{supplier}/payments", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    for path, change in (
        (supplier, {"amount": "10001"}),
        (supplier, {"source": "office"}),
        (supplier, {"paid_on": "2026-03-05"}),
        (supplier, {"note": "other"}),
        (other, {}),
    ):
        answer = manager.post(f"/api/suppliers/{path}/payments", body | change)
        assert (answer.status_code, answer.json["code"]) == (409, "client_uuid_reused")
    assert balance_of(shop, supplier) == 20_000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e15", "prepayment": True}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": None}, "amount"),
        ({"source": "pocket"}, "source"),
        ({"client_uuid": "no"}, "client_uuid"),
        ({"paid_on": "yesterday"}, "paid_on"),
        ({"paid_on": "2999-01-01"}, "paid_on"),
        ({"paid_on": "1900-01-01"}, "paid_on"),
        ({"reference": "x" * 101}, "reference"),
        ({"note": "a\x00b"}, "note"),
    ],
)
def test_a_wrong_payment_writes_nothing(shop: Shop, manager: Api, change: dict[str, Any], field: str) -> None:
    supplier = owed(shop, "30000")
    answer = manager.post(f"/api/suppliers/{supplier}/payments", payment("100") | change)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in answer.json["errors"]
    assert balance_of(shop, supplier) == 30_000


def test_a_payment_is_taken_back_once(shop: Shop, manager: Api) -> None:
    supplier = owed(shop, "30000")
    paid = manager.post(f"/api/suppliers/{supplier}/payments", payment("30000")).json
    url = f"/api/supplier-payments/{paid['id']}/reverse"
    assert manager.post(url, {"reason": "  "}).status_code == 422
    name = str(uuid4())
    answer = manager.post(url, {"client_uuid": name, "reason": "wrong account"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert (answer.json["amount"], answer.json["reverses_id"], answer.json["balance"]) == (
        "-30000.00",
        paid["id"],
        "30000.00",
    )
    repeated = manager.post(url, {"client_uuid": name, "reason": "wrong account"})
    assert (repeated.status_code, repeated.json["id"]) == (200, answer.json["id"])
    for body in ({"reason": "once more"}, {"client_uuid": str(uuid4()), "reason": "once more"}):
        assert manager.post(url, body).json["code"] == "payment_reversed"
    counter = f"/api/supplier-payments/{answer.json['id']}/reverse"
    assert manager.post(counter, {"reason": "back"}).json["code"] == "payment_reversed"
    debts = manager.get(f"/api/suppliers/{supplier}/statement").json["debts"]
    assert [(debt["open"], debt["due_date"]) for debt in debts] == [("30000.00", "2026-03-11")]
    rows = manager.get(f"/api/suppliers/{supplier}/payments").json["items"]
    assert {row["id"]: row["reversed_by_id"] for row in rows} == {
        paid["id"]: answer.json["id"],
        answer.json["id"]: None,
    }
    assert wrong_books(shop) == []


def test_what_was_paid_to_somebody_deleted_can_be_taken_back(shop: Shop, manager: Api) -> None:
    supplier = owed(shop, "30000")
    paid = manager.post(f"/api/suppliers/{supplier}/payments", payment("30000")).json
    with shop.inside("manager"):
        delete_supplier(doors.supplier(supplier), actor=shop.actor("manager"))
    answer = manager.post(f"/api/suppliers/{supplier}/payments", payment("1", prepayment=True))
    assert (answer.status_code, answer.json["code"]) == (404, "supplier_not_found")
    answer = manager.post(f"/api/supplier-payments/{paid['id']}/reverse", {"reason": "it came back"})
    assert answer.status_code == 201
    assert manager.get(f"/api/suppliers/{supplier}").json["balance"] == "30000.00"
    assert wrong_books(shop) == []


def test_others_neither_pay_nor_see(
    shop: Shop, stranger: Shop, manager: Api, api_of: Callable[..., Api]
) -> None:
    supplier = owed(shop, "30000")
    paid = manager.post(f"/api/suppliers/{supplier}/payments", payment("10000")).json
    paths = (f"/api/suppliers/{supplier}/payments", f"/api/supplier-payments/{paid['id']}/reverse")
    for who, status in (("warehouse", 403), ("cashier", 403), ("stranger", 404)):
        api = api_of(who)
        assert api.get(paths[0]).status_code == status
        assert api.post(paths[0], payment("1")).status_code == status
        assert api.post(paths[1], {"reason": "mine"}).status_code == status
    for number in (0, 2**63, 10**30):
        assert manager.post(f"/api/suppliers/{number}/payments", payment("1")).status_code == 404
        assert manager.post(f"/api/supplier-payments/{number}/reverse", {"reason": "x"}).status_code == 404
    assert balance_of(shop, supplier) == 20_000


# --- at once -----------------------------------------------------------------------------------------------------
def at_once(server: LiveServer, *bodies: tuple[str, dict[str, Any]]) -> list[Any]:
    """Send all at the same moment as the manager."""
    form = {"username": "manager", "password": PASSWORD}
    token = server.app.test_client().post("/token", data=form).json["access_token"]
    start = Barrier(len(bodies))

    def send(url: str, body: dict[str, Any]) -> Any:
        api = Api(server.app.test_client(), token)
        start.wait()
        return api.post(url, body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return [future.result() for future in [pool.submit(send, *body) for body in bodies]]


def test_two_payments_at_once_do_not_pay_the_debt_twice(live_server: LiveServer) -> None:
    supplier = owed(live_server.shop, "30000", name="At once")
    url = f"/api/suppliers/{supplier}/payments"
    answers = at_once(live_server, *((url, payment("30000")) for _number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert balance_of(live_server.shop, supplier) == 0


def test_one_payment_sent_by_many_is_made_once(live_server: LiveServer) -> None:
    supplier = owed(live_server.shop, "30000", name="By many")
    body = payment("10000")
    url = f"/api/suppliers/{supplier}/payments"
    answers = at_once(live_server, *((url, body) for _number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["number"] for answer in answers}) == 1
    assert balance_of(live_server.shop, supplier) == 20_000


def test_two_people_take_a_payment_back_at_once(live_server: LiveServer) -> None:
    shop = live_server.shop
    supplier = owed(shop, "30000", name="Back")
    paid = at_once(live_server, (f"/api/suppliers/{supplier}/payments", payment("30000")))[0].json
    url = f"/api/supplier-payments/{paid['id']}/reverse"
    bodies = [(url, {"client_uuid": str(uuid4()), "reason": "no"}) for _number in range(3)]
    answers = at_once(live_server, *bodies, (url, {"reason": "no"}))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    with shop.inside("manager"):
        rows = select(func.count(), func.sum(SupplierPayment.amount)).where(
            SupplierPayment.supplier_id == supplier
        )
        assert tuple(db.session.execute(rows).one()) == (2, 0)
        entries = select(func.sum(SupplierTransaction.amount)).where(
            SupplierTransaction.supplier_id == supplier
        )
        assert db.session.scalar(entries) == 30_000
    assert wrong_books(shop) == []
