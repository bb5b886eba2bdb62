"""Roles: named permission sets, edited only downwards."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey, declared_permissions
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import (
    AboveYourRank,
    AlreadyTaken,
    BadField,
    BeyondYourPermissions,
    NotYourself,
    OwnerRoleIsFixed,
    StillInUse,
)
from smartpos.identity.models import Role, RolePermission, User

LOWEST_RANK = 1


def create_role(
    *,
    name: str,
    permissions: Collection[str],
    rank: int = 10,
    max_discount_percent: int | None = None,
    actor: Actor,
) -> Role:
    """Make a role of the tenant's own. Raises BadField, AlreadyTaken, AboveYourRank, BeyondYourPermissions."""
    facts = {"name": name, "rank": rank, "permissions": permissions}
    return update_role(Role(), facts | {"max_discount_percent": max_discount_percent}, actor=actor)


def update_role(role: Role, changes: Mapping[str, Any], *, actor: Actor) -> Role:
    """Change ``name``, ``rank``, ``max_discount_percent`` (None: the shop's setting) or the set of ``permissions``; a
    new row is added.

    What is added to the set the actor must hold. Raises what ``create_role`` raises, OwnerRoleIsFixed, and
    NotYourself for one's own role.
    """
    if role.id is not None and role.rank > actor.rank:
        raise AboveYourRank
    if role.id is not None and role.id == actor.role_id and "permissions" in changes:
        raise NotYourself(_("Somebody above you has to change what your own role may do."))
    if "name" in changes:
        role.name = _free_name(changes["name"], role.id)
    if "rank" in changes and changes["rank"] != role.rank:
        role.rank = _rank(changes["rank"], role, actor)
    if "max_discount_percent" in changes:
        role.max_discount_percent = _discount(changes["max_discount_percent"])
    if "permissions" in changes:
        _set_permissions(role, frozenset(changes["permissions"]), actor)
    db.session.add(role)
    db.session.flush()
    return role


def delete_role(role: Role, *, actor: Actor) -> None:
    """Remove a role of the tenant's own that nobody has. Raises StillInUse, AboveYourRank."""
    if role.rank > actor.rank:
        raise AboveYourRank
    if role.key is not None:
        raise StillInUse(_("This is one of the roles every organization has."))
    if db.session.scalar(select(exists().where(User.role_id == role.id))):
        raise StillInUse(_("People have or had this role. Give them another one; this one can be renamed."))
    db.session.delete(role)
    db.session.flush()


def _rank(value: Any, role: Role, actor: Actor) -> int:
    if role.key is not None:
        raise BadField("rank", _("The rank of a role that every organization has is fixed."))
    if isinstance(value, bool) or not isinstance(value, int) or not LOWEST_RANK <= value <= 100:
        raise BadField("rank", _("A rank is between 1 and 100."))
    if value > actor.rank:
        raise AboveYourRank
    return value


def _discount(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise BadField("max_discount_percent", _("A discount is between 0 and 100 per cent."))
    return value


def _set_permissions(role: Role, wanted: frozenset[str], actor: Actor) -> None:
    known = {permission.name for permission in declared_permissions()}
    if wanted - known:
        raise BadField("permissions", _("There is no such permission."))
    present = {row.permission: row for row in role.permissions}
    if role.key == RoleKey.OWNER and wanted != present.keys():
        raise OwnerRoleIsFixed
    added = wanted - present.keys()
    if not actor.organization.is_platform and any(name.startswith("platform:") for name in added):
        raise BeyondYourPermissions(permissions=sorted(added))
    if added - actor.permissions:
        raise BeyondYourPermissions(permissions=sorted(added - actor.permissions))
    for name in present.keys() - wanted:
        role.permissions.remove(present[name])
    role.permissions.extend(RolePermission(permission=name) for name in sorted(added))


def _free_name(value: Any, but: int | None) -> str:
    name = checks.required_text(value, "name", 80)
    if db.session.scalar(select(exists().where(Role.name == name, Role.id != (but or 0)))):
        sentence = _("There is already one with this name.")
        raise AlreadyTaken(sentence, errors={"name": [sentence]})
    return name
