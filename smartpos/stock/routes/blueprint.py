"""What the pages of stock have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.stock.queries import flow

blueprint = Blueprint("stock", __name__)

MOST_CHOICES = 500


@dataclass(slots=True)
class Reading:
    """The arguments of an address, as typed and as understood; ``problems`` are sentences by field."""

    problems: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed, without what cannot be meant."""
        return request.args.get(name, "").replace("\x00", "").strip()[:100]

    def number(self, name: str, problem: str) -> int | None:
        """The number of a row; None where nothing was typed or it cannot be one."""
        typed = self.text(name)
        found = parse_id(typed) if typed else None
        if typed and found is None:
            self.problems[name] = problem
        return found

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """One of some words."""
        typed = self.text(name)
        if typed and typed not in known:
            self.problems[name] = _("There is no such choice.")
            return None
        return typed or None

    def day(self, name: str, usual: date) -> date:
        """A business day."""
        typed = self.text(name)
        if not typed:
            return usual
        try:
            day = date.fromisoformat(typed)
            if not flow.FIRST_DAY <= day <= flow.LAST_DAY:
                raise ValueError(typed)
        except ValueError:
            self.problems[name] = _("This is not a date.")
            return usual
        return day

    def period(self, today: date, usual: timedelta) -> tuple[date, date]:
        """The days from ``from`` to ``to``, both included."""
        last = self.day("to", today)
        first = self.day("from", min(today, last) - usual)
        if first > last and not {"from", "to"} & self.problems.keys():
            self.problems["to"] = _("This is before the first day.")
        return first, last


def branch_choices(*, with_transit: bool = False) -> list[Any]:
    """Branches to choose from, by name; where goods lie on their way only if asked for."""
    offered = Branch.deleted_at.is_(None) if with_transit else is_workplace()
    query = select(Branch.id, Branch.name).where(offered)
    return list(db.session.execute(query.order_by(Branch.name).limit(MOST_CHOICES)))
