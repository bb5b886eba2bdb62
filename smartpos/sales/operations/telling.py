"""Telling people of selling, from what was written down when it happened."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.notifications.operations import notify
from smartpos.sales.models import Shift
from smartpos.sales.operations.drafts import SALE_ORIGIN
from smartpos.sales.operations.notices import CASH_DIFFERENCE
from smartpos.sales.operations.shifts import SHIFT_ORIGIN

NOTHING = Decimal(0)


def tell_of_cash_difference(shift_id: int, *, actor: Actor) -> int:
    """Tell of a closed shift whose cash differs by more than the shop tolerates; gives how many were told."""
    row = db.session.execute(
        select(Shift, Branch.name, Till.name, _display())
        .join(Branch, Branch.id == Shift.branch_id)
        .join(Till, Till.id == Shift.till_id)
        .join(User, User.id == Shift.cashier_id)
        .where(Shift.id == shift_id)
    ).one_or_none()
    if row is None:
        return 0
    shift, branch, till, cashier = row
    tolerance: Decimal = actor.setting("cash_difference_tolerance")
    home, abroad = shift.difference or NOTHING, shift.foreign_difference or NOTHING
    if abs(home) <= tolerance and not abroad:
        return 0
    return notify(
        CASH_DIFFERENCE,
        facts={
            "branch_id": shift.branch_id,
            "branch": branch,
            "till": till,
            "cashier": cashier,
            "number": shift.number,
            "difference": plain(home),
            "currency": actor.organization.currency,
            "foreign": plain(abroad) if abroad else None,
            "foreign_currency": shift.foreign_currency,
            "reason": shift.difference_reason,
        },
        origin_kind=SHIFT_ORIGIN,
        origin_id=shift.id,
        dedupe_key=f"{CASH_DIFFERENCE}:{shift.id}",
        link=f"/admin/shifts/details/?id={shift.id}",
    )


def tell_of_receipt(
    kind: str, sale_id: int, facts: Mapping[str, Any], author_id: int | None, *, actor: Actor
) -> int:
    """Tell of a receipt that was written down as unusual, all but the one who made it; gives how many were told."""
    branch = db.session.scalar(select(Branch.name).where(Branch.id == facts["branch_id"]))
    author = db.session.scalar(select(_display()).where(User.id == author_id)) if author_id else None
    return notify(
        kind,
        facts={
            **facts,
            "branch": branch or "",
            "author": author or "",
            "currency": actor.organization.currency,
        },
        origin_kind=SALE_ORIGIN,
        origin_id=sale_id,
        dedupe_key=f"{kind}:{sale_id}",
        link=f"/admin/receipts/details/?id={sale_id}",
        without=[author_id] if author_id else (),
    )


def _display() -> Any:
    return func.coalesce(func.nullif(User.full_name, ""), User.username)
