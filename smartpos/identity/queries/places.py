"""Branches in which people work, and the place of what is on its way between them."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from smartpos.core.db import db
from smartpos.core.scope import current_scope
from smartpos.identity.models import Branch, BranchKind


def is_workplace() -> ColumnElement[bool]:
    """Which branches may be chosen, listed or worked in: neither deleted nor the place of what is on its way.

    Every select of branches from which somebody or something chooses has this among its conditions.
    """
    return and_(Branch.deleted_at.is_(None), Branch.choosable())


def in_sight(branch_id: Any) -> ColumnElement[bool]:
    """Which rows lie in a branch that the person in force sees, or in none; ``branch_id`` is their column.

    A row of a branch has no workspace of its own, so the wall of workspaces hides the branch and not the row. Every
    list of such rows that does not join its branch has this among its conditions. Who is limited to no workspace sees
    everything, and their statement stays as it is.
    """
    scope = current_scope()
    if scope is None or not scope.workspace_ids:
        return true()
    return or_(branch_id.is_(None), branch_id.in_(select(Branch.id)))


def sees_branch(branch_id: int | None) -> bool:
    """Whether a row of this branch is in sight of the person in force."""
    scope = current_scope()
    if branch_id is None or scope is None or not scope.workspace_ids:
        return True
    return db.session.scalar(select(Branch.id).where(Branch.id == branch_id)) is not None


def is_place(branch_id: Any, is_empty: Any) -> ColumnElement[bool]:
    """Which rows of goods in branches say something: all but those of the way between branches on which nothing lies.

    In a branch nothing means that something is missing; what has arrived is not missing on its way.
    """
    on_the_way = select(Branch.id).where(Branch.kind == BranchKind.TRANSIT)
    return or_(~is_empty, branch_id.not_in(on_the_way))


def transit_branch_id() -> int | None:
    """The place of what is on its way; None when nothing ever was."""
    query = select(Branch.id).where(Branch.kind == BranchKind.TRANSIT).order_by(Branch.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()
