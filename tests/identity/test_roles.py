"""Roles and their permissions: edited downwards only."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey, declared_permissions, default_permissions
from smartpos.identity.errors import (
    AboveYourRank,
    AlreadyTaken,
    BadField,
    BeyondYourPermissions,
    NotYourself,
    OwnerRoleIsFixed,
    StillInUse,
)
from smartpos.identity.models import Role, RolePermission
from smartpos.identity.operations import create_role, delete_role, update_role
from smartpos.identity.queries import permissions_of_role
from tests.cast import Shop
from tests.conftest import Api
from tests.identity.people import post


def keyed(key: RoleKey) -> Role:
    return db.session.execute(select(Role).where(Role.key == key.value)).scalar_one()


def test_every_organization_starts_with_its_roles(shop: Shop) -> None:
    with shop.inside():
        roles = {role.key: role for role in db.session.scalars(select(Role))}
        assert roles.keys() == {key.value for key in RoleKey} - {"super_admin"}
        for key, role in roles.items():
            assert permissions_of_role(role) == default_permissions(RoleKey(str(key)))
        assert not [name for name in permissions_of_role(roles["owner"]) if name.startswith("platform:")]
        ranks = [
            roles[key].rank for key in ("owner", "admin", "manager", "accountant", "cashier", "employee")
        ]
        assert ranks == [90, 80, 60, 40, 20, 10]


def test_a_role_of_ones_own(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        role = create_role(name=" Nazoratchi ", rank=30, permissions=["identity:audit:read"], actor=actor)
        assert (role.name, role.key, permissions_of_role(role)) == (
            "Nazoratchi",
            None,
            {"identity:audit:read"},
        )
        update_role(
            role, {"permissions": ["identity:user:read"], "rank": 35, "name": "Kuzatuvchi"}, actor=actor
        )
        assert permissions_of_role(role) == {"identity:user:read"}
        with pytest.raises(AlreadyTaken):
            create_role(name="Kuzatuvchi", permissions=[], actor=actor)
        delete_role(role, actor=actor)
        assert db.session.get(Role, role.id) is None


def test_what_cannot_be(shop: Shop) -> None:
    with shop.inside("admin"):
        actor = shop.actor("admin")
        for rank in (0, 101, -1, True):
            with pytest.raises(BadField):
                create_role(name="A", rank=rank, permissions=[], actor=actor)
        for facts in ({"name": ""}, {"name": "x" * 81}, {"permissions": ["no:such:thing"]}):
            with pytest.raises(BadField):
                create_role(**({"name": "B", "permissions": [], "actor": actor} | facts))
        with pytest.raises(AboveYourRank):
            create_role(name="C", rank=81, permissions=[], actor=actor)
        with pytest.raises(BeyondYourPermissions):
            create_role(name="D", permissions=["platform:organization:manage"], actor=actor)
        with pytest.raises(NotYourself):
            update_role(keyed(RoleKey.ADMIN), {"permissions": []}, actor=actor)
        with pytest.raises(AboveYourRank):
            update_role(keyed(RoleKey.OWNER), {"name": "E"}, actor=actor)
        with pytest.raises(BadField):
            update_role(keyed(RoleKey.CASHIER), {"rank": 50}, actor=actor)
        with pytest.raises(StillInUse):
            delete_role(keyed(RoleKey.DRIVER), actor=actor)


def test_the_owners_role_holds_everything_always(shop: Shop) -> None:
    with shop.inside("owner"):
        role = keyed(RoleKey.OWNER)
        with pytest.raises((OwnerRoleIsFixed, NotYourself)):
            update_role(role, {"permissions": []}, actor=shop.actor("owner"))
        # As after an update that brought a permission the tenant has never heard of.
        role.permissions.clear()
        db.session.flush()
        assert shop.actor("owner").permissions == default_permissions(RoleKey.OWNER)


def test_a_change_holds_with_the_next_request(shop: Shop, api_of: Callable[..., Api]) -> None:
    program = api_of("cashier")
    assert program.get("/api/employees").status_code == 403
    with shop.inside("owner"):
        role = keyed(RoleKey.CASHIER)
        granted = permissions_of_role(role) | {"identity:user:read"}
        update_role(role, {"permissions": granted}, actor=shop.actor("owner"))
    assert program.get("/api/employees").status_code == 200


def test_the_matrix(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    boss = client_of("admin")
    with shop.inside():
        cashier, owner = keyed(RoleKey.CASHIER).id, keyed(RoleKey.OWNER).id
    page = boss.get(f"/admin/roles/edit/?id={cashier}").get_data(as_text=True)
    assert page.count('name="permissions"') == len(default_permissions(RoleKey.OWNER))
    assert "platform:" not in page
    chosen = ["identity:till:use", "identity:branch:read", "platform:organization:manage"]
    post(boss, f"/admin/roles/edit/?id={cashier}", name="Sotuvchi", permissions=chosen)
    post(boss, f"/admin/roles/edit/?id={owner}", name="Sotuvchi 2", permissions=[])
    with shop.inside():
        assert permissions_of_role(keyed(RoleKey.CASHIER)) == default_permissions(RoleKey.CASHIER)
        assert keyed(RoleKey.OWNER).name == "Owner"
    answer = post(boss, f"/admin/roles/edit/?id={cashier}", name="Sotuvchi", permissions=chosen[:2])
    assert answer.status_code == 302
    with shop.inside():
        assert permissions_of_role(keyed(RoleKey.CASHIER)) == set(chosen[:2])
        assert keyed(RoleKey.CASHIER).title == "Sotuvchi"
    assert client_of("manager").get(f"/admin/roles/edit/?id={cashier}").status_code == 403
    assert client_of("manager").get(f"/admin/roles/details/?id={cashier}").status_code == 200


def test_boxes_that_cannot_be_ticked_stay_as_they_are(
    shop: Shop, client_of: Callable[[str], FlaskClient]
) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        admin = keyed(RoleKey.ADMIN)
        kept = permissions_of_role(admin) - {"identity:audit:read"}
        update_role(admin, {"permissions": kept}, actor=actor)
        manager = keyed(RoleKey.MANAGER).id
        before = permissions_of_role(keyed(RoleKey.MANAGER))
    boss = client_of("admin")
    page = boss.get(f"/admin/roles/edit/?id={manager}").get_data(as_text=True)
    assert 'value="identity:audit:read" checked disabled' in page
    sent = sorted(before - {"identity:audit:read", "identity:setting:read"})
    assert post(boss, f"/admin/roles/edit/?id={manager}", name="Manager", permissions=sent).status_code == 302
    with shop.inside():
        assert permissions_of_role(keyed(RoleKey.MANAGER)) == before - {"identity:setting:read"}


def test_every_declared_permission_has_words() -> None:
    for permission in declared_permissions():
        assert str(permission.label)
        assert permission.name.count(":") == 2


def test_rows_of_permissions_are_tenant_rows(shop: Shop, stranger: Shop) -> None:
    with stranger.inside():
        assert {row.organization_id for row in db.session.scalars(select(RolePermission))} == {
            stranger.organization_id
        }


def test_a_role_has_a_discount_limit_of_its_own(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor("owner")
        role = create_role(name="Katta kassir", permissions=(), max_discount_percent=15, actor=actor)
        assert role.max_discount_percent == 15
        for wrong in (-1, 101, True, "5"):
            with pytest.raises(BadField):
                update_role(role, {"max_discount_percent": wrong}, actor=actor)
        update_role(role, {"max_discount_percent": None}, actor=actor)
        assert role.max_discount_percent is None
