"""The audit trail: acts that no table shows are recorded here; row changes are recorded by database triggers.

``record`` is part of the caller's transaction: what did not happen leaves no trace, and what happened is never
without one. The trail can be read and added to, never edited; ``docs/tenants.md`` tells how that is held.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from ipaddress import ip_address
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Select, func, insert, literal_column, select, text

from smartpos.core.db import db, utc_now
from smartpos.core.jobs import periodic
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.money import plain
from smartpos.core.paging import DEFAULT_LIMIT, Page, page
from smartpos.core.permissions import can
from smartpos.core.scope import current_organization_id, current_scope, current_user_id
from smartpos.core.tenancy import ScopeMissing

MASK = "***"
# The same names as in the trigger function of the foundation migration.
SECRET_FIELDS = frozenset(
    {
        "password",
        "password_hash",
        "pin",
        "pin_code_hash",
        "totp_secret",
        "recovery_codes",
        "passport_data",
        "iin",
        "device_token_hash",
    }
)
_protected: dict[str, str] = {}
_LONGEST_TEXT = 2000
_LONGEST_AGENT = 400


def record(
    action: AuditAction,
    entity_type: str,
    entity_id: int | None = None,
    *,
    reason: str | None = None,
    old_values: Mapping[str, Any] | None = None,
    new_values: Mapping[str, Any] | None = None,
    organization_id: int | None = None,
    user_id: int | None = None,
) -> None:
    """Add an act to the trail of the tenant in force, with who, from where and in which request.

    ``entity_type`` is a table's name or the subject of the act (``session``, ``export``). Values are written as
    JSON, secrets masked; nothing a caller passes can make the statement fail. In the platform scope
    ``organization_id`` must name the tenant whose trail it is; ``user_id`` overrides who the scope says acts.
    Raises ScopeMissing when there is no tenant to record for.
    """
    tenant = organization_id or current_organization_id()
    if tenant is None:
        raise ScopeMissing("an act can only be recorded for an organization")
    scope = current_scope()
    row = {
        "organization_id": tenant,
        "action": action,
        "entity_type": entity_type,
        "entity_id": entity_id,
        "user_id": user_id if user_id is not None else current_user_id(),
        "old_values": _json_ready(old_values) if old_values else None,
        "new_values": _json_ready(new_values) if new_values else None,
        "reason": _clean(reason) if reason else None,
        "request_id": scope.request_id if scope else None,
    }
    if has_request_context():
        row |= {
            "ip_address": _address(request.remote_addr),
            "user_agent": _clean(request.user_agent.string)[:_LONGEST_AGENT] or None,
            "request_id": g.get("request_id"),
        }
    # Straight to the connection, not through the session: a pending row would be lost when the scope ends.
    db.session.connection().execute(insert(db.metadata.tables[AuditLog.__tablename__]).values(row))


def _clean(value: str) -> str:
    """A text that PostgreSQL can store, of a bearable length."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:_LONGEST_TEXT]


def _address(value: str | None) -> str | None:
    try:
        return str(ip_address((value or "").partition("%")[0]))
    except ValueError:  # a server behind a socket file has no address to tell
        return None


def _json_ready(value: Any) -> Any:
    match value:
        case Mapping():
            return {_clean(str(key)): _masked(str(key), item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            ready: Any = [_json_ready(item) for item in value]
        case Enum():
            ready = _json_ready(value.value)
        case None | bool() | int():
            ready = value
        case Decimal():
            ready = plain(value) if value.is_finite() else str(value)
        case datetime() | date():
            ready = value.isoformat()
        case bytes():
            ready = MASK
        case _:
            ready = _clean(str(value))
    return ready


def _masked(key: str, value: Any) -> Any:
    return MASK if key in SECRET_FIELDS and value is not None else _json_ready(value)


def protect_fields(fields: Iterable[str], permission: str) -> None:
    """Fields of any table that the trail shows only to holders of a permission; called at import of a domain."""
    _protected.update(dict.fromkeys(fields, str(permission)))


def readable_values(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Old or new values without the fields that the person of this request may not see."""
    if values is None:
        return None
    return {
        field: value for field, value in values.items() if field not in _protected or can(_protected[field])
    }


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What part of the trail is asked for; None means all.

    ``by_system`` asks for what no person did. ``until`` is the first moment no longer wanted.
    """

    user_id: int | None = None
    by_system: bool = False
    entity_type: str | None = None
    entity_id: int | None = None
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None


def audit_trail(
    wanted: AuditFilter, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[AuditLog]:
    """One page of the trail of the tenant in force, newest first. Raises Invalid for a cursor of another list."""
    return page(
        _selection(wanted), [AuditLog.timestamp, AuditLog.id], limit=limit, cursor=cursor, descending=True
    )


def _selection(wanted: AuditFilter) -> Select[Any]:
    conditions = {
        AuditLog.user_id: wanted.user_id,
        AuditLog.entity_type: wanted.entity_type,
        AuditLog.entity_id: wanted.entity_id,
        AuditLog.action: wanted.action,
    }
    statement = select(AuditLog).where(
        *(column == value for column, value in conditions.items() if value is not None)
    )
    if wanted.by_system:
        statement = statement.where(AuditLog.user_id.is_(None))
    if wanted.since is not None:
        statement = statement.where(AuditLog.timestamp >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditLog.timestamp < wanted.until)
    return statement


def audited_subjects() -> list[str]:
    """The kinds of things the tenant's trail tells about, sorted.

    Steps from one kind to the next through the index, because a plain DISTINCT would read the whole trail.
    """
    first = select(func.min(AuditLog.entity_type).label("subject"))
    step = first.cte("step", recursive=True)
    following = select(func.min(AuditLog.entity_type)).where(
        AuditLog.entity_type > literal_column("step.subject")
    )
    step = step.union_all(
        select(following.scalar_subquery()).select_from(step).where(step.c.subject.is_not(None))
    )
    return list(db.session.scalars(select(step.c.subject).where(step.c.subject.is_not(None))))


def make_partitions(months_ahead: int = 3) -> None:
    """Make the monthly partitions of the trail from this month on, as the owner of the tables.

    Rows that meanwhile landed in the default partition move along. Safe to repeat. Gives up rather than holding
    up the shop when a partition cannot be added at once; the next run tries again.
    """
    month = utc_now().date().replace(day=1)
    with db.engine.begin() as owner:
        owner.execute(text("SET LOCAL lock_timeout = '5s'"))
        owner.execute(
            text(
                "SELECT smartpos_make_audit_partition((CAST(:month AS date) + make_interval(months => n))::date) "
                "FROM generate_series(0, :ahead) AS n"
            ),
            {"month": month, "ahead": months_ahead},
        )


@periodic("20 2 * * *", timeout=120)
def keep_partitions() -> None:
    """Every night: the trail has partitions for the months to come."""
    make_partitions()
