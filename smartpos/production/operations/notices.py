"""What people are told of production: upkeep that is due, orders that are late, orders that are done."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from smartpos.core.db import db, utc_now
from smartpos.core.events import record
from smartpos.core.figures import day_text, quantity_text
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import (
    Kind,
    NoticeGroup,
    declare_kind,
    more,
    notify,
    was_told,
    withdraw,
)
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.machines import upkeep_due
from smartpos.production.queries.orders import ORDER_ORIGIN
from smartpos.production.queries.telling import OVERDUE, order_facts, overdue_orders

UPKEEP_DUE = "production.upkeep_due"
COMPLETED = "production.order_completed"

BRANCH_ORIGIN = "branch"

SHOWN = 10
# So many late orders are told by one run; the next one tells the others.
MOST_OVERDUE = 500

Facts = Mapping[str, Any]


def tell_of_upkeep(*, actor: Actor) -> int:
    """Tell of machines whose upkeep is due or late, a notice a day for each branch; gives how many were told.

    Safe to repeat.
    """
    today = actor.organization.today
    told = 0
    rows = db.session.execute(upkeep_due(today)).all()
    for (branch_id, branch), machines in groupby(rows, lambda row: (row[3], row[4])):
        due = [{"id": row[0], "name": row[1], "code": row[2], "day": row[5].isoformat()} for row in machines]
        key = f"{UPKEEP_DUE}:{branch_id}:{today}"
        if was_told(UPKEEP_DUE, origin_kind=BRANCH_ORIGIN, origin_id=branch_id, dedupe_key=key):
            continue
        told += notify(
            UPKEEP_DUE,
            facts={
                "branch_id": branch_id,
                "branch": branch,
                "count": len(due),
                "machines": due[:SHOWN],
                "day": today.isoformat(),
            },
            origin_kind=BRANCH_ORIGIN,
            origin_id=branch_id,
            dedupe_key=key,
            link=f"/machines/{due[0]['id']}" if len(due) == 1 else f"/machines?branch={branch_id}&upkeep=1",
        )
    return told


def settle_upkeep(branch_id: int, today: date) -> None:
    """A machine of a branch was looked after: when none is due there any more, nobody needs to read of it."""
    if db.session.execute(upkeep_due(today, branch_id).limit(1)).first() is None:
        withdraw(UPKEEP_DUE, origin_kind=BRANCH_ORIGIN, origin_id=branch_id)


def find_overdue(*, actor: Actor) -> int:
    """Record an event for every open order that was due and of which that was not recorded; gives how many.

    An order that is given another day, and misses that too, is recorded again. Safe to repeat.
    """
    found = overdue_orders(utc_now(), most=MOST_OVERDUE)
    for order_id, number, branch_id, due in found:
        record(
            OVERDUE,
            origin_kind=ORDER_ORIGIN,
            origin_id=order_id,
            facts={"number": number, "branch_id": branch_id, "due": due},
            actor=actor,
        )
    return len(found)


def tell_of_overdue(order_id: int, due: int) -> int:
    """Tell of an order that is late, unless it was finished meanwhile; gives how many were told."""
    facts = order_facts(order_id)
    if facts is None or not facts["is_open"] or facts["due"] != due:
        return 0
    return notify(
        OVERDUE,
        facts=facts,
        origin_kind=ORDER_ORIGIN,
        origin_id=order_id,
        dedupe_key=f"{OVERDUE}:{order_id}:{due}",
        link=f"/production/orders/{order_id}",
    )


def tell_of_completed(order_id: int, event_id: int, by: int | None) -> int:
    """Tell of an order that is done; gives how many were told. Whoever completed it knows."""
    facts = order_facts(order_id)
    if facts is None:
        return 0
    return notify(
        COMPLETED,
        facts=facts,
        origin_kind=ORDER_ORIGIN,
        origin_id=order_id,
        dedupe_key=f"{COMPLETED}:{order_id}:{event_id}",
        link=f"/production/orders/{order_id}",
        without=[by] if by else (),
    )


def settle_order(order_id: int) -> None:
    """An order is finished: nobody needs to read that it is late."""
    withdraw(OVERDUE, origin_kind=ORDER_ORIGIN, origin_id=order_id)


def _upkeep_title(facts: Facts) -> Any:
    machines = facts["machines"]
    if facts["count"] > 1:
        return ngettext(
            "%(branch)s: upkeep of %(num)d machine is due",
            "%(branch)s: upkeep of %(num)d machines is due",
            facts["count"],
            branch=facts["branch"],
        )
    if machines[0]["day"] == facts["day"]:
        return _("%(machine)s: upkeep is due today", machine=machines[0]["name"])
    return _(
        "%(machine)s: upkeep was due on %(day)s",
        machine=machines[0]["name"],
        day=day_text(machines[0]["day"]),
    )


def _upkeep_text(facts: Facts) -> Any:
    lines = [f"{one['name']} ({one['code']}): {day_text(one['day'])}" for one in facts["machines"]]
    if facts["count"] == 1:
        return "\n".join((facts["branch"], facts["machines"][0]["code"]))
    if facts["count"] > len(lines):
        lines.append(more(facts["count"] - len(lines)))
    return "\n".join(lines)


def _is_late(facts: Facts) -> bool:
    return any(one["day"] < facts["day"] for one in facts["machines"])


def _order_text(facts: Facts) -> str:
    quantity = quantity_text(facts["quantity"], facts["unit"])
    lines = [f"{facts['product']}: {quantity}", facts["branch"]]
    if facts["operator"]:
        lines.append(facts["operator"])
    return "\n".join(lines)


def _completed_text(facts: Facts) -> str:
    lines = [f"{facts['product']}: {quantity_text(facts['completed'], facts['unit'])}"]
    if Decimal(facts["scrapped"]):
        lines.append(_("Scrapped: %(quantity)s", quantity=quantity_text(facts["scrapped"], facts["unit"])))
    lines.append(facts["branch"])
    return "\n".join(lines)


declare_kind(
    Kind(
        UPKEEP_DUE,
        _l("Upkeep of machines is due"),
        NoticeGroup.PRODUCTION,
        title=_upkeep_title,
        text=_upkeep_text,
        level=lambda facts: Level.WARN if _is_late(facts) else Level.INFO,
        permission=P.MACHINE_OPERATE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="settings",
    )
)
declare_kind(
    Kind(
        OVERDUE,
        _l("A production order is late"),
        NoticeGroup.PRODUCTION,
        title=lambda facts: _("Production order %(number)s is late", number=facts["number"]),
        text=_order_text,
        level=Level.WARN,
        permission=P.ORDER_WRITE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="clock",
    )
)
declare_kind(
    Kind(
        COMPLETED,
        _l("A production order is completed"),
        NoticeGroup.PRODUCTION,
        title=lambda facts: _("Production order %(number)s is completed", number=facts["number"]),
        text=_completed_text,
        level=Level.GOOD,
        permission=P.ORDER_WRITE.value,
        # A bakery completes orders all day long: only those hear of it who want to.
        defaults={Channel.APP: Mode.OFF},
        icon="factory",
    )
)
