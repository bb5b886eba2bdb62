"""The audit trail as people read it: rows and fields by the names of the admin panel, values as lists show them.

What an admin view calls its table and its columns is taken from there. A domain names what has no view, or titles
a row better than ``str`` does, with ``describe_subjects``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import Column, Date, DateTime, Enum, Numeric, select

from smartpos.core.admin import cells, formatters
from smartpos.core.admin.navigation import EXTENSION
from smartpos.core.audit import MASK, readable_values
from smartpos.core.db import Base, TenantModel, db
from smartpos.core.models import AuditAction, AuditLog

# Every row has them and they tell nothing; what a new row left empty is not told either.
_SILENT = frozenset({"organization_id", "id", "created_at", "updated_at"})
_FIELDS: Mapping[str, Any] = {
    "name": _l("Name"),
    "title": _l("Title"),
    "description": _l("Description"),
    "notes": _l("Notes"),
    "status": _l("Status"),
    "is_active": _l("Active"),
    "deleted_at": _l("Removed"),
    "phone": _l("Phone"),
    "address": _l("Address"),
    "kind": _l("Kind"),
    "key": _l("Setting"),
    "value": _l("Value"),
    "permission": _l("Permission"),
    "user_id": _l("User"),
    "role_id": _l("Role"),
    "branch_id": _l("Branch"),
    "till_id": _l("Till"),
    "product_id": _l("Product"),
    "category_id": _l("Category"),
    "unit_id": _l("Unit"),
    "workspace_id": _l("Workspace"),
    "parent_id": _l("Parent"),
    "promotion_id": _l("Promotion"),
    "created_by": _l("Made by"),
    "updated_by": _l("Changed by"),
    "client_uuid": _l("Number given by the device"),
    "content_hash": _l("Fingerprint"),
    "price": _l("Price"),
    "barcode": _l("Barcode"),
    "sort_order": _l("Order"),
    "password_hash": _l("Password"),
    "pin_code_hash": _l("PIN"),
    "totp_secret": _l("Two-step sign-in"),
    "recovery_codes": _l("Recovery codes"),
    "passport_data": _l("Passport"),
    "profile_image_id": _l("Picture"),
    "device_token_hash": _l("Known device"),
    "file_id": _l("Picture"),
    "thumbnail_id": _l("Small picture"),
    "closed_by": _l("Closed by"),
    "approved_by": _l("Approved by"),
    "cancelled_by": _l("Cancelled by"),
    "completed_by": _l("Received by"),
    "confirmed_by": _l("Confirmed by"),
    "finished_by": _l("Finished by"),
    "ordered_by": _l("Ordered by"),
    "posted_by": _l("Posted by"),
    "received_by": _l("Received by"),
    "reverted_by": _l("Reverted by"),
    "shipped_by": _l("Sent off by"),
    "reason": _l("Reason"),
    "amount": _l("Amount"),
    "note": _l("Note"),
    "is_default": _l("Default"),
    "batch_id": _l("Lot"),
    "purchase_id": _l("Purchase"),
    "spread_by": _l("Spread"),
    "paper": _l("Paper"),
    "width_mm": _l("Width, mm"),
    "height_mm": _l("Height, mm"),
    "columns": _l("Columns"),
    "rows": _l("Rows"),
    "blocks": _l("What stands on it"),
    "reserved_quantity": _l("Reserved"),
    "domain": _l("Short name"),
    "host": _l("Own web address"),
    "is_platform": _l("The platform itself"),
    "status_reason": _l("Reason"),
    "legal_name": _l("Legal name"),
    "bin": _l("STIR or BIN"),
    "tax_id": _l("VAT payer code"),
    "registration_number": _l("Registration number"),
    "industry": _l("Industry"),
    "employee_count": _l("Number of employees"),
    "email": _l("E-mail"),
    "website": _l("Website"),
    "country": _l("Country"),
    "currency": _l("Currency"),
    "timezone": _l("Time zone"),
    "locale": _l("Language"),
}

# What the values of an act may mention that is no column of its subject.
_MENTIONED: Mapping[str, str] = {
    "user_id": "users",
    "role_id": "roles",
    "branch_id": "branches",
    "till_id": "tills",
    "product_id": "products",
}

Title = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the trail calls a table or another subject.

    ``title`` names one row of it; ``values`` shows the values of fields, by name, better than their type does;
    ``fields`` has the names of those that no list shows.
    """

    label: Any
    title: Title | None = None
    values: Mapping[str, Title] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, ready to be shown."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the trail, ready to be shown. ``url`` leads to the record where the person may open it."""

    row: AuditLog
    subject: str
    title: str
    url: str | None
    changes: list[Change]
    reason: Any

    @property
    def has_before(self) -> bool:
        """Whether there is anything to compare with."""
        return self.row.old_values is not None

    @property
    def day(self) -> date:
        """The business day it happened on."""
        return self.row.timestamp.astimezone(formatters.tenant_zone()).date()

    @property
    def clock(self) -> str:
        """The time of that day."""
        return self.row.timestamp.astimezone(formatters.tenant_zone()).strftime("%H:%M")

    @property
    def fields(self) -> str:
        """The names of the changed fields, for the closed line."""
        return ", ".join(change.label for change in self.changes)


_subjects: dict[str, Subject] = {}
_reasons: dict[str, Any] = {}


def describe_subjects(subjects: Mapping[str, Subject | Any]) -> None:
    """Name subjects: ``{"app_settings": Subject(_l("Settings"), title=...), "export": _l("Exports")}``."""
    for name, given in subjects.items():
        _subjects[name] = given if isinstance(given, Subject) else Subject(given)


def describe_reasons(reasons: Mapping[str, Any]) -> None:
    """What to say for the reasons that operations give as single words; those that people wrote stay as they are."""
    _reasons.update(reasons)


def subject_label(entity_type: str) -> str:
    """What people call this kind of thing."""
    if entity_type in _subjects:
        return str(_subjects[entity_type].label)
    view = _views().get(entity_type)
    return str(view.name) if view is not None else entity_type.replace("_", " ").capitalize()


class SubjectWords(Mapping[str, Any]):
    """What the trail calls kinds of things, looked up when they are shown: for the columns and filters of reports."""

    def __getitem__(self, entity_type: str) -> Any:
        if entity_type not in _subjects and entity_type not in _models():
            raise KeyError(entity_type)
        return subject_label(entity_type)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_subjects, *_models()}))

    def __len__(self) -> int:
        return len({*_subjects, *_models()})


def tell(rows: Iterable[AuditLog]) -> list[Told]:
    """The rows of a page, with the names of everything they mention loaded together."""
    rows = list(rows)
    names = _Names()
    for row in rows:
        names.want(row.entity_type, row.entity_id)
        for values in (row.old_values, row.new_values):
            for name, value in (values or {}).items():
                names.want(_target_of(row.entity_type, name), value)
    names.load()
    return [_told(row, names) for row in rows]


def _told(row: AuditLog, names: "_Names") -> Told:
    title = names.get(row.entity_type, row.entity_id)
    return Told(
        row,
        subject=subject_label(row.entity_type),
        title=title or _title_in(row.new_values or row.old_values or {}),
        url=_address(row) if title else None,
        changes=list(_changes(row, names)),
        reason=_reasons.get(row.reason or "", row.reason),
    )


def _title_in(values: Mapping[str, Any]) -> str:
    """The name of a row that is gone, out of its own values."""
    return next(
        (str(values[key]) for key in ("name", "full_name", "username", "barcode") if values.get(key)), ""
    )


def _changes(row: AuditLog, names: "_Names") -> Iterable[Change]:
    before, after = readable_values(row.old_values) or {}, readable_values(row.new_values) or {}
    is_whole = row.action is not AuditAction.UPDATE
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if name in _SILENT or (is_whole and _is_empty(old) and _is_empty(new)):
            continue
        yield Change(
            _field_label(row.entity_type, name),
            _shown(row.entity_type, name, old, names),
            _shown(row.entity_type, name, new, names),
        )


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {}, False)


def labels_of(entity_type: str) -> Mapping[str, Any]:
    """What the fields of a subject are called, by its list in the panel or by what described it."""
    if entity_type in _subjects and _subjects[entity_type].fields:
        return _subjects[entity_type].fields
    return getattr(_views().get(entity_type), "column_labels", None) or {}


def _field_label(entity_type: str, name: str) -> str:
    labels = labels_of(entity_type)
    known = labels.get(name) or labels.get(name.removesuffix("_id")) or _FIELDS.get(name)
    return str(known or name.removesuffix("_id").replace("_", " ").capitalize())


def _shown(entity_type: str, name: str, value: Any, names: "_Names") -> Any:
    if isinstance(value, str) and value.startswith(MASK):
        return Markup('<span class="faint">{}</span>').format(_("not shown"))
    if isinstance(value, bool):
        return formatters.yes_no(value)
    named = names.get(_target_of(entity_type, name), value)
    subject = _subjects.get(entity_type)
    if subject is not None and name in subject.values and value is not None:
        named = subject.values[name](value)
    if named:
        return named
    column = _column(entity_type, name)
    try:
        return cells.shown(_typed(column, value), cells.format_of(column))
    except (
        ValueError,
        TypeError,
        ArithmeticError,
        AttributeError,
    ):  # written under another form of the table
        return cells.shown(str(value), None)


def _typed(column: Column[Any] | None, value: Any) -> Any:
    """A value out of JSON as the column's own type."""
    if value is None or column is None:
        return value
    kind = column.type
    if isinstance(kind, Numeric):
        return Decimal(str(value))
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value


def _column(entity_type: str, name: str) -> Column[Any] | None:
    table = db.metadata.tables.get(entity_type)
    return table.columns.get(name) if table is not None else None


def _target_of(entity_type: str, name: str) -> str:
    column = _column(entity_type, name)
    return str(column.info.get("refers_to", "")) if column is not None else _MENTIONED.get(name, "")


def _views() -> dict[str, Any]:
    """The views of the panel by the table they show; the first of several is the table's own."""
    found: dict[str, Any] = {}
    panel = current_app.extensions.get(EXTENSION)
    for view in panel._views if panel else ():
        model = getattr(view, "model", None)
        if model is not None:
            found.setdefault(model.__tablename__, view)
    return found


def _address(row: AuditLog) -> str | None:
    view = _views().get(row.entity_type)
    if view is None or not view.can_view_details or not view.is_accessible():
        return None
    return url_for(f"{view.endpoint}.details_view", id=row.entity_id)


@cache
def _models() -> dict[str, type[TenantModel]]:
    """The tenant tables whose rows have a number and a name."""
    mapped = (mapper.class_ for mapper in Base.registry.mappers)
    return {
        cls.__tablename__: cls
        for cls in mapped
        if issubclass(cls, TenantModel) and cls.id is not None and cls is not AuditLog
    }


class _Names:
    """The names of the rows a page mentions: one statement per table, however many rows."""

    def __init__(self) -> None:
        self.wanted: dict[str, set[int]] = {}
        self.found: dict[tuple[str, int], str] = {}

    def want(self, table: str, number: Any) -> None:
        model = _models().get(table)
        has_title = table in _subjects and _subjects[table].title is not None
        if model is None or not isinstance(number, int) or isinstance(number, bool):
            return
        if has_title or model.__str__ is not object.__str__:
            self.wanted.setdefault(table, set()).add(number)

    def load(self) -> None:
        for table, numbers in self.wanted.items():
            model = _models()[table]
            title = _subjects[table].title if table in _subjects else None
            for row in db.session.scalars(select(model).where(model.id.in_(numbers))):
                self.found[table, row.id] = str((title or str)(row))

    def get(self, table: str, number: Any) -> str:
        return self.found.get((table, number), "") if isinstance(number, int) else ""
