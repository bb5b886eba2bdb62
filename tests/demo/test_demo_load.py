"""The demo shops, loaded small into a database of their own by the command that people use."""

import json
import stat
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from smartpos.catalog.models import Category, PriceType, Product, ProductBarcode, ProductType
from smartpos.catalog.operations.barcodes import check_digit
from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.crm.models import Customer, CustomerEntryKind, CustomerTransaction
from smartpos.demo.catalogue import read_products, read_recipes
from smartpos.demo.loader import load_demo
from smartpos.demo.note import note_file
from smartpos.identity.models import Branch, BranchKind, LoginName, Organization, Till, User
from smartpos.identity.passwords import password_matches
from smartpos.identity.queries import actor_of_user
from smartpos.reports.models import DailySales
from smartpos.sales.models import PaymentMethod, Sale, SaleItem, SalePayment, SaleType, Shift, ShiftStatus
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BranchStock, InventoryMovement
from tests.demo.conftest import PASSWORD, load, organization

OTHER_PASSWORD = "bahor-keldi-yana-9"
ROLES = {
    "owner": RoleKey.OWNER,
    "admin": RoleKey.ADMIN,
    "manager": RoleKey.MANAGER,
    "cashier": RoleKey.CASHIER,
    "cashier2": RoleKey.CASHIER,
    "warehouse": RoleKey.WAREHOUSE_MANAGER,
    "operator": RoleKey.OPERATOR,
}


def test_the_books_agree(loaded: tuple[Flask, Result]) -> None:
    app, _result = loaded
    with app.app_context(), platform_scope(reason="look at the demo"):
        assert verify_books() == []
    answer = app.test_cli_runner().invoke(args=["books", "verify"])
    assert answer.exit_code == 0, answer.output


def test_it_is_a_chain_of_shops(demo: Flask) -> None:
    kinds = db.session.scalars(select(Branch.kind)).all()
    assert sorted(kinds) == sorted(
        [BranchKind.STORE] * 3 + [BranchKind.WAREHOUSE, BranchKind.WORKSHOP, BranchKind.TRANSIT]
    )
    tills = db.session.execute(
        select(Branch.name, func.count(Till.id)).join(Till, Till.branch_id == Branch.id).group_by(Branch.name)
    )
    assert dict(tills.all()) == {"Chilonzor": 2, "Yunusobod": 2, "Sergeli": 1}


def test_dashboards_have_something_to_show(demo: Flask) -> None:
    summed = db.session.execute(select(func.sum(DailySales.revenue), func.sum(DailySales.receipts))).one()
    sold = func.count().filter(Sale.type != SaleType.REFUND)
    assert tuple(summed) == tuple(db.session.execute(select(func.sum(Sale.total_amount), sold)).one())
    last = db.session.scalars(select(func.max(Sale.business_date))).one()
    born = db.session.scalars(select(Customer.birth_date).where(Customer.birth_date.is_not(None))).all()
    assert (last.month, last.day) in {(day.month, day.day) for day in born if day is not None}


def test_everybody_can_be_found_and_sign_in(demo: Flask) -> None:
    for username, role in ROLES.items():
        user = db.session.execute(select(User).where(User.username == username)).scalar_one()
        actor = actor_of_user(user.id)
        assert actor is not None and actor.role_key == role
        assert password_matches(user.password_hash, PASSWORD)
        assert not user.must_change_password
        names = db.session.scalars(select(LoginName.value).where(LoginName.user_id == user.id)).all()
        assert set(names) == {username, user.email, user.phone_number}


def test_the_stranger_owns_another_shop(demo: Flask) -> None:
    with tenant_scope(organization("navruz")):
        stranger = db.session.execute(select(User)).scalar_one()
        assert stranger.username == "stranger" and stranger.role.key == RoleKey.OWNER
        assert password_matches(stranger.password_hash, PASSWORD)
        assert db.session.scalar(select(func.count()).select_from(Product)) == 36
        assert db.session.scalar(select(func.count()).select_from(BranchStock)) > 30


def test_pins_are_told_once_and_kept_privately(loaded: tuple[Flask, Result]) -> None:
    app, result = loaded
    with app.app_context():
        path = note_file()
    logins = json.loads(path.read_text())["logins"]
    assert len({login["pin"] for login in logins if login["organization"] == "bahor"}) == len(logins) - 1
    assert all(f"PIN {login['pin']}" in result.output for login in logins)
    assert PASSWORD not in result.output and PASSWORD not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with app.app_context(), tenant_scope(organization("bahor")):
        for login in (login for login in logins if login["organization"] == "bahor"):
            user = db.session.execute(select(User).where(User.username == login["username"])).scalar_one()
            assert password_matches(user.pin_code_hash, login["pin"])


def test_the_catalogue_is_large_and_its_codes_are_valid(demo: Flask) -> None:
    products = db.session.scalars(select(Product)).all()
    assert len(products) >= 850
    assert len({product.sku for product in products}) == len(products)
    assert 45 <= db.session.scalar(select(func.count()).select_from(Category)) <= 90
    codes = db.session.scalars(select(ProductBarcode.barcode)).all()
    assert len(set(codes)) == len(codes)
    printed = [code for code in codes if len(code) in {13, 14}]
    assert len(printed) > 900
    assert all(code[-1] == check_digit(code[:-1]) for code in printed)
    assert all(product.mxik_code and len(product.mxik_code) == 17 for product in products)
    types = {product.type for product in products}
    assert types == {ProductType.PRODUCT, ProductType.MATERIAL, ProductType.MANUFACTURED, ProductType.SERVICE}
    assert db.session.scalars(select(PriceType.name).where(~PriceType.is_default)).all() == ["Ulgurji"]
    assert all(product.search_key and product.price > 0 for product in products)


def test_margins_are_those_of_a_grocer() -> None:
    for product in read_products():
        if product.is_sold and product.is_stocked:
            margin = 1 - product.cost / product.price
            assert Decimal("0.08") <= margin <= Decimal("0.35"), product.name
            assert product.cost <= product.wholesale_price <= product.price, product.name


def test_everything_baked_has_a_recipe() -> None:
    products = {product.sku: product for product in read_products()}
    recipes = read_recipes()
    baked = [sku for recipe in recipes for sku in recipe.product_skus]
    assert sorted(baked) == sorted(sku for sku, product in products.items() if product.type == "manufactured")
    for recipe in recipes:
        # A part that is made has a recipe of its own; nothing is made of what is sold.
        assert all(
            products[sku].type == "material" or (sku in baked and not products[sku].is_sold)
            for sku, _share in recipe.materials
        )
        assert 0.75 <= sum(share for _sku, share in recipe.materials) <= 1


def test_no_shelf_was_ever_below_zero(demo: Flask) -> None:
    assert db.session.scalar(select(func.min(BranchStock.quantity))) >= 0
    lowest = db.session.execute(
        text(
            "SELECT min(level) FROM (SELECT sum(quantity) OVER "
            "(PARTITION BY branch_id, product_id ORDER BY id) AS level FROM inventory_movements) AS levels"
        )
    ).scalar_one()
    assert lowest >= 0
    assert db.session.scalar(select(func.count()).select_from(InventoryMovement)) > 4000


def test_trade_looks_like_trade(demo: Flask) -> None:
    receipts = db.session.scalar(select(func.count()).select_from(Sale))
    assert 230 <= receipts <= 380
    ways = dict(
        db.session.execute(select(SalePayment.method, func.count()).group_by(SalePayment.method)).all()
    )
    assert ways[PaymentMethod.CASH] > ways[PaymentMethod.CARD] > ways.get(PaymentMethod.TRANSFER, 0)
    lines = db.session.scalars(select(func.count()).select_from(SaleItem).group_by(SaleItem.sale_id)).all()
    assert min(lines) == 1 and 8 <= max(lines) <= 12
    branches = db.session.scalar(select(func.count(Sale.branch_id.distinct())))
    assert branches == 3
    # The law forbids cash for tobacco and alcohol.
    banned = (
        select(func.count())
        .select_from(SaleItem)
        .join(Product, Product.id == SaleItem.product_id)
        .join(SalePayment, SalePayment.sale_id == SaleItem.sale_id)
        .where(~Product.cash_allowed)
    )
    assert db.session.scalar(banned) > 0
    assert db.session.scalar(banned.where(SalePayment.method == PaymentMethod.CASH)) == 0


def test_regulars_owe_and_have_points(demo: Flask) -> None:
    regulars = db.session.scalars(select(Customer)).all()
    assert len(regulars) > 50
    assert any(regular.balance < 0 for regular in regulars)
    assert all(regular.debt <= (regular.credit_limit or 0) for regular in regulars)
    assert sum(regular.points for regular in regulars) > 1000
    kinds = set(db.session.scalars(select(CustomerTransaction.transaction_type)))
    assert CustomerEntryKind.SALE in kinds
    ways = set(db.session.scalars(select(SalePayment.method)))
    assert PaymentMethod.CREDIT in ways


def test_nobody_works_while_the_shops_are_shown(demo: Flask) -> None:
    shifts = db.session.scalars(select(Shift)).all()
    assert all(shift.status is ShiftStatus.CLOSED for shift in shifts)
    assert any(shift.difference for shift in shifts)
    assert max(shift.closed_at for shift in shifts if shift.closed_at) <= datetime.now(UTC)
    assert db.session.scalar(select(func.max(Sale.sold_at))) <= datetime.now(UTC)


def test_loading_again_changes_nothing_but_the_password(loaded: tuple[Flask, Result]) -> None:
    app, _result = loaded
    again = load(app, PASSWORD)
    assert again.exit_code == 0, again.output
    assert "cashier" in again.output and "PIN 0" not in again.output
    changed = load(app, OTHER_PASSWORD)
    assert changed.exit_code == 0, changed.output
    with app.app_context(), tenant_scope(organization("bahor")):
        cashier = db.session.execute(select(User).where(User.username == "cashier")).scalar_one()
        assert password_matches(cashier.password_hash, OTHER_PASSWORD)
    with app.app_context(), platform_scope(reason="look at the demo"):
        assert db.session.scalar(select(func.count()).select_from(Organization)) == 2
    assert load(app, PASSWORD).exit_code == 0


def test_it_leaves_a_real_installation_alone(app: Flask) -> None:
    from tests.cast import make_shop

    make_shop(app, domain="haqiqiy", people={"owner": RoleKey.OWNER})
    with app.app_context():
        assert load_demo(PASSWORD, size="small") is None


def test_the_files_are_clean() -> None:
    folder = Path(__file__).resolve().parents[2] / "smartpos" / "demo" / "data"
    for path in folder.glob("*.csv"):
        content = path.read_text(encoding="utf-8")
        assert "\r" not in content and "\ufeff" not in content
        assert all(line == line.strip() for line in content.splitlines())
