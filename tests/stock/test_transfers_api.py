"""The API of transfers: the contract, who may what, and what comes back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_branch, create_user, create_workspace
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.stock.movers import ask, disagreements, holds, sent, status, transit, with_lots


def body(shop: Shop, *lines: tuple[int, str], **facts: Any) -> dict[str, Any]:
    return {
        "client_uuid": str(uuid4()),
        "from_branch_id": shop.branch_id,
        "to_branch_id": shop.warehouse_id,
        "items": [{"product_id": product, "quantity": quantity} for product, quantity in lines],
    } | facts


def test_from_request_to_receipt(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product("Sut", stock="10", cost="100")
    keeper, manager = api_of("warehouse"), api_of("manager")
    asked = body(shop, (milk, "4"), notes="For the weekend")
    answer = keeper.post("/api/transfers", asked)
    assert answer.status_code == 201
    made = answer.json
    assert (made["number"], made["status"]) == ("T-000001", "pending")
    assert (made["from_branch_id"], made["to_branch_id"]) == (shop.branch_id, shop.warehouse_id)
    assert [(one["product"], one["quantity"], one["received"]) for one in made["items"]] == [
        ("Sut", "4.000", None)
    ]
    again = keeper.post("/api/transfers", asked)
    assert (again.status_code, again.json["id"]) == (200, made["id"])
    other = keeper.post("/api/transfers", asked | {"notes": "Another"})
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    here = f"/api/transfers/{made['id']}"
    assert keeper.post(f"{here}/approve").status_code == 403
    assert manager.post(f"{here}/approve").json["status"] == "approved"
    assert keeper.post(f"{here}/ship").json["status"] == "in_transit"
    twice = keeper.post(f"{here}/ship")
    assert (twice.status_code, twice.json["code"], twice.json["state"]) == (
        409,
        "transfer_in_other_state",
        "in_transit",
    )
    received = [{"product_id": milk, "received": "3", "note": "One is broken"}]
    done = keeper.post(f"{here}/complete", {"items": received}).json
    assert (done["status"], done["items"][0]["received"], done["items"][0]["discrepancy"]) == (
        "completed",
        "3.000",
        "-1.000",
    )
    assert [(act["reason"], act["branch_id"]) for act in done["acts"]] == [("loss", transit(shop))]
    assert done["completed_by"] == shop.users["warehouse"]
    assert disagreements(shop) == []


def test_without_items_everything_has_arrived(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product(stock="5", cost="10")
    number = sent(shop, (milk, "5"))
    done = api_of("warehouse").post(f"/api/transfers/{number}/complete", {})
    assert (done.status_code, done.json["status"], done.json["acts"]) == (200, "completed", [])
    assert holds(shop, milk, shop.warehouse_id) == (5, 50)


def test_refusals_name_what_is_wrong(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    api, milk = api_of("warehouse"), shop.product()
    for wrong, code in (
        (body(shop, (milk, "0")), 422),
        (body(shop, (milk, "-2")), 422),
        (body(shop, (milk, "x")), 422),
        (body(shop), 422),
        (body(shop, (milk, "1"), to_branch_id=shop.branch_id), 422),
        (body(shop, (milk, "1"), to_branch_id=stranger.branch_id), 404),
        (body(shop, (stranger.product(), "1")), 404),
        (body(shop, *[(milk, "1")] * 1001), 422),
        (body(shop, (milk, "1"), items="no list"), 422),
        (body(shop, (milk, "1"), client_uuid="7"), 422),
    ):
        answer = api.post("/api/transfers", wrong)
        assert answer.status_code == code, answer.json
    assert api.get("/api/transfers").json["items"] == []
    number = ask(shop, (milk, "1"))
    reject = api_of("manager").post(f"/api/transfers/{number}/reject", {"reason": " "})
    assert (reject.status_code, status(shop, number)) == (422, "pending")


def test_lots_are_named_and_told(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk, lots = with_lots(shop, ("A", "3", 10), ("B", "3", 20))
    bread = shop.product(track_batches=True)
    api = api_of("warehouse")
    items = [{"product_id": milk, "quantity": "2", "batch_id": lots["B"]}]
    made = api.post("/api/transfers", body(shop) | {"items": items}).json
    assert (made["items"][0]["batch_number"], made["items"][0]["batch_id"]) == ("B", lots["B"])
    items[0]["product_id"] = bread
    wrong = api.post("/api/transfers", body(shop) | {"items": items})
    assert (wrong.status_code, wrong.json["code"]) == (422, "batch_of_another_product")


def test_the_value_is_for_those_who_may_see_costs(shop: Shop, api_of: Callable[..., Api]) -> None:
    number = sent(shop, (shop.product(stock="5", cost="10"), "2"))
    assert api_of("owner").get(f"/api/transfers/{number}").json["items"][0]["value"] == "20.0000"
    from smartpos.catalog.permissions import CatalogPermission

    with shop.inside("owner"):
        blind = not shop.actor("warehouse").can(CatalogPermission.COST_READ)
    shown = api_of("warehouse").get(f"/api/transfers/{number}").json["items"][0]
    assert ("value" not in shown) is blind


def test_lists_are_narrowed_and_paged(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk, bread = shop.product(), shop.product()
    first = ask(shop, (milk, "1"))
    back = ask(shop, (bread, "1"), from_branch_id=shop.warehouse_id, to_branch_id=shop.branch_id)
    last = sent(shop, (milk, "1"), (bread, "2"))
    api = api_of("manager")

    def found(query: str) -> list[int]:
        answer = api.get(f"/api/transfers?{query}")
        assert answer.status_code == 200, answer.json
        return [one["id"] for one in answer.json["items"]]

    assert found("") == [last, back, first]
    assert found("status=in_transit") == [last]
    assert found(f"to_branch_id={shop.branch_id}") == [back]
    assert found(f"branch_id={shop.branch_id}") == [last, back, first]
    assert found(f"product_id={bread}") == [last, back]
    assert found("from=2030-01-01T00:00:00Z") == []
    page = api.get("/api/transfers?limit=2").json
    assert [one["id"] for one in page["items"]] == [last, back]
    assert page["items"][0]["lines"] == 2
    assert found(f"limit=2&cursor={page['next_cursor']}") == [first]
    assert api.get("/api/transfers?status=lost").status_code == 422


def test_a_stranger_finds_nothing(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    number = ask(shop, (shop.product(), "1"))
    api = api_of("stranger")
    assert api.get("/api/transfers").json["items"] == []
    assert api.get(f"/api/transfers/{number}").status_code == 404
    for act, told in (("approve", None), ("reject", {"reason": "x"}), ("ship", None), ("complete", {})):
        assert api.post(f"/api/transfers/{number}/{act}", told).status_code == 404
    assert status(shop, number) == "pending"


def test_who_sees_one_end_acts_at_that_end(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product()
    with shop.inside("owner"):
        north = create_workspace(name="North", actor=shop.actor())
        south = create_workspace(name="South", actor=shop.actor())
        far = create_branch(name="Far", workspace_id=south.id, actor=shop.actor())
        home = db.session.get(Branch, shop.branch_id)
        assert home is not None
        home.workspace_id = north.id
        for username, workspace in (("northerner", north), ("southerner", south)):
            create_user(
                username=username,
                full_name="N",
                role=RoleKey.MANAGER,
                password=PASSWORD,
                workspace_ids=[workspace.id],
                actor=shop.actor(),
            )
        far_id = far.id
    number = ask(shop, (milk, "1"), who="owner", to_branch_id=far_id)
    hidden = ask(shop, (milk, "1"), who="owner", from_branch_id=far_id, to_branch_id=shop.warehouse_id)
    api = api_of("northerner")
    one = api.get("/api/transfers").json["items"]
    assert [row["id"] for row in one] == [hidden, number]  # the warehouse is the whole organization's
    assert (one[1]["from_branch"], one[1]["to_branch"]) == ("Chilonzor", None)
    assert api.post(f"/api/transfers/{number}/approve").status_code == 200
    assert api.post(f"/api/transfers/{number}/ship").status_code == 200
    refused = api.post(f"/api/transfers/{number}/complete", {})
    assert (refused.status_code, refused.json["code"]) == (404, "branch_not_found")
    assert status(shop, number) == "in_transit"
    # Somebody of the other end cannot put the goods back into a branch they do not see.
    southerner = api_of("southerner")
    refused = southerner.post(f"/api/transfers/{number}/cancel", {})
    assert (refused.status_code, refused.json["code"]) == (404, "branch_not_found")
    assert status(shop, number) == "in_transit"
    assert api.post(f"/api/transfers/{number}/cancel", {}).status_code == 200
