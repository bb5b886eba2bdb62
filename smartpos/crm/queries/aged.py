"""What reports of open debts have in common, of customers and of suppliers: by their age, by the day they are due."""

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, Numeric, and_, cast, func, literal, select

from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, ColumnKind, Filter, FilterKind
from smartpos.identity.models import Branch
from smartpos.identity.queries import in_sight

MONEY = Numeric(18, 2)
PARTS = {
    "not_due": (None, 0),
    "days_1_30": (1, 30),
    "days_31_60": (31, 60),
    "days_61_90": (61, 90),
    "days_over_90": (91, None),
}
"""From how many days overdue to how many."""

AGES = (
    Column("total", _l("Debt"), ColumnKind.MONEY, total=True),
    Column("overdue", _l("Overdue"), ColumnKind.MONEY, total=True),
    Column("not_due", _l("Not due yet"), ColumnKind.MONEY, total=True),
    Column("days_1_30", _l("1–30 days"), ColumnKind.MONEY, total=True),
    Column("days_31_60", _l("31–60 days"), ColumnKind.MONEY, total=True),
    Column("days_61_90", _l("61–90 days"), ColumnKind.MONEY, total=True),
    Column("days_over_90", _l("Over 90 days"), ColumnKind.MONEY, total=True),
    Column("oldest", _l("Due since"), ColumnKind.DATE),
    Column("days", _l("Days overdue"), ColumnKind.WHOLE),
)
BRANCH = Filter("branch_id", _l("Branch"), FilterKind.ROW, model=Branch)
DAY = Filter("day", _l("At the end of the day"), FilterKind.DAY, default="today")
AHEAD = Filter("days", _l("Days ahead"), FilterKind.WHOLE, default=30, maximum=3660)
OVERDUE = Filter("overdue", _l("Also what is overdue"), FilterKind.FLAG, default=True)
BY_DAY = (
    Column("due_on", _l("Day"), ColumnKind.DATE),
    Column("days", _l("In days"), ColumnKind.WHOLE),
    Column("debts", _l("Debts"), ColumnKind.WHOLE, total=True),
)


def ages_of(debt: Any, day: date) -> list[Any]:
    """The sums of ``AGES`` over open debts."""
    late = literal(day, Date) - debt.c.due_on
    nothing = literal(0, MONEY)

    def sum_of(test: Any) -> Any:
        return func.coalesce(func.sum(debt.c.open).filter(test), nothing)

    sums = []
    for name, (least, most) in PARTS.items():
        bounds = [late >= least] if least is not None else []
        bounds += [late <= most] if most is not None else []
        sums.append(sum_of(and_(*bounds)).label(name))
    oldest = func.min(debt.c.due_on)
    return [
        *sums,
        sum_of(late > 0).label("overdue"),
        func.sum(debt.c.open).label("total"),
        oldest.label("oldest"),
        cast(func.greatest(literal(day, Date) - oldest, 0), Integer).label("days"),
    ]


def expected(debt: Any, asked: Asked) -> list[Any]:
    """Which debts fall due within the days asked for."""
    last = asked.today + timedelta(days=30 if asked["days"] is None else asked["days"])
    tests = [debt.c.due_on <= last, in_sight(debt.c.branch_id)]
    if not asked["overdue"]:
        tests.append(debt.c.due_on >= asked.today)
    if asked["branch_id"] is not None:
        tests.append(debt.c.branch_id == asked["branch_id"])
    return tests


def by_due_day(debt: Any, asked: Asked, accounts: str) -> AnySelect:
    """What falls due day by day; ``accounts`` is what the number of those who owe is called."""
    return (
        select(
            debt.c.due_on.label("due_on"),
            cast(debt.c.due_on - literal(asked.today, Date), Integer).label("days"),
            cast(func.count(), Integer).label("debts"),
            cast(func.count(debt.c.account_id.distinct()), Integer).label(accounts),
            func.sum(debt.c.open).label("amount"),
        )
        .where(*expected(debt, asked))
        .group_by(debt.c.due_on)
    )
