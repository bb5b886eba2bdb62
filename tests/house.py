"""A shop with a row of everything, and a browser for everybody: where ``test_permissions`` walks."""

import io
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, select, text
from werkzeug.test import TestResponse

from smartpos.core.admin.navigation import EXTENSION
from smartpos.core.db import db
from smartpos.core.permissions import RoleKey, default_permissions
from smartpos.identity.operations import create_super_admin
from tests.cast import PASSWORD, ROLES, Shop, make_shop
from tests.conftest import csrf_of
from tests.rows import make_row

PEOPLE = {who: role for who, role in ROLES.items() if who != "admin"} | {"accountant": RoleKey.ACCOUNTANT}
STRANGER, SUPER, NO_ONE = "stranger", "super", "nobody"
EVERYBODY = [*PEOPLE, STRANGER, SUPER, NO_ONE]


@cache
def rights(who: str) -> frozenset[str]:
    """What the role of a member of the cast starts with."""
    role = {STRANGER: RoleKey.OWNER, SUPER: RoleKey.SUPER_ADMIN}.get(who) or PEOPLE.get(who)
    return default_permissions(role) if role else frozenset()


ENTER = "identity:admin:enter"
PICTURE = io.BytesIO()
Image.new("RGB", (40, 40), "teal").save(PICTURE, "PNG")


@dataclass
class House:
    """A shop with everything in it that an address can name, and a signed-in browser for everybody."""

    app: Flask
    connection: Connection
    shop: Shop
    numbers: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)

    def knock(self, who: str, method: str, url: str, **options: Any) -> TestResponse:
        """One request by that person; whatever it changes is undone."""
        client = self.app.test_client()
        cookie, token = self.cookies[who]
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], cookie)
        headers = {"Accept-Language": "en", "X-CSRFToken": token}
        savepoint = self.connection.begin_nested()
        try:
            return client.open(url, method=method, headers=headers, **options)
        finally:
            savepoint.rollback()

    def sign_in(self, client: FlaskClient, who: str) -> None:
        """Keep the cookie and the token of that person's browser; nobody has them too."""
        page = "/login"
        if who != NO_ONE:
            answer = client.post(
                "/login", data={"name": who, "password": PASSWORD, "csrf_token": csrf_of(client)}
            )
            assert answer.status_code == 302, answer.get_data(as_text=True)
            page = "/profile"
        token = re.search(r'name="csrf-token" content="([^"]+)"', client.get(page).get_data(as_text=True))
        cookie = client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert token is not None
        assert cookie is not None
        self.cookies[who] = (cookie.value, token[1])


def furnish(app: Flask, connection: Connection) -> House:
    shop = make_shop(app, domain="bahor", people=PEOPLE)
    other = make_shop(app, domain="navruz", people={STRANGER: RoleKey.OWNER})
    with app.app_context():
        create_super_admin(username=SUPER, full_name="Super", password=PASSWORD, must_change_password=False)
        db.session.commit()
    house = House(app, connection, shop)
    product, material = shop.product(name="Non"), shop.product(name="Un")
    for who in EVERYBODY:
        house.sign_in(app.test_client(), who)
    made = house.numbers
    made |= {
        "product_id": product,
        "material_id": material,
        "branch_id": shop.branch_id,
        "till2_id": shop.till2_id,
    }
    made["next_id"] = shop.users["cashier2"]
    made |= {"user_id": shop.users["operator"], "organization_id": other.organization_id}
    house.sign_in(app.test_client(), "cashier")  # a second session; the first may be ended
    _trade(house, app.test_client())
    connection.execute(text("RESET ROLE"))
    tables = db.metadata.tables
    for name, table in (
        ("category_id", "categories"),
        ("price_id", "prices"),
        ("price_type_id", "price_types"),
        ("expense_category_id", "expense_categories"),
        ("expense_id", "expenses"),
        ("promotion_id", "promotions"),
        ("customer_id", "customers"),
        ("payment_id", "payments"),
        ("held_id", "held_sales"),
        ("supplier_id", "suppliers"),
        ("supplier_payment_id", "supplier_payments"),
        ("count_id", "stock_counts"),
        ("transfer_id", "stock_transfers"),
        ("purchase_id", "purchases"),
        ("batch_id", "batches"),
        ("broadcast_id", "broadcasts"),
        ("order_id", "production_orders"),
        ("bom_id", "bills_of_materials"),
        ("machine_id", "machines"),
    ):
        made[name] = make_row(connection, tables[table], shop.organization_id)["id"]
    paper = tables["purchase_files"]
    made["file_id"] = make_row(connection, paper, shop.organization_id, purchase_id=made["purchase_id"])["id"]
    checked = {"width": 1, "header": 0, "headers": ["x"], "samples": [], "preview": []}
    run = make_row(
        connection,
        tables["import_runs"],
        shop.organization_id,
        kind="products",
        status="checked",
        options=checked,
    )
    made |= {"run_id": run["id"], "kind": "products"}
    export = make_row(
        connection,
        tables["report_runs"],
        shop.organization_id,
        created_by=shop.users["owner"],
        status="waiting",
    )
    made["export_id"] = export["id"]
    kept = make_row(
        connection,
        tables["reports"],
        shop.organization_id,
        created_by=shop.users["owner"],
        type="sales-by-day",
        parameters={},
    )
    made["saved_id"] = kept["id"]
    notice = make_row(
        connection,
        tables["notifications"],
        shop.organization_id,
        user_id=shop.users["manager"],
        kind="stock.low",
    )
    made["notification_id"] = notice["id"]
    jobs = tables["print_jobs"]
    job = make_row(connection, jobs, shop.organization_id, created_by=shop.users["cashier"])
    made |= {
        "job_id": job["id"],
        "receipt_number": "9-9-999",
        "slug": "sales-by-day",
        "filter_name": "branch_id",
        "job_key": "gone",
        "backup_name": "gone",
    }
    looks = select(tables["label_templates"].c.id).where(
        tables["label_templates"].c.organization_id == shop.organization_id
    )
    made["template_id"] = connection.scalar(looks.limit(1))
    sessions = select(tables["user_sessions"].c.id).where(
        tables["user_sessions"].c.user_id == shop.users["cashier"]
    )
    made["session_id"] = connection.scalar(sessions)
    for endpoint, view in views_of(app).items():
        made[endpoint] = _row_of(connection, view.model, shop, made)
    return house


def _row_of(connection: Connection, model: Any, shop: Shop, made: dict[str, Any]) -> int:
    """A row for the pages of a view; people and sessions are those of the cast, who may be edited."""
    known = {"users": made["user_id"], "tills": shop.till2_id, "user_sessions": made["session_id"]}
    table = db.metadata.tables[model.__tablename__]
    if "organization_id" not in table.columns:
        return int(connection.scalar(select(table.c.id).limit(1)))
    if model.__tablename__ in known:
        return int(known[model.__tablename__])
    return int(make_row(connection, table, shop.organization_id)["id"])


def _trade(house: House, client: FlaskClient) -> None:
    """The cashier opens a shift and sells; the owner gives the product a picture."""
    cookie, token = house.cookies["cashier"]
    client.set_cookie(house.app.config["SESSION_COOKIE_NAME"], cookie)

    def send(url: str, **options: Any) -> Any:
        answer = client.post(url, headers={"X-CSRFToken": token}, **options)
        assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
        return answer.json

    shift = send("/api/shifts/open", json={"till_id": house.shop.till_id, "opening_cash": "0"})
    sale = send(
        "/api/sell",
        json={
            "client_uuid": "0b0f8a34-6f0d-4a8e-9d55-2f3d3a2b1c00",
            "items": [{"product_id": house.numbers["product_id"], "quantity": 1}],
            "payments": [{"method": "cash", "amount": "10000"}],
        },
    )
    cookie, token = house.cookies["owner"]
    client.set_cookie(house.app.config["SESSION_COOKIE_NAME"], cookie)
    picture = {"image": (io.BytesIO(PICTURE.getvalue()), "non.png")}
    image = send(f"/api/products/{house.numbers['product_id']}/image", data=picture)
    house.numbers |= {"shift_id": shift["id"], "sale_id": sale["id"], "image_id": image["id"]}


def views_of(app: Flask) -> dict[str, Any]:
    return {view.endpoint: view for view in app.extensions[EXTENSION]._views if hasattr(view, "model")}
