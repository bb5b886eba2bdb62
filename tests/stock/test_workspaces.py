"""Who is limited to some workspaces sees nothing of branches of others: no stock, no movement, no document."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_branch, create_user, create_workspace
from smartpos.stock.operations import AdjustmentLine, adjust_stock
from smartpos.stock.operations.counts import start_count
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from smartpos.stock.operations.reservations import reserve
from tests.cast import PASSWORD, Shop
from tests.conftest import Api
from tests.purchasing.helpers import line, make_supplier, supply
from tests.stock.lots import lotted, receive
from tests.stock.movers import ask


@dataclass(frozen=True)
class Far:
    """A branch of the south, what lies there, and the documents about it."""

    branch: int
    other: int
    product: int
    adjustment: int
    count: int
    transfer: int
    supply: int


@pytest.fixture
def far(shop: Shop, api_of: Callable[..., Api]) -> Far:
    with shop.inside("owner"):
        actor = shop.actor()
        north, south = (create_workspace(name=name, actor=actor) for name in ("North", "South"))
        branch, other = (
            create_branch(name=name, workspace_id=south.id, actor=actor).id
            for name in ("Farplace", "Faraway")
        )
        home = db.session.get(Branch, shop.branch_id)
        assert home is not None
        home.workspace_id = north.id
        create_user(
            username="northerner",
            full_name="N",
            role=RoleKey.MANAGER,
            password=PASSWORD,
            workspace_ids=[north.id],
            actor=actor,
        )
    product = lotted(shop, "Farmilk")
    receive(shop, product, "7", "FAR-1", branch_id=branch)
    with shop.inside("owner"):
        actor = shop.actor()
        more = [AdjustmentLine(product, Decimal(2), Decimal(5))]
        adjustment = adjust_stock(branch, more, reason="found", actor=actor).id  # type: ignore[arg-type]
        count = start_count(branch, actor=actor)[0].id
        set_levels_of_branch(branch, [WantedLevels(product, Decimal(50))], actor=actor)
        reserve(branch, [(product, Decimal(1))], origin_kind="test", origin_id=1, actor=actor)
    transfer = ask(shop, (product, "1"), who="owner", from_branch_id=branch, to_branch_id=other)
    body = supply(shop, line(product, "3", "100"), branch_id=branch, supplier_id=make_supplier(shop))
    bought = api_of("owner").post("/api/supplies", body)
    assert bought.status_code == 201, bought.json
    return Far(branch, other, product, adjustment, count, transfer, bought.json["id"])


LISTS = [
    "/api/stock",
    "/api/stock?product_id={product}",
    "/api/stock?branch_id={branch}",
    "/api/movements",
    "/api/movements?branch_id={branch}",
    "/api/movements?product_id={product}",
    "/api/movements?origin_kind=stock_adjustment&origin_id={adjustment}",
    "/api/batches?in_stock=true",
    "/api/counts",
    "/api/counts?branch_id={branch}",
    "/api/transfers",
    "/api/transfers?from_branch_id={branch}",
    "/api/supplies",
    "/api/supplies?branch_id={branch}",
]


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_empty_of_other_workspaces(far: Far, api_of: Callable[..., Api], address: str) -> None:
    address = address.format_map(vars(far))
    everything = api_of("owner").get(address)
    assert everything.status_code == 200 and everything.json["items"], "the table proves nothing here"
    answer = api_of("northerner").get(address)
    assert (answer.status_code, answer.json["items"]) == (200, [])


def test_a_lot_tells_only_what_lies_and_moved_in_sight(
    shop: Shop, far: Far, api_of: Callable[..., Api]
) -> None:
    lot = api_of("owner").get("/api/batches").json["items"][0]
    assert lot["quantity"] == "7.000"
    hidden = api_of("northerner").get(f"/api/batches/{lot['id']}")
    assert (hidden.status_code, hidden.json["quantity"]) == (200, "0.000")
    assert api_of("northerner").get(f"/api/batches/{lot['id']}/trace").json["items"] == []
    receive(shop, far.product, "4", "FAR-1")
    assert api_of("northerner").get(f"/api/batches/{lot['id']}").json["quantity"] == "4.000"


UUID = "3f6b1c52-8a67-4f5e-9d0a-6f0b8f3d2c11"
REFUSED: list[tuple[str, str, dict[str, Any] | None]] = [
    ("get", "/api/counts/{count}", None),
    ("get", "/api/counts/{count}/products", None),
    ("get", "/api/counts/{count}/progress", None),
    ("post", "/api/counts/{count}/lines", {"product_id": "{product}", "counted": "1"}),
    ("post", "/api/counts/{count}/finish", {}),
    ("post", "/api/counts/{count}/reopen", {}),
    ("post", "/api/counts/{count}/post", {}),
    ("post", "/api/counts/{count}/cancel", {}),
    ("post", "/api/counts", {"branch_id": "{branch}"}),
    ("get", "/api/transfers/{transfer}", None),
    ("post", "/api/transfers/{transfer}/approve", {}),
    ("post", "/api/transfers/{transfer}/reject", {"reason": "No"}),
    ("post", "/api/transfers/{transfer}/ship", {}),
    ("post", "/api/transfers/{transfer}/complete", {}),
    ("post", "/api/transfers/{transfer}/cancel", {}),
    (
        "post",
        "/api/transfers",
        {
            "from_branch_id": "{branch}",
            "to_branch_id": "{other}",
            "items": [{"product_id": "{product}", "quantity": "1"}],
        },
    ),
    ("get", "/api/transfers/goods?branch_id={branch}&q=Far", None),
    ("post", "/api/transfers/goods", {"branch_id": "{branch}", "product_ids": ["{product}"]}),
    ("get", "/api/stock/goods?branch_id={branch}&q=Far", None),
    (
        "post",
        "/api/stock/adjustments",
        {
            "branch_id": "{branch}",
            "reason": "found",
            "items": [{"product_id": "{product}", "quantity": "1"}],
        },
    ),
    (
        "post",
        "/api/write-offs",
        {
            "branch_id": "{branch}",
            "reason": "damage",
            "items": [{"product_id": "{product}", "quantity": "1"}],
        },
    ),
    (
        "put",
        "/api/stock/levels",
        {"branch_id": "{branch}", "items": [{"product_id": "{product}", "min_quantity": "1"}]},
    ),
    ("get", "/api/supplies/{supply}", None),
    (
        "put",
        "/api/supplies/{supply}",
        {"branch_id": "{branch}", "items": [{"product_id": "{product}", "quantity": "1", "cost_price": "1"}]},
    ),
    ("post", "/api/supplies/{supply}/order", {}),
    ("post", "/api/supplies/{supply}/receive", {}),
    ("post", "/api/supplies/{supply}/confirm", {}),
    ("post", "/api/supplies/{supply}/revert", {"reason": "No"}),
    ("post", "/api/supplies/{supply}/cancel", {"reason": "No"}),
    (
        "post",
        "/api/supplies/{supply}/return",
        {"client_uuid": UUID, "items": [{"item_id": 1, "quantity": "1"}]},
    ),
    ("get", "/api/supplies/{supply}/files/1", None),
    ("delete", "/api/supplies/{supply}/files/1", None),
    (
        "post",
        "/api/supplies",
        {
            "client_uuid": UUID,
            "branch_id": "{branch}",
            "items": [{"product_id": "{product}", "quantity": "1", "cost_price": "1"}],
        },
    ),
]


def _filled(value: Any, far: Far) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, far) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, far) for one in value]
    if isinstance(value, str) and value.startswith("{"):
        return getattr(far, value.strip("{}"))
    return value


@pytest.mark.parametrize(("method", "address", "body"), REFUSED, ids=lambda one: str(one)[:60])
def test_there_is_no_such_thing(
    far: Far, api_of: Callable[..., Api], method: str, address: str, body: dict[str, Any] | None
) -> None:
    api = api_of("northerner")
    address = address.format_map(vars(far))
    answer = (
        getattr(api, method)(address) if body is None else getattr(api, method)(address, _filled(body, far))
    )
    assert answer.status_code == 404, answer.json


PAGES = [
    "/movements?view=rows",
    "/movements?product={product}",
    "/stock/low",
    "/counts",
    "/admin/branch_stocks/",
    "/admin/movements/",
    "/admin/stock_adjustments/",
    "/admin/batch_stocks/",
    "/admin/stock_reservations/",
    "/admin/stock_counts/",
    "/admin/stock_transfers/",
    "/admin/purchases/",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_do_not_show_other_workspaces(
    far: Far, client_of: Callable[..., FlaskClient], address: str
) -> None:
    address = address.format_map(vars(far))
    assert "Farplace" in client_of("owner").get(address).get_data(as_text=True), "proves nothing here"
    answer = client_of("northerner").get(address)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Farplace" not in page
    if "product=" not in address:  # products and numbers of lots are the whole organization's
        assert "Farmilk" not in page and "FAR-1" not in page


@pytest.mark.parametrize(
    ("view", "document"),
    [
        ("stock_adjustments", "adjustment"),
        ("stock_counts", "count"),
        ("stock_transfers", "transfer"),
        ("purchases", "supply"),
    ],
)
def test_a_document_of_another_workspace_is_not_there(
    far: Far, client_of: Callable[..., FlaskClient], view: str, document: str
) -> None:
    address = f"/admin/{view}/details/?id={getattr(far, document)}"
    assert client_of("owner").get(address).status_code == 200
    hidden = client_of("northerner").get(address)
    assert "Farplace" not in hidden.get_data(as_text=True)
    assert hidden.status_code in {302, 404}
