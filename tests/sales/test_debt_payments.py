"""Payments of debts: once, oldest first, into the drawer, and back out of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.crm.models import Customer, CustomerEntryKind, CustomerTransaction
from smartpos.crm.operations import create_customer, lock_customer, post_entry
from smartpos.finance.models import CashEntry, CashEntryKind, Payment
from smartpos.sales.models import Shift
from smartpos.sales.operations import close_shift, open_shift
from smartpos.sales.totals import amount_of
from tests.cast import PASSWORD, PIN, Shop
from tests.conftest import Api, LiveServer

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def owing(shop: Shop, *amounts: str, name: str = "Ali") -> int:
    """A customer who owes these amounts, one a day from the first of March, each due ten days later."""
    with shop.inside("manager"):
        actor = shop.actor("manager")
        customer = create_customer(name=name, actor=actor)[0].id
        lock_customer(customer, actor=actor)
        for number, amount in enumerate(amounts):
            post_entry(
                customer,
                CustomerEntryKind.OPENING,
                amount=-Decimal(amount),
                due_date=date(2026, 3, 11) + timedelta(days=number),
                origin_kind="customer",
                origin_id=customer,
                occurred_at=START + timedelta(days=number),
                actor=actor,
            )
        return customer


def payment(amount: str, method: str = "cash", **more: Any) -> dict[str, Any]:
    return {"client_uuid": str(uuid4()), "amount": amount, "method": method} | more


def shift_of(shop: Shop, shift_id: int) -> Shift:
    with shop.inside("owner"):
        row = db.session.get(Shift, shift_id)
        assert row is not None
        db.session.refresh(row)
        db.session.expunge(row)
        return row


@pytest.fixture
def cashier(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("cashier")


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


def test_cash_settles_the_oldest_debts_first(
    shop: Shop, cashier: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    customer = owing(shop, "30000", "20000", "10000")
    before = shift_of(shop, open_till).cash_balance
    answer = cashier.post(f"/api/clients/{customer}/payment", payment("40000"))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    body = answer.json
    assert body["amount"] == "40000.00"
    assert body["balance"] == "-20000.00"
    assert [(line["due_date"], line["amount"]) for line in body["settled"]] == [
        ("2026-03-11", "30000.00"),
        ("2026-03-12", "10000.00"),
    ]
    shift = shift_of(shop, open_till)
    assert shift.cash_balance == before + 40_000
    assert amount_of(shift.totals, "debts", "cash") == Decimal(40_000)
    assert amount_of(shift.totals, "cash", "debt") == Decimal(40_000)
    assert books() == []


def test_the_same_payment_twice_is_one(
    shop: Shop, cashier: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    customer = owing(shop, "30000", "20000")
    before = shift_of(shop, open_till).cash_balance
    body = payment("35000")
    first = cashier.post(f"/api/clients/{customer}/payment", body)
    cashier.post(f"/api/clients/{customer}/payment", payment("5000"))
    again = cashier.post(f"/api/clients/{customer}/payment", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    assert shift_of(shop, open_till).cash_balance == before + 40_000
    assert books() == []


def test_a_repetition_is_known_after_the_shift_was_closed(shop: Shop, cashier: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    body = payment("30000")
    first = cashier.post(f"/api/clients/{customer}/payment", body).json
    with shop.inside("cashier"):
        row = db.session.get(Shift, open_till)
        assert row is not None
        close_shift(row, closing_cash=Decimal(80_000), actor=shop.actor("cashier"))
    again = cashier.post(f"/api/clients/{customer}/payment", body)
    assert again.status_code == 200
    assert again.json["id"] == first["id"]


def test_a_uuid_with_other_contents_is_refused(shop: Shop, cashier: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    body = payment("10000")
    cashier.post(f"/api/clients/{customer}/payment", body)
    for other in (body | {"amount": "10001"}, body | {"method": "card"}):
        answer = cashier.post(f"/api/clients/{customer}/payment", other)
        assert answer.status_code == 409
        assert answer.json["code"] == "client_uuid_reused"
    # As text or as a number, with zeros or without: the same.
    assert cashier.post(f"/api/clients/{customer}/payment", body | {"amount": 10000}).status_code == 200


def test_more_than_the_debt_is_a_prepayment_only_when_meant(
    shop: Shop, cashier: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    customer = owing(shop, "30000")
    body = payment("30000.01")
    refused = cashier.post(f"/api/clients/{customer}/payment", body)
    assert refused.status_code == 422
    assert refused.json["code"] == "payment_above_debt"
    assert refused.json["debt"] == "30000.00"
    meant = cashier.post(f"/api/clients/{customer}/payment", body | {"prepayment": True})
    assert meant.status_code == 201
    assert meant.json["balance"] == "0.01"
    assert meant.json["settled"][0]["amount"] == "30000.00"
    assert books() == []


def test_card_and_transfer_need_no_shift(shop: Shop, cashier: Api, books: Callable[[], list[str]]) -> None:
    customer = owing(shop, "30000")
    refused = cashier.post(f"/api/clients/{customer}/payment", payment("1000"))
    assert refused.status_code == 409
    assert refused.json["code"] == "no_open_shift"
    for method in ("card", "transfer"):
        answer = cashier.post(
            f"/api/clients/{customer}/payment", payment("1000", method, reference="  slip 17 ")
        )
        assert answer.status_code == 201
        assert answer.json["shift_id"] is None
        assert answer.json["reference"] == "slip 17"
        assert answer.json["branch_id"] == shop.branch_id
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(CashEntry)) == 0
    assert books() == []


def test_a_card_payment_counts_in_the_open_shift_but_not_in_its_drawer(
    shop: Shop, cashier: Api, open_till: int
) -> None:
    customer = owing(shop, "30000")
    before = shift_of(shop, open_till).cash_balance
    assert cashier.post(f"/api/clients/{customer}/payment", payment("1000", "card")).status_code == 201
    shift = shift_of(shop, open_till)
    assert shift.cash_balance == before
    assert amount_of(shift.totals, "debts", "card") == Decimal(1000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1e20"},
        {"amount": "NaN"},
        {"amount": "0.001"},
        {"amount": True},
        {"amount": None},
        {"method": "credit"},
        {"method": "points"},
        {"client_uuid": "x"},
        {"amount": "9999999999999.99", "prepayment": True},
        {"note": "x" * 501},
        {"unknown": 1},
    ],
)
def test_nonsense_changes_nothing(
    shop: Shop, cashier: Api, open_till: int, wrong: dict[str, Any], books: Callable[[], list[str]]
) -> None:
    customer = owing(shop, "30000")
    before = shift_of(shop, open_till).cash_balance
    answer = cashier.post(f"/api/clients/{customer}/payment", payment("1000") | wrong)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(Payment)) == 0
    assert shift_of(shop, open_till).cash_balance == before
    assert books() == []


def test_nobody_elses_customers(
    shop: Shop, stranger: Shop, cashier: Api, open_till: int, api_of: Callable[..., Api]
) -> None:
    customer = owing(shop, "30000")
    other = api_of("stranger")
    assert other.post(f"/api/clients/{customer}/payment", payment("1", "card")).status_code == 404
    assert other.get(f"/api/clients/{customer}/payments").status_code == 404
    assert cashier.post(f"/api/clients/{2**62}/payment", payment("1")).status_code == 404
    made = cashier.post(f"/api/clients/{customer}/payment", payment("1000")).json
    body = {"client_uuid": str(uuid4()), "reason": "x"}
    assert other.post(f"/api/payments/{made['id']}/reverse", body).status_code == 404


def test_a_deleted_customer_pays_nothing(shop: Shop, cashier: Api, open_till: int, api_of: Any) -> None:
    customer = owing(shop)
    assert api_of("admin").delete(f"/api/clients/{customer}").status_code == 204
    answer = cashier.post(f"/api/clients/{customer}/payment", payment("1", prepayment=True))
    assert answer.status_code == 404


def test_taking_a_payment_back(
    shop: Shop, cashier: Api, manager: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    customer = owing(shop, "30000", "20000")
    made = cashier.post(f"/api/clients/{customer}/payment", payment("40000")).json
    url = f"/api/payments/{made['id']}/reverse"
    body = {"client_uuid": str(uuid4()), "reason": "Wrong customer"}
    refused = cashier.post(url, body)
    assert refused.status_code == 403
    assert refused.json["approval"] == "sales:payment:reverse"
    shiftless = manager.post(url, body)
    assert shiftless.status_code == 409
    assert shiftless.json["code"] == "no_open_shift"
    with shop.inside("manager"):
        own = open_shift(shop.till2_id, opening_cash=Decimal(30_000), actor=shop.actor("manager")).id
    poor = manager.post(url, body)
    assert poor.status_code == 409
    assert poor.json["code"] == "not_enough_cash"
    cashier_shift = shift_of(shop, open_till).cash_balance
    with shop.inside("owner"):
        from smartpos.sales.operations.drawer import lock_shift, move_cash

        actor = shop.actor("owner")
        move_cash(
            lock_shift(own, actor),
            kind=CashEntryKind.IN,
            amount=Decimal(50_000),
            origin_kind="shift",
            origin_id=own,
            actor=actor,
        )
    before = shift_of(shop, own).cash_balance
    done = manager.post(url, body)
    assert done.status_code == 201, done.get_data(as_text=True)
    assert done.json["amount"] == "-40000.00"
    assert done.json["reverses_id"] == made["id"]
    assert done.json["balance"] == "-50000.00"
    assert done.json["settled"] == []
    assert manager.post(url, body).status_code == 200
    twice = manager.post(url, body | {"client_uuid": str(uuid4())})
    assert twice.status_code == 409
    assert twice.json["code"] == "payment_reversed"
    counter = manager.post(f"/api/payments/{done.json['id']}/reverse", body | {"client_uuid": str(uuid4())})
    assert counter.status_code == 409
    assert shift_of(shop, own).cash_balance == before - 40_000
    assert shift_of(shop, open_till).cash_balance == cashier_shift
    listed = manager.get(f"/api/clients/{customer}/payments").json["items"]
    assert [(item["amount"], item["status"]) for item in listed] == [
        ("-40000.00", "completed"),
        ("40000.00", "reversed"),
    ]
    statement = manager.get(f"/api/clients/{customer}/statement").json
    assert [debt["open"] for debt in statement["debts"]] == ["30000.00", "20000.00"]
    assert books() == []


def test_a_managers_pin_takes_one_payment_back(shop: Shop, cashier: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    made = [cashier.post(f"/api/clients/{customer}/payment", payment("1000")).json for _time in range(2)]
    body = {"client_uuid": str(uuid4()), "reason": "Counted twice"}
    asked = {
        "action": "sales:payment:reverse",
        "user_id": shop.users["manager"],
        "pin": PIN,
        "subject_uuid": body["client_uuid"],
    }
    approval = cashier.post("/api/approvals", asked)
    assert approval.status_code == 201, approval.get_data(as_text=True)
    tokens = {"approvals": [approval.json["token"]]}
    forged = cashier.post(f"/api/payments/{made[0]['id']}/reverse", body | {"approvals": [str(uuid4())]})
    assert forged.status_code == 403
    done = cashier.post(f"/api/payments/{made[0]['id']}/reverse", body | tokens)
    assert done.status_code == 201, done.get_data(as_text=True)
    # Used up: it is good for nothing else.
    other = body | tokens | {"client_uuid": str(uuid4())}
    assert cashier.post(f"/api/payments/{made[1]['id']}/reverse", other).status_code == 403


def test_a_reason_is_needed(shop: Shop, cashier: Api, manager: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    made = cashier.post(f"/api/clients/{customer}/payment", payment("1000")).json
    for reason in ("", "   ", "x" * 501, None):
        body = {"client_uuid": str(uuid4()), "reason": reason}
        assert manager.post(f"/api/payments/{made['id']}/reverse", body).status_code == 422


def test_a_payment_that_arrives_after_the_close(
    shop: Shop, cashier: Api, open_till: int, books: Callable[[], list[str]], api_of: Callable[..., Api]
) -> None:
    customer = owing(shop, "30000")
    with shop.inside("cashier"):
        row = db.session.get(Shift, open_till)
        assert row is not None
        close_shift(row, closing_cash=Decimal(60_000), actor=shop.actor("cashier"))
    body = payment("10000", shift_id=open_till)
    assert api_of("cashier2").post(f"/api/clients/{customer}/payment", body).status_code == 403
    answer = cashier.post(f"/api/clients/{customer}/payment", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.json["shift_id"] == open_till
    assert answer.json["balance"] == "-20000.00"
    with shop.inside("owner"):
        kinds = select(CashEntry.kind, CashEntry.amount).where(CashEntry.origin_kind == "payment")
        assert sorted(db.session.execute(kinds).all()) == [
            (CashEntryKind.LATE, Decimal(10_000)),
            (CashEntryKind.LATE_OFFSET, Decimal(-10_000)),
        ]
    assert books() == []


def test_who_took_it_may_be_another_than_who_sends_it(
    shop: Shop, cashier: Api, manager: Api, open_till: int
) -> None:
    customer = owing(shop, "30000")
    body = payment("10000", shift_id=open_till, cashier_id=shop.users["cashier"])
    answer = manager.post(f"/api/clients/{customer}/payment", body)
    assert answer.status_code == 201
    assert answer.json["received_by"] == shop.users["cashier"]
    alone = payment("1000", "card", cashier_id=shop.users["manager"])
    assert cashier.post(f"/api/clients/{customer}/payment", alone).status_code == 403


def test_the_clock_of_a_till_may_be_wrong(shop: Shop, cashier: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    opened = shift_of(shop, open_till).opened_at
    for claimed in ("2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"):
        answer = cashier.post(f"/api/clients/{customer}/payment", payment("1000", occurred_at=claimed))
        assert answer.status_code == 201
        assert opened <= datetime.fromisoformat(answer.json["occurred_at"]) <= datetime.now(UTC)


def test_the_number_is_known_before_the_server_has_spoken(shop: Shop, cashier: Api, open_till: int) -> None:
    customer = owing(shop, "30000")
    body = payment("1000") | {"client_uuid": "1a2b3c4d-5e6f-4a53-9d1b-3e1f6c9a7b10"}
    assert cashier.post(f"/api/clients/{customer}/payment", body).json["number"] == "P-1A2B3C4D5E6F"


# --- at once ------------------------------------------------------------------------------------------------------


def _token(server: LiveServer, who: str) -> Api:
    client = server.app.test_client()
    answer = client.post("/token", data={"username": who, "password": PASSWORD})
    return Api(client, answer.json["access_token"])


def _balance(shop: Shop, customer: int) -> tuple[Decimal, Decimal]:
    with shop.inside("owner"):
        balance = db.session.scalar(select(Customer.balance).where(Customer.id == customer))
        rows = select(func.sum(CustomerTransaction.amount)).where(CustomerTransaction.customer_id == customer)
        assert balance is not None
        return balance, db.session.scalar(rows) or Decimal(0)


def _together(calls: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_payments_of_the_same_debt_at_once(live_server: LiveServer) -> None:
    """Two tills, each with the whole debt: one is taken, the other hears that nothing is owed."""
    shop = live_server.shop
    shifts: list[int] = []
    for who, till in (("cashier", shop.till_id), ("cashier2", shop.till2_id)):
        with shop.inside(who):
            shifts.append(open_shift(till, opening_cash=Decimal(0), actor=shop.actor(who)).id)
    for _round in range(5):
        customer = owing(shop, "25000")
        apis = [_token(live_server, who) for who in ("cashier", "cashier2")]
        answers = _together(
            [partial(api.post, f"/api/clients/{customer}/payment", payment("25000")) for api in apis]
        )
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert _balance(shop, customer) == (0, 0)
    assert sum(shift_of(shop, number).cash_balance for number in shifts) == Decimal(125_000)


def test_one_payment_posted_five_times_at_once(live_server: LiveServer) -> None:
    shop = live_server.shop
    for method in ("transfer", "cash"):
        customer = owing(shop, "25000", name=f"Guli {method}")
        body = payment("20000", method)
        apis = [_token(live_server, "cashier") for _place in range(5)]
        answers = _together([partial(api.post, f"/api/clients/{customer}/payment", body) for api in apis])
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
        assert len({answer.json["id"] for answer in answers}) == 1
        assert _balance(shop, customer) == (Decimal(-5000), Decimal(-5000))


def test_one_phone_given_to_two_customers_at_once(live_server: LiveServer) -> None:
    apis = [_token(live_server, who) for who in ("cashier", "cashier2")]
    answers = _together(
        [
            partial(api.post, "/api/clients", {"name": name, "phone": "935556677"})
            for api, name in zip(apis, ("Aziz", "Bobur"), strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    winner, loser = sorted(answers, key=lambda answer: answer.status_code)
    assert loser.json["customer"] == {"id": winner.json["id"], "name": winner.json["name"]}


def test_one_customer_posted_five_times_at_once(live_server: LiveServer) -> None:
    body = {"name": "Oybek", "phone": "935556688", "client_uuid": str(uuid4())}
    apis = [_token(live_server, "cashier") for _place in range(5)]
    answers = _together([partial(api.post, "/api/clients", body) for api in apis])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
