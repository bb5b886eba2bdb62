"""Noting what has arrived, in parts and lots, however often it is sent."""

from collections.abc import Callable
from typing import Any

from tests.cast import Shop
from tests.conftest import Api, csrf_of
from tests.purchasing.helpers import (
    SOON,
    broken,
    level,
    line,
    lots,
    supply,
)


def test_what_was_split_is_not_split_again_by_a_repeated_request(shop: Shop, api: Api) -> None:
    milk, bread = shop.product(stock=None, track_batches=True), shop.product(stock=None)
    draft = api.post("/api/supplies", supply(shop, line(milk, "10", "10"), line(bread, "2", "5"))).json
    item, other = (one["id"] for one in draft["items"])
    parts = [
        {"item_id": item, "received": "6", "batch_number": "A"},
        {"item_id": item, "received": "4", "batch_number": "B"},
        {"item_id": other, "received": "2"},
    ]
    path = f"/api/supplies/{draft['id']}/receive"
    assert api.post(path, {"items": parts}).status_code == 200
    again = api.post(path, {"items": parts})
    assert (again.status_code, again.json["code"]) == (409, "received_meanwhile")
    found = api.get(f"/api/supplies/{draft['id']}").json["items"]
    assert sorted(one["received"] for one in found) == ["2.000", "4.000", "6.000"]
    # Who names every line means it, and may still divide one of them; a line alone may be put right at any time.
    fresh = next(one["id"] for one in found if one["batch_number"] == "B")
    whole = [*parts[:1], {"item_id": item, "received": "1", "batch_number": "C"}]
    whole += [{"item_id": fresh, "received": "3"}, {"item_id": other, "received": "2"}]
    answer = api.post(path, {"items": whole})
    assert answer.status_code == 200, answer.json
    assert api.post(path, {"items": [{"item_id": other, "received": "1"}]}).status_code == 200
    api.post(f"/api/supplies/{draft['id']}/confirm", {})
    assert lots(shop, milk) == {"A": 6, "B": 3, "C": 1}
    assert level(shop, bread)[0] == 1
    assert not broken(shop)


def test_a_part_of_nothing_leaves_its_place_to_what_came(shop: Shop, api: Api) -> None:
    milk = shop.product(stock=None, track_batches=True)
    draft = api.post("/api/supplies", supply(shop, line(milk, "10", "10"))).json
    item = draft["items"][0]["id"]
    parts = [{"item_id": item, "received": "0", "batch_number": "A"}]
    parts.append({"item_id": item, "received": "10", "batch_number": "B"})
    path = f"/api/supplies/{draft['id']}"
    for _time in range(2):
        received = api.post(f"{path}/receive", {"items": parts}).json
        assert [(one["quantity"], one["received"]) for one in received["items"]] == [("10.000", "10.000")]
    done = api.post(f"{path}/confirm", {"remainder": "backorder"}).json
    assert done["backorder_id"] is None
    assert lots(shop, milk) == {"B": 10}


def test_lots_typed_below_a_blank_field_are_noted(
    shop: Shop, api: Api, client_of: Callable[..., Any]
) -> None:
    milk, bread = shop.product(stock=None, track_batches=True), shop.product(stock=None)
    draft = api.post("/api/supplies", supply(shop, line(milk, "10", "10"), line(bread, "2", "5"))).json
    item, other = (one["id"] for one in draft["items"])
    client = client_of("manager")
    answer = client.post(
        f"/purchases/{draft['id']}/receive",
        data={
            "csrf_token": csrf_of(client),
            "item": [str(item), str(other)],
            f"quantity-{item}": "",
            f"lot-{item}": "",
            f"expires-{item}": "",
            f"more-quantity-{item}": ["", "6", "4"],
            f"more-lot-{item}": ["", "A", "B"],
            f"more-expires-{item}": ["", SOON, ""],
            f"quantity-{other}": "",
            f"lot-{other}": "",
            f"expires-{other}": "",
        },
    )
    assert answer.status_code in (302, 303)
    found = api.get(f"/api/supplies/{draft['id']}").json["items"]
    assert {(one["received"], one["batch_number"]) for one in found} == {
        ("6.000", "A"),
        ("4.000", "B"),
        ("0.000", None),
    }


def test_what_was_noted_stands_in_its_field_with_the_comma_of_the_language(
    shop: Shop, api: Api, client_of: Callable[..., Any]
) -> None:
    rice = shop.product(stock=None, unit="kg")
    draft = api.post("/api/supplies", supply(shop, line(rice, "10.5", "10"))).json
    path, item = f"/purchases/{draft['id']}/receive", draft["items"][0]["id"]
    client = client_of("manager")
    for typed in ("2,5", "2.5"):
        form = {"item": item, f"quantity-{item}": typed, f"lot-{item}": "", f"expires-{item}": ""}
        client.post(path, data=form | {"csrf_token": csrf_of(client)})
        page = client.get(path).get_data(as_text=True)
        assert 'value="2,5"' in page and 'data-point=","' in page
