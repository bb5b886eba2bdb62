"""The pages of machines: what each does now, on the shop floor; one machine with its history; its label."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import segno
from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select

from smartpos.core.admin import register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.core.figures import grouped
from smartpos.core.paging import page
from smartpos.core.permissions import can, require
from smartpos.identity.models import Branch
from smartpos.identity.principal import me
from smartpos.identity.queries import is_workplace
from smartpos.production.models import Machine, MachineEvent, MachineStatus
from smartpos.production.operations import machines as operations
from smartpos.production.operations.machines import LONGEST_NOTE, REPORTED
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import machines as queries
from smartpos.production.routes.blueprint import blueprint

PER_PAGE = 60
HISTORY_PAGE = 30
MOST_CHOICES = 500
MOST_LABELS = 300
PERIODS = (7, 30)
AHEAD = timedelta(days=7)
# In the order in which people ask: how long did it work, was it repaired, was it there, was it off.
PICTURED = (
    (MachineStatus.BUSY, "--info"),
    (MachineStatus.MAINTENANCE, "--warn"),
    (MachineStatus.FREE, "--good"),
    (MachineStatus.OFF, "--ink-3"),
)
ICONS = {
    MachineStatus.FREE: "check",
    MachineStatus.BUSY: "clock",
    MachineStatus.MAINTENANCE: "settings",
    MachineStatus.OFF: "x",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A machine as the pages show it. ``may_operate`` tells whether the person may report what it does."""

    row: Any
    label: Any
    lasting: str
    upkeep: str
    may_operate: bool

    @property
    def offers(self) -> list[MachineStatus]:
        """What may be reported of it now; nothing while an order is in progress on it."""
        if not self.may_operate or self.row.status is MachineStatus.BUSY:
            return []
        wanted = (MachineStatus.FREE, MachineStatus.MAINTENANCE, MachineStatus.OFF)
        return [status for status in wanted if status is not self.row.status]


def lasting(since: datetime | None) -> str:
    """How long something goes on, in words: ``2 h 15 min``, ``3 days``."""
    if since is None:
        return ""
    minutes = max(int((utc_now() - since).total_seconds() // 60), 0)
    if minutes < 60:
        return str(_("%(minutes)s min", minutes=minutes))
    if minutes < 60 * 48:
        return str(_("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
    return str(_("%(days)s days", days=minutes // (60 * 24)))


def _upkeep_tone(day: date | None) -> str:
    today = me().organization.today
    if day is None or day > today:
        return ""
    return "bad" if day < today else "warn"


def _card(row: Any, runners: Mapping[int, list[tuple[int, str]]]) -> Card:
    actor = me()
    listed = [number for number, _name in runners.get(row.id, ())]
    may = actor.can(P.MACHINE_OPERATE) and (
        not listed or actor.user_id in listed or actor.can(P.ORDER_ANY) or actor.can(P.MACHINE_WRITE)
    )
    return Card(row, label_of(row.status), lasting(row.status_since), _upkeep_tone(row.next_upkeep_on), may)


@blueprint.get("/machines")
def machines() -> str:
    """What every machine does now, as cards for the shop floor."""
    require(P.MACHINE_READ)
    query = select(Branch.id, Branch.name).where(is_workplace())
    branches = db.session.execute(query.order_by(Branch.name).limit(MOST_CHOICES)).all()
    asked = request.args
    branch_id = parse_id(asked.get("branch", ""))
    if branch_id not in {row.id for row in branches}:
        branch_id = None
    status = next((one for one in MachineStatus if one.value == asked.get("status")), None)
    only_due = asked.get("upkeep") == "1"
    statement = queries.machines(
        status=status,
        branch_id=branch_id,
        upkeep_until=me().organization.today if only_due else None,
    )
    cursor = asked.get("cursor") or None
    found = page(statement, [Machine.name, Machine.id], limit=PER_PAGE, cursor=cursor)
    names = statement.selected_columns.keys()
    rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found.items]
    runners = queries.operators_of_many([row.id for row in rows])
    kept = {
        name: value
        for name, value in {
            "branch": branch_id,
            "status": status and status.value,
            "upkeep": "1" if only_due else None,
        }.items()
        if value
    }

    def address(**changes: Any) -> str:
        wanted = {**kept, **changes}
        return url_for("production.machines", **{key: value for key, value in wanted.items() if value})

    counts = queries.counts_by_status(branch_id)
    return render_template(
        "production/machines.html",
        cards=[_card(row, runners) for row in rows],
        branches=branches,
        branch_id=branch_id,
        status=status,
        only_due=only_due,
        counts=[(one, label_of(one), counts[one]) for one in MachineStatus],
        address=address,
        is_narrowed=bool(kept),
        icons=ICONS,
        words=_WORDS,
        may_open_orders=can(P.ORDER_READ),
        next_url=address(cursor=found.next_cursor) if found.next_cursor else "",
        first_url=address() if cursor else "",
        new_url=url_for("machines.create_view") if may_enter() and can(P.MACHINE_WRITE) else "",
        labels_url=url_for("production.machine_labels", branch=branch_id) if rows else "",
    )


_WORDS = {
    MachineStatus.FREE: _l("Free again"),
    MachineStatus.MAINTENANCE: _l("Maintenance"),
    MachineStatus.OFF: _l("Off"),
}


@blueprint.get("/machines/<int:machine_id>")
def machine(machine_id: int) -> str:
    """A machine: what it does, what is to come, how it was used and what happened to it."""
    require(P.MACHINE_READ)
    row = queries.one_machine(machine_id)
    people = queries.operators_of_many([row.id])
    today, now = me().organization.today, utc_now()
    days = 30 if request.args.get("days") == "30" else 7
    used = queries.utilisation(
        [row.id], today - timedelta(days=days - 1), today, zone=me().organization.zone
    )[row.id]
    statement = queries.history(row.id)
    found = page(
        statement,
        list(queries.HISTORY_KEYS),
        limit=HISTORY_PAGE,
        cursor=request.args.get("cursor") or None,
        descending=True,
    )
    names = statement.selected_columns.keys()
    here = {"machine_id": row.id, "days": days if days != PERIODS[0] else None}
    shown_in_office = may_enter()
    return render_template(
        "production/machine.html",
        card=_card(row, people),
        machine=row,
        people=[name for _number, name in people.get(row.id, ())],
        bookings=queries.bookings([row.id], now, now + AHEAD),
        periods=[
            (period, url_for("production.machine", machine_id=row.id, days=period)) for period in PERIODS
        ],
        days=days,
        chart=_chart(used),
        sums=_sums(used),
        history=[dict(zip(names, one, strict=True)) for one in found.items],
        label_of=label_of,
        is_status=MachineEvent.STATUS,
        next_url=url_for("production.machine", **here, cursor=found.next_cursor) if found.next_cursor else "",
        first_url=url_for("production.machine", **here) if request.args.get("cursor") else "",
        icons=ICONS,
        words=_WORDS,
        may_open_orders=can(P.ORDER_READ),
        today=today,
        longest_note=LONGEST_NOTE,
        running_for=lasting(row.running_since),
        edit_url=url_for("machines.edit_view", id=row.id) if shown_in_office and can(P.MACHINE_WRITE) else "",
        labels_url=url_for("production.machine_labels", id=row.id),
    )


def _chart(used: list[queries.DayOfMachine]) -> dict[str, Any]:
    def texts(status: MachineStatus) -> list[str]:
        return [str(_("%(hours)s h", hours=grouped(day.hours(status), 1))) for day in used]

    return {
        "kind": "stacked",
        "labels": [f"{day.day:%d.%m}" for day in used],
        "series": [
            {
                "label": str(label_of(status).text),
                "tone": tone,
                "values": [float(day.hours(status)) for day in used],
                "texts": texts(status),
            }
            for status, tone in PICTURED
        ],
    }


def _sums(used: list[queries.DayOfMachine]) -> list[tuple[Any, str, str]]:
    """Of each state: its label, hours and share of all that is told."""
    whole = sum(day.seconds for day in used)
    found = []
    for status, _tone in PICTURED:
        seconds = sum(getattr(day, status.value) for day in used)
        share = grouped(100 * seconds / whole, 0) + "%" if whole else ""
        found.append((label_of(status), str(_("%(hours)s h", hours=grouped(seconds / 3600, 1))), share))
    return found


@blueprint.post("/machines/<int:machine_id>/status")
def report_machine(machine_id: int) -> ResponseReturnValue:
    """Write down that a machine is under maintenance, off or free again; or only a note."""
    require(P.MACHINE_OPERATE)
    wanted = request.form.get("status", "")
    note = request.form.get("note") or None
    if wanted == MachineEvent.NOTE.value:
        return _done(
            machine_id,
            lambda: operations.note_on_machine(machine_id, note or "", actor=me()),
            _("The note is kept."),
        )
    status = next((one for one in REPORTED if one.value == wanted), MachineStatus.BUSY)
    return _done(
        machine_id,
        lambda: operations.report_status(machine_id, status, note, actor=me()),
        _("It is written down."),
    )


@blueprint.post("/machines/<int:machine_id>/upkeep")
def log_machine_upkeep(machine_id: int) -> ResponseReturnValue:
    """Write down that a machine was looked after."""
    require(P.MACHINE_OPERATE)
    typed = request.form.get("done_on", "")
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        flash(_("This is not a date."), "error")
        return redirect(url_for("production.machine", machine_id=queries.machine_of(machine_id).id))
    note = request.form.get("note") or None
    return _done(
        machine_id,
        lambda: operations.log_upkeep(machine_id, day, note, actor=me()),
        _("The upkeep is written down."),
    )


def _done(machine_id: int, work: Any, sentence: str) -> ResponseReturnValue:
    try:
        with db.session.begin_nested():
            work()
    except NotFound:
        raise
    except SmartPOSError as error:
        flash(_sentence_of(error), "error")
    else:
        flash(sentence, "success")
    if request.form.get("back") == "list":
        return redirect(
            url_for("production.machines", branch=parse_id(request.form.get("branch", "")) or None)
        )
    return redirect(url_for("production.machine", machine_id=machine_id))


def _sentence_of(error: SmartPOSError) -> str:
    """What is wrong; where a field is named, what is wrong with it."""
    fields = error.facts.get("errors")
    return str(error) if not fields else " ".join(text for texts in fields.values() for text in texts)


@blueprint.get("/machines/labels")
def machine_labels() -> str:
    """Labels with the codes of machines to be printed, of one, of a branch or of all; operators scan them."""
    require(P.MACHINE_READ)
    one, branch_id = parse_id(request.args.get("id", "")), parse_id(request.args.get("branch", ""))
    statement = queries.machines(branch_id=branch_id)
    if one is not None:
        statement = queries.machines().where(Machine.id == queries.machine_of(one).id)
    rows = db.session.execute(statement.order_by(Machine.name, Machine.id).limit(MOST_LABELS)).all()
    labels = [
        (row, Markup(segno.make(row.code, micro=False, error="m").svg_inline(border=2, omitsize=True)))  # noqa: S704
        for row in rows
    ]
    return render_template("production/machine_labels.html", labels=labels)


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(
        _l("Production"), _l("Machines now"), "production.machines", "factory", P.MACHINE_READ, order=20
    )
