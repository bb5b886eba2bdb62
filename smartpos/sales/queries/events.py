"""Questions about what was done at tills without a receipt."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.identity.models import Branch, User
from smartpos.sales.models import Sale, TillEvent, TillEventKind

WITHOUT_RIGHT = "without_right"
NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Tally:
    """How often something happened and what it was worth."""

    count: int = 0
    amount: Decimal = NOTHING

    def add(self, count: int, amount: Decimal) -> None:
        """Count more of it."""
        self.count += count
        self.amount += amount


@dataclass(slots=True)
class PersonLine:
    """What one person did in a period. ``receipts`` is how many they made meanwhile."""

    user_id: int | None
    name: str | None
    receipts: int = 0
    kinds: dict[TillEventKind, Tally] = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    without_right: int = 0

    def add(self, kind: TillEventKind, count: int, amount: Decimal, without_right: int) -> None:
        """Count what was done of one kind."""
        self.kinds.setdefault(kind, Tally()).add(count, amount)
        self.total.add(count, amount)
        self.without_right += without_right

    @property
    def per_hundred(self) -> Decimal | None:
        """Events per hundred receipts; None for people who made none."""
        return round(Decimal(self.total.count * 100) / self.receipts, 1) if self.receipts else None


def events_by_person(
    since: datetime, until: datetime, *, first: date, last: date, branch_id: int | None = None
) -> list[PersonLine]:
    """What everybody did from ``since`` to before ``until``, those with most to tell first.

    ``first`` and ``last`` are the business days of the same period, by which receipts are counted.
    """
    query = (
        select(
            TillEvent.user_id,
            TillEvent.kind,
            func.count(),
            func.sum(TillEvent.amount),
            func.count().filter(TillEvent.details.has_key(WITHOUT_RIGHT)),
        )
        # For the sake of the wall: what happened in branches that the person does not see is not told.
        .join(Branch, Branch.id == TillEvent.branch_id)
        .where(TillEvent.occurred_at >= since, TillEvent.occurred_at < until)
        .group_by(TillEvent.user_id, TillEvent.kind)
    )
    sold = (
        select(Sale.cashier_id, func.count())
        .join(Branch, Branch.id == Sale.branch_id)
        .where(Sale.business_date.between(first, last))
        .group_by(Sale.cashier_id)
    )
    if branch_id is not None:
        query = query.where(TillEvent.branch_id == branch_id)
        sold = sold.where(Sale.branch_id == branch_id)
    lines: dict[int | None, PersonLine] = {}
    for user_id, kind, count, amount, without_right in db.session.execute(query):
        lines.setdefault(user_id, PersonLine(user_id, None)).add(
            kind, count, amount or NOTHING, without_right
        )
    for cashier_id, receipts in db.session.execute(sold):
        if cashier_id in lines:
            lines[cashier_id].receipts = receipts
    for user in db.session.scalars(select(User).where(User.id.in_([number for number in lines if number]))):
        lines[user.id].name = user.display
    return sorted(lines.values(), key=lambda line: (-line.total.count, line.user_id or 0))


def summed(lines: Iterable[PersonLine]) -> PersonLine:
    """All of them together."""
    whole = PersonLine(None, None)
    for line in lines:
        for kind, tally in line.kinds.items():
            whole.add(kind, tally.count, tally.amount, 0)
        whole.without_right += line.without_right
        whole.receipts += line.receipts
    return whole
