"""Reports that people keep with their filters, share, and have sent regularly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid
from smartpos.core.reports import Asked, Report
from smartpos.identity.actors import Actor
from smartpos.identity.models import User, UserStatus
from smartpos.notifications.models import Channel
from smartpos.reports.models import ExportFormat, ReportRecipient, Rhythm, SavedReport
from smartpos.reports.operations.timing import next_moment
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.running import asked_as_args
from smartpos.reports.queries.saved import keeps_all

CHANNELS = (Channel.EMAIL, Channel.TELEGRAM)
LONGEST_NAME = 100
MOST_RECIPIENTS = 50
MOST_SAVED = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person wishes of a saved report. Without ``rhythm`` it is not sent to anybody.

    ``send_day`` is the weekday of a weekly rhythm (0 is Monday) or the day of a monthly one; ``send_at`` is an hour of
    the tenant's clock.
    """

    name: str
    is_shared: bool = False
    format: ExportFormat = ExportFormat.XLSX
    rhythm: Rhythm | None = None
    send_day: int | None = None
    send_at: time | None = None
    channels: tuple[str, ...] = ()
    recipient_ids: tuple[int, ...] = ()


# --- What people keep -----------------------------------------------------------------------------------------------
def save_report(report: Report, asked: Asked, plan: Plan, *, actor: Actor) -> SavedReport:
    """Keep a report with what was asked of it. Raises Forbidden, Invalid naming the fields."""
    if not report.is_open_to(actor):
        raise Forbidden
    kept = select(SavedReport.id).where(
        SavedReport.created_by == actor.user_id, SavedReport.deleted_at.is_(None)
    )
    if len(db.session.scalars(kept.limit(MOST_SAVED)).all()) >= MOST_SAVED:
        raise Invalid(
            _("At most %(most)s reports can be kept. Delete one that is not needed.", most=MOST_SAVED)
        )
    saved = SavedReport(
        type=report.slug,
        parameters=asked_as_args(report, asked, moving=True),
        created_by=actor.user_id,
    )
    _follow(saved, plan, actor)
    db.session.add(saved)
    db.session.flush()
    return saved


def change_saved_report(saved: SavedReport, plan: Plan, *, actor: Actor) -> None:
    """Rename it, share it, send it otherwise. Raises Forbidden, Invalid naming the fields."""
    _of_author(saved, actor)
    _follow(saved, plan, actor)
    db.session.flush()


def replace_filters(saved: SavedReport, report: Report, asked: Asked, *, actor: Actor) -> None:
    """Keep other filters under the same name. Raises Forbidden."""
    _of_author(saved, actor)
    saved.parameters = asked_as_args(report, asked, moving=True)
    db.session.flush()


def delete_saved_report(saved: SavedReport, *, actor: Actor) -> None:
    """Put a saved report away; it is not sent any more. One's own, or anybody's for the owner. Raises Forbidden."""
    if not keeps_all(actor):
        _of_author(saved, actor)
    saved.deleted_at = utc_now()
    saved.next_run_at = None
    db.session.flush()


def _of_author(saved: SavedReport, actor: Actor) -> None:
    if actor.user_id is None or saved.created_by != actor.user_id:
        raise Forbidden


def _follow(saved: SavedReport, plan: Plan, actor: Actor) -> None:
    problems = _problems(plan, was_shared=bool(saved.is_shared), actor=actor)
    recipients = _recipients(plan, actor, problems) if plan.rhythm is not None else []
    if problems:
        field, sentences = next(iter(problems.items()))
        raise Invalid(sentences[0], field=field, errors=problems)
    saved.name = plan.name.strip()
    saved.is_shared = plan.is_shared
    saved.format = plan.format
    # What stays planned as it was stays with the rights of then; nobody plans anew without the right.
    if _schedule_of(plan) != _schedule_now(saved) and not actor.can(P.SAVED_SCHEDULE):
        raise Forbidden
    _plan(saved, plan, recipients, actor)


def _problems(plan: Plan, *, was_shared: bool, actor: Actor) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    name = plan.name.strip()
    if not name:
        problems["name"] = [_("This must not be empty.")]
    elif len(name) > LONGEST_NAME:
        problems["name"] = [_("At most %(longest)s characters fit here.", longest=LONGEST_NAME)]
    if plan.is_shared and not was_shared and not actor.can(P.SAVED_SHARE):
        problems["is_shared"] = [_("You may not share reports.")]
    if plan.rhythm is None:
        return problems
    if plan.send_at is None:
        problems["send_at"] = [_("Choose at what time it is sent.")]
    if plan.rhythm is Rhythm.WEEKLY and plan.send_day not in range(7):
        problems["weekday"] = [_("Choose a day of the week.")]
    if plan.rhythm is Rhythm.MONTHLY and plan.send_day not in range(1, 29):
        problems["monthday"] = [_("Choose a day from 1 to 28, which every month has.")]
    if not plan.channels or not set(plan.channels) <= set(CHANNELS):
        problems["channels"] = [_("Choose how it is sent.")]
    return problems


def _recipients(plan: Plan, actor: Actor, problems: dict[str, list[str]]) -> list[int]:
    wanted = sorted(set(plan.recipient_ids))
    if not wanted:
        problems["recipients"] = [_("Choose who receives it.")]
    elif len(wanted) > MOST_RECIPIENTS:
        problems["recipients"] = [_("At most %(most)s people can receive it.", most=MOST_RECIPIENTS)]
    else:
        known = select(User.id).where(
            User.id.in_(wanted), User.status == UserStatus.ACTIVE, User.deleted_at.is_(None)
        )
        if len(db.session.scalars(known).all()) < len(wanted):
            problems["recipients"] = [_("One of these people does not work here any more.")]
    return wanted


def _schedule_of(plan: Plan) -> tuple[Any, ...]:
    if plan.rhythm is None:
        return (None,)
    day = None if plan.rhythm is Rhythm.DAILY else plan.send_day
    return plan.rhythm, day, plan.send_at, sorted(plan.channels), sorted(set(plan.recipient_ids))


def _schedule_now(saved: SavedReport) -> tuple[Any, ...]:
    if saved.rhythm is None:
        return (None,)
    people = sorted(one.user_id for one in saved.recipients)
    return saved.rhythm, saved.send_day, saved.send_at, sorted(saved.channels), people


def _plan(saved: SavedReport, plan: Plan, recipients: Sequence[int], actor: Actor) -> None:
    saved.rhythm = plan.rhythm
    saved.send_at = plan.send_at if plan.rhythm is not None else None
    saved.send_day = plan.send_day if plan.rhythm in (Rhythm.WEEKLY, Rhythm.MONTHLY) else None
    saved.channels = sorted(set(plan.channels)) if plan.rhythm is not None else []
    known = {one.user_id: one for one in saved.recipients}
    saved.recipients = [known.get(user_id) or ReportRecipient(user_id=user_id) for user_id in recipients]
    saved.next_run_at = None
    if saved.rhythm is not None and saved.send_at is not None:
        saved.next_run_at = next_moment(
            saved.rhythm, saved.send_day, saved.send_at, zone=actor.organization.zone, after=utc_now()
        )
