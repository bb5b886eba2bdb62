"""Categories of expenses: what a shop starts with, and who edits them."""

from collections.abc import Callable

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import ExpenseCategory
from tests.cast import Shop
from tests.conftest import Api


def test_a_new_shop_has_the_usual_categories(shop: Shop, api_of: Callable[..., Api]) -> None:
    names = [one["name"] for one in api_of("cashier").get("/api/expense-categories").json["items"]]
    assert len(names) == len(set(names)) >= 8
    assert names == sorted(names)


def test_a_manager_edits_them_and_a_cashier_does_not(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    made = manager.post("/api/expense-categories", {"name": "  Gul  va  bezak "})
    assert (made.status_code, made.json["name"], made.json["is_active"]) == (201, "Gul va bezak", True)
    path = f"/api/expense-categories/{made.json['id']}"
    again = manager.post("/api/expense-categories", {"name": "Gul va bezak"})
    assert (again.status_code, again.json["code"]) == (409, "already_taken")
    assert manager.put(path, {"is_active": False}).json["is_active"] is False
    assert "Gul va bezak" not in _names(api_of("cashier"))
    assert "Gul va bezak" in _names(api_of("cashier"), "?all=true&limit=100")
    for refused in (
        api_of("cashier").post("/api/expense-categories", {"name": "Choy"}),
        api_of("cashier").put(path, {"name": "Choy"}),
        api_of("cashier").delete(path),
    ):
        assert refused.status_code == 403
    assert manager.delete(path).status_code == 204
    assert manager.put(path, {"name": "Yana"}).status_code == 404
    assert manager.post("/api/expense-categories", {"name": "Gul va bezak"}).status_code == 201


def test_a_name_is_needed_and_fits(shop: Shop, api_of: Callable[..., Api]) -> None:
    for name in (None, "", "   ", "a" * 101, 5, "a\x00b"):
        assert api_of("manager").post("/api/expense-categories", {"name": name}).status_code == 422, name


def test_another_shop_has_its_own(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    with shop.inside():
        number = db.session.scalars(select(ExpenseCategory.id).limit(1)).one()
    api = api_of("stranger")
    assert api.put(f"/api/expense-categories/{number}", {"name": "Meniki"}).status_code == 404
    assert api.delete(f"/api/expense-categories/{number}").status_code == 404
    assert api.post("/api/expense-categories", {"name": "Meniki"}).status_code == 201
    assert "Meniki" not in _names(api_of("manager"))


def _names(api: Api, query: str = "") -> list[str]:
    return [one["name"] for one in api.get(f"/api/expense-categories{query}").json["items"]]
