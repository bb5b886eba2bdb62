"""Saved reports: keeping one, opening it, changing it, having it sent, putting it away."""

from datetime import time
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.core.admin import RemoteChoices, describe
from smartpos.core.admin.trail import describe_subjects
from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound, SmartPOSError
from smartpos.core.permissions import can, require
from smartpos.core.reports import Report
from smartpos.identity.models import User, UserStatus
from smartpos.identity.principal import me
from smartpos.reports.bar import given_args
from smartpos.reports.forms import SavedReportForm, refuse
from smartpos.reports.models import Rhythm, SavedReport
from smartpos.reports.operations.saved import (
    change_saved_report,
    delete_saved_report,
    replace_filters,
    save_report,
)
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.running import read_filters, report_for
from smartpos.reports.queries.saved import keeps_all, own_report, saved_report
from smartpos.reports.routes.blueprint import blueprint

MOST_OFFERED = 20
USUAL_HOUR = time(9, 0)

describe({Rhythm.DAILY: _l("Every day"), Rhythm.WEEKLY: _l("Every week"), Rhythm.MONTHLY: _l("Every month")})
describe_subjects({"reports": _l("Saved reports"), "report_recipients": _l("Recipients of reports")})


@blueprint.route("/<slug>/save", methods=["GET", "POST"])
def save(slug: str) -> ResponseReturnValue:
    """Keep a report under a name, with the filters that stand in the address."""
    actor = me()
    shown = report_for(slug, actor)
    asked = read_filters(shown, given_args(shown), actor)
    form = SavedReportForm()
    if not form.is_submitted():
        form.name.data = str(shown.title)
        form.send_at.data = USUAL_HOUR
        form.channels.data = []
        form.recipients.data = str(actor.user_id)
        form.rhythm.data = Rhythm.DAILY.value if request.args.get("send") and can(P.SAVED_SCHEDULE) else ""
        return _page(form, shown, None), 200
    if not form.validate():
        return _page(form, shown, None), 422
    try:
        saved = save_report(shown, asked, form.plan(), actor=actor)
    except SmartPOSError as error:
        _refuse(error, form)
        return _page(form, shown, None), error.status
    flash(_("Saved: %(name)s", name=saved.name), "success")
    return redirect(url_for("reports.open_saved", saved_id=saved.id))


@blueprint.get("/saved/<int:saved_id>")
def open_saved(saved_id: int) -> ResponseReturnValue:
    """The report itself, with the filters that were kept."""
    saved = saved_report(saved_id, me())
    report_for(saved.type, me())
    return redirect(url_for("reports.report", slug=saved.type, **{**saved.parameters, "saved": saved.id}))


@blueprint.route("/saved/<int:saved_id>/edit", methods=["GET", "POST"])
def edit_saved(saved_id: int) -> ResponseReturnValue:
    """Rename it, share it, have it sent to somebody."""
    actor = me()
    saved = own_report(saved_id, actor)
    shown = report_for(saved.type, actor)
    form = SavedReportForm()
    if not form.is_submitted():
        form.show(saved)
        if saved.rhythm is None:
            form.send_at.data = USUAL_HOUR
            form.recipients.data = str(actor.user_id)
        if request.args.get("send") and not saved.rhythm and can(P.SAVED_SCHEDULE):
            form.rhythm.data = Rhythm.DAILY.value
        return _page(form, shown, saved), 200
    if not form.validate():
        return _page(form, shown, saved), 422
    try:
        change_saved_report(saved, form.plan(), actor=actor)
    except SmartPOSError as error:
        _refuse(error, form)
        return _page(form, shown, own_report(saved_id, actor)), error.status
    flash(_("Saved: %(name)s", name=saved.name), "success")
    return redirect(url_for("reports.index"))


@blueprint.post("/saved/<int:saved_id>/filters")
def keep_filters(saved_id: int) -> ResponseReturnValue:
    """Keep the filters that stand in the address under the name there is."""
    actor = me()
    saved = own_report(saved_id, actor)
    shown = report_for(saved.type, actor)
    replace_filters(saved, shown, read_filters(shown, given_args(shown), actor), actor=actor)
    flash(_("Saved: %(name)s", name=saved.name), "success")
    return redirect(url_for("reports.open_saved", saved_id=saved_id))


@blueprint.post("/saved/<int:saved_id>/delete")
def delete_saved(saved_id: int) -> ResponseReturnValue:
    """Put it away: one's own, or anybody's for the owner."""
    actor = me()
    saved = saved_report(saved_id, actor)
    if not keeps_all(actor) and saved.created_by != actor.user_id:
        raise NotFound
    delete_saved_report(saved, actor=actor)
    flash(_("Deleted: %(name)s", name=saved.name), "success")
    return redirect(url_for("reports.index"))


@blueprint.get("/saved/people")
def people() -> Response:
    """Who may be chosen to receive a report."""
    require(P.SAVED_SCHEDULE)
    loader = RemoteChoices(
        "people", User, where=lambda statement: statement.where(User.status == UserStatus.ACTIVE)
    )
    rows = loader.get_list(
        request.args.get("query", ""),
        request.args.get("offset", 0, type=int),
        request.args.get("limit", MOST_OFFERED, type=int),
    )
    return jsonify([loader.format(row) for row in rows])


def may_delete(saved: SavedReport) -> bool:
    """Whether the person of this request may put it away."""
    actor = me()
    return keeps_all(actor) or (actor.user_id is not None and saved.created_by == actor.user_id)


def _page(form: SavedReportForm, shown: Report, saved: SavedReport | None) -> str:
    chosen = form.chosen_people()
    found = select(User).where(User.id.in_(chosen)).order_by(User.full_name)
    given: dict[str, Any] = dict(given_args(shown))
    return render_template(
        "reports/saved.html",
        form=form,
        report=shown,
        saved=saved,
        people=[(user.id, user.display) for user in db.session.scalars(found)] if chosen else [],
        may_share=can(P.SAVED_SHARE) or bool(saved and saved.is_shared),
        may_schedule=can(P.SAVED_SCHEDULE),
        is_sent=bool(saved and saved.rhythm),
        action=url_for("reports.edit_saved", saved_id=saved.id)
        if saved
        else url_for("reports.save", slug=shown.slug, **given),
        back_url=url_for("reports.index") if saved else url_for("reports.report", slug=shown.slug, **given),
    )


def _refuse(error: SmartPOSError, form: SavedReportForm) -> None:
    # What a view returns is committed: nothing of what was begun may stay.
    db.session.rollback()
    told = error.facts.get("errors") or {} if isinstance(error, Invalid) else {}
    if not refuse(form, told):
        flash(str(error), "error")
