"""What dashboards are made of: tiles, lists, lines and maps, each a small JSON object with a key of its own.

The browser draws a widget again when something about it has changed, and knows it by its key.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from smartpos.core import figures
from smartpos.core.admin import formatters
from smartpos.core.admin.guard import may_enter
from smartpos.core.permissions import can
from smartpos.core.reports import FilterKind, find_report
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch

Widget = dict[str, Any]
REPORT_PAGE = "reports.report"
WHOLE = Decimal(1)
LARGE = Decimal(1000)


def amount(value: Decimal) -> str:
    """Money on a tile: without small change where it is more than a thousand."""
    return str(formatters.money(value.quantize(WHOLE) if abs(value) >= LARGE else value))


def count(value: int) -> str:
    """A number of things."""
    return str(formatters.quantity(value))


def share(value: Decimal) -> str:
    """Per cent with one digit."""
    return f"{figures.grouped(value, 1)}%"


def short_day(day: date) -> str:
    """A day without its year."""
    return day.strftime("%d.%m")


def change(
    now: Decimal | int, before: Decimal | int, against: str, *, more_is_good: bool = True
) -> Widget | None:
    """By how much something is more or less than it was; None where there is nothing to compare with."""
    if not before:
        return None
    percent = (Decimal(now) - Decimal(before)) * 100 / abs(Decimal(before))
    if abs(percent) < Decimal("0.05"):
        return {"text": "0%", "tone": "", "against": against}
    is_good = (percent > 0) == more_is_good
    arrow = "\u25b2" if percent > 0 else "\u25bc"
    digits = 0 if abs(percent) >= 10 else 1
    return {
        "text": f"{arrow} {figures.grouped(abs(percent), digits)}%",
        "tone": "good" if is_good else "bad",
        "against": against,
    }


def tile(
    key: str,
    label: str,
    shown: str,
    value: Decimal | int,
    *,
    note: str = "",
    link: str | None = None,
    compared: Widget | None = None,
    tone: str = "",
) -> Widget:
    """One figure. ``value`` is what is counted up to when it changes; ``shown`` what is read in the end."""
    return {
        "kind": "tile",
        "key": key,
        "label": label,
        "shown": shown,
        "value": float(value),
        "note": note,
        "link": link,
        "change": compared,
        "tone": tone,
    }


def bars(
    key: str,
    title: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    empty: str,
    link: str | None = None,
    size: str = "",
) -> Widget:
    """Rows with a bar each: ``label``, ``shown``, ``worth`` and perhaps ``note`` and ``link``."""
    most = max((abs(float(row["worth"])) for row in rows), default=0.0)
    drawn = [
        {
            "label": row["label"],
            "note": row.get("note", ""),
            "shown": row["shown"],
            "link": row.get("link"),
            "share": round(max(float(row["worth"]), 0.0) / most, 4) if most else 0.0,
        }
        for row in rows
    ]
    return {
        "kind": "bars",
        "key": key,
        "title": title,
        "rows": drawn,
        "empty": empty,
        "link": link,
        "size": size,
    }


def rows(
    key: str,
    title: str,
    found: Sequence[Mapping[str, Any]],
    *,
    empty: str,
    link: str | None = None,
    size: str = "",
) -> Widget:
    """Rows of words: ``label``, ``shown`` and perhaps ``note``, ``tone`` and ``link``."""
    drawn = [
        {
            "label": row["label"],
            "note": row.get("note", ""),
            "shown": row.get("shown", ""),
            "tone": row.get("tone", ""),
            "link": row.get("link"),
        }
        for row in found
    ]
    return {
        "kind": "rows",
        "key": key,
        "title": title,
        "rows": drawn,
        "empty": empty,
        "link": link,
        "size": size,
    }


def lines(
    key: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[Decimal | None]]],
    *,
    link: str | None = None,
    empty: str,
) -> Widget:
    """Values over time; the first series is what it is about, the others are drawn more quietly."""
    drawn = [
        {"name": name, "values": [None if value is None else float(value) for value in values]}
        for name, values in series
    ]
    is_empty = not any(value for one in drawn for value in one["values"] or ())
    return {
        "kind": "lines",
        "key": key,
        "title": title,
        "labels": list(labels),
        "series": drawn,
        "empty": empty if is_empty else "",
        "link": link,
        "size": "wide",
    }


def heat(
    key: str,
    title: str,
    columns: Sequence[str],
    found: Sequence[tuple[str, Sequence[Decimal]]],
    *,
    note: str,
    link: str | None = None,
    empty: str,
) -> Widget:
    """A map: rows by columns, each cell as strong as it is large."""
    most = max((value for _name, values in found for value in values), default=Decimal(0))
    return {
        "kind": "heat",
        "key": key,
        "title": title,
        "note": note,
        "columns": list(columns),
        "rows": [
            {
                "label": name,
                "cells": [
                    {
                        "share": round(float(max(value, Decimal(0)) / most), 2) if most > 0 else 0.0,
                        "shown": amount(value),
                    }
                    for value in values
                ],
            }
            for name, values in found
        ],
        "empty": "" if most > 0 else empty,
        "link": link,
        "size": "wide",
    }


def report_link(
    slug: str,
    actor: Actor,
    *,
    since: date | None = None,
    until: date | None = None,
    branch_id: int | None = None,
) -> str | None:
    """Where a report shows what is looked at; None where the person may not see it, or nobody declared it."""
    report = find_report(slug)
    if report is None or REPORT_PAGE not in current_app.view_functions or not report.is_open_to(actor):
        return None
    asked: dict[str, Any] = {}
    for one in report.filters:
        if one.kind is FilterKind.PERIOD and since is not None and until is not None:
            asked |= {"from": since.isoformat(), "to": until.isoformat()}
        elif one.kind is FilterKind.ROW and one.model is Branch and branch_id is not None:
            asked[one.name] = branch_id
    return url_for(REPORT_PAGE, slug=slug, **asked)


def list_link(endpoint: str, permission: str, *, in_panel: bool = True, **values: Any) -> str | None:
    """The address of a list; None for those who may not open it."""
    if endpoint not in current_app.view_functions or not can(permission) or (in_panel and not may_enter()):
        return None
    return url_for(endpoint, **values)


def weekdays() -> list[str]:
    """Monday to Sunday, in short."""
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
