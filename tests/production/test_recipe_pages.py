"""The pages of recipes: levels and costs, the sheet, versions side by side, the steps as buttons."""

from collections.abc import Callable

from flask.testing import FlaskClient

from smartpos.core.permissions import RoleKey
from smartpos.production.models import BomStatus
from smartpos.production.operations.recipes import change_bom, copy_bom
from smartpos.production.queries.recipes import bom_of
from tests.cast import Shop
from tests.conftest import poster
from tests.production.recipes import draft, make_recipe, sees_costs_no_more, units_of


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True).replace("\u202f", "").replace("\xa0", " ")


def test_the_pages_of_a_recipe_tell_what_it_takes_and_costs(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    grams = units_of(shop)["g"]
    flour = shop.product("Oliy un", unit="kg", cost="5000")
    dough, bread = shop.product("Xamir", unit="kg", stock=None), shop.product("Obi non", stock=None)
    bran = shop.product("Kepak", unit="kg", cost="0")
    low = make_recipe(shop, dough, "10", (flour, "0.6"), by_products=((bran, "0.1", "0"),))
    first = make_recipe(
        shop,
        bread,
        "20",
        (dough, "0.5", "0.02"),
        (flour, "5", "0", {"unit_id": grams}),
        labor_cost="2000",
    )
    with shop.inside("owner"):
        second = copy_bom(first, actor=shop.actor("owner")).id
        changed = draft(bread, "20", (dough, "0.45"), labor_cost="2000", instructions="Tandirda yoping")
        change_bom(second, changed, actor=shop.actor("owner"))
    manager = client_of("manager")
    page = text_of(manager, f"/recipes/{first}")
    for words in ("Obi non", "Xamir", "level-2", f"/recipes/{low}", "33100"):  # 20 x 0.51 x 3000 + 500 + 2000
        assert words in page, words
    scaled = text_of(manager, f"/recipes/{first}?quantity=200")
    assert "331000" in scaled
    assert "aria-invalid" in text_of(manager, f"/recipes/{first}?quantity=0")
    assert "aria-invalid" in text_of(manager, f"/recipes/{first}?quantity=1.5")
    sheet = text_of(manager, f"/recipes/{first}/sheet?quantity=40")
    assert "20,4" in sheet or "20.4" in sheet  # 40 x 0.5 x 1.02 kilograms of dough
    assert ">200<" in sheet  # grams of flour, in the unit in which it was written
    assert "3000" not in sheet
    compared = text_of(manager, f"/recipes/{second}/compare")
    for words in ("Xamir", "Oliy un", "Tandirda yoping", "pill bad", "pill warn", "pill good"):
        assert words in compared, words
    assert manager.get(f"/recipes/{second}/compare?with={low}").status_code == 404
    assert f"/recipes/{first}" in text_of(manager, f"/recipes/{low}")  # where it is used
    assert 'id="boot"' in text_of(manager, f"/recipes/{second}/edit")
    assert manager.get(f"/recipes/{first}/edit").status_code == 302  # active: it is only looked at
    assert "Obi non" in text_of(manager, f"/recipes/new?product={bread}")
    assert "Obi non" in text_of(manager, "/admin/boms/")
    assert f"/recipes/{low}" in text_of(manager, f"/admin/products/details/?id={dough}")
    send = poster(manager)
    assert send(f"/recipes/{second}/state", to="activate").status_code == 200
    assert send(f"/recipes/{second}/state", to="nonsense").status_code == 400
    with shop.inside("owner"):
        assert (bom_of(second).status, bom_of(first).is_default) == (BomStatus.ACTIVE, False)
    copied = send(f"/recipes/{second}/copy")
    third = int(copied.request.path.split("/")[-2])
    assert send(f"/recipes/{third}/delete").status_code == 200
    assert manager.get(f"/recipes/{third}").status_code == 404
    assert send(f"/recipes/{third}/delete").status_code == 404
    assert send(f"/admin/boms/act/archive/?id={first}").status_code == 200
    with shop.inside("owner"):
        assert bom_of(first).status is BomStatus.ARCHIVED
    # Costs are for those alone who may see them.
    sees_costs_no_more(shop, RoleKey.MANAGER)
    for address in (
        f"/recipes/{first}",
        f"/recipes/{second}/compare",
        "/admin/boms/",
        f"/recipes/{third - 1}/edit",
    ):
        answer = manager.get(address)
        assert "33100" not in answer.get_data(as_text=True).replace("\u202f", "")
        assert "3000" not in answer.get_data(as_text=True).replace("\u202f", "")
