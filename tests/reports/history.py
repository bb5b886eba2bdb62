"""A shop with a past, for the tests of reports: everything that may be on a receipt, in two branches and over weeks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from smartpos.catalog.models import Category, PriceType, Product, Promotion, PromotionKind, PromotionTarget
from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import tenant_scope
from smartpos.finance.operations import ExpenseFacts, mark_cancelled, record_expense
from smartpos.identity.models import Branch, User
from smartpos.identity.operations import create_branch, create_till, create_user, create_workspace
from smartpos.sales.operations import open_shift
from tests.cast import PASSWORD, PIN, Shop
from tests.conftest import Api
from tests.purchasing.helpers import line, make_supplier, supply
from tests.sales.counter import everything, item, make_customer, part, refund, set_setting, sold

Receipt = dict[str, Any]


@dataclass
class History:
    """The shop, who sold there, and what was made by name."""

    shop: Shop
    stranger: Shop
    tills: dict[str, Api] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)
    goods: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    far_branch: int = 0
    north: int = 0

    def api_of(self, username: str) -> Api:
        """A client of the API as that person."""
        client = self.shop.app.test_client()
        answer = client.post("/token", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return Api(client, answer.json["access_token"])

    @contextmanager
    def inside_north(self) -> Iterator[None]:
        """The scope of the person who works in the north alone."""
        shop = self.shop
        with (
            shop.app.app_context(),
            tenant_scope(shop.organization_id, user_id=shop.users["northerner"], workspace_ids=(self.north,)),
        ):
            yield

    def sell(self, name: str, who: str, *items: Any, **facts: Any) -> Receipt:
        """A sale of today."""
        self.receipts[name] = sold(self.tills[who], *items, **facts)
        return self.receipts[name]

    def sell_before(self, who: str, days: float, *items: Any, **facts: Any) -> Receipt:
        """A sale that a till made ``days`` ago and sends only now."""
        moment = utc_now() - timedelta(days=days)
        return sold(
            self.tills[who],
            *items,
            **facts,
            offline=True,
            shift_id=self.shifts[who],
            sold_at=moment.isoformat(),
        )


def make_history(shop: Shop, stranger: Shop) -> History:
    """Let some weeks go by in ``shop``; nothing happens at the ``stranger``'s."""
    past = History(shop, stranger)
    for key, value in (("sell_below_zero", True), ("foreign_currency", "USD"), ("loyalty_percent", 1)):
        set_setting(shop, key, value)
    set_setting(shop, "cash_rounding_step", "100")
    _places(past)
    _goods(past)
    for name in ("Aziza", "Botir"):
        past.customers[name] = make_customer(shop, name, credit_limit=Decimal(10**9), phone=None)
    past.customers["Long ago"] = make_customer(shop, "Long ago")
    _sales(past)
    _returns(past)
    _other_happenings(past)
    return past


def _places(past: History) -> None:
    shop = past.shop
    with shop.inside("owner"):
        actor = shop.actor()
        south = create_workspace(name="South", actor=actor)
        north = create_workspace(name="North", actor=actor)
        far = create_branch(name="Sergeli", workspace_id=south.id, actor=actor)
        past.far_branch, past.north = far.id, north.id
        far_till = create_till(branch=far, name="3-kassa", actor=actor).id
        db.session.get_one(Branch, shop.branch_id).workspace_id = north.id
        create_user(
            username="northerner",
            full_name="Northerner",
            role=RoleKey.MANAGER,
            password=PASSWORD,
            pin=PIN,
            workspace_ids=[north.id],
            actor=actor,
        )
        query = select(User.id).where(User.username == "northerner")
        shop.users["northerner"] = db.session.scalars(query).one()
    for who, till in (("manager", shop.till_id), ("cashier", shop.till2_id), ("owner", far_till)):
        with shop.inside(who):
            shift = open_shift(
                till, opening_cash=Decimal(10**9), exchange_rate=Decimal(12500), actor=shop.actor(who)
            )
            shift.opened_at = utc_now() - timedelta(days=75)
            past.shifts[who] = shift.id
        past.tills[who] = past.api_of(who)


def _goods(past: History) -> None:
    shop = past.shop
    with shop.inside("owner"):
        food = Category(name="Food")
        db.session.add(food)
        db.session.flush()
        dairy, bakery = Category(name="Dairy", parent_id=food.id), Category(name="Bakery", parent_id=food.id)
        other = Category(name="Household")
        db.session.add_all([dairy, bakery, other])
        db.session.flush()
        past.categories = {one.name: one.id for one in (food, dairy, bakery, other)}
        db.session.add(PriceType(name="Wholesale"))
    facts: list[tuple[str, str, str, dict[str, Any]]] = [
        ("Milk", "13500", "9000", {"category_id": past.categories["Dairy"]}),
        ("Cheese", "95990", "70000.55", {"category_id": past.categories["Dairy"], "unit": "kg"}),
        ("Bread", "4000", "2500", {"category_id": past.categories["Bakery"], "vat_code": "exempt"}),
        ("Soap", "12333", "8000.3333", {"category_id": past.categories["Household"], "vat_included": False}),
        ("Unsorted", "777", "500", {}),
    ]
    for name, price, cost, more in facts:
        past.goods[name] = shop.product(name, price=price, cost=cost, stock="500", **more)
    with shop.inside("owner"):
        service = db.session.get_one(Product, shop.product("Delivery", price="10000", stock=None))
        service.track_inventory = False
        past.goods["Delivery"] = service.id
        promotion = Promotion(name="Autumn", kind=PromotionKind.PERCENT, percent=Decimal(15))
        promotion.targets.append(PromotionTarget(product_id=past.goods["Soap"]))
        db.session.add(promotion)


def _sales(past: History) -> None:
    goods, people = past.goods, past.customers
    milk, cheese, bread, soap, odd = (goods[name] for name in ("Milk", "Cheese", "Bread", "Soap", "Unsorted"))
    past.sell("plain", "cashier", item(milk, 3), item(bread, 2))
    past.sell("weighed", "cashier", item(cheese, "1.375"), item(odd, 7), discount="1111")
    past.sell(
        "promoted", "manager", item(soap, 5, discount="777"), item(milk, 2), customer_id=people["Aziza"]
    )
    past.sell("dear", "manager", item(milk, 1, price="15000"), item(goods["Delivery"]))
    past.sell(
        "credit",
        "manager",
        item(bread, 30),
        customer_id=people["Botir"],
        payments=[
            {"method": "cash", "amount": "20000"},
            {"method": "card", "amount": "30000"},
            {"method": "credit", "amount": "70000"},
        ],
    )
    past.sell(
        "dollars",
        "cashier",
        item(milk, 10),
        payments=[{"method": "cash", "amount": "20", "currency": "USD"}],
    )
    past.sell("far", "owner", item(milk, 4), item(soap, 2), item(odd, 1), customer_id=people["Aziza"])
    for who, days, lines in (
        ("cashier", 1.1, [item(milk, 6)]),
        ("cashier", 3.4, [item(bread, 9), item(odd, 3)]),
        ("manager", 8.2, [item(soap, 4), item(cheese, "0.75")]),
        ("owner", 9.7, [item(milk, 11)]),
        ("manager", 16.3, [item(milk, 5), item(bread, 5)]),
        ("cashier", 24.6, [item(cheese, "3.2")]),
        ("owner", 33.5, [item(soap, 8), item(bread, 3)]),
        ("manager", 41.9, [item(milk, 2)]),
        ("cashier", 58.8, [item(odd, 20), item(milk, 8)]),
    ):
        past.sell_before(who, days, *lines)
    past.sell_before("manager", 50.2, item(bread, 12), customer_id=people["Long ago"])


def _returns(past: History) -> None:
    receipts, tills = past.receipts, past.tills
    for name, who, of, parts, more in (
        ("back", "manager", "plain", [part(receipts["plain"], 0, 1)], {"reason": "torn"}),
        ("weighed back", "manager", "weighed", [part(receipts["weighed"], 0, "0.375")], {}),
        ("damaged", "owner", "far", everything(receipts["far"], restock="damaged")[:1], {}),
        ("swap", "manager", "promoted", [part(receipts["promoted"], 0, 2)], {"new": "Bread"}),
    ):
        facts = {key: value for key, value in more.items() if key != "new"}
        if "new" in more:
            facts["exchange_items"] = [item(past.goods[more["new"]], 20), item(past.goods["Milk"], 1)]
            facts["payments"] = [{"method": "cash", "amount": "1000000"}]
        answer = refund(tills[who], receipts[of], *parts, **facts)
        assert answer.status_code == 201, answer.json
        receipts[name] = answer.json
    loose = {"items": [item(past.goods["Unsorted"], 2)], "reason": "no paper", "client_uuid": str(uuid4())}
    answer = tills["manager"].post("/api/refunds", loose)
    assert answer.status_code == 201, answer.json
    receipts["loose"] = answer.json


def _other_happenings(past: History) -> None:
    shop, goods = past.shop, past.goods
    for who, kinds in (
        ("cashier", ["line_removed", "line_removed", "cart_voided", "drawer_opened"]),
        ("manager", ["quantity_reduced", "reprint", "price_changed", "held_voided"]),
        ("owner", ["line_removed", "reprint"]),
    ):
        items = [
            {
                "client_uuid": str(uuid4()),
                "kind": kind,
                "product_id": goods["Milk"],
                "quantity": "1",
                "amount": f"{1000 * (place + 1)}.50",
            }
            for place, kind in enumerate(kinds)
        ]
        assert past.tills[who].post("/api/till-events", {"items": items}).status_code == 200
    for reason in ("a regular", None):
        body = {
            "action": "sales:sale:discount_above_limit",
            "user_id": shop.users["manager"],
            "pin": PIN,
            "subject_uuid": str(uuid4()),
            "reason": reason,
        }
        assert past.tills["cashier"].post("/api/approvals", body).status_code == 201
    with shop.inside("owner"):
        actor = shop.actor()
        today = actor.organization.today
        for amount, days, branch in (
            ("50000", 0, shop.branch_id),
            ("12345.67", 5, past.far_branch),
            ("70000", 40, shop.branch_id),
        ):
            facts = ExpenseFacts(Decimal(amount), "Rent", branch_id=branch, spent_on=today - timedelta(days))
            record_expense(facts, actor=actor)
        wrong = ExpenseFacts(Decimal(999), "Wrong", branch_id=shop.branch_id, spent_on=today)
        mark_cancelled(record_expense(wrong, actor=actor)[0], reason="twice", actor=actor)
    manager = past.api_of("manager")
    supplier = make_supplier(shop)
    bought = manager.post(
        "/api/supplies",
        supply(shop, line(goods["Milk"], "40", "10000", vat_rate="12"), supplier_id=supplier),
    )
    assert bought.status_code == 201, bought.json
    confirmed = manager.post(f"/api/supplies/{bought.json['id']}/confirm", {})
    assert confirmed.status_code == 200, confirmed.json
    for who, counted in (("cashier", "1000100000"), ("owner", "999000000")):
        body = {"closing_cash": counted, "closing_foreign": "19.5", "difference_reason": "counted twice"}
        answer = past.tills[who].post(f"/api/shifts/{past.shifts[who]}/close", body)
        assert answer.status_code == 200, answer.json
    # It was made before the drawer was counted, and arrives afterwards.
    past.sell_before("cashier", 0.002, item(goods["Bread"], 3))
