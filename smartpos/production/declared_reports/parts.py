"""What reports of production have in common."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Numeric, case, cast, func

from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, Filter, FilterKind
from smartpos.production.models import Machine, ProductionCompletion

PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)
MACHINE = Filter("machine_id", _l("Machine"), FilterKind.ROW, model=Machine)
NUMBER_COLUMN = Column("number", _l("Production order"), link=("production_orders.details_view", "order_id"))


def standing(query: AnySelect, asked: Asked) -> AnySelect:
    """Of completions: those of the period that were not taken back, of the branch and the machine asked for."""
    done = ProductionCompletion
    query = query.where(
        done.reverted_at.is_(None), done.completed_at >= asked.begin, done.completed_at < asked.end
    )
    if asked["branch_id"] is not None:
        query = query.where(done.branch_id == asked["branch_id"])
    if asked["machine_id"] is not None:
        query = query.where(done.machine_id == asked["machine_id"])
    return query


def percent(part: Any, whole: Any) -> ColumnElement[Any]:
    """One figure in per cent of another, two digits; null of nothing."""
    return cast(part * 100 / func.nullif(whole, 0), Numeric(38, 2))


def each(value: Any, quantity: Any) -> ColumnElement[Any]:
    """What one costs, four digits; null of none."""
    return cast(value / func.nullif(quantity, 0), Numeric(38, 4))


def hours(later: Any, earlier: Any) -> ColumnElement[Any]:
    """Hours from one moment to another, two digits; null where one of them is not known."""
    return cast(func.extract("epoch", later - earlier) / 3600, Numeric(18, 2))


def only_if(condition: Any, value: Any) -> ColumnElement[Any]:
    """A value where something holds, null elsewhere."""
    return case((condition, value))
