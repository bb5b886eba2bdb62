"""The fixed cast of the suite: a shop with its people, and a stranger from another shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.actors import Actor
from smartpos.identity.queries import actor_of_user, system_actor

PASSWORD = "quyosh-7-daraxt"
PIN = "8362"

ROLES = {
    "owner": RoleKey.OWNER,
    "admin": RoleKey.ADMIN,
    "manager": RoleKey.MANAGER,
    "cashier": RoleKey.CASHIER,
    "cashier2": RoleKey.CASHIER,
    "warehouse": RoleKey.WAREHOUSE_MANAGER,
    "operator": RoleKey.OPERATOR,
}

NEIGHBOUR = {"stranger": RoleKey.OWNER}

_numbers = count(1)


def ean13(number: int) -> str:
    """A valid EAN-13 of an Uzbek company."""
    body = f"478{number:09d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return body + str(-total % 10)


@dataclass
class Shop:
    """A tenant of the cast, by its numbers, so that it may be used from any scope."""

    app: Flask
    organization_id: int
    domain: str
    users: dict[str, int] = field(default_factory=dict)
    branch_id: int = 0
    warehouse_id: int = 0
    till_id: int = 0
    till2_id: int = 0
    unit_ids: dict[str, int] = field(default_factory=dict)

    def actor(self, who: str = "owner") -> Actor:
        """The actor of a member of the cast; inside the shop's scope."""
        actor = actor_of_user(self.users[who])
        assert actor is not None
        return actor

    @contextmanager
    def inside(self, who: str | None = None) -> Iterator[None]:
        """An application context within the shop's scope whose work is committed at the end."""
        with self.app.app_context(), tenant_scope(self.organization_id, user_id=self.users.get(who or "")):
            yield
            db.session.commit()

    def product(
        self,
        name: str | None = None,
        *,
        price: str = "10000",
        stock: str | None = "100",
        cost: str = "7000",
        barcode: str | None = None,
        unit: str = "dona",
        **facts: Any,
    ) -> int:
        """Make a product (its barcode valid, its stock opened in the shop's branch) and give its id."""
        from smartpos.catalog.models import Product, ProductBarcode
        from smartpos.catalog.operations import rebuild_search
        from smartpos.stock.operations import set_opening_balances

        number = next(_numbers)
        with self.inside("owner"):
            product = Product(
                name=name or f"Mahsulot {number}",
                sku=facts.pop("sku", f"T-{number}"),
                unit_id=self.unit_ids[unit],
                price=Decimal(price),
                cost_price=Decimal(cost),
                **facts,
            )
            product.barcodes.append(ProductBarcode(barcode=barcode or ean13(number), multiplier=Decimal(1)))
            db.session.add(product)
            db.session.flush()
            rebuild_search([product.id])
            if stock is not None:
                set_opening_balances(
                    self.branch_id,
                    [(product.id, Decimal(stock), Decimal(cost))],
                    notes="test",
                    actor=self.actor(next(iter(self.users))),
                )
            return product.id

    def barcode_of(self, product_id: int) -> str:
        """The first barcode of a product."""
        from smartpos.catalog.models import ProductBarcode

        with self.inside():
            query = select(ProductBarcode.barcode).where(ProductBarcode.product_id == product_id).limit(1)
            return db.session.execute(query).scalar_one()


def make_shop(app: Flask, *, domain: str, people: dict[str, RoleKey]) -> Shop:
    """A new tenant with branches, tills and people; all with ``PASSWORD``."""
    from smartpos.identity.models import BranchKind
    from smartpos.identity.operations import create_branch, create_organization, create_till, create_user

    with app.app_context():
        with platform_scope(reason="test cast"):
            organization_id = create_organization(name=domain.title(), domain=domain).id
        shop = Shop(app, organization_id, domain)
        with tenant_scope(organization_id):
            actor = system_actor(organization_id)
            branch = create_branch(name="Chilonzor", kind=BranchKind.STORE, actor=actor)
            warehouse = create_branch(name="Ombor", kind=BranchKind.WAREHOUSE, actor=actor)
            shop.branch_id, shop.warehouse_id = branch.id, warehouse.id
            shop.till_id = create_till(branch=branch, name="1-kassa", actor=actor).id
            shop.till2_id = create_till(branch=branch, name="2-kassa", actor=actor).id
            for username, role in people.items():
                user = create_user(
                    username=username,
                    full_name=username.title(),
                    role=role,
                    password=PASSWORD,
                    pin=PIN,
                    default_branch_id=branch.id,
                    actor=actor,
                )
                shop.users[username] = user.id
            shop.unit_ids = _units()
        db.session.commit()
    return shop


def _units() -> dict[str, int]:
    """The units a new tenant starts with, or the two the suite needs."""
    from smartpos.catalog.models import Unit

    found = dict(db.session.execute(select(Unit.name, Unit.id)).all())
    for name, digits in (("dona", 0), ("kg", 3)):
        if name not in found:
            unit = Unit(name=name, digits=digits)
            db.session.add(unit)
            db.session.flush()
            found[name] = unit.id
    return found
