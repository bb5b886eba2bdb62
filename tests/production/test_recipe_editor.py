"""A recipe written in a real browser by keyboard alone."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from smartpos.production.models import BomStatus
from smartpos.production.queries.recipes import bom_of
from tests.browsing import PATIENCE, TYPING, scan
from tests.conftest import LiveServer
from tests.production.recipes import make_recipe, units_of


def test_a_recipe_is_written_by_keyboard_alone(live_server: LiveServer, browse: Callable[..., Any]) -> None:
    shop = live_server.shop
    units = units_of(shop)
    bread = shop.product("Obi non", stock=None)
    flour = shop.product("Oliy nav un", unit="kg", stock="100", cost="5000")
    dough = shop.product("Tayyor xamir", unit="kg", stock=None)
    salt = shop.product("Osh tuzi", unit="kg", stock="10", cost="2000")
    make_recipe(shop, dough, "1", (flour, "0.5"))
    page = browse("manager")
    page.goto(f"{live_server.url}/recipes/new")
    page.wait_for_selector("#r-product:focus", timeout=PATIENCE)

    def find(words: str, name: str) -> None:
        page.keyboard.type(words, delay=TYPING)
        page.wait_for_selector(f"[role=option]:has-text('{name}')", timeout=PATIENCE)
        page.keyboard.press("Enter")

    def at(row: int, column: str) -> None:
        page.wait_for_selector(f"[data-row='{row}'][data-column='{column}']:focus", timeout=PATIENCE)

    find("obi", "Obi non")
    page.wait_for_selector("#r-quantity:focus", timeout=PATIENCE)
    page.keyboard.type("20", delay=TYPING)
    page.keyboard.press("Enter")
    at(0, "product")
    find("oliy", "Oliy nav un")
    at(0, "quantity")
    page.keyboard.type("700", delay=TYPING)
    page.keyboard.press("ArrowRight")
    at(0, "unit")
    page.keyboard.press("ArrowDown")  # grams come after kilograms
    page.keyboard.press("Enter")
    at(0, "loss")
    page.keyboard.type("2", delay=TYPING)
    page.keyboard.press("Enter")
    at(1, "product")
    find("xamir", "Tayyor xamir")
    at(1, "quantity")
    page.keyboard.type("10,5", delay=TYPING)
    page.keyboard.press("Enter")
    at(1, "loss")
    page.keyboard.press("Enter")
    at(2, "product")
    # 0.7 x 1.02 x 5000 and 10.5 x 2500 are 29 820.
    page.wait_for_function(
        "document.querySelector('#cost-total').textContent.replace(/\\s/gu, '') === '29820'", timeout=PATIENCE
    )
    scan(page, shop.barcode_of(salt))
    at(2, "quantity")
    # Without a quantity it is not saved: the page leads to the cell.
    page.keyboard.press("Control+s")
    page.wait_for_selector("[role=alert]", timeout=PATIENCE)
    at(2, "quantity")
    page.keyboard.type("0,2", delay=TYPING)
    page.reload()  # what was typed is still there
    page.wait_for_function(
        "document.querySelector('[data-row=\"2\"][data-column=quantity]')?.value === '0,2'"
    )
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("dialog[open]", timeout=PATIENCE)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/recipes/\d+$"), timeout=PATIENCE)
    bom_id = int(page.url.rsplit("/", 1)[1])
    with shop.inside("owner"):
        bom = bom_of(bom_id)
        assert (bom.product_id, bom.quantity, bom.status, bom.is_default) == (
            bread,
            20,
            BomStatus.ACTIVE,
            True,
        )
        assert [
            (part.component_id, part.quantity_per_unit, part.scrap_factor, part.unit_id)
            for part in bom.components
        ] == [
            (flour, Decimal("0.035"), Decimal("0.02"), units["g"]),
            (dough, Decimal("0.525"), 0, None),
            (salt, Decimal("0.01"), 0, None),
        ]
        assert bom.material_cost == Decimal(30_220)
