"""Tills and who works at them."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import (
    Branch,
    Organization,
    Role,
    RolePermission,
    Till,
    User,
    UserStatus,
)
from smartpos.identity.permissions import IdentityPermission, role_title


@dataclass(frozen=True, slots=True)
class KnownTill:
    """A device that was made a till."""

    organization_id: int
    id: int
    name: str
    branch_id: int
    branch_name: str
    organization_name: str
    locale: str


def till_of_device(till_id: int, token_hash: str) -> KnownTill | None:
    """The till of the tenant in force whose device holds this secret, if it is in use."""
    row = db.session.execute(
        select(
            Till.organization_id,
            Till.id,
            Till.name,
            Till.branch_id,
            Branch.name.label("branch_name"),
            Organization.name.label("organization_name"),
            Organization.locale,
        )
        .join(Branch, Branch.id == Till.branch_id)
        .join(Organization, Organization.id == Till.organization_id)
        .where(Till.id == till_id, Till.device_token_hash == token_hash)
        .where(Till.is_active, Till.deleted_at.is_(None))
    ).one_or_none()
    return KnownTill(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class TillPerson:
    """Somebody who may sign in at a till by PIN."""

    id: int
    name: str
    role_name: str
    is_locked: bool


def till_people() -> list[TillPerson]:
    """The active people of the tenant in force who have a PIN and may use tills, by name."""
    uses_tills = (
        select(RolePermission.role_id)
        .where(
            RolePermission.role_id == User.role_id,
            RolePermission.permission == IdentityPermission.TILL_USE.value,
        )
        .correlate(User)
        .exists()
    )
    rows = db.session.execute(
        select(User.id, User.full_name, User.username, Role.key, Role.name, User.pin_locked_until)
        .join(Role, Role.id == User.role_id)
        .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None), User.pin_code_hash.is_not(None))
        .where(or_(uses_tills, Role.key == RoleKey.OWNER.value))
        .order_by(func.lower(User.full_name), User.id)
        .limit(500)
    )
    now = utc_now()
    return [
        TillPerson(
            id=row.id,
            name=row.full_name or row.username,
            role_name=role_title(row.key, row.name),
            is_locked=row.pin_locked_until is not None and row.pin_locked_until > now,
        )
        for row in rows
    ]


def tills_in_use() -> list[Till]:
    """The tills of the tenant in force that work, with their branches, by branch and name."""
    statement = (
        select(Till)
        .join(Branch, Branch.id == Till.branch_id)
        .where(Till.is_active, Till.deleted_at.is_(None), Branch.deleted_at.is_(None))
        .options(contains_eager(Till.branch))
        .order_by(Branch.name, Till.name)
    )
    return list(db.session.scalars(statement))
