"""Cash put in and taken out during a shift, and expenses paid from the drawer."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.finance.models import CashEntry, Expense, ExpenseStatus
from smartpos.identity.models import Role, RolePermission
from smartpos.sales.models import Approval, Shift
from tests.cast import Shop
from tests.conftest import Api


@pytest.fixture
def till(api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def move(api: Api, shift_id: int, kind: str, amount: Any, reason: str = "sinov", **more: Any) -> Any:
    return api.post(
        f"/api/shifts/{shift_id}/cash", {"kind": kind, "amount": amount, "reason": reason, **more}
    )


def category(api: Api) -> int:
    return int(api.get("/api/expense-categories").json["items"][0]["id"])


def entries(shop: Shop) -> list[tuple[str, Decimal]]:
    with shop.inside():
        rows = db.session.execute(select(CashEntry.kind, CashEntry.amount).order_by(CashEntry.id)).all()
        return [(kind.value, amount) for kind, amount in rows]


def test_cash_goes_in_and_out(shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]) -> None:
    made = move(till, open_till, "in", "20000", "  Mayda   pul ")
    assert made.status_code == 201
    assert made.json["reason"] == "Mayda pul"
    assert (made.json["kind"], made.json["amount"], made.json["is_late"]) == ("in", "20000.00", False)
    assert move(till, open_till, "out", "15000.50", "Inkassatsiya").status_code == 201
    with shop.inside():
        shift = db.session.get_one(Shift, open_till)
        assert shift.cash_balance == Decimal("54999.50")
        assert shift.totals["cash"] == {"opening": "50000.00", "in": "20000.00", "out": "-15000.50"}
        entry = db.session.scalars(select(CashEntry).where(CashEntry.id == made.json["id"])).one()
        assert (entry.note, entry.created_by) == ("Mayda pul", shop.users["cashier"])
    assert books() == []


def test_an_expense_is_booked_with_its_category(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    rent = category(till)
    made = move(till, open_till, "expense", "30000", "Suv", category_id=rent)
    assert (made.status_code, made.json["category_id"]) == (201, rent)
    listed = till.get(f"/api/expenses?shift_id={open_till}").json["items"]
    assert [(one["id"], one["amount"], one["source"], one["description"]) for one in listed] == [
        (made.json["expense_id"], "30000.00", "till", "Suv")
    ]
    assert entries(shop)[-1] == ("expense", Decimal(-30000))
    assert books() == []


def test_never_more_leaves_than_lies_there_and_nobody_is_told_how_much(
    shop: Shop, till: Api, open_till: int
) -> None:
    for kind in ("out", "expense"):
        answer = move(till, open_till, kind, "50000.01")
        assert (answer.status_code, answer.json["code"]) == (409, "not_enough_cash")
        assert "50000" not in str(answer.json)
    assert move(till, open_till, "out", "50000").status_code == 201
    assert move(till, open_till, "out", "0.01").json["code"] == "not_enough_cash"
    assert entries(shop) == [("opening", 50000), ("out", -50000)]


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "-5"},
        {"amount": "0"},
        {"amount": "1.001"},
        {"amount": "NaN"},
        {"amount": None},
        {"amount": "99999999999999999999"},
        {"reason": ""},
        {"reason": "   "},
        {"reason": None},
        {"reason": "a" * 501},
        {"kind": "sale"},
        {"kind": "opening"},
        {"kind": "late"},
        {"kind": None},
        {"category_id": 5},
        {"currency": "US"},
        {"currency": "USD"},
        {"client_uuid": "nonsense"},
        {"approvals": "all"},
        {"unknown": 1},
    ],
)
def test_nonsense_is_refused(shop: Shop, till: Api, open_till: int, change: dict[str, Any]) -> None:
    body = {"kind": "in", "amount": "1000", "reason": "sinov"} | change
    assert till.post(f"/api/shifts/{open_till}/cash", body).status_code == 422
    assert entries(shop) == [("opening", 50000)]


def test_an_unknown_category_is_not_there(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], till: Api, open_till: int
) -> None:
    theirs = category(api_of("stranger"))
    for number in (theirs, 10**12):
        answer = move(till, open_till, "expense", "1000", category_id=number)
        assert (answer.status_code, answer.json["code"]) == (404, "expense_category_not_found")
    gone = category(till)
    api_of("manager").put(f"/api/expense-categories/{gone}", {"is_active": False})
    assert move(till, open_till, "expense", "1000", category_id=gone).status_code == 404
    assert entries(shop) == [("opening", 50000)]


def test_the_same_again_moves_nothing(shop: Shop, till: Api, open_till: int) -> None:
    rent = category(till)
    for kind, more in (("out", {}), ("expense", {"category_id": rent})):
        number = str(uuid4())
        first = move(till, open_till, kind, "1000", "Suv", client_uuid=number, **more)
        again = move(till, open_till, kind, 1000.0, " Suv ", client_uuid=number, **more)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json == first.json
        for other in (
            move(till, open_till, kind, "1001", "Suv", client_uuid=number, **more),
            move(till, open_till, kind, "1000", "Choy", client_uuid=number, **more),
            move(till, open_till, "in", "1000", "Suv", client_uuid=number),
            move(till, open_till, "expense", "1000", "Suv", client_uuid=number),
        ):
            assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    assert len(entries(shop)) == 3


def test_a_drawer_is_moved_by_who_works_at_it_and_by_managers(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    assert move(api_of("cashier2"), open_till, "out", "1000").status_code == 403
    assert move(api_of("warehouse"), open_till, "out", "1000").status_code == 403
    assert move(api_of("stranger"), open_till, "out", "1000").status_code == 404
    assert move(api_of("cashier"), open_till + 1000, "out", "1000").status_code == 404
    assert move(api_of("manager"), open_till, "out", "1000").status_code == 201


def test_what_a_cashier_may_not_do_a_manager_approves(shop: Shop, till: Api, open_till: int) -> None:
    with shop.inside("owner"):
        role = db.session.scalars(select(Role).where(Role.key == "cashier")).one()
        gone = select(RolePermission).where(
            RolePermission.role_id == role.id, RolePermission.permission == "sales:cash:move"
        )
        db.session.delete(db.session.scalars(gone).one())
    number = str(uuid4())
    refused = move(till, open_till, "out", "1000", client_uuid=number)
    assert (refused.status_code, refused.json["approval"]) == (403, "sales:cash:move")
    with shop.inside("manager"):
        approval = Approval(
            token=uuid4(),
            action="sales:cash:move",
            subject_uuid=UUID(number),
            requested_by=shop.users["cashier"],
            approved_by=shop.users["manager"],
            facts={},
            expires_at=utc_now() + timedelta(minutes=10),
        )
        db.session.add(approval)
        db.session.flush()
        token, approval_id = str(approval.token), approval.id
    elsewhere = move(till, open_till, "out", "1000", client_uuid=str(uuid4()), approvals=[token])
    assert elsewhere.status_code == 403
    made = move(till, open_till, "out", "1000", client_uuid=number, approvals=[token])
    assert made.status_code == 201
    assert move(till, open_till, "out", "1000", client_uuid=number).status_code == 200
    with shop.inside():
        used = db.session.get_one(Approval, approval_id)
        assert (used.origin_kind, used.origin_id) == ("cash_entry", made.json["id"])


def test_what_happened_before_the_close_comes_late(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    before = utc_now().isoformat()
    assert till.post(f"/api/shifts/{open_till}/close", {"closing_cash": "40000"}).status_code == 200
    assert move(till, open_till, "out", "10000").json["code"] == "shift_is_closed"
    after = (utc_now() + timedelta(minutes=1)).isoformat()
    assert move(till, open_till, "out", "10000", occurred_at=after).json["code"] == "shift_is_closed"
    late = move(till, open_till, "out", "10000", occurred_at=before, client_uuid=str(uuid4()))
    assert (late.status_code, late.json["is_late"]) == (201, True)
    spent = move(till, open_till, "expense", "3000", occurred_at=before, client_uuid=str(uuid4()))
    assert spent.status_code == 201
    report = till.get(f"/api/shifts/{open_till}/report").json
    assert (report["closing_cash"], report["difference"], report["late_cash"]) == (
        "40000.00",
        "-10000.00",
        "-13000.00",
    )
    assert books() == []


def test_a_cancelled_expense_gives_its_money_back(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    number = move(till, open_till, "expense", "30000").json["expense_id"]
    path = f"/api/expenses/{number}"
    assert till.delete(f"{path}?reason=xato").status_code == 403
    manager = api_of("manager")
    assert manager.delete(path).json["code"] == "reason_needed"
    gone = manager.delete(f"{path}?reason=Ikki marta")
    assert (gone.status_code, gone.json["status"], gone.json["cancel_reason"]) == (
        200,
        "cancelled",
        "Ikki marta",
    )
    assert entries(shop)[1:] == [("expense", -30000), ("expense", 30000)]
    with shop.inside():
        assert db.session.get_one(Shift, open_till).cash_balance == 50000
    again = manager.delete(path, json={"reason": "yana"})
    assert (again.status_code, again.json["code"]) == (409, "already_cancelled")
    assert books() == []


def test_an_expense_of_a_counted_drawer_is_not_cancelled(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    number = move(till, open_till, "expense", "30000").json["expense_id"]
    till.post(f"/api/shifts/{open_till}/close", {"closing_cash": "20000"})
    answer = api_of("manager").delete(f"/api/expenses/{number}?reason=xato")
    assert (answer.status_code, answer.json["code"]) == (409, "shift_is_closed")
    with shop.inside():
        assert db.session.get_one(Expense, number).status is ExpenseStatus.BOOKED
    assert books() == []
