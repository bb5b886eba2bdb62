"""The audit trail of a period, and who signed in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, func, select

from smartpos.core.admin.labels import Words
from smartpos.core.admin.trail import SubjectWords
from smartpos.core.models import AuditAction, AuditLog
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.identity.models import User
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.queries import shown_name

_SIGNING = (AuditAction.LOGIN, AuditAction.LOGIN_FAILED, AuditAction.LOGOUT)
_PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=7, longest=366)
_BY = {"people": _l("People"), "system": _l("The system by itself")}
_PERSON = Filter("user_id", _l("Person"), FilterKind.ROW, model=User)


def _trail(asked: Asked, *columns: Any) -> AnySelect:
    it = AuditLog
    query: AnySelect = (
        select(
            it.id,
            it.timestamp.label("moment"),
            shown_name().label("person"),
            it.action,
            it.reason,
            func.host(it.ip_address, type_=Text).label("address"),
            *columns,
        )
        .select_from(it)
        .outerjoin(User, User.id == it.user_id)
        .where(it.timestamp >= asked.begin, it.timestamp < asked.end)
    )
    if asked["user_id"] is not None:
        query = query.where(it.user_id == asked["user_id"])
    if asked["action"] is not None:
        query = query.where(it.action == AuditAction(asked["action"]))
    return query


def _acts(asked: Asked) -> AnySelect:
    query = _trail(asked, AuditLog.entity_type.label("subject"), AuditLog.entity_id.label("record"))
    if asked["by"] is not None:
        by_people = AuditLog.user_id.is_not(None)
        query = query.where(by_people if asked["by"] == "people" else ~by_people)
    if asked["subject"] is not None:
        query = query.where(AuditLog.entity_type == asked["subject"])
    return query


def _signing(asked: Asked) -> AnySelect:
    return _trail(asked, AuditLog.user_agent.label("device")).where(AuditLog.action.in_(_SIGNING))


_COLUMNS = (
    Column("moment", _l("When"), ColumnKind.MOMENT),
    Column("person", _l("Person"), width=24),
)

declare_report(
    Report(
        slug="audit",
        title=_l("Audit trail"),
        group=ReportGroup.PEOPLE,
        permission=IdentityPermission.AUDIT_READ,
        note=_l(
            "Who changed what and when; the number leads to the page of the trail, which shows the values before and"
            " after."
        ),
        icon="audit",
        filters=(
            _PERIOD,
            Filter("by", _l("Done by"), FilterKind.CHOICE, choices=_BY, default="people"),
            _PERSON,
            Filter("action", _l("Action"), FilterKind.CHOICE, choices=Words(AuditAction)),
            Filter("subject", _l("What"), FilterKind.CHOICE, choices=SubjectWords()),
        ),
        columns=(
            *_COLUMNS,
            Column("action", _l("Action"), choices=Words(AuditAction)),
            Column("subject", _l("What"), choices=SubjectWords(), width=24),
            Column("record", _l("Number"), ColumnKind.WHOLE, link=("audit.trail", "record")),
            Column("reason", _l("Reason"), width=32),
            Column("address", _l("Network address")),
        ),
        select=_acts,
        order=("-moment", "-id"),
    )
)

declare_report(
    Report(
        slug="sign-ins",
        title=_l("Signing in and out"),
        group=ReportGroup.PEOPLE,
        permission=IdentityPermission.AUDIT_READ,
        note=_l(
            "Who signed in and out, and who tried in vain; without a person nobody of that name is known."
        ),
        icon="key",
        filters=(
            _PERIOD,
            _PERSON,
            Filter(
                "action",
                _l("Action"),
                FilterKind.CHOICE,
                choices=Words(AuditAction, *(one for one in AuditAction if one not in _SIGNING)),
            ),
        ),
        columns=(
            *_COLUMNS,
            Column("action", _l("Action"), choices=Words(AuditAction)),
            Column("reason", _l("Reason")),
            Column("address", _l("Network address")),
            Column("device", _l("Device"), width=40),
        ),
        select=_signing,
        order=("-moment", "-id"),
    )
)
