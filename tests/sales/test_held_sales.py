"""Parked sales: several at once, named, at every till of the branch, and never at two tills together."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Branch, Role, RolePermission, UserWorkspace, Workspace
from smartpos.identity.operations import create_branch, create_user
from smartpos.identity.queries import system_actor
from smartpos.sales.models import Approval, HeldSale, HeldSaleStatus, TillEvent, TillEventKind
from smartpos.sales.operations import held as operations
from smartpos.sales.operations.approvals import Approvals
from tests.cast import PASSWORD, PIN, Shop
from tests.conftest import LiveServer
from tests.sales.test_many_at_once import at_once

CART = {"uuid": "c1", "lines": [{"product": 1, "quantity": 2000, "name": "Non"}]}


@pytest.fixture
def hold(shop: Shop, api_of: Any) -> Callable[..., Any]:
    """``hold(who="cashier", name="Anvar aka", …)``: park a sale; gives the answer."""
    apis: dict[str, Any] = {}

    def post(who: str = "cashier", **given: Any) -> Any:
        if who not in apis:
            apis[who] = api_of(who)
        body = {
            "client_uuid": str(uuid4()),
            "name": "Anvar aka",
            "cart": CART,
            "line_count": 1,
            "total": "24000",
        }
        return apis[who].post("/api/held-sales", body | given)

    return post


def waiting(api: Any, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/held-sales{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def take(api: Any, held_id: int, **body: Any) -> Any:
    return api.post(f"/api/held-sales/{held_id}/take", body)


def test_a_sale_waits_and_is_taken_up_at_another_till(hold: Any, api_of: Any) -> None:
    answer = hold()
    assert answer.status_code == 201, answer.json
    assert answer.json["total"] == "24000.00"
    assert answer.json["held_by"] == "Cashier"
    other = api_of("cashier2")
    (seen,) = waiting(other)
    assert seen["name"] == "Anvar aka"
    assert seen["line_count"] == 1
    assert "cart" not in seen
    taken = take(other, seen["id"])
    assert taken.status_code == 200, taken.json
    assert taken.json["cart"] == CART
    assert waiting(other) == []


def test_several_wait_at_once_the_oldest_first(hold: Any, api_of: Any) -> None:
    for name in ("first", "second", "third"):
        assert hold(name=name).status_code == 201
    assert [row["name"] for row in waiting(api_of("cashier"))] == ["first", "second", "third"]


def test_holding_again_changes_what_waits(hold: Any, api_of: Any) -> None:
    name = str(uuid4())
    first = hold(client_uuid=name)
    again = hold(client_uuid=name, name="Table 4", total="30000", line_count=2, cart={"lines": [1, 2]})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    (row,) = waiting(api_of("cashier"))
    assert (row["name"], row["total"], row["line_count"]) == ("Table 4", "30000.00", 2)
    assert take(api_of("cashier2"), row["id"]).json["cart"] == {"lines": [1, 2]}


def test_whoever_took_it_up_parks_it_again(hold: Any, api_of: Any) -> None:
    name = str(uuid4())
    first = hold(client_uuid=name).json["id"]
    assert take(api_of("cashier2"), first).status_code == 200
    again = hold("cashier2", client_uuid=name, name="Anvar aka, 2")
    assert again.status_code == 200, again.json
    (row,) = waiting(api_of("cashier"))
    assert (row["id"], row["name"], row["held_by"]) == (first, "Anvar aka, 2", "Cashier2")
    assert take(api_of("cashier"), first).status_code == 200


def test_a_late_repeat_of_the_parking_does_not_double_a_cart(hold: Any, api_of: Any) -> None:
    """The answer to the first parking was lost; meanwhile somebody else has the cart on their screen."""
    name = str(uuid4())
    first = hold(client_uuid=name).json["id"]
    take(api_of("cashier2"), first)
    repeated = hold(client_uuid=name)
    assert (repeated.status_code, repeated.json["code"]) == (409, "already_taken")
    assert repeated.json["by"] == "Cashier2"
    assert waiting(api_of("cashier")) == []


def test_the_next_cashier_of_that_till_parks_it_again_by_its_name(hold: Any, api_of: Any) -> None:
    name, taking = str(uuid4()), str(uuid4())
    first = hold(client_uuid=name).json["id"]
    take(api_of("cashier2"), first, take_uuid=taking)
    assert hold("manager", client_uuid=name, take_uuid=str(uuid4())).status_code == 409
    assert hold("manager", client_uuid=name, take_uuid=taking).status_code == 200
    assert [row["id"] for row in waiting(api_of("cashier"))] == [first]


def test_a_till_may_ask_without_saying_anything(hold: Any, api_of: Any) -> None:
    held_id = hold().json["id"]
    cashier = api_of("cashier2")
    assert len(waiting(cashier, "?limit=200")) == 1
    assert cashier.post(f"/api/held-sales/{held_id}/take").status_code == 200
    again = hold().json["id"]
    assert cashier.delete(f"/api/held-sales/{again}").status_code == 204


def test_the_second_till_is_told_who_was_faster(hold: Any, api_of: Any) -> None:
    first = hold(name="Table 7").json["id"]
    take(api_of("cashier2"), first)
    late = take(api_of("cashier"), first)
    assert (late.status_code, late.json["code"]) == (409, "already_taken")
    assert (late.json["by"], late.json["name"]) == ("Cashier2", "Table 7")


def test_a_lost_answer_is_asked_for_again(hold: Any, api_of: Any) -> None:
    first = hold().json["id"]
    api = api_of("cashier2")
    assert take(api, first).json["cart"] == CART
    assert take(api, first).json["cart"] == CART
    second_device = api_of("cashier2")
    assert take(second_device, first).status_code == 409, "the same person at another till is another till"
    named = str(uuid4())
    second = hold().json["id"]
    assert take(api, second, take_uuid=named).status_code == 200
    assert take(second_device, second, take_uuid=named).status_code == 200


def test_a_parked_sale_is_given_up_and_the_log_tells(shop: Shop, hold: Any, api_of: Any) -> None:
    held_id = hold(name="Table 7").json["id"]
    cashier = api_of("cashier2")
    gone = cashier.delete(f"/api/held-sales/{held_id}", json={"reason": "went away"})
    assert gone.status_code == 204
    assert cashier.delete(f"/api/held-sales/{held_id}", json={}).status_code == 204
    assert waiting(cashier) == []
    late = take(cashier, held_id)
    assert (late.status_code, late.json["code"]) == (409, "already_voided")
    with shop.inside():
        (event,) = db.session.scalars(select(TillEvent)).all()
        assert event.kind is TillEventKind.HELD_VOIDED
        assert event.amount == Decimal("24000.00")
        assert event.user_id == shop.users["cashier2"]
        assert event.branch_id == shop.branch_id
        assert event.reason == "went away"
        assert event.details == {"held_sale_id": held_id, "name": "Table 7", "lines": 1}


def test_what_is_on_a_screen_cannot_be_given_up_by_others(hold: Any, api_of: Any) -> None:
    held_id = hold().json["id"]
    take(api_of("cashier2"), held_id)
    answer = api_of("manager").delete(f"/api/held-sales/{held_id}", json={})
    assert (answer.status_code, answer.json["code"]) == (409, "already_taken")


def test_a_given_up_sale_is_not_parked_again(hold: Any, api_of: Any) -> None:
    name = str(uuid4())
    held_id = hold(client_uuid=name).json["id"]
    api_of("manager").delete(f"/api/held-sales/{held_id}", json={})
    answer = hold(client_uuid=name)
    assert (answer.status_code, answer.json["code"]) == (409, "already_voided")
    assert answer.json["by"] == "Manager"


def test_giving_up_needs_the_right_or_an_approval(shop: Shop, hold: Any, api_of: Any) -> None:
    _take_away(shop, "sales:cart:void")
    name = str(uuid4())
    held_id = hold(client_uuid=name).json["id"]
    cashier = api_of("cashier")
    refused = cashier.delete(f"/api/held-sales/{held_id}", json={})
    assert (refused.status_code, refused.json["approval"]) == (403, "sales:cart:void")
    approval = cashier.post(
        "/api/approvals",
        {
            "action": "sales:cart:void",
            "user_id": shop.users["manager"],
            "pin": PIN,
            "subject_uuid": name,
        },
    ).json
    given_up = cashier.delete(f"/api/held-sales/{held_id}", json={"approvals": [approval["token"]]})
    assert given_up.status_code == 204
    with shop.inside():
        used = db.session.scalars(select(Approval)).one()
        assert (used.origin_kind, used.origin_id) == ("held_sale", held_id)
        assert db.session.scalars(select(TillEvent)).one().approval_id == used.id


def test_parking_needs_the_right(shop: Shop, hold: Any, api_of: Any) -> None:
    held_id = hold().json["id"]
    _take_away(shop, "sales:held_sale:use")
    assert hold().json["approval"] == "sales:held_sale:use"
    assert take(api_of("cashier2"), held_id).status_code == 403
    assert api_of("cashier").get("/api/held-sales").status_code == 403
    assert api_of("warehouse").get("/api/held-sales").status_code == 403


def _take_away(shop: Shop, permission: str) -> None:
    with shop.inside():
        role = db.session.scalars(select(Role).where(Role.key == RoleKey.CASHIER.value)).one()
        held = select(RolePermission).where(
            RolePermission.role_id == role.id, RolePermission.permission == permission
        )
        db.session.delete(db.session.scalars(held).one())


def test_other_branches_have_their_own(shop: Shop, hold: Any, api_of: Any) -> None:
    with shop.inside("owner"):
        other = create_branch(name="Yunusobod", actor=shop.actor("owner")).id
    hold(name="here")
    assert hold(name="there", branch_id=other).status_code == 201
    cashier = api_of("cashier")
    assert [row["name"] for row in waiting(cashier)] == ["here"]
    assert [row["name"] for row in waiting(cashier, f"?branch_id={other}")] == ["there"]
    assert cashier.get("/api/held-sales?branch_id=99999999").status_code == 404
    assert hold(branch_id=99999999).status_code == 404


def test_people_of_another_workspace_see_nothing_of_it(shop: Shop, hold: Any, api_of: Any) -> None:
    name = str(uuid4())
    held_id = hold(client_uuid=name).json["id"]
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Here"), Workspace(name="Elsewhere")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["cashier2"], workspace_id=elsewhere.id))
    cashier2 = api_of("cashier2")
    assert waiting(cashier2) == []
    assert cashier2.get(f"/api/held-sales?branch_id={shop.branch_id}").status_code == 404
    assert take(cashier2, held_id).status_code == 404
    assert cashier2.delete(f"/api/held-sales/{held_id}", json={}).status_code == 404
    assert hold("cashier2", client_uuid=name).status_code == 404
    assert len(waiting(api_of("cashier"))) == 1


def test_another_shop_sees_nothing_of_it(shop: Shop, stranger: Shop, hold: Any, api_of: Any) -> None:
    held_id = hold().json["id"]
    theirs = api_of("stranger")
    assert waiting(theirs) == []
    assert take(theirs, held_id).status_code == 404
    assert theirs.delete(f"/api/held-sales/{held_id}", json={}).status_code == 404


def test_the_customer_goes_along(shop: Shop, hold: Any, api_of: Any) -> None:
    from smartpos.crm.models import Customer

    uuid = uuid4()
    with shop.inside("owner"):
        customer = Customer(name="Dilshod", customer_number="C-1", client_uuid=uuid)
        db.session.add(customer)
        db.session.flush()
        number = customer.id
    assert hold(customer_id=number).json["customer"] == {"id": number, "name": "Dilshod"}
    assert hold(customer_uuid=str(uuid)).json["customer"] == {"id": number, "name": "Dilshod"}
    assert hold(customer_uuid=str(uuid4())).json["customer"] is None
    unknown = hold(customer_id=99999999)
    assert (unknown.status_code, unknown.json["code"]) == (404, "customer_not_found")


def test_what_waits_for_a_week_is_shown_as_forgotten(shop: Shop, hold: Any, api_of: Any) -> None:
    held_id = hold().json["id"]
    assert waiting(api_of("cashier"))[0]["is_stale"] is False
    with shop.inside():
        db.session.execute(update(HeldSale).values(held_at=utc_now() - timedelta(days=8)))
    row = waiting(api_of("cashier"))[0]
    assert (row["id"], row["is_stale"]) == (held_id, True)


def test_it_may_be_parked_before_it_is_sent(shop: Shop, hold: Any) -> None:
    hold(held_at="2026-01-02T03:04:05Z")
    hold(held_at="2999-01-01T00:00:00Z")
    with shop.inside():
        first, second = db.session.scalars(select(HeldSale.held_at).order_by(HeldSale.id)).all()
        assert first.isoformat() == "2026-01-02T03:04:05+00:00"
        assert second <= utc_now()


def test_a_branch_holds_no_more_than_anybody_can_keep_in_mind(
    hold: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_WAITING", 2)
    name = str(uuid4())
    assert [hold(client_uuid=name).status_code, hold().status_code] == [201, 201]
    third = hold()
    assert (third.status_code, third.json["code"]) == (409, "too_many_held")
    assert hold(client_uuid=name).status_code == 200, "what waits already may change"


@pytest.mark.parametrize(
    "given",
    [
        {"client_uuid": "first"},
        {"client_uuid": None},
        {"cart": None},
        {"cart": []},
        {"cart": "lines"},
        {"cart": {"lines": "x" * (256 * 1024)}},
        {"cart": {"name": "a\x00b"}},
        {"cart": {"name": "\ud800"}},
        {"line_count": -1},
        {"line_count": "many"},
        {"total": "much"},
        {"total": "1e40"},
        {"name": "x" * 101},
        {"branch_id": 0},
        {"approvals": ["token"]},
        {"take_uuid": "mine"},
        {"unknown": 1},
    ],
)
def test_bad_input_is_refused_and_nothing_is_kept(shop: Shop, hold: Any, given: Any) -> None:
    answer = hold(**given)
    assert answer.status_code == 422, answer.json
    with shop.inside():
        assert db.session.scalars(select(HeldSale)).first() is None


def test_a_cart_just_below_the_limit_fits(hold: Any, api_of: Any) -> None:
    cart = {"lines": "я" * (128 * 1024 - 50)}
    held_id = hold(cart=cart).json["id"]
    assert take(api_of("cashier2"), held_id).json["cart"] == cart


# --- at the same moment, with real commits -------------------------------------------------------------------------


class Hand:
    """Somebody at a till of the live server."""

    def __init__(self, live: LiveServer, username: str) -> None:
        self.client = live.app.test_client()
        token = self.client.post("/token", data={"username": username, "password": PASSWORD}).json
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers)


def test_of_many_tills_one_gets_it(live_server: LiveServer) -> None:
    shop = live_server.shop
    with shop.inside("owner"):
        actor = system_actor(shop.organization_id)
        for number in range(6):
            create_user(
                username=f"qo{number}",
                full_name=f"Qo {number}",
                role=RoleKey.CASHIER,
                password=PASSWORD,
                actor=actor,
            )
    hands = [Hand(live_server, f"qo{number}") for number in range(6)]
    for _round in range(5):
        body = {"client_uuid": str(uuid4()), "cart": CART, "total": "1000"}
        held_id = hands[0].post("/api/held-sales", body).json["id"]
        answers = at_once(*(partial(hand.post, f"/api/held-sales/{held_id}/take", {}) for hand in hands))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
        assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"already_taken"}


def test_parking_five_times_at_once_parks_once(live_server: LiveServer) -> None:
    hand = [Hand(live_server, who) for who in ("cashier", "cashier", "cashier2", "cashier2", "manager")]
    body = {"client_uuid": str(uuid4()), "cart": CART, "total": "1000", "name": "five times"}
    answers = at_once(*(partial(one.post, "/api/held-sales", body) for one in hand))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    with live_server.shop.inside():
        rows = db.session.scalars(select(HeldSale).where(HeldSale.name == "five times")).all()
        assert [row.status for row in rows] == [HeldSaleStatus.HELD]


def test_taking_and_giving_up_at_once_ends_in_one_of_the_two(live_server: LiveServer) -> None:
    cashier, manager = Hand(live_server, "cashier"), Hand(live_server, "manager")
    for _round in range(5):
        body = {"client_uuid": str(uuid4()), "cart": CART, "total": "1000"}
        held_id = cashier.post("/api/held-sales", body).json["id"]
        taken, gone = at_once(
            partial(cashier.post, f"/api/held-sales/{held_id}/take", {}),
            partial(manager.client.delete, f"/api/held-sales/{held_id}", json={}, headers=manager.headers),
        )
        assert {(200, 409), (409, 204)} >= {(taken.status_code, gone.status_code)}


def use_up(shop: Shop, token: UUID, subject: UUID, place: int) -> bool:
    """Whether the token allowed it; it is used up for the receipt ``place``."""
    with shop.inside("cashier"):
        approvals = Approvals([token], subject, shop.actor("cashier"))
        allowed = approvals.allow("sales:sale:discount_above_limit")
        approvals.use("sale", place)
        return allowed


def test_an_approval_used_twice_at_once_allows_one(live_server: LiveServer) -> None:
    """Documents that bring the same token at the same moment: the second finds it used."""
    shop = live_server.shop
    cashier = Hand(live_server, "cashier")
    for _round in range(5):
        subject = uuid4()
        token = cashier.post(
            "/api/approvals",
            {
                "action": "sales:sale:discount_above_limit",
                "user_id": shop.users["manager"],
                "pin": PIN,
                "subject_uuid": str(subject),
            },
        ).json["token"]

        works = [partial(use_up, shop, UUID(token), subject, place) for place in range(1, 5)]
        assert sorted(at_once(*works)) == [False, False, False, True]
