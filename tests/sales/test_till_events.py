"""What is done at a till and leaves no receipt: recorded whatever anybody may do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Role, RolePermission, User, UserStatus
from smartpos.sales.models import Approval, Shift, TillEvent, TillEventKind
from smartpos.sales.operations import close_shift
from smartpos.sales.operations.events import RIGHTS
from tests.cast import PIN, Shop
from tests.conftest import LiveServer
from tests.sales.test_held_sales import Hand
from tests.sales.test_many_at_once import at_once


@pytest.fixture
def tell(shop: Shop, api_of: Any) -> Callable[..., Any]:
    """``tell({"kind": "reprint"}, who="cashier")``: send events; gives what was answered for each."""
    apis: dict[str, Any] = {}

    def post(*events: dict[str, Any], who: str = "cashier") -> list[dict[str, Any]]:
        if who not in apis:
            apis[who] = api_of(who)
        items = [{"client_uuid": str(uuid4())} | event for event in events]
        answer = apis[who].post("/api/till-events", {"items": items})
        assert answer.status_code == 200, answer.json
        told: list[dict[str, Any]] = answer.json["items"]
        return told

    return post


def events(shop: Shop) -> list[TillEvent]:
    with shop.inside():
        found = list(db.session.scalars(select(TillEvent).order_by(TillEvent.id)))
        db.session.expunge_all()
        return found


def take_away(shop: Shop, permission: str) -> None:
    with shop.inside():
        role = db.session.scalars(select(Role).where(Role.key == RoleKey.CASHIER.value)).one()
        held = select(RolePermission).where(
            RolePermission.role_id == role.id, RolePermission.permission == permission
        )
        db.session.delete(db.session.scalars(held).one())


def test_a_removed_line_is_recorded_with_everything_about_it(shop: Shop, open_till: int, tell: Any) -> None:
    product = shop.product("Sut")
    (answer,) = tell(
        {
            "kind": "line_removed",
            "product_id": product,
            "quantity": "2",
            "amount": "20000",
            "reason": "changed their mind",
            "details": {"cart": "c1"},
        }
    )
    assert answer["status"] == "created"
    (event,) = events(shop)
    assert event.kind is TillEventKind.LINE_REMOVED
    assert str(event.client_uuid) == answer["client_uuid"]
    assert (event.branch_id, event.till_id, event.shift_id) == (shop.branch_id, shop.till_id, open_till)
    assert event.user_id == shop.users["cashier"]
    assert (event.product_id, event.product_name) == (product, "Sut")
    assert (event.quantity, event.amount) == (Decimal("2.000"), Decimal("20000.00"))
    assert event.reason == "changed their mind"
    assert event.details == {"cart": "c1"}
    assert abs(event.occurred_at - utc_now()) < timedelta(minutes=1)


def test_sending_twice_records_once(shop: Shop, open_till: int, tell: Any) -> None:
    event = {"kind": "reprint", "client_uuid": str(uuid4())}
    assert [one["status"] for one in tell(event)] == ["created"]
    assert [one["status"] for one in tell(event, event)] == ["known", "known"]
    assert len(events(shop)) == 1


def test_a_bad_one_does_not_hurt_the_others(shop: Shop, open_till: int, tell: Any) -> None:
    answers = tell(
        {"kind": "reprint"},
        {"kind": "stolen"},
        {"kind": "reprint", "client_uuid": "first"},
        {"kind": "reprint", "details": {"name": "a\x00b"}},
        {"kind": "reprint", "details": {"name": "x" * 5000}},
        {"kind": "reprint", "amount": "NaN"},
        {"kind": "drawer_opened"},
    )
    assert [one["status"] for one in answers] == ["created"] + ["refused"] * 5 + ["created"]
    assert {one["code"] for one in answers if one["status"] == "refused"} == {"invalid"}
    assert "kind" in answers[1]["errors"]
    assert answers[2]["client_uuid"] == "first"
    assert "details" in answers[4]["errors"]
    assert len(events(shop)) == 2


@pytest.mark.parametrize("kind", list(TillEventKind))
def test_what_happened_without_the_right_is_recorded_and_marked(
    shop: Shop, open_till: int, tell: Any, kind: TillEventKind
) -> None:
    right = RIGHTS[kind]
    if kind in {TillEventKind.OUTBOX_EXPORTED, TillEventKind.OUTBOX_IMPORTED}:
        tell({"kind": kind.value})
        assert events(shop)[0].details == {}, "whoever sells may do this"
        return
    if kind is not TillEventKind.PRICE_CHANGED:
        tell({"kind": kind.value})
        assert events(shop)[0].details == {}
        take_away(shop, right.value)
    tell({"kind": kind.value, "details": {"without_right": False}})
    assert events(shop)[-1].details == {"without_right": True}


def test_an_approval_takes_the_mark_away_and_is_used_up(
    shop: Shop, open_till: int, tell: Any, api_of: Any
) -> None:
    take_away(shop, "sales:line:remove")
    name, other = str(uuid4()), str(uuid4())
    token = (
        api_of("cashier")
        .post(
            "/api/approvals",
            {
                "action": "sales:line:remove",
                "user_id": shop.users["manager"],
                "pin": PIN,
                "subject_uuid": name,
            },
        )
        .json["token"]
    )
    removed = {"kind": "line_removed", "approvals": [token]}
    tell(removed | {"client_uuid": other}, removed | {"client_uuid": name})
    foreign, allowed = events(shop)
    assert foreign.details == {"without_right": True}
    assert allowed.details == {}
    with shop.inside():
        approval = db.session.scalars(select(Approval)).one()
        assert allowed.approval_id == approval.id
        assert (approval.origin_kind, approval.origin_id) == ("till_event", allowed.id)


def test_an_approval_counts_when_the_event_reaches_us_later(
    shop: Shop, open_till: int, tell: Any, api_of: Any
) -> None:
    take_away(shop, "sales:line:remove")
    names = [str(uuid4()) for _ in range(2)]
    tokens = [
        api_of("cashier")
        .post(
            "/api/approvals",
            {
                "action": "sales:line:remove",
                "user_id": shop.users["manager"],
                "pin": PIN,
                "subject_uuid": name,
            },
        )
        .json["token"]
        for name in names
    ]
    done_at = utc_now()
    with shop.inside():
        db.session.execute(update(Shift).values(opened_at=utc_now() - timedelta(hours=2)))
        db.session.execute(update(Approval).values(expires_at=done_at - timedelta(minutes=30)))
    tell(
        {
            "kind": "line_removed",
            "client_uuid": names[0],
            "approvals": [tokens[0]],
            "occurred_at": (done_at - timedelta(minutes=35)).isoformat(),
        },
        {"kind": "line_removed", "client_uuid": names[1], "approvals": [tokens[1]]},
    )
    assert [event.details for event in events(shop)] == [{}, {"without_right": True}]


def test_a_clock_that_is_far_off_is_not_believed(shop: Shop, open_till: int, tell: Any) -> None:
    with shop.inside():
        opened_at = utc_now() - timedelta(hours=3)
        db.session.execute(update(Shift).values(opened_at=opened_at))
    tomorrow = (utc_now() + timedelta(days=1)).isoformat()
    tell(
        {"kind": "reprint", "occurred_at": tomorrow},
        {"kind": "reprint", "occurred_at": "1999-01-01T00:00:00Z", "shift_id": open_till},
        {"kind": "reprint", "occurred_at": (opened_at + timedelta(hours=1)).isoformat()},
        {"kind": "reprint", "occurred_at": (utc_now() + timedelta(minutes=2)).isoformat()},
        {"kind": "reprint", "occurred_at": (opened_at - timedelta(days=1)).isoformat()},
        {"kind": "reprint", "occurred_at": "1999-01-01T00:00:00Z"},
    )
    future, past, right, near, earlier, ancient = events(shop)
    assert future.occurred_at <= utc_now()
    assert datetime.fromisoformat(future.details["clock"]) == datetime.fromisoformat(tomorrow)
    assert past.occurred_at == opened_at
    assert past.details["clock"] == "1999-01-01T00:00:00+00:00"
    assert (right.occurred_at, right.details) == (opened_at + timedelta(hours=1), {})
    assert near.occurred_at <= utc_now()
    assert near.details == {}
    assert (earlier.occurred_at, earlier.shift_id) == (opened_at - timedelta(days=1), None)
    assert ancient.occurred_at > utc_now() - timedelta(days=32)
    assert "clock" in ancient.details


def test_an_event_is_named_by_receipt_and_what_is_unknown_is_noted(
    shop: Shop, open_till: int, tell: Any, sell: Any
) -> None:
    sale = sell((shop.product("Non"), "1"), cash="10000")
    tell(
        {"kind": "reprint", "sale_id": sale.id},
        {"kind": "reprint", "sale_uuid": str(sale.client_uuid)},
        {"kind": "reprint", "sale_id": 99999999},
        {"kind": "line_removed", "product_id": 99999999, "product_name": "Somsa"},
    )
    first, second, third, fourth = events(shop)
    assert [first.sale_id, second.sale_id, third.sale_id] == [sale.id, sale.id, None]
    assert third.details == {"unknown": {"sale": 99999999}}
    assert (fourth.product_id, fourth.product_name) == (None, "Somsa")
    assert fourth.details == {"unknown": {"product_id": 99999999}}


def test_things_of_another_shop_are_unknown(shop: Shop, stranger: Shop, open_till: int, tell: Any) -> None:
    theirs = stranger.product("Pepsi")
    tell({"kind": "line_removed", "product_id": theirs})
    (event,) = events(shop)
    assert (event.product_id, event.product_name) == (None, None)
    assert tell({"kind": "reprint", "shift_id": open_till}, who="stranger")[0]["code"] == "not_their_shift"
    assert events(stranger) == []


def test_what_was_done_in_a_closed_shift_goes_there(shop: Shop, open_till: int, tell: Any) -> None:
    with shop.inside("cashier"):
        close_shift(
            db.session.get_one(Shift, open_till), closing_cash=Decimal(50_000), actor=shop.actor("cashier")
        )
    tell({"kind": "reprint", "shift_id": open_till}, {"kind": "reprint"})
    first, second = events(shop)
    assert (first.shift_id, first.till_id) == (open_till, shop.till_id)
    assert (second.shift_id, second.till_id, second.branch_id) == (None, None, shop.branch_id)


def test_what_somebody_else_did_is_sent_by_those_who_may(shop: Shop, open_till: int, tell: Any) -> None:
    theirs = {"kind": "price_changed", "shift_id": open_till, "cashier_id": shop.users["cashier"]}
    assert tell(theirs, who="cashier2")[0]["code"] == "not_their_shift"
    assert tell(theirs | {"shift_id": None}, who="cashier2")[0]["code"] == "not_their_shift"
    assert tell(theirs | {"cashier_id": 99999999}, who="manager")[0]["code"] == "not_their_shift"
    assert tell(theirs, who="manager")[0]["status"] == "created"
    (event,) = events(shop)
    assert (event.user_id, event.shift_id) == (shop.users["cashier"], open_till)
    # It is the cashier who changed the price, and who had no right to.
    assert event.details == {"sent_by": shop.users["manager"], "without_right": True}


def test_what_somebody_did_who_has_left_is_recorded(shop: Shop, open_till: int, tell: Any) -> None:
    with shop.inside():
        db.session.get_one(User, shop.users["cashier"]).status = UserStatus.INACTIVE
    told = tell(
        {"kind": "reprint", "shift_id": open_till, "cashier_id": shop.users["cashier"]}, who="manager"
    )
    assert told[0]["status"] == "created"
    assert events(shop)[0].details["without_right"] is True


def test_a_shared_till_knows_its_shift(shop: Shop, open_till: int, client_of: Any) -> None:
    """On a device that was made a till, by PIN, the open shift there is everybody's when shifts are shared."""
    from dataclasses import replace

    from smartpos.sales.queries import work_place

    with shop.inside("cashier2"):
        alone = replace(shop.actor("cashier2"), till_id=shop.till_id)
        assert work_place(alone).till_id == shop.till_id
        assert work_place(alone).shift_id is None
        shared = replace(alone, settings={"shared_shifts": True})
        assert work_place(shared).shift_id == open_till
        elsewhere = replace(shared, till_id=shop.till2_id)
        assert (work_place(elsewhere).till_id, work_place(elsewhere).shift_id) == (shop.till2_id, None)


def test_nobody_changes_the_log(shop: Shop, open_till: int, tell: Any) -> None:
    tell({"kind": "reprint"})
    for statement in ("UPDATE till_events SET amount = 0", "DELETE FROM till_events"):
        with pytest.raises(DBAPIError), shop.inside("owner"), db.session.begin_nested():
            db.session.execute(text(statement))
    assert len(events(shop)) == 1


@pytest.mark.parametrize(
    "body", [{}, {"items": []}, {"items": "all"}, {"items": [1]}, {"items": [{}] * 201}, [], None]
)
def test_a_body_that_holds_no_events_is_refused(shop: Shop, api_of: Any, body: Any) -> None:
    assert api_of("cashier").post("/api/till-events", body).status_code == 422


def test_only_those_who_sell_tell(shop: Shop, api_of: Any) -> None:
    body = {"items": [{"client_uuid": str(uuid4()), "kind": "reprint"}]}
    assert api_of("warehouse").post("/api/till-events", body).status_code == 403
    assert api_of("operator").post("/api/till-events", body).status_code == 403


def test_the_same_event_five_times_at_once_is_recorded_once(live_server: LiveServer) -> None:
    hands = [Hand(live_server, who) for who in ("cashier", "cashier", "cashier2", "manager", "owner")]
    body = {"items": [{"client_uuid": str(uuid4()), "kind": "line_removed", "amount": "1000"}]}
    answers = at_once(*(partial(hand.post, "/api/till-events", body) for hand in hands))
    assert {answer.status_code for answer in answers} == {200}
    told = sorted(answer.json["items"][0]["status"] for answer in answers)
    assert told == ["created", "known", "known", "known", "known"]
