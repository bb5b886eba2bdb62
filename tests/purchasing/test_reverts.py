"""Taking purchases back, and sending goods back to the supplier."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.purchasing import operations
from smartpos.purchasing.models import Purchase, PurchaseStatus
from smartpos.purchasing.queries.purchases import purchase_of
from smartpos.stock.operations import Movement, post_movements
from tests.cast import Shop
from tests.conftest import Api
from tests.purchasing.helpers import (
    SOON,
    balance,
    broken,
    level,
    line,
    lots,
    make_supplier,
    movements,
    supply,
)


def take_out(shop: Shop, product_id: int, quantity: str) -> None:
    """Goods leave, as a sale lets them."""
    with shop.inside("manager"):
        post_movements(
            [Movement(product_id, -Decimal(quantity))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor("manager"),
        )


def bought(api: Api, shop: Shop, *items: dict[str, Any], **facts: Any) -> dict[str, Any]:
    answer = api.post("/api/supplies", supply(shop, *items, confirm=True, **facts))
    assert answer.status_code == 201, answer.json
    body: dict[str, Any] = answer.json
    return body


def give_back(api: Api, purchase: dict[str, Any], *quantities: str) -> Any:
    items = [
        {"item_id": item["id"], "quantity": quantity}
        for item, quantity in zip(purchase["items"], quantities, strict=False)
    ]
    return api.post(f"/api/supplies/{purchase['id']}/return", {"client_uuid": str(uuid4()), "items": items})


def test_reverting_takes_back_exactly_what_came(shop: Shop, api: Api) -> None:
    milk = shop.product(stock="10", cost="100")
    supplier = make_supplier(shop)
    done = bought(
        api,
        shop,
        line(milk, "3", "111.11", batch_number="L-7", expiration_date=SOON),
        supplier_id=supplier,
        costs=[{"amount": "10"}],
    )
    assert balance(shop, supplier) == Decimal("333.33")
    path = f"/api/supplies/{done['id']}/revert"
    assert api.post(path, {}).status_code == 422
    reverted = api.post(path, {"reason": "wrong invoice"})
    assert reverted.status_code == 200, reverted.json
    assert (reverted.json["status"], reverted.json["reason"]) == ("reverted", "wrong invoice")
    assert reverted.json["reverted_by"] == shop.users["manager"]
    assert level(shop, milk) == (10, 1000)
    assert lots(shop, milk) == {"L-7": 0}
    assert balance(shop, supplier) == 0
    there, back = movements(shop, done["id"])
    assert (there[0] + back[0], there[1] + back[1]) == (0, 0)
    assert api.post(path, {"reason": "again"}).status_code == 409
    assert not broken(shop)


def test_what_was_sold_meanwhile_cannot_be_reverted(shop: Shop, api: Api) -> None:
    milk, bread = shop.product(stock="1", cost="100"), shop.product(stock=None)
    done = bought(api, shop, line(milk, "5", "120"), line(bread, "4", "50"))
    take_out(shop, milk, "3")
    take_out(shop, bread, "1")
    answer = api.post(f"/api/supplies/{done['id']}/revert", {"reason": "wrong"})
    assert (answer.status_code, answer.json["code"]) == (409, "goods_are_gone")
    assert {(one["product_id"], one["available"]) for one in answer.json["lines"]} == {
        (milk, "3.000"),
        (bread, "3.000"),
    }
    assert api.get(f"/api/supplies/{done['id']}").json["status"] == "confirmed"
    assert not broken(shop)


def test_a_lot_that_is_gone_cannot_be_reverted_although_others_are_there(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None, track_batches=True)
    first = bought(api, shop, line(milk, "5", "100", batch_number="A", expiration_date=SOON))
    bought(api, shop, line(milk, "50", "100", batch_number="B"))
    take_out(shop, milk, "1")  # first expired, first out
    answer = api.post(f"/api/supplies/{first['id']}/revert", {"reason": "wrong"})
    assert (answer.status_code, answer.json["code"]) == (409, "goods_are_gone")
    assert lots(shop, milk) == {"A": 4, "B": 50}


def test_goods_without_a_lot_leave_the_lots_of_others_alone(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    first = bought(api, shop, line(milk, "10", "100"))
    second = bought(api, shop, line(milk, "10", "120", batch_number="L", expiration_date=SOON))
    assert give_back(api, first, "4").status_code == 201
    assert lots(shop, milk) == {"L": 10}
    returned = api.get(f"/api/supplies/{first['id']}").json["returns"][0]
    assert api.post(f"/api/supplies/{returned['id']}/revert", {"reason": "wrong"}).status_code == 200
    assert api.post(f"/api/supplies/{first['id']}/revert", {"reason": "wrong"}).status_code == 200
    assert lots(shop, milk) == {"L": 10}
    answer = api.post(f"/api/supplies/{second['id']}/revert", {"reason": "wrong"})
    assert answer.status_code == 200, answer.json
    assert level(shop, milk) == (0, 0)
    assert not broken(shop)


def test_portions_add_up_although_one_of_them_was_reverted(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    supplier = make_supplier(shop)
    done = bought(api, shop, line(milk, "3", "33.3333"), supplier_id=supplier, costs=[{"amount": "10"}])
    assert done["total"] == "100.00"
    for back in (0, 1):  # 33.33 and 33.34; whichever comes back, the others make up the whole
        portions = [give_back(api, done, "1").json for _time in range(2)]
        path = f"/api/supplies/{portions[back]['id']}/revert"
        assert api.post(path, {"reason": "wrong"}).status_code == 200
        assert give_back(api, done, "1").status_code == 201
        assert give_back(api, done, "1").status_code == 201
        assert balance(shop, supplier) == 0
        assert level(shop, milk) == (0, 0)
        for one in api.get(f"/api/supplies/{done['id']}").json["returns"]:
            api.post(f"/api/supplies/{one['id']}/revert", {"reason": "once more"})
        assert balance(shop, supplier) == 100
    assert not broken(shop)


def test_goods_go_back_to_the_supplier_at_the_value_they_came_with(shop: Shop, api: Api) -> None:
    milk = shop.product(stock="10", cost="100")
    supplier = make_supplier(shop)
    done = bought(
        api,
        shop,
        line(milk, "3", "112", batch_number="L", expiration_date=SOON),
        supplier_id=supplier,
        costs=[{"amount": "10"}],
    )
    first = give_back(api, done, "1")
    assert first.status_code == 201, first.json
    assert (first.json["type"], first.json["status"], first.json["total"]) == (
        "return",
        "confirmed",
        "-112.00",
    )
    assert first.json["items"][0]["quantity"] == "-1.000"
    assert balance(shop, supplier) == 224
    assert lots(shop, milk) == {"L": 2}
    too_much = give_back(api, done, "2.5")
    assert too_much.status_code == 422  # half a bottle
    too_much = give_back(api, done, "3")
    assert (too_much.status_code, too_much.json["code"]) == (409, "more_than_received")
    assert too_much.json["lines"][0]["left"] == "2.000"
    blocked = api.post(f"/api/supplies/{done['id']}/revert", {"reason": "wrong"})
    assert (blocked.status_code, blocked.json["code"]) == (409, "purchase_has_returns")
    assert give_back(api, done, "2").status_code == 201
    assert level(shop, milk) == (10, 1000)
    assert balance(shop, supplier) == 0
    again = api.get(f"/api/supplies/{done['id']}").json
    assert again["items"][0]["returned"] == "3.000"
    assert len(again["returns"]) == 2
    assert not broken(shop)


def test_a_return_may_be_repeated_and_reverted(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    supplier = make_supplier(shop)
    done = bought(api, shop, line(milk, "4", "112"), supplier_id=supplier)
    body = {"client_uuid": str(uuid4()), "items": [{"item_id": done["items"][0]["id"], "quantity": "3"}]}
    path = f"/api/supplies/{done['id']}/return"
    first, second = api.post(path, body), api.post(path, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]
    assert api.post(path, body | {"reason": "other"}).status_code == 409
    assert level(shop, milk) == (1, 100)
    back = api.post(f"/api/supplies/{first.json['id']}/revert", {"reason": "the lorry came back"})
    assert back.status_code == 200, back.json
    assert level(shop, milk) == (4, 400)
    assert balance(shop, supplier) == 448
    assert api.post(f"/api/supplies/{done['id']}/revert", {"reason": "wrong"}).status_code == 200
    assert level(shop, milk) == (0, 0)
    assert balance(shop, supplier) == 0
    assert not broken(shop)


def test_only_lines_of_a_confirmed_purchase_go_back(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None)
    draft = api.post("/api/supplies", supply(shop, line(milk, "4", "112"))).json
    assert give_back(api, draft, "1").status_code == 409
    done = bought(api, shop, line(milk, "4", "112"))
    assert give_back(api, done, "0").status_code == 422
    path = f"/api/supplies/{done['id']}/return"
    stranger = [{"item_id": draft["items"][0]["id"], "quantity": "1"}]
    answer = api.post(path, {"client_uuid": str(uuid4()), "items": stranger})
    assert (answer.status_code, answer.json["code"]) == (404, "line_not_found")
    assert api.post(path, {"client_uuid": str(uuid4()), "items": []}).status_code == 422
    returned = give_back(api, done, "1").json
    assert give_back(api, returned, "1").status_code == 409  # a return of a return


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "sell", "revert", "return", "revert_return"]),
        st.integers(0, 5),
        st.integers(1, 7),
        st.integers(1, 999),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_the_books_agree_after_any_history(shop: Shop, steps: list[tuple[str, int, int, int]]) -> None:
    supplier = make_supplier(shop, f"S-{uuid4()}")
    plain, lotted = shop.product(stock="5", cost="33.33"), shop.product(stock=None, track_batches=True)
    documents: list[int] = []
    returns: list[int] = []
    for act, which, quantity, price in steps:
        with shop.inside("manager"):
            actor = shop.actor("manager")
            try:
                with db.session.begin_nested():
                    if act == "buy":
                        facts = operations.PurchaseFacts(
                            shop.branch_id,
                            (
                                operations.PurchaseLine(
                                    Decimal(quantity), round(Decimal(price) / 7, 4), product_id=plain
                                )
                                if which % 2
                                else operations.PurchaseLine(
                                    Decimal(quantity),
                                    round(Decimal(price) / 7, 4),
                                    product_id=lotted,
                                    batch_number=f"L{which}",
                                ),
                            ),
                            supplier_id=supplier,
                            costs=(operations.CostLine(Decimal(price) / 100),),
                        )
                        purchase, _new = operations.create_purchase(facts, confirm=True, actor=actor)
                        documents.append(purchase.id)
                    elif act == "sell":
                        post_movements(
                            [Movement(plain if which % 2 else lotted, -Decimal(quantity))],
                            origin_kind="test",
                            origin_id=1,
                            branch_id=shop.branch_id,
                            actor=actor,
                        )
                    elif act == "revert" and documents:
                        operations.revert_purchase(
                            documents[which % len(documents)], reason="wrong", actor=actor
                        )
                    elif act == "return" and documents:
                        item = purchase_of(documents[which % len(documents)]).items[0]
                        request = operations.ReturnRequest(
                            uuid4(), (operations.ReturnLine(item.id, Decimal(quantity)),)
                        )
                        document, _new = operations.return_purchase(
                            documents[which % len(documents)], request, actor=actor
                        )
                        returns.append(document.id)
                    elif act == "revert_return" and returns:
                        operations.revert_purchase(returns[which % len(returns)], reason="back", actor=actor)
            except SmartPOSError:
                continue
    assert not broken(shop)
    with shop.inside():
        owed = db.session.scalar(
            select(func.coalesce(func.sum(Purchase.total_amount), 0)).where(
                Purchase.supplier_id == supplier, Purchase.status == PurchaseStatus.CONFIRMED
            )
        )
    assert balance(shop, supplier) == owed
