"""Sending saved reports: files are ordered when their time has come, and sent on when they are made."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.models import StoredFile
from smartpos.core.reports import Report, find_report
from smartpos.identity.actors import Actor
from smartpos.identity.models import Organization
from smartpos.notifications.models import Channel
from smartpos.notifications.operations import address_of_page, notify, send_message
from smartpos.notifications.queries.people import Receiver, receivers
from smartpos.reports.models import ReportRun, Rhythm, RunSource, RunStatus, SavedReport
from smartpos.reports.operations.exports import order_export
from smartpos.reports.operations.notices import EXPORT_FAILED, REPORT_SENT
from smartpos.reports.operations.timing import next_moment
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.running import SORT, asked_as_args, read_filters
from smartpos.reports.queries.saved import Sight, author_of, groups_of, sight_of

SAVED_ORIGIN = "saved_report"
# What usual mail servers and Telegram's bots take.
LARGEST_FILE = {Channel.EMAIL: 18 * 1024 * 1024, Channel.TELEGRAM: 48 * 1024 * 1024}

log = structlog.get_logger(__name__)


def send_due_report(saved_id: int) -> list[ReportRun]:
    """Order the files of a saved report whose time has come, in the name of whoever scheduled it.

    One file for each group of recipients who see the same of it, in the author's language.

    Whoever is late sends once: the next time is reckoned from now. Nothing happens when it is not due (any more) or
    somebody else is just at it. The jobs that make the files are to be enqueued by the caller.
    """
    now = utc_now()
    saved = db.session.scalars(
        select(SavedReport)
        .where(SavedReport.id == saved_id, SavedReport.next_run_at <= now, SavedReport.deleted_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if saved is None or saved.rhythm is None or saved.send_at is None:
        return []
    zone = ZoneInfo(db.session.scalars(select(Organization.timezone)).one())
    saved.next_run_at = next_moment(Rhythm(saved.rhythm), saved.send_day, saved.send_at, zone=zone, after=now)
    author = author_of(saved)
    if author is None:
        _end_without_author(saved)
        return []
    with force_locale(author.locale or author.organization.locale):
        runs = _order_all(saved, author)
    db.session.flush()
    return runs


def _order_all(saved: SavedReport, author: Actor) -> list[ReportRun]:
    if not author.can(P.EXPORT_CREATE) or not author.can(P.SAVED_SCHEDULE):
        _tell_author(saved, _("You may not have reports sent any more."))
        return []
    report = find_report(saved.type)
    groups = groups_of(saved, author)
    if report is None or not groups:
        log.warning("scheduled_report_has_nobody", saved_id=saved.id, report=saved.type)
        return []
    runs = []
    for sight in groups:
        try:
            runs.append(_order(saved, report, sight, author))
        except Invalid as refusal:
            _tell_author(saved, str(refusal))
    return runs


def _end_without_author(saved: SavedReport) -> None:
    """Nobody's rights are left to decide what is in it: it is sent no more, and those who waited for it hear so."""
    saved.next_run_at = None
    db.session.flush()
    people = [recipient.user_id for recipient in saved.recipients]
    log.warning("scheduled_report_has_no_author", saved_id=saved.id, report=saved.type)
    notify(
        EXPORT_FAILED,
        facts={
            "title": saved.name,
            "message": _(
                "Whoever had it sent does not work here any more. Somebody else has to schedule it."
            ),
        },
        origin_kind=SAVED_ORIGIN,
        origin_id=saved.id,
        dedupe_key=f"scheduled:{saved.id}:ended",
        link=f"/reports/{saved.type}?{urlencode(saved.parameters)}",
        user_ids=people,
    )


def export_finished(run: ReportRun) -> None:
    """Send the file of a saved report to those for whom it was made, or tell its author that there is none.

    Rights are asked for once more: whoever lost theirs while the file was made receives nothing.
    """
    saved = db.session.get(SavedReport, run.report_id) if run.report_id is not None else None
    if saved is None or saved.deleted_at is not None:
        return
    if run.message is not None:
        _tell_author(saved, run.message)
    author = author_of(saved)
    if run.status is not RunStatus.DONE or run.file_id is None or author is None:
        return
    group = groups_of(saved, author).get(sight_of(run), [])
    people = [actor.user_id for actor in group if actor.user_id is not None]
    if not people:
        return
    notify(
        REPORT_SENT,
        facts={"title": saved.name},
        origin_kind=SAVED_ORIGIN,
        origin_id=saved.id,
        dedupe_key=f"report_run:{run.id}",
        link=_page(run),
        user_ids=people,
    )
    size = db.session.scalars(select(StoredFile.size).where(StoredFile.id == run.file_id)).one()
    for person in receivers(REPORT_SENT, permission=None, user_ids=people):
        for channel in map(Channel, saved.channels):
            _send(saved, run, person, channel, fits=size <= LARGEST_FILE[channel])


def _order(saved: SavedReport, report: Report, sight: Sight, author: Actor) -> ReportRun:
    """One file, in the name of the author: what they, or those for whom it is made, may not see is not in it."""
    parameters: Mapping[str, Any] = saved.parameters
    order = str(parameters.get(SORT) or "").removeprefix("-")
    if order and order not in sight.columns:
        parameters = {name: value for name, value in parameters.items() if name != SORT}
    asked = read_filters(report, parameters, author)
    return order_export(
        source=RunSource.REPORT,
        report=report.slug,
        format=saved.format,
        filters=asked_as_args(report, asked),
        columns=sight.columns,
        workspace_ids=sight.workspace_ids,
        title=saved.name,
        report_id=saved.id,
        actor=author,
    )


def _send(saved: SavedReport, run: ReportRun, person: Receiver, channel: Channel, *, fits: bool) -> None:
    address = person.addresses.get(channel)
    if address is None:
        return
    with force_locale(person.locale):
        lines = [_("%(shop)s: the report that you receive regularly.", shop=person.shop)]
        if not run.rows_done:
            lines.append(_("There is nothing in it this time."))
        if not fits:
            lines.append(_("The file is too large to be sent; it can be looked at and downloaded here:"))
        page = address_of_page(_page(run), person.host)
    send_message(
        channel=channel,
        address=address,
        subject=saved.name,
        body="\n".join(filter(None, (*lines, page))),
        kind=REPORT_SENT,
        user_id=person.user_id,
        dedupe_key=f"report_run:{run.id}:{channel.value}:{person.user_id}",
        file_id=run.file_id if fits else None,
        file_page=page if fits else None,
    )


def _page(run: ReportRun) -> str:
    """The page of the very same figures; a path."""
    return f"/reports/{run.report}?{urlencode(run.filters)}"


def _tell_author(saved: SavedReport, message: str) -> None:
    if saved.created_by is None:
        return
    notify(
        EXPORT_FAILED,
        facts={"title": saved.name, "message": message},
        origin_kind=SAVED_ORIGIN,
        origin_id=saved.id,
        dedupe_key=f"scheduled:{saved.id}:{utc_now():%Y%m%d%H%M}",
        link=f"/reports/saved/{saved.id}/edit",
        user_ids=[saved.created_by],
    )
