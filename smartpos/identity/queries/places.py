"""Branches in which people work, and the place of what is on its way between them."""

from sqlalchemy import ColumnElement, and_, select

from smartpos.core.db import db
from smartpos.identity.models import Branch, BranchKind


def is_workplace() -> ColumnElement[bool]:
    """Which branches may be chosen, listed or worked in: neither deleted nor the place of what is on its way.

    Every select of branches from which somebody or something chooses has this among its conditions.
    """
    return and_(Branch.deleted_at.is_(None), Branch.choosable())


def transit_branch_id() -> int | None:
    """The place of what is on its way; None when nothing ever was."""
    query = select(Branch.id).where(Branch.kind == BranchKind.TRANSIT).order_by(Branch.id).limit(1)
    return db.session.execute(query).scalar_one_or_none()
