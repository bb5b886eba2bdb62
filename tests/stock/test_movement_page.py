"""The movement page: its figures are those of the ledger, whatever is asked for."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Organization, Role, RolePermission, User
from smartpos.stock.models import AdjustmentReason, BranchStock, InventoryMovement, MovementType
from smartpos.stock.operations import AdjustmentLine, Movement, adjust_stock, post_movements
from smartpos.stock.queries import flow
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer

DAY = timedelta(days=1)
TODAY = date(2026, 5, 20)


def at(day: date, clock: str = "12:00", zone_hours: int = 5) -> datetime:
    """A moment by the clock of Tashkent."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=zone_hours)


def move(shop: Shop, product: int, quantity: str, when: datetime, **options: Any) -> None:
    options.setdefault("branch_id", shop.branch_id)
    options.setdefault("origin_kind", "test")
    who = options.pop("who", "warehouse")
    cost = Decimal(options.pop("cost")) if "cost" in options else None
    kind = options.pop("kind", None)
    with shop.inside(who):
        post_movements(
            [Movement(product, Decimal(quantity), cost, kind)],
            origin_id=1,
            occurred_at=when,
            allow_negative=True,
            actor=shop.actor(who),
            **options,
        )


def ask(shop: Shop, **asked: Any) -> tuple[flow.Turnover, list[flow.Row]]:
    asked.setdefault("first_day", TODAY)
    asked.setdefault("last_day", TODAY)
    with shop.inside("owner"):
        actor = shop.actor("owner")
        question = flow.Asked(**asked)
        return flow.turnover(question, actor), flow.movement_rows(question, actor, limit=1000).items


def quantities(turnover: flow.Turnover) -> list[Decimal]:
    return [getattr(turnover, name).quantity for name in ("opening", "came", "went", "others", "closing")]


def values(turnover: flow.Turnover) -> list[Decimal]:
    return [getattr(turnover, name).value for name in ("opening", "came", "went", "others", "closing")]


def test_balances_of_a_period_and_of_each_row(shop: Shop) -> None:
    milk = shop.product(stock=None, cost="100")
    move(shop, milk, "10", at(TODAY - 3 * DAY), cost="100")
    move(shop, milk, "-4", at(TODAY - 2 * DAY))
    move(shop, milk, "6", at(TODAY - DAY), cost="200")
    move(shop, milk, "-1", at(TODAY, "09:00"))
    move(shop, milk, "-2", at(TODAY, "10:00"))
    move(shop, milk, "20", at(TODAY + DAY), cost="50")
    whole, rows = ask(shop, product_id=milk, branch_id=shop.branch_id, first_day=TODAY - 2 * DAY)
    assert quantities(whole) == [10, 6, -7, 0, 9]
    assert values(whole) == [1000, 1200, -850, 0, 1350]
    assert [(row.quantity, row.balance.quantity, row.balance.value) for row in rows if row.balance] == [
        (-2, 9, 1350),
        (-1, 11, 1650),
        (6, 12, 1800),
        (-4, 6, 600),
    ]
    today, rows = ask(shop, product_id=milk)
    assert quantities(today) == [12, 0, -3, 0, 9]
    assert [row.balance for row in rows] == [None, None], "branches have balances, not all of them together"
    later, rows = ask(shop, product_id=milk, first_day=TODAY + 2 * DAY, last_day=TODAY + 9 * DAY)
    assert quantities(later) == [29, 0, 0, 0, 29] and rows == []


def test_a_day_begins_and_ends_where_the_tenant_is(shop: Shop) -> None:
    milk = shop.product(stock=None)
    move(shop, milk, "1", at(TODAY - DAY, "23:59"), cost="1")
    move(shop, milk, "2", at(TODAY, "00:00"), cost="1")
    move(shop, milk, "4", at(TODAY, "23:59"), cost="1")
    move(shop, milk, "8", at(TODAY + DAY, "00:00"), cost="1")
    assert quantities(ask(shop, product_id=milk)[0]) == [1, 6, 0, 0, 7]
    with shop.app.app_context(), platform_scope(reason="test"):
        db.session.execute(
            update(Organization).where(Organization.id == shop.organization_id).values(timezone="Asia/Tokyo")
        )
        db.session.commit()
    # Four hours further east the day begins earlier: what came before midnight came today.
    assert quantities(ask(shop, product_id=milk)[0]) == [0, 3, 0, 0, 3]


def test_some_movements_of_a_place_add_up_with_the_others(shop: Shop) -> None:
    milk = shop.product(stock=None)
    move(shop, milk, "10", at(TODAY - DAY), cost="1")
    move(shop, milk, "-2", at(TODAY), origin_kind="sale", who="cashier")
    move(shop, milk, "-3", at(TODAY), origin_kind="stock_adjustment", kind=MovementType.ADJUST)
    move(shop, milk, "5", at(TODAY), cost="1")
    here = {"product_id": milk, "branch_id": shop.branch_id}
    assert quantities(ask(shop, **here)[0]) == [10, 5, -5, 0, 10]
    turnover, rows = ask(shop, origin_kind="sale", **here)
    assert quantities(turnover) == [10, 0, -2, 2, 10] and [row.quantity for row in rows] == [-2]
    assert rows[0].balance is None and rows[0].person == "Cashier"
    assert quantities(ask(shop, user_id=shop.users["cashier"], **here)[0]) == [10, 0, -2, 2, 10]
    assert quantities(ask(shop, movement_type=MovementType.ADJUST, **here)[0]) == [10, 0, -3, 3, 10]
    assert quantities(ask(shop, by_system=True, **here)[0]) == [10, 0, 0, 0, 10]


def test_branches_apart_and_together(shop: Shop) -> None:
    milk, bread = shop.product(stock=None), shop.product(stock=None)
    move(shop, milk, "10", at(TODAY - DAY), cost="3")
    move(shop, milk, "7", at(TODAY), cost="3", branch_id=shop.warehouse_id)
    move(shop, bread, "5", at(TODAY), cost="2")
    assert quantities(ask(shop, product_id=milk, branch_id=shop.warehouse_id)[0]) == [0, 7, 0, 0, 7]
    turnover, rows = ask(shop, product_id=milk)
    assert quantities(turnover) == [10, 7, 0, 0, 17] and [row.branch for row in rows] == ["Ombor"]
    everything, rows = ask(shop)
    assert values(everything) == [30, 31, 0, 0, 61]
    assert {row.product_id for row in rows} == {milk, bread}
    assert values(ask(shop, branch_id=shop.branch_id)[0]) == [30, 10, 0, 0, 40]


def test_pages_follow_each_other_in_both_directions(shop: Shop) -> None:
    milk = shop.product(stock=None)
    move(shop, milk, "100", at(TODAY - DAY), cost="1")
    for number in range(7):
        # Some at the very same moment: the number decides.
        move(shop, milk, f"-{number + 1}", at(TODAY, f"1{number // 3}:00"))
    for newest_first in (True, False):
        with shop.inside("owner"):
            actor = shop.actor("owner")
            asked = flow.Asked(TODAY, TODAY, product_id=milk, branch_id=shop.branch_id)
            whole = flow.movement_rows(asked, actor, limit=100, newest_first=newest_first).items
            parts: list[flow.Row] = []
            cursor: str | None = None
            while not parts or cursor:
                page = flow.movement_rows(asked, actor, limit=3, cursor=cursor, newest_first=newest_first)
                parts += page.items
                cursor = page.next_cursor
        assert parts == whole and len(parts) == 7
        ordered = whole if not newest_first else whole[::-1]
        left = Decimal(100)
        for row in ordered:
            left += row.quantity
            assert row.balance is not None and row.balance.quantity == left


def test_the_summary_tells_each_product(shop: Shop) -> None:
    milk, bread, salt = (shop.product(name, stock=None) for name in ("Sut", "Non", "Tuz"))
    shop.product("Hech qachon kelmagan", stock=None)
    move(shop, milk, "10", at(TODAY - DAY), cost="3")
    move(shop, milk, "-1", at(TODAY))
    move(shop, bread, "5", at(TODAY), cost="2")
    move(shop, salt, "4", at(TODAY - DAY), cost="1")
    with shop.inside("owner"):
        actor, asked = shop.actor("owner"), flow.Asked(TODAY, TODAY)
        first = flow.summary_by_product(asked, actor, limit=2)
        second = flow.summary_by_product(asked, actor, limit=2, cursor=first.next_cursor)
        moved = flow.summary_by_product(asked, actor, limit=9, only_moved=True)
    assert [(one.name, quantities(one.turnover)) for one in first.items + second.items] == [
        ("Non", [0, 5, 0, 0, 5]),
        ("Sut", [10, 0, -1, 0, 9]),
        ("Tuz", [4, 0, 0, 0, 4]),
    ]
    assert second.next_cursor is None
    assert [one.name for one in moved.items] == ["Non", "Sut"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(-6, 6), st.integers(-50, 50).filter(bool), st.booleans(), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.integers(-7, 7),
    st.integers(0, 7),
)
def test_any_period_is_what_adding_up_the_ledger_says(
    shop: Shop, steps: list[tuple[int, int, bool, bool]], begin: int, days: int
) -> None:
    milk = shop.product(stock=None)
    for day, quantity, in_shop, by_sale in steps:
        move(
            shop,
            milk,
            str(quantity),
            at(TODAY + day * DAY),
            branch_id=shop.branch_id if in_shop else shop.warehouse_id,
            origin_kind="sale" if by_sale else "test",
            cost=str(abs(quantity)),
        )
    first, last = TODAY + begin * DAY, TODAY + (begin + days) * DAY
    since, until = at(first, "00:00"), at(last + DAY, "00:00")
    with shop.inside():
        entries = db.session.execute(
            select(
                InventoryMovement.occurred_at,
                InventoryMovement.quantity,
                InventoryMovement.value,
                InventoryMovement.branch_id,
                InventoryMovement.origin_kind,
            ).where(InventoryMovement.product_id == milk)
        ).all()
    for branch in (None, shop.branch_id):
        for cause in (None, "sale"):
            mine = [one for one in entries if branch in (None, one.branch_id)]
            within = [one for one in mine if since <= one.occurred_at < until]
            wanted = [one for one in within if cause in (None, one.origin_kind)]
            turnover, rows = ask(
                shop, product_id=milk, branch_id=branch, origin_kind=cause, first_day=first, last_day=last
            )
            for name in ("quantity", "value"):
                told = [getattr(getattr(turnover, edge), name) for edge in turnover.__slots__]
                assert told == [
                    sum(getattr(one, name) for one in mine if one.occurred_at < since),
                    sum(getattr(one, name) for one in wanted if getattr(one, name) > 0),
                    sum(getattr(one, name) for one in wanted if getattr(one, name) < 0),
                    sum(getattr(one, name) for one in within if one not in wanted),
                    sum(getattr(one, name) for one in mine if one.occurred_at < until),
                ]
            assert len(rows) == len(wanted)


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def english(shop: Shop) -> None:
    with shop.inside():
        db.session.execute(update(User).values(locale="en"))


def cells(page: str, table: str) -> list[list[str]]:
    body = (
        page.split(f'<table class="table flow" data-{table}>')[1].partition("</table>")[0].split("<tbody>")[1]
    )
    return [
        [
            unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell))).strip()
            for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def test_the_page_leads_to_the_cause(
    shop: Shop, client_of: Callable[[str], FlaskClient], english: None
) -> None:
    milk = shop.product("Sut", stock=None, cost="7000")
    with shop.inside("warehouse"):
        found = adjust_stock(
            shop.branch_id,
            [AdjustmentLine(milk, Decimal(3))],
            reason=AdjustmentReason.FOUND,
            actor=shop.actor("warehouse"),
        ).id
    client = client_of("warehouse")
    page = client.get(f"/movements?product={milk}&branch={shop.branch_id}").get_data(as_text=True)
    assert f'href="/admin/stock_adjustments/details/?id={found}"' in page
    assert len(cells(page, "rows")) == 1
    summary = client.get("/movements").get_data(as_text=True)
    assert [row[0] for row in cells(summary, "products")] == [f"Sut {_sku(shop, milk)}"]
    rows = client.get("/movements?view=rows").get_data(as_text=True)
    assert cells(rows, "rows")[0][1] == "Sut"


def _sku(shop: Shop, product_id: int) -> str:
    with shop.inside():
        return str(db.session.scalar(select(Product.sku).where(Product.id == product_id)))


def test_an_empty_shop_has_an_empty_page(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    client = client_of("owner")
    for view in ("products", "rows"):
        page = client.get(f"/movements?view={view}")
        assert page.status_code == 200 and 'class="empty"' in page.get_data(as_text=True)


def test_costs_are_for_those_who_may_see_them(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    milk = shop.product("Sut", stock="3", cost="4321")
    address = f"/movements?product={milk}&branch={shop.branch_id}"
    assert "4\u202f321" in client_of("owner").get(address).get_data(as_text=True)
    assert client_of("cashier").get(address).status_code == 403
    with shop.inside("owner"):
        role = db.session.scalar(select(Role.id).where(Role.key == "cashier"))
        db.session.add(RolePermission(role_id=role, permission="stock:movement:read"))
    client = client_of("cashier")
    for one in (address, "/movements?view=products", "/movements?view=rows"):
        page = client.get(one)
        text = page.get_data(as_text=True)
        assert page.status_code == 200 and "Sut" in text
        assert "4\u202f321" not in text and "12\u202f963" not in text


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-05-02&to=2026-05-01",
        "product=0",
        "product=99999999999",
        "branch=x",
        "branch=99999999",
        "lot=77777777",
        "kind=sideways",
        "cause=nothing",
        "who=me",
        "view=upside",
        "to=9999-12-31",
        "from=%00",
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field(
    shop: Shop, client_of: Callable[[str], FlaskClient], query: str
) -> None:
    answer = client_of("owner").get(f"/movements?{query}")
    assert answer.status_code in ({200} if query == "from=%00" else {422})
    assert "Traceback" not in answer.get_data(as_text=True)
    if answer.status_code == 422 and "view" not in query:
        assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_a_cursor_of_another_list_is_refused(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    shop.product()
    client = client_of("owner")
    assert client.get("/movements?cursor=nonsense").status_code == 422
    assert client.get("/movements?view=rows&cursor=WzFd").status_code == 422


def test_nothing_of_another_shop_is_seen(
    shop: Shop, stranger: Shop, client_of: Callable[[str], FlaskClient]
) -> None:
    theirs = stranger.product("Begona", stock="9")
    client = client_of("owner")
    assert client.get(f"/movements?product={theirs}").status_code == 422
    assert client.get(f"/movements?branch={stranger.branch_id}").status_code == 422
    for view in ("products", "rows"):
        assert "Begona" not in client.get(f"/movements?view={view}").get_data(as_text=True)


def test_products_are_offered_as_one_types(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    milk = shop.product("Qaymoq")
    found = client_of("warehouse").get("/stock/products?query=qaymo").json
    assert [int(pair[0]) for pair in found] == [milk]


def test_lists_lead_to_the_movements(
    shop: Shop, client_of: Callable[[str], FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    milk = shop.product("Sut", stock="3")
    with shop.inside():
        stock = db.session.scalar(select(BranchStock.id).where(BranchStock.product_id == milk))
    client = client_of("warehouse")
    token = {"csrf_token": csrf(client)}
    for view, row, target in (
        ("products", milk, f"/movements?product={milk}"),
        ("branch_stocks", stock, f"/movements?product={milk}&branch={shop.branch_id}"),
    ):
        answer = client.post(f"/admin/{view}/act/movements/?id={row}", data=token)
        assert (answer.status_code, answer.headers["Location"]) == (302, target)
    assert 'href="/movements"' in client.get("/admin/").get_data(as_text=True)


def test_sums_of_a_long_period_come_after_the_page(
    shop: Shop, client_of: Callable[[str], FlaskClient]
) -> None:
    milk = shop.product("Sut", stock=None, cost="100")
    move(shop, milk, "10", at(TODAY), cost="1234")
    client = client_of("owner")
    year = f"/movements?from={TODAY - 300 * DAY}&to={TODAY}"
    page = client.get(year).get_data(as_text=True)
    assert "data-edges>" not in page and "Sut" in page
    later = unescape(re.search(r'data-edges-from="([^"]+)"', page)[1])  # type: ignore[index]
    sums = client.get(later).get_data(as_text=True)
    at_once = client.get(f"{year}&sums=1").get_data(as_text=True)
    assert sums.count("12\u202f340") == 2 and "<html" not in sums  # came in, and is left
    assert "data-edges>" in at_once and "data-edges-from" not in at_once
    # A short period, and one product however long, are told at once.
    for address in (f"/movements?from={TODAY}&to={TODAY}", f"{year}&product={milk}"):
        assert "data-edges>" in client.get(address).get_data(as_text=True), address
    # Whoever may not see costs learns no value this way.
    with shop.inside("owner"):
        role = db.session.scalars(select(User.role_id).where(User.id == shop.users["cashier"])).one()
        db.session.add(RolePermission(role_id=role, permission="stock:movement:read"))
    assert client_of("cashier").get(later).status_code == 404


def test_the_browser_fetches_the_sums(live_server: LiveServer, browser: Browser) -> None:
    shop = live_server.shop
    shop.product("Sut", stock="3", cost="100")
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{live_server.url}/login")
    page.fill("[name=name]", "owner")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/(admin|profile|till)"))
    page.goto(f"{live_server.url}/movements?from=2020-01-01")
    expect(page.locator("[data-edges] dd").last).to_be_visible()
    expect(page.locator("[data-edges-from][aria-busy]")).to_have_count(0)
    context.close()
