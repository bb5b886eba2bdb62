"""Saved reports: whose they are, who sees them, which are due, and who receives what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.permissions import RoleKey
from smartpos.core.reports import Report, find_report
from smartpos.identity.actors import Actor
from smartpos.identity.models import Organization, OrganizationStatus
from smartpos.identity.queries import actor_of_user
from smartpos.reports.models import ReportRecipient, SavedReport
from smartpos.reports.queries.running import reports_for

MOST_SHOWN = 200
MOST_DUE = 1000
_KEEPERS = frozenset((RoleKey.OWNER.value, RoleKey.ADMIN.value))


def keeps_all(actor: Actor) -> bool:
    """Whether somebody sees everybody's saved reports, and may put any of them away."""
    return actor.role_key in _KEEPERS


def in_view(actor: Actor) -> ColumnElement[bool]:
    """Which saved reports a person meets: their own, shared ones, and those sent to them."""
    sent = select(ReportRecipient.report_id).where(ReportRecipient.user_id == actor.user_id)
    return or_(
        SavedReport.created_by == actor.user_id, SavedReport.is_shared.is_(True), SavedReport.id.in_(sent)
    )


def saved_reports(actor: Actor) -> list[SavedReport]:
    """The saved reports that a person meets and may open, by name; one's own first."""
    slugs = [report.slug for report in reports_for(actor)]
    query = (
        select(SavedReport)
        .where(SavedReport.deleted_at.is_(None), SavedReport.type.in_(slugs), in_view(actor))
        .options(selectinload(SavedReport.author))
        .order_by((SavedReport.created_by == actor.user_id).desc(), SavedReport.name, SavedReport.id)
        .limit(MOST_SHOWN)
    )
    return list(db.session.scalars(query))


def saved_report(saved_id: int, actor: Actor) -> SavedReport:
    """A saved report that the person meets. Raises NotFound for those of others that are not shared."""
    seen = SavedReport.id == saved_id
    if not keeps_all(actor):
        seen = seen & in_view(actor)
    found = db.session.scalars(
        select(SavedReport).where(seen, SavedReport.deleted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def own_report(saved_id: int, actor: Actor) -> SavedReport:
    """A saved report that the person may change. Raises NotFound, also for what others share."""
    found = saved_report(saved_id, actor)
    if found.created_by is None or found.created_by != actor.user_id:
        raise NotFound
    return found


def due_reports(now: datetime | None = None) -> list[tuple[int, int]]:
    """Tenants and saved reports whose time has come, the longest waiting first; in the platform scope."""
    found = db.session.execute(
        select(SavedReport.organization_id, SavedReport.id)
        .join(Organization, Organization.id == SavedReport.organization_id)
        .where(
            SavedReport.next_run_at <= (now or utc_now()),
            SavedReport.deleted_at.is_(None),
            Organization.status == OrganizationStatus.ACTIVE,
        )
        .order_by(SavedReport.next_run_at, SavedReport.id)
        .limit(MOST_DUE)
    )
    return [(row[0], row[1]) for row in found]


def groups_of(saved: SavedReport) -> list[list[Actor]]:
    """Who receives a saved report now, together with whom exactly the same is meant for.

    The same file goes to those who see the same columns of the same workspaces in the same language. Whoever may not
    look at the report, or may not sign in any more, is left out.
    """
    report = find_report(saved.type)
    if report is None:
        return []
    groups: dict[Any, list[Actor]] = {}
    for recipient in saved.recipients:
        actor = actor_of_user(recipient.user_id)
        if actor is not None and report.is_open_to(actor):
            groups.setdefault(_sight(report, actor), []).append(actor)
    return list(groups.values())


def group_with(groups: Sequence[list[Actor]], user_id: int | None) -> list[Actor]:
    """The group to which somebody belongs; nobody where they belong to none any more."""
    return next((group for group in groups if any(actor.user_id == user_id for actor in group)), [])


def _sight(report: Report, actor: Actor) -> tuple[Any, ...]:
    columns = tuple(column.key for column in report.columns_for(actor))
    locale = actor.locale or actor.organization.locale
    return columns, tuple(sorted(actor.workspace_ids or ())), locale
