"""Recipes over HTTP: who may, what comes back, and what is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from smartpos.core.permissions import RoleKey
from tests.cast import Shop
from tests.conftest import Api
from tests.production.recipes import make_recipe, sees_costs_no_more, units_of


def test_a_recipe_is_written_activated_copied_and_put_away(shop: Shop, api_of: Callable[..., Api]) -> None:
    api = api_of("manager")
    bread, dough = shop.product("Non"), shop.product("Xamir", unit="kg", stock=None)
    flour, oil = shop.product("Un", unit="kg", cost="5000"), shop.product("Yog'", unit="kg", cost="20000")
    grams = units_of(shop)["g"]
    make_recipe(shop, dough, "10", (flour, "0.6"), labor_cost="1000")
    body: dict[str, Any] = {
        "product_id": bread,
        "quantity": 20,
        "components": [
            {"component_id": dough, "quantity_per_unit": "0.5", "scrap_factor": "0.02"},
            {
                "component_id": oil,
                "quantity_per_batch": 100,
                "unit_id": grams,
                "substitutes": [{"product_id": flour, "ratio": "1.5"}],
            },
        ],
        "by_products": [],
        "labor_cost": "2000.00",
        "setup_time_minutes": 15,
        "instructions": "Yoying",
    }
    answer = api.post("/api/boms", body)
    assert answer.status_code == 201, answer.json
    made = answer.json
    assert (made["version"], made["status"], made["product"], made["unit"]) == ("1.0", "draft", "Non", "dona")
    by_name = {line["component"]: line for line in made["components"]}
    assert by_name["Yog'"]["quantity_per_unit"] == "0.005000"
    assert (by_name["Yog'"]["written_unit"], Decimal(by_name["Yog'"]["written_quantity"])) == ("g", 5)
    assert by_name["Yog'"]["substitutes"][0]["product"] == "Un"
    # Dough costs (10 x 0.6 x 5000 + 1000) / 10 = 3100 a kilogram.
    assert by_name["Xamir"]["unit_cost"] == "3100.0000"
    assert made["material_cost"] == "33620.0000"  # 20 x 0.51 x 3100 + 0.1 x 20 000
    assert made["total_cost"] == "35620.0000"
    assert made["unit_cost"] == "1781.0000"
    assert [(node["level"], node["product"], node["quantity"]) for node in made["tree"]] == [
        (1, "Xamir", "10.200"),
        (2, "Un", "6.120"),
        (1, "Yog'", "0.100"),
    ]
    address = f"/api/boms/{made['id']}"
    changed = api.put(address, {"quantity": 40, "name": "Tandir non"}).json
    assert (changed["quantity"], changed["name"], len(changed["components"])) == ("40.000", "Tandir non", 2)
    assert changed["instructions"] == "Yoying"
    assert api.post(f"{address}/activate").json["is_default"] is True
    assert api.post(f"{address}/activate").status_code == 409
    refused = api.put(address, {"quantity": 1})
    assert (refused.status_code, refused.json["code"]) == (409, "bom_in_other_state")
    copied = api.post(f"{address}/copy")
    assert (copied.status_code, copied.json["version"]) == (201, "1.1")
    assert api.post(f"{address}/copy", {"version": "1.1"}).status_code == 409
    assert api.delete(f"/api/boms/{copied.json['id']}").status_code == 204
    listed = api.get(f"/api/boms?product_id={bread}").json["items"]
    assert [(bom["id"], bom["status"]) for bom in listed] == [(made["id"], "active")]
    first = api.get("/api/boms?limit=1").json
    assert [bom["product"] for bom in first["items"]] == ["Non"]
    second = api.get(f"/api/boms?limit=1&cursor={first['next_cursor']}").json
    assert [bom["product"] for bom in second["items"]] == ["Xamir"]
    assert api.post(f"{address}/deactivate").json["status"] == "inactive"
    assert api.post(f"{address}/default").status_code == 409
    assert api.post(f"{address}/archive").json["status"] == "archived"
    assert api.delete(address).status_code == 409


def test_costs_are_for_those_who_may_see_them(shop: Shop, api_of: Callable[..., Api], stranger: Shop) -> None:
    bread, flour = shop.product("Non"), shop.product("Un", unit="kg", cost="5000")
    bom = make_recipe(shop, bread, "1", (flour, "0.35"), labor_cost="10")
    with_costs = api_of("manager").get(f"/api/boms/{bom}").json
    assert with_costs["material_cost"] == "1750.0000"
    sees_costs_no_more(shop, RoleKey.WAREHOUSE_MANAGER)
    keeper = api_of("warehouse")
    seen = keeper.get(f"/api/boms/{bom}").json
    assert seen["components"][0]["component"] == "Un"
    assert "cost" not in str(seen)
    assert "cost" not in str(keeper.get("/api/boms").json)
    assert keeper.post(f"/api/boms/{bom}/deactivate").status_code == 403
    assert api_of("operator").get(f"/api/boms/{bom}").status_code == 403
    foreign = api_of("stranger")
    for method in ("get", "delete"):
        assert getattr(foreign, method)(f"/api/boms/{bom}").status_code == 404
    assert foreign.post(f"/api/boms/{bom}/activate").status_code == 404


def test_bad_recipes_are_refused_with_reasons(shop: Shop, api_of: Callable[..., Api]) -> None:
    api = api_of("manager")
    bread, flour = shop.product("Non"), shop.product("Un", unit="kg")
    good: dict[str, Any] = {
        "product_id": bread,
        "quantity": 1,
        "components": [{"component_id": flour, "quantity_per_unit": "0.3"}],
    }
    make_recipe(shop, bread, "1", (flour, "0.35"))
    for wrong, code in (
        ({"quantity": 0}, "invalid"),
        ({"quantity": "NaN"}, "invalid"),
        ({"components": []}, "invalid"),
        ({"components": "x"}, "invalid"),
        ({"components": [{"component_id": flour}]}, "invalid"),
        ({"components": [good["components"][0] | {"scrap_factor": "1.2"}]}, "invalid"),
        ({"components": [good["components"][0] | {"unit_id": 10**12}]}, "invalid"),
        ({"components": [good["components"][0]] * 1001}, "invalid"),
        ({"components": [{"component_id": bread, "quantity_per_unit": 1}]}, "circular_recipe"),
        (
            {"product_id": flour, "components": [{"component_id": bread, "quantity_per_unit": 1}]},
            "circular_recipe",
        ),
        ({"components": [good["components"][0] | {"unit_id": units_of(shop)["ml"]}]}, "units_do_not_convert"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "invalid"),
        ({"nonsense": 1}, "invalid"),
    ):
        answer = api.post("/api/boms", good | wrong)
        assert (answer.status_code, answer.json["code"]) == (422, code), (wrong, answer.json)
    circle = api.post(
        "/api/boms",
        good | {"product_id": flour, "components": [{"component_id": bread, "quantity_per_unit": 1}]},
    ).json
    assert circle["path"] == ["Un", "Non", "Un"]
    taken = api.post("/api/boms", good | {"version": "1.0"})
    assert (taken.status_code, list(taken.json["errors"])) == (409, ["version"])
    assert api.post("/api/boms", good | {"product_id": 10**9}).status_code == 404
    assert api.post("/api/boms", good | {"machine_id": 10**9}).status_code == 404
    assert api.post("/api/boms", good).json["version"] == "1.1"


def test_the_editor_finds_products_with_their_units(shop: Shop, api_of: Callable[..., Api]) -> None:
    units_of(shop)
    flour = shop.product("Oliy nav un", unit="kg", cost="5000")
    api = api_of("manager")
    found = api.get("/api/boms/goods?q=oliy").json["items"]
    assert [(one["product_id"], one["unit"], one["unit_cost"]) for one in found] == [
        (flour, "kg", "5000.0000")
    ]
    assert {(unit["name"], Decimal(unit["factor"])) for unit in found[0]["units"]} == {
        ("kg", Decimal(1)),
        ("g", Decimal("0.001")),
    }
    by_code = api.get(f"/api/boms/goods?q={shop.barcode_of(flour)}").json["items"]
    assert [one["product_id"] for one in by_code] == [flour]
