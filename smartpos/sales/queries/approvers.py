"""Who may lend a right at the till."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Role, RolePermission, User, UserStatus, UserWorkspace
from smartpos.sales.permissions import SalesPermission

MOST_APPROVERS = 200


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody whose PIN may be asked for."""

    id: int
    name: str


def approvers_for(action: str, branch_id: int) -> list[Approver]:
    """The active people with a PIN who may approve and hold the right themselves, by name.

    Those limited to workspaces are among them for branches that they see.
    """
    needed = (SalesPermission.APPROVE.value, str(action))
    held = (
        select(func.count())
        .where(RolePermission.role_id == User.role_id, RolePermission.permission.in_(needed))
        .correlate(User)
        .scalar_subquery()
    )
    of_branch = select(Branch.workspace_id).where(Branch.id == branch_id).scalar_subquery()
    limits = select(UserWorkspace.id).where(UserWorkspace.user_id == User.id).correlate(User)
    rows = db.session.execute(
        select(User.id, func.coalesce(func.nullif(User.full_name, ""), User.username))
        .join(Role, Role.id == User.role_id)
        .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None), User.pin_code_hash.is_not(None))
        .where(or_(held == len(set(needed)), Role.key == RoleKey.OWNER.value))
        .where(
            or_(
                of_branch.is_(None),
                ~limits.exists(),
                limits.where(UserWorkspace.workspace_id == of_branch).exists(),
            )
        )
        .order_by(func.lower(func.coalesce(func.nullif(User.full_name, ""), User.username)), User.id)
        .limit(MOST_APPROVERS)
    )
    return [Approver(number, name) for number, name in rows]


def sees_branch(person: Actor, branch_id: int) -> bool:
    """Whether a branch is among those that a person sees; within the scope of somebody who sees it."""
    if not person.workspace_ids:
        return True
    workspace = db.session.scalar(select(Branch.workspace_id).where(Branch.id == branch_id))
    return workspace is None or workspace in person.workspace_ids
