"""The audit trail for those who may read it: a page with old and new values side by side, and an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields
from sqlalchemy import select

from smartpos.core.admin import describe, register_link
from smartpos.core.admin.labels import choices, label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.admin.trail import Subject, describe_reasons, describe_subjects, subject_label, tell
from smartpos.core.audit import AuditFilter, audit_trail, audited_subjects, readable_values
from smartpos.core.db import db
from smartpos.core.extensions import api as rest
from smartpos.core.fields import IdField, MomentField, StrictQuery, TextField
from smartpos.core.models import AuditAction
from smartpos.core.money import plain
from smartpos.core.paging import Page
from smartpos.core.permissions import declared_permissions, needs, require
from smartpos.core.settings import declared_settings
from smartpos.identity.models import SessionKind, User
from smartpos.identity.permissions import IdentityPermission

SYSTEM = "system"
PER_PAGE = 50
MOST_PEOPLE = 1000

pages = Blueprint("audit", __name__)
endpoints = ApiBlueprint("audit_api", __name__, url_prefix="/api", description="The audit trail")

describe(
    {
        AuditAction.CREATE: (_l("Added"), "good"),
        AuditAction.UPDATE: (_l("Changed"), "info"),
        AuditAction.DELETE: (_l("Deleted"), "bad"),
        AuditAction.LOGIN: _l("Signed in"),
        AuditAction.LOGIN_FAILED: (_l("Could not sign in"), "warn"),
        AuditAction.LOGOUT: _l("Signed out"),
        AuditAction.EXPORT: (_l("Exported"), "accent"),
        AuditAction.IMPORT: (_l("Imported"), "accent"),
        AuditAction.APPROVE: (_l("Approved"), "accent"),
        AuditAction.ACCESS: (_l("Looked in"), "warn"),
    }
)


def _setting_label(key: str) -> str:
    return next((str(setting.label) for setting in declared_settings() if setting.key == key), key)


def _permission_label(name: str) -> str:
    return next((str(given.label) for given in declared_permissions() if given.name == name), name)


def _session_label(kind: str) -> str:
    return str(label_of(SessionKind(kind)).text) if kind in list(SessionKind) else kind


describe_subjects(
    {
        "organizations": _l("Organization"),
        "workspaces": _l("Workspaces"),
        "branches": _l("Branches"),
        "tills": _l("Tills"),
        "users": Subject(_l("Staff"), str, {"kind": _session_label}),
        "roles": _l("Roles"),
        "role_permissions": Subject(
            _l("Permissions of roles"),
            lambda row: _permission_label(row.permission),
            {"permission": _permission_label},
        ),
        "user_workspaces": _l("Workspaces of staff"),
        "user_sessions": _l("Sessions"),
        "app_settings": Subject(_l("Settings"), lambda row: _setting_label(row.key), {"key": _setting_label}),
    }
)
describe_reasons(
    {
        "password": _l("Wrong password"),
        "pin": _l("Wrong PIN"),
        "code": _l("Wrong code of the second step"),
        "account_off": _l("The account is switched off"),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for, as typed and as understood; ``problems`` are sentences by field."""

    typed: Mapping[str, str]
    wanted: AuditFilter
    problems: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the whole trail is asked for."""
        return self.wanted != AuditFilter()


def _question(given: Mapping[str, str], zone: Any) -> Question:
    names = ("who", "what", "record", "action", "since", "until")
    typed = {name: given.get(name, "").replace("\x00", "").strip()[:100] for name in names}
    problems: dict[str, str] = {}

    def read(name: str, reader: Any, problem: str) -> Any:
        if not typed[name]:
            return None
        try:
            value = reader(typed[name])
        except (ValueError, OverflowError):
            value = None
        if value is None:
            problems[name] = problem
        return value

    no_day = _("This is not a date.")
    until = read("until", lambda text: _midnight(date.fromisoformat(text) + timedelta(days=1), zone), no_day)
    wanted = AuditFilter(
        user_id=None if typed["who"] == SYSTEM else read("who", parse_id, _("There is no such person.")),
        by_system=typed["who"] == SYSTEM,
        entity_type=typed["what"] or None,
        entity_id=read("record", parse_id, _("This is not a number of a record.")),
        action=read("action", AuditAction, _("There is no such action.")),
        since=read("since", lambda text: _midnight(date.fromisoformat(text), zone), no_day),
        until=until,
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        problems["until"] = _("This is before the first day.")
    return Question(typed, wanted, problems)


def _midnight(day: date, zone: Any) -> datetime:
    """The beginning of a business day, as a moment the database can hold."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@pages.get("/audit")
def trail() -> ResponseReturnValue:
    """Who did what and when."""
    require(IdentityPermission.AUDIT_READ)
    question = _question(request.args, g.principal.organization.zone)
    found: Page[Any] = Page([], None)
    if not question.problems:
        found = audit_trail(question.wanted, limit=PER_PAGE, cursor=request.args.get("cursor") or None)
    people = dict(_people())
    kept: dict[str, Any] = {name: value for name, value in question.typed.items() if value}
    page = render_template(
        "identity/audit.html",
        question=question,
        entries=tell(found.items),
        people=people,
        subjects=sorted(
            ((name, subject_label(name)) for name in audited_subjects()), key=lambda pair: pair[1]
        ),
        actions=choices(AuditAction),
        newest_url=url_for("audit.trail", **kept) if request.args.get("cursor") else None,
        next_url=url_for("audit.trail", **kept, cursor=found.next_cursor) if found.next_cursor else None,
        system=SYSTEM,
    )
    return page, 422 if question.problems else 200


def _people() -> list[tuple[int, str]]:
    statement = select(User).order_by(User.full_name, User.username).limit(MOST_PEOPLE)
    return [(user.id, user.display) for user in db.session.scalars(statement)]


class AuditQuery(StrictQuery):
    """What part of the trail."""

    user_id = IdField(load_default=None)
    entity_type = TextField(longest=100, load_default=None)
    entity_id = IdField(load_default=None)
    action = fields.Enum(AuditAction, by_value=True, load_default=None)
    since = MomentField(load_default=None)
    until = MomentField(load_default=None)


class AuditEntry(Schema):
    """One row of the trail. In ``old_values`` and ``new_values`` of an update only what changed, secrets masked."""

    id = fields.Integer()
    timestamp = fields.AwareDateTime(format="iso")
    action = fields.Enum(AuditAction, by_value=True)
    entity_type = fields.String()
    entity_id = fields.Integer(allow_none=True)
    user_id = fields.Integer(allow_none=True)
    user = fields.String(allow_none=True)
    old_values = fields.Dict(allow_none=True)
    new_values = fields.Dict(allow_none=True)
    reason = fields.String(allow_none=True)
    ip_address = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)


class AuditPage(Schema):
    """A page of the trail, newest first."""

    items = fields.List(fields.Nested(AuditEntry))
    next_cursor = fields.String(allow_none=True)


@endpoints.get("/audits")
@needs(IdentityPermission.AUDIT_READ)
@endpoints.arguments(AuditQuery, location="query")
@endpoints.response(200, AuditPage)
def audits(query: dict[str, Any]) -> dict[str, Any]:
    """Who did what and when, newest first."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    found = audit_trail(AuditFilter(**query), limit=limit, cursor=cursor or None)
    numbers = {row.user_id for row in found.items}
    names = {user.id: user.display for user in db.session.scalars(select(User).where(User.id.in_(numbers)))}
    return {"items": [_entry(row, names) for row in found.items], "next_cursor": found.next_cursor}


def _entry(row: Any, names: Mapping[int, str]) -> dict[str, Any]:
    plain_names = ("id", "timestamp", "action", "entity_type", "entity_id", "user_id", "reason", "request_id")
    return {name: getattr(row, name) for name in plain_names} | {
        "user": names.get(row.user_id),
        "ip_address": None if row.ip_address is None else str(row.ip_address),
        "old_values": _exact(readable_values(row.old_values)),
        "new_values": _exact(readable_values(row.new_values)),
    }


def _exact(value: Any) -> Any:
    """Decimals leave as text, as everywhere in the API."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return plain(Decimal(repr(value))).removesuffix(".0") if isinstance(value, float) else value


def init_app(app: Flask) -> None:
    """Register the page, its place in the menu and the endpoint."""
    app.register_blueprint(pages)
    rest.register_blueprint(endpoints)
    register_link(
        _l("Administration"), _l("Audit trail"), "audit.trail", "audit", IdentityPermission.AUDIT_READ
    )
