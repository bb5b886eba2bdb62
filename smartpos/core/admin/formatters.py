"""Values as people read them: thin spaces in numbers, the tenant's time zone, pills, a dash for nothing.

All of them take the bare value, so that views, templates (as filters of the same names) and reports share them.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_request_context
from flask_babel import gettext as _
from markupsafe import Markup, escape

from smartpos.core.admin.labels import label_of
from smartpos.core.figures import grouped

NOTHING = Markup('<span class="faint">\u2013</span>')


def tenant_zone() -> ZoneInfo:
    """The time zone of the organization of this request; UTC outside of one."""
    principal = g.get("principal") if has_request_context() else None
    zone = getattr(getattr(principal, "organization", None), "zone", None)
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


def money(value: Decimal | int | None, currency: str = "") -> str | Markup:
    """Money: ``1 234 500``, with two digits only where there are any; the currency's name follows if given."""
    if value is None:
        return NOTHING
    least = 0 if value == int(value) else 2
    text = grouped(value, 2, least)
    return f"{text}\u00a0{currency}" if currency else text


def unit_cost(value: Decimal | None) -> str | Markup:
    """A unit cost: like money, with up to four digits."""
    if value is None:
        return NOTHING
    return grouped(value, 4, 0 if value == int(value) else 2)


def quantity(value: Decimal | int | None, unit: str = "") -> str | Markup:
    """A quantity with up to three digits; the unit follows if given."""
    if value is None:
        return NOTHING
    text = grouped(value, 3)
    return f"{text}\u00a0{unit}" if unit else text


def number(value: Decimal | int | float | None) -> str | Markup:
    """Any other number."""
    if value is None:
        return NOTHING
    return grouped(Decimal(str(value)), 6)


def seconds(value: Decimal | float | None) -> str | Markup:
    """How long something took, in seconds: ``0,4``."""
    return NOTHING if value is None else grouped(Decimal(str(value)), 1, 1)


def file_size(value: int | None) -> str | Markup:
    """A size in bytes as people read it: ``640 KB``, ``12,4 MB``."""
    if value is None:
        return NOTHING
    if value < 1_000_000:
        return f"{grouped(max(1, round(value / 1000)), 0)}\u00a0KB"
    return f"{grouped(Decimal(value) / 1_000_000, 1)}\u00a0MB"


def percent(value: Decimal | int | None) -> str | Markup:
    """Per cent: ``12%``."""
    return NOTHING if value is None else f"{grouped(value, 2)}%"


def local_datetime(value: datetime | None, *, seconds: bool = False) -> str | Markup:
    """A moment in the tenant's time zone: ``20.11.2026 21:47``."""
    if value is None:
        return NOTHING
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    local = moment.astimezone(tenant_zone())
    shape = "%d.%m.%Y %H:%M:%S" if seconds else "%d.%m.%Y %H:%M"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), local.strftime(shape))


def local_date(value: date | None) -> str | Markup:
    """A date: ``20.11.2026``. A moment becomes the business day it falls on."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(tenant_zone()).date()
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), value.strftime("%d.%m.%Y"))


def pill(value: Any, tone: str | None = None) -> Markup:
    """A status as a pill; members of a described enumeration know their text and tone."""
    if value is None:
        return NOTHING
    text: Any = value
    if isinstance(value, Enum):
        label = label_of(value)
        text, tone = label.text, label.tone if tone is None else tone
    return Markup('<span class="pill {}">{}</span>').format(tone or "", str(text))


def yes_no(value: bool | None) -> Markup:
    """A tick or a dash, with words for those who do not see them."""
    if value is None:
        return NOTHING
    if not value:
        return Markup(
            '<span class="faint" title="{0}"><span aria-hidden="true">\u2013</span>{1}</span>'
        ).format(_("No"), _hidden(_("No")))
    return Markup('<span class="yes" title="{0}">{1}{2}</span>').format(
        _("Yes"), Markup('<span class="tick" aria-hidden="true">\u2713</span>'), _hidden(_("Yes"))
    )


def _hidden(text: str) -> Markup:
    return Markup('<span class="sr-only">{}</span>').format(text)


def plain_list(values: Any) -> str | Markup:
    """Several values, separated by commas."""
    shown = [str(value) for value in values or ()]
    return ", ".join(shown) if shown else NOTHING


def mapping(value: Mapping[str, Any] | None) -> Markup:
    """A small JSON object as ``name: value`` lines."""
    if not value:
        return NOTHING
    lines = [
        Markup("<b>{}</b>: {}").format(
            key, item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        )
        for key, item in value.items()
    ]
    return Markup("<br>").join(lines)


def nothing_as_dash(value: Any) -> Any:
    """The value itself, or a dash when it is None or an empty text."""
    return NOTHING if value is None or value == "" else escape(value)
