"""A lot is followed through production both ways: from flour to receipts, and from bread to suppliers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from smartpos.core.db import db
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.operations import create_supplier
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_workspace
from smartpos.stock.models import Batch
from smartpos.stock.operations import Lot, Movement, post_movements
from smartpos.stock.queries.chains import chain
from smartpos.stock.queries.lots import Direction
from tests.browsing import speak_english
from tests.cast import Shop
from tests.conftest import Api
from tests.production.making import Bakery, recipe
from tests.sales.counter import item, sold
from tests.stock import movers
from tests.stock.lots import batch_id, day, issue, lotted, open_shift, receive


@pytest.fixture
def lots(shop: Shop) -> Bakery:
    """Flour of two suppliers, dough and bread in lots; water and salt without."""
    flour = lotted(shop, "Un", unit="kg", cost="4000")
    water = shop.product("Suv", unit="kg", cost="10", stock="1000")
    salt = shop.product("Tuz", unit="kg", cost="2000", stock="100")
    dough = lotted(shop, "Xamir", unit="kg", cost="0")
    bread = lotted(shop, "Non", cost="0", price="4000", shelf_life_days=3)
    made = Bakery(
        shop, flour, water, salt, dough, bread,
        recipe(shop, dough, {flour: "0.6", water: "0.4"}),
        recipe(shop, bread, {dough: "0.5", salt: "0.01"}),
    )  # fmt: skip
    receive(shop, flour, "9", "UN-1", day(10), cost="4000")
    receive(shop, flour, "50", "UN-2", day(90), cost="5000")
    with shop.inside("manager"):
        supplier = create_supplier(name="Tegirmon", actor=shop.actor("manager"))
        db.session.execute(update(Batch).where(Batch.batch_number == "UN-1").values(supplier_id=supplier.id))
    return made


def followed(api: Api, lot: int, direction: str, query: str = "") -> dict[str, Any]:
    answer = api.get(f"/api/batches/{lot}/chain?direction={direction}{query}")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def steps(found: dict[str, Any]) -> list[tuple[int, str, str | None, str]]:
    return [
        (link["level"], link["product"], link["batch_number"], link["quantity"]) for link in found["links"]
    ]


def test_lots_are_followed_through_what_was_baked_of_them(
    shop: Shop,
    stranger: Shop,
    lots: Bakery,
    api_of: Callable[..., Api],
    client_of: Callable[..., FlaskClient],
) -> None:
    speak_english(shop)
    # Fifteen kilograms take nine of flour, the whole first lot; the second dough is of the other one.
    lots.complete(lots.ask(lots.dough, "15"), "15", batch_number="X-1", expiration_date=day(1))
    lots.complete(lots.ask(lots.dough, "10"), "10", batch_number="X-2", expiration_date=day(2))
    lots.complete(lots.ask(lots.bread, "20"), "20", batch_number="N-1", expiration_date=day(2))
    # Five kilograms are left of the first dough, so this bread is of both.
    both = lots.ask(lots.bread, "20")
    lots.complete(both, "20", batch_number="N-2", expiration_date=day(3))
    till = api_of("cashier")
    open_shift(shop, till)
    receipt = sold(till, item(lots.bread, 22))
    issue(shop, lots.bread, "1", lot=Lot("N-2"), origin_kind="stock_adjustment", origin_id=7)
    # A transfer carries; it is no end.
    movers.receive(shop, movers.sent(shop, (lots.bread, "3")))

    manager = api_of("manager")
    first, second = (batch_id(shop, lots.flour, one) for one in ("UN-1", "UN-2"))
    found = followed(manager, first, "out")
    assert steps(found) == [
        (1, "Xamir", "X-1", "15.000"),
        (2, "Non", "N-1", "20.000"),
        (2, "Non", "N-2", "20.000"),
    ]
    assert [link["taken"] for link in found["links"]] == ["9.000", "10.000", "5.000"]
    assert found["links"][0]["origin_kind"] == "production_completion"
    assert {(end["origin_kind"], end["origin_id"], end["quantity"]) for end in found["ends"]} == {
        ("sale", receipt["id"], "-20.000"),
        ("sale", receipt["id"], "-2.000"),
        ("stock_adjustment", 7, "-1.000"),
    }
    left = {link["batch_number"]: link["left"] for link in found["links"]}
    assert left == {"X-1": "0.000", "N-1": "0.000", "N-2": "17.000"}
    assert steps(followed(manager, second, "out")) == [
        (1, "Xamir", "X-2", "10.000"),
        (2, "Non", "N-2", "20.000"),
    ]
    # Page by page.
    one = followed(manager, first, "out", "&limit=2")
    rest = followed(manager, first, "out", f"&limit=2&cursor={one['next_cursor']}")
    assert [end["id"] for end in one["ends"] + rest["ends"]] == [end["id"] for end in found["ends"]]
    assert rest["next_cursor"] is None

    # Backwards: the bread of both doughs is of both flours, with their suppliers and how they came.
    bread = batch_id(shop, lots.bread, "N-2")
    back = followed(manager, bread, "in")
    assert {(level, product, number) for level, product, number, _quantity in steps(back)} == {
        (1, "Xamir", "X-1"),
        (1, "Xamir", "X-2"),
        (1, "Tuz", None),
        (2, "Un", "UN-1"),
        (2, "Un", "UN-2"),
        (2, "Suv", None),
    }
    suppliers = {link["batch_number"]: link["supplier"] for link in back["links"] if link["batch_number"]}
    assert suppliers == {"X-1": None, "X-2": None, "UN-1": "Tegirmon", "UN-2": None}
    assert {(end["batch_number"], end["origin_kind"]) for end in back["ends"]} == {
        ("UN-1", "test"),
        ("UN-2", "test"),
    }

    # The page of a lot shows the same, without costs for those who may not see them.
    page = client_of("warehouse").get(f"/admin/batches/details/?id={first}").get_data(as_text=True)
    assert 'data-chain="out"' in page
    assert 'data-chain="in"' not in page
    assert "N-2" in page
    page = client_of("warehouse").get(f"/admin/batches/details/?id={bread}").get_data(as_text=True)
    assert "Tegirmon" in page
    assert "without a lot" in page

    # What was taken back was never made of it.
    spare = lots.ask(lots.dough, "5")
    lots.complete(spare, "5", batch_number="X-3", expiration_date=day(2))
    assert ("X-3") in {link["batch_number"] for link in followed(manager, second, "out")["links"]}
    lots.revert(spare)
    assert ("X-3") not in {link["batch_number"] for link in followed(manager, second, "out")["links"]}
    assert followed(manager, batch_id(shop, lots.dough, "X-3"), "in")["links"] == []

    for bad in ("?direction=up", "?direction=out&cursor=x", "?direction=out&limit=0"):
        assert manager.get(f"/api/batches/{first}/chain{bad}").status_code == 422, bad
    assert manager.get("/api/batches/999999/chain?direction=out").status_code == 404
    foreign = api_of("stranger", "navruz")
    assert foreign.get(f"/api/batches/{first}/chain?direction=out").status_code == 404
    assert lots.books() == []


def test_what_was_made_in_a_branch_that_is_not_seen_is_no_part_of_it(shop: Shop, lots: Bakery) -> None:
    lots.complete(lots.ask(lots.dough, "10"), "10", batch_number="X-1")
    flour = batch_id(shop, lots.flour, "UN-1")
    with shop.inside("owner"):
        mine, other = (create_workspace(name=name, actor=shop.actor()).id for name in ("Shimol", "Janub"))
        db.session.execute(update(Branch).where(Branch.id == shop.branch_id).values(workspace_id=other))
    for workspace, number in ((other, 1), (mine, 0)):
        with shop.app.app_context(), tenant_scope(shop.organization_id, workspace_ids=(workspace,)):
            assert len(chain(flour, Direction.OUT)) == number


def test_a_lot_that_has_gone_into_itself_ends_somewhere(shop: Shop, lots: Bakery) -> None:
    with shop.inside("warehouse"):
        actor = shop.actor("warehouse")
        leaven = Lot("X-1")
        post_movements(
            [Movement(lots.dough, Decimal(5), Decimal(1), lot=leaven)],
            branch_id=shop.branch_id, origin_kind="test", origin_id=1, actor=actor,
        )  # fmt: skip
        for number in range(3):
            origin = {"origin_kind": "production_completion", "origin_id": 900 + number}
            facts: dict[str, Any] = {"branch_id": shop.branch_id, "actor": actor}
            taken, made = (lots.dough, lots.bread) if number % 2 == 0 else (lots.bread, lots.dough)
            post_movements([Movement(taken, Decimal(-1))], **origin, **facts)  # type: ignore[arg-type]
            post_movements([Movement(made, Decimal(1), Decimal(1), lot=leaven)], **origin, **facts)  # type: ignore[arg-type]
    with shop.inside():
        found = chain(batch_id(shop, lots.dough, "X-1"), Direction.OUT)
        assert {link.product for link in found} == {"Xamir", "Non"}
        assert len(found) < 60
