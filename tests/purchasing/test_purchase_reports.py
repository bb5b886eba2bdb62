"""Reports of purchases and of what is owed for them: reckoned again from documents and suppliers' accounts."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.reports import find_report
from smartpos.crm.models import SupplierEntryKind, SupplierTransaction
from smartpos.crm.operations import create_supplier, lock_supplier, post_supplier_entry
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_workspace
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, SupplierPayment
from tests.cast import Shop
from tests.conftest import Api
from tests.purchasing.helpers import broken, line, make_supplier, supply
from tests.reports.asking import all_of, ask

ZONE = ZoneInfo("Asia/Tashkent")
TODAY = datetime.now(ZONE).date()
NOTHING = Decimal(0)
PERIOD = {"from": str(TODAY - timedelta(days=60)), "to": str(TODAY)}


def day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


@pytest.fixture
def suppliers(shop: Shop, api: Api) -> dict[str, int]:
    """Two suppliers: purchases in two branches on several days, a return, one reverted, one draft; payments."""
    found = {name: make_supplier(shop, name) for name in ("Agro", "Nurli")}
    milk, bread = shop.product("Sut", stock=None), shop.product("Non", stock=None)

    def buy(ago: int, *items: dict[str, Any], supplier: str | None = "Agro", **facts: Any) -> dict[str, Any]:
        facts = {"confirm": True} | facts
        if supplier:
            facts["supplier_id"] = found[supplier]
        body = supply(shop, *items, document_date=day(ago), **facts)
        answer = api.post("/api/supplies", body)
        assert answer.status_code == 201, answer.json
        made: dict[str, Any] = answer.json
        return made

    first = buy(100, line(milk, "10", "90"), due_date=day(70))
    buy(50, line(milk, "10", "100"), line(bread, "20", "30"), due_date=day(20), costs=[{"amount": "55.50"}])
    buy(20, line(milk, "4", "120", discount_percent="10"), line(bread, "7.000", "30"), due_date=day(-9))
    buy(9, line(milk, "5", "95"), supplier="Nurli", branch_id=shop.warehouse_id, due_date=day(2))
    buy(3, line(milk, "2", "99.99"), supplier="Nurli", vat_included=False, due_date=day(-40))
    buy(2, line(bread, "3", "28"), supplier=None)
    buy(1, line(bread, "300", "29"), confirm=False)
    wrong = buy(1, line(bread, "1", "999"))
    assert api.post(f"/api/supplies/{wrong['id']}/revert", {"reason": "xato"}).status_code == 200
    back = {"client_uuid": str(uuid4()), "items": [{"item_id": first["items"][0]["id"], "quantity": "3"}]}
    assert api.post(f"/api/supplies/{first['id']}/return", back).status_code in (200, 201)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        lock_supplier(found["Nurli"], actor=actor)
        post_supplier_entry(
            found["Nurli"],
            SupplierEntryKind.OPENING,
            amount=Decimal("700.10"),
            due_date=TODAY - timedelta(days=95),
            origin_kind="supplier",
            origin_id=found["Nurli"],
            occurred_at=datetime.combine(TODAY - timedelta(days=120), time(9), ZONE),
            actor=actor,
        )
    for supplier, amount, source in (
        ("Agro", "777.70", "bank"),
        ("Nurli", "600", "office"),
        ("Nurli", "50", "bank"),
    ):
        body = {"client_uuid": str(uuid4()), "amount": amount, "source": source}
        paid = api.post(f"/api/suppliers/{found[supplier]}/payments", body)
        assert paid.status_code == 201, paid.json
    undone = api.post(f"/api/supplier-payments/{paid.json['id']}/reverse", {"reason": "xato"})
    assert undone.status_code in (200, 201), undone.json
    assert broken(shop) == []
    return found


def test_what_was_bought_is_what_suppliers_are_owed_for(shop: Shop, suppliers: dict[str, int]) -> None:
    documents = {one.id: one for one in all_of(shop, Purchase)}
    since = TODAY - timedelta(days=60)
    counted = [
        one
        for one in documents.values()
        if one.status is PurchaseStatus.CONFIRMED and since <= one.document_date <= TODAY
    ]
    rows, totals = ask(shop, "purchases-by-supplier", **PERIOD)
    assert {row["supplier"] for row in rows} == {"Agro", "Nurli", None}
    entered: dict[int, Decimal] = defaultdict(Decimal)
    owed: dict[int, Decimal] = defaultdict(Decimal)
    for entry in all_of(shop, SupplierTransaction):
        owed[entry.supplier_id] += entry.amount
        if entry.origin_kind == "purchase" and documents[entry.origin_id] in counted:
            entered[entry.supplier_id] += entry.amount
    for row in rows:
        mine = [one for one in counted if one.supplier_id == row["supplier_id"]]
        assert row["total"] == sum(one.total_amount for one in mine) == row["bought"] - row["returned"]
        assert row["tax"] == sum(one.tax_amount for one in mine)
        assert row["costs"] == sum(one.costs_amount for one in mine)
        assert row["purchases"] + row["returns"] == len(mine)
        if row["supplier_id"] is not None:
            assert row["total"] == entered[row["supplier_id"]]
            assert row["owed"] == owed[row["supplier_id"]]
    agro = next(row for row in rows if row["supplier"] == "Agro")
    assert (agro["purchases"], agro["returns"], agro["returned"]) == (2, 1, 270)
    assert totals["total"] == sum(one.total_amount for one in counted)
    there, _totals = ask(shop, "purchases-by-supplier", branch_id=shop.warehouse_id, **PERIOD)
    assert [row["supplier"] for row in there] == ["Nurli"]


def test_lines_are_those_of_the_documents(shop: Shop, suppliers: dict[str, int]) -> None:
    documents = {one.id: one for one in all_of(shop, Purchase)}
    items = all_of(shop, PurchaseItem)
    counted = [
        one
        for one in items
        if documents[one.purchase_id].status is PurchaseStatus.CONFIRMED
        and documents[one.purchase_id].document_date >= TODAY - timedelta(days=60)
    ]
    rows, totals = ask(shop, "purchase-lines", **PERIOD)
    assert sorted(
        (row["purchase_id"], row["product_id"], row["quantity"], row["total"]) for row in rows
    ) == sorted((one.purchase_id, one.product_id, one.received_quantity, one.total) for one in counted)
    assert totals["total"] == sum(one.total for one in counted)
    assert totals["costs"] == sum(one.cost_share for one in counted)
    assert [row["day"] for row in rows] == sorted((row["day"] for row in rows), reverse=True)
    drafts, _totals = ask(shop, "purchase-lines", status="draft", **PERIOD)
    assert [(row["product"], row["quantity"]) for row in drafts] == [("Non", 300)]
    everything, _totals = ask(shop, "purchase-lines", status="", **PERIOD)
    assert len(everything) == sum(
        1 for one in items if documents[one.purchase_id].document_date > TODAY - timedelta(61)
    )


def test_changed_prices_of_suppliers(shop: Shop, suppliers: dict[str, int]) -> None:
    rows, totals = ask(shop, "supplier-price-changes", **PERIOD)
    seen = [
        (row["supplier"], row["product"], row["price_before"], row["price"], row["percent"], row["effect"])
        for row in rows
    ]
    assert seen == [
        ("Nurli", "Sut", Decimal(95), Decimal("99.99"), Decimal("5.25"), Decimal("9.98")),
        ("Agro", "Sut", Decimal(100), Decimal(108), Decimal("8.00"), Decimal(32)),
        ("Agro", "Sut", Decimal(90), Decimal(100), Decimal("11.11"), Decimal(100)),
    ], "the first is of before the period, and what was reverted counts for nothing"
    assert totals["effect"] == Decimal("141.98")
    assert ask(shop, "supplier-price-changes", way="down", **PERIOD)[0] == []


def test_what_is_owed_by_age_and_by_day(shop: Shop, suppliers: dict[str, int]) -> None:
    entries: dict[int, list[SupplierTransaction]] = defaultdict(list)
    for one in all_of(shop, SupplierTransaction):
        entries[one.supplier_id].append(one)
    parts = []
    for supplier, lines in entries.items():
        taken: dict[int, Decimal] = defaultdict(Decimal)
        for one in lines:
            if one.reverses_id is not None:
                taken[one.reverses_id] += one.amount
        left = sum(one.amount for one in lines)
        for one in sorted(lines, key=lambda one: (one.occurred_at, one.id), reverse=True):
            owed = one.amount + taken[one.id]
            if one.reverses_id is None and owed > 0 and left > 0:
                due = one.due_date or one.occurred_at.astimezone(ZONE).date()
                parts.append((supplier, one, due, owed, min(owed, left)))
                left -= owed
    rows, totals = ask(shop, "payables-ageing")
    assert {row["supplier_id"] for row in rows} == set(suppliers.values())
    for row in rows:
        mine = [one for one in parts if one[0] == row["supplier_id"]]
        late = {one[1].id: (TODAY - one[2]).days for one in mine}
        assert row["total"] == sum(one[4] for one in mine)
        assert row["not_due"] == sum(one[4] for one in mine if late[one[1].id] <= 0)
        assert row["days_1_30"] == sum(one[4] for one in mine if 1 <= late[one[1].id] <= 30)
        assert row["days_over_90"] == sum(one[4] for one in mine if late[one[1].id] > 90)
    assert totals["total"] == sum(one.amount for lines in entries.values() for one in lines)
    then, _totals = ask(shop, "payables-ageing", day=day(100))
    opening = Decimal("700.10")
    assert [(row["supplier"], row["total"], row["not_due"]) for row in then] == [("Nurli", opening, opening)]

    lines, summed = ask(shop, "payables", days=3660)
    assert sorted((row["entry_id"], row["due_on"], row["owed"], row["open"]) for row in lines) == sorted(
        (one[1].id, one[2], one[3], one[4]) for one in parts
    )
    assert summed["open"] == totals["total"]
    by_day, summed = ask(shop, "payables-by-day", days=3660)
    assert [row["due_on"] for row in by_day] == sorted({one[2] for one in parts})
    assert summed["amount"] == totals["total"] and summed["debts"] == len(parts)
    ahead, _totals = ask(shop, "payables-by-day", days=10, overdue="0")
    assert {row["due_on"] for row in ahead} == {
        one[2] for one in parts if TODAY <= one[2] <= TODAY + timedelta(days=10)
    }


def test_payments_and_walls(shop: Shop, suppliers: dict[str, int], stranger: Shop) -> None:
    rows, totals = ask(shop, "supplier-payments")
    assert totals["amount"] == sum(one.amount for one in all_of(shop, SupplierPayment)) == Decimal("1377.70")
    assert totals["amount"] == -sum(
        one.amount
        for one in all_of(shop, SupplierTransaction)
        if one.transaction_type is SupplierEntryKind.PAYMENT
    )
    assert len(rows) == 4 and len(ask(shop, "supplier-payments", source="office")[0]) == 1
    with shop.inside("owner"):
        north, south = (create_workspace(name=name, actor=shop.actor()).id for name in ("N", "S"))
        home = db.session.get(Branch, shop.branch_id)
        assert home is not None
        home.workspace_id = south
    for slug, args in (
        ("purchases-by-supplier", PERIOD),
        ("purchase-lines", PERIOD),
        ("supplier-price-changes", PERIOD),
        ("payables-ageing", {}),
        ("payables", {"days": 3660}),
        ("payables-by-day", {"days": 3660}),
        ("supplier-payments", {}),
    ):
        rows = ask(shop, slug, **args)[0]
        assert rows and ask(stranger, slug, "stranger", **args)[0] == [], slug
        limited = ask(shop, slug, workspaces=(north,), **args)[0]
        assert len(limited) < len(rows) or slug in ("payables-ageing", "supplier-payments"), slug
        assert "Chilonzor" not in {row.get("branch") for row in limited}
    seen = ask(shop, "purchases-by-supplier", workspaces=(north,), **PERIOD)[0]
    assert [(row["supplier"], row["total"]) for row in seen] == [("Nurli", 475)]
    with stranger.inside("stranger"):
        foreign = create_supplier(name="Begona", actor=stranger.actor("stranger")).id
    with pytest.raises(Invalid):
        ask(shop, "purchase-lines", supplier_id=foreign)
    with shop.inside("owner"):
        storekeeper = shop.actor("warehouse")
        open_to = {slug: find_report(slug) for slug in ("purchase-lines", "payables", "supplier-payments")}
        assert [slug for slug, one in open_to.items() if one and one.is_open_to(storekeeper)] == [
            "purchase-lines"
        ], "who may not see suppliers' accounts sees no report of them"
