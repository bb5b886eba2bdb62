"""Saved reports: whose they are, who sees them, which are due, and who receives what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.permissions import RoleKey
from smartpos.core.reports import find_report
from smartpos.identity.actors import Actor
from smartpos.identity.models import Organization, OrganizationStatus
from smartpos.identity.queries import actor_of_user
from smartpos.reports.models import ReportRecipient, ReportRun, SavedReport
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


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a report both its author and a reader see: the keys of columns, and workspaces (None: all of them)."""

    columns: tuple[str, ...]
    workspace_ids: tuple[int, ...] | None


def author_of(saved: SavedReport) -> Actor | None:
    """Who has a saved report sent: the person who scheduled it, in whose name it is made; None when they are gone."""
    return actor_of_user(saved.created_by) if saved.created_by is not None else None


def groups_of(saved: SavedReport, author: Actor) -> dict[Sight, list[Actor]]:
    """Who receives a saved report now, together with whom exactly the same is meant for.

    Nobody receives what the author does not see, nor what they may not see themselves. Whoever may not look at the
    report, or may not sign in any more, is left out.
    """
    report = find_report(saved.type)
    if report is None or not report.is_open_to(author):
        return {}
    groups: dict[Sight, list[Actor]] = {}
    for recipient in saved.recipients:
        reader = actor_of_user(recipient.user_id)
        if reader is None or not report.is_open_to(reader):
            continue
        workspace_ids = both_of(author.workspace_ids, reader.workspace_ids)
        if workspace_ids == ():
            continue
        seen = {column.key for column in report.columns_for(reader)}
        columns = tuple(column.key for column in report.columns_for(author) if column.key in seen)
        groups.setdefault(Sight(columns, workspace_ids), []).append(reader)
    return groups


def sight_of(run: ReportRun) -> Sight:
    """What is in the file of a scheduled report."""
    workspace_ids = tuple(run.workspace_ids) if run.workspace_ids is not None else None
    return Sight(tuple(run.columns), workspace_ids)


def both_of(one: Sequence[int] | None, other: Sequence[int] | None) -> tuple[int, ...] | None:
    """The workspaces that two limits have in common; None is no limit."""
    if one is None or other is None:
        limit = other if one is None else one
        return tuple(sorted(limit)) if limit is not None else None
    return tuple(sorted(set(one) & set(other)))


def receives(run: ReportRun, actor: Actor) -> bool:
    """Whether the file of a run was made for this person, among others: a report that is sent to them."""
    if run.report_id is None:
        return False
    saved = db.session.get(SavedReport, run.report_id)
    if saved is None or saved.deleted_at is not None:
        return False
    author = author_of(saved)
    if author is None:
        return False
    readers = groups_of(saved, author).get(sight_of(run), [])
    return any(reader.user_id == actor.user_id for reader in readers)
