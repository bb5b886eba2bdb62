"""The production board: what is made when and on what, and moving it."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import register_link
from smartpos.core.admin.loaders import parse_id
from smartpos.core.errors import Invalid
from smartpos.core.figures import day_text
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.production.operations.planning import move_order
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.board import Block, Board, block_of, board
from smartpos.production.queries.office import branch_choices
from smartpos.production.routes.blueprint import blueprint
from smartpos.production.routes.planning import chosen_branch
from smartpos.stock.errors import BranchNotFound

WEEK = 7
TONES = {
    "pending": "",
    "scheduled": "info",
    "in_progress": "accent",
    "on_hold": "warn",
    "completed": "good",
}
STATUS_NAMES = {
    "pending": _l("Waiting"),
    "scheduled": _l("Planned"),
    "in_progress": _l("In progress"),
    "on_hold": _l("On hold"),
    "completed": _l("Completed"),
}


def _day() -> date:
    typed = request.values.get("day", "").strip()
    try:
        return date.fromisoformat(typed) if typed else me().organization.today
    except ValueError:
        return me().organization.today


def _is_week() -> bool:
    return request.values.get("view") == "week"


def _first(day: date) -> date:
    return day - timedelta(days=day.weekday()) if _is_week() else day


def _shown(found: Board) -> dict[str, Any]:
    """What the template of the board is given besides the board."""
    actor = me()
    zone = actor.organization.zone
    hours = (int(actor.setting("production_day_begins")), int(actor.setting("production_day_ends")))
    if not _is_week():
        hours = _hours(found, hours)
    return {
        "board": found,
        "is_week": _is_week(),
        "days": [found.first + timedelta(days=step) for step in range((found.after - found.first).days)],
        "hours": hours,
        "today": actor.organization.today,
        "zone": zone,
        "may_move": can(P.ORDER_WRITE),
        "on": lambda block, day: block.on(day, actor),
        "tones": TONES,
        "status_names": STATUS_NAMES,
        "day_text": day_text,
        "percent_of_day": lambda moment: _percent(moment, found.first, hours),
    }


def _hours(found: Board, usual: tuple[int, int]) -> tuple[int, int]:
    """From which hour to which a day is shown: as the shop works, or longer where something is planned."""
    zone = me().organization.zone
    first, last = usual[0], max(usual[1], usual[0] + 1)
    for row in found.rows:
        for block in row.blocks:
            if block.start is None or block.end is None:
                continue
            start, end = block.start.astimezone(zone), block.end.astimezone(zone)
            first = min(first, start.hour if start.date() == found.first else 0)
            last = max(last, -(-(end.hour * 60 + end.minute) // 60) if end.date() == found.first else 24)
    return first, min(last, 24)


def _percent(moment: datetime, day: date, hours: tuple[int, int]) -> float:
    """Where a moment lies between the hours of a day, as a part of a hundred; what lies outside is cut off."""
    local = moment.astimezone(me().organization.zone)
    past = (local.date() - day).days * 24 + local.hour + local.minute / 60
    part = (past - hours[0]) / (hours[1] - hours[0])
    return round(100 * min(max(part, 0), 1), 3)


@blueprint.get("/production/board")
def show_board() -> str:
    """The board of a workshop for a day or a week; ``order`` opens the window of one of them."""
    require(P.ORDER_READ)
    branches = branch_choices()
    branch_id = chosen_branch(branches)
    order_id = parse_id(request.args.get("order", ""))
    day = _day()
    opened: Block | None = None
    if order_id is not None:
        for row in branches:
            opened = opened or block_of(order_id, row.id, me())
            if opened is not None:
                branch_id = row.id
                break
        if opened is not None and opened.start is not None and "day" not in request.args:
            day = opened.start.astimezone(me().organization.zone).date()
    first = _first(day)
    found = board(branch_id, first, WEEK if _is_week() else 1, me()) if branch_id else None
    step = timedelta(days=WEEK if _is_week() else 1)
    return render_template(
        "production/board.html",
        branches=branches,
        branch_id=branch_id,
        day=day,
        previous=first - step,
        following=first + step,
        opened=opened,
        boot={
            "texts": {
                "moved": _("Planned."),
                "unmoved": _("It stays where it was."),
                "offline": _("There is no connection. Please try again."),
            },
        },
        **(_shown(found) if found else {"board": None, "is_week": _is_week(), "today": day}),
    )


@blueprint.get("/production/board/rows")
def board_rows() -> ResponseReturnValue:
    """The board alone, for a page that is open; 304 when nothing has changed."""
    require(P.ORDER_READ)
    branch_id = chosen_branch(branch_choices())
    if branch_id is None:
        raise BranchNotFound
    found = board(branch_id, _first(_day()), WEEK if _is_week() else 1, me())
    answer = make_response(
        render_template("production/board_rows.html", branch_id=branch_id, **_shown(found))
    )
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest())
    answer.cache_control.no_cache = True
    return answer.make_conditional(request)


@blueprint.post("/production/board/move")
def move_on_board() -> Response:
    """Give an order another time, and another machine or none. 409 tells which orders the machine is booked for."""
    require(P.ORDER_WRITE)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid(_("Please say which order is moved where."))
    order_id, machine = parse_id(body.get("order_id", "")), body.get("machine_id")
    machine_id = parse_id(machine) if machine else None
    if order_id is None or (machine and machine_id is None):
        raise Invalid(_("Please say which order is moved where."))
    start = _moment(body.get("start"), "start")
    end = _moment(body["end"], "end") if body.get("end") else None
    order = move_order(order_id, start, end, machine_id=machine_id, actor=me())
    return jsonify(id=order.id, number=order.number)


def _moment(typed: Any, field: str) -> datetime:
    """A moment without zone, in the tenant's zone: ``2026-11-21T08:30``. Raises Invalid."""
    sentence = _("Please enter a day and a time.")
    try:
        moment = datetime.fromisoformat(typed) if isinstance(typed, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or not 2000 <= moment.year < 2200:
        raise Invalid(sentence, errors={field: [sentence]})
    return moment.replace(second=0, microsecond=0, tzinfo=me().organization.zone)


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(
        _l("Production"), _l("Production board"), "production.show_board", "calendar", P.ORDER_READ, order=12
    )
