"""A declared report as a source of rows: the statement of its page, without pages, through a server-side cursor."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.reports import Asked, Column, FilterKind, Report
from smartpos.identity.actors import Actor
from smartpos.reports.exporting.rows import CHUNK, Rows, Source, summed_places
from smartpos.reports.queries.running import count_of, read_filters, report_for, statement_of


def columns_of(report: Report, wanted: Sequence[str], actor: Actor) -> list[Column]:
    """The columns of a file, in the report's order: those wanted, or all that the person may see. Raises Invalid."""
    seen = report.columns_for(actor)
    unknown = set(wanted) - {column.key for column in seen}
    if unknown:
        raise Invalid(_("This report has no such column."), field="columns", columns=sorted(unknown))
    return [column for column in seen if column.key in wanted] if wanted else seen


def source_of_report(
    slug: str, args: Mapping[str, Any], wanted: Sequence[str], *, title: str, actor: Actor
) -> Source:
    """The rows of a report as a person asked for it. Raises NotFound, Forbidden, Invalid, as its page does."""
    report = report_for(slug, actor)
    asked = read_filters(report, args, actor)
    columns = columns_of(report, wanted, actor)
    # What totals are reckoned from is read along, behind the columns that are shown.
    reckons = any(callable(column.total) for column in columns)
    behind = [
        column
        for column in report.columns
        if reckons and column.total is True and column.key not in {shown.key for shown in columns}
    ]
    read = [*columns, *behind]
    statement = statement_of(report, asked, read)

    def pieces() -> Iterator[Rows]:
        result = db.session.execute(statement, execution_options={"yield_per": CHUNK})
        yield from result.partitions()

    return Source(
        title=title or str(report.title),
        columns=columns,
        pieces=pieces,
        count=lambda: count_of(report, asked),
        zone=actor.organization.zone,
        lines=_lines(report, asked),
        summed=summed_places(read, [column.key for column in read]),
    )


def _lines(report: Report, asked: Asked) -> list[str]:
    """What was chosen, in words."""
    lines = []
    for one in report.filters:
        if one.kind is FilterKind.PERIOD:
            lines.append(f"{one.label}: {_day(asked.since)} \u2013 {_day(asked.until)}")
            continue
        value = asked[one.name]
        if value is None or (one.kind is FilterKind.FLAG and not value):
            continue
        if one.kind is FilterKind.ROW and one.model is not None:
            found = db.session.scalars(select(one.model).where(one.model.id == value)).one_or_none()
            shown = str(getattr(found, "name", found)) if found is not None else str(value)
        elif one.kind is FilterKind.CHOICE:
            shown = str((one.choices or {}).get(value, value))
        elif one.kind is FilterKind.FLAG:
            shown = _("Yes")
        else:
            shown = _day(value) if isinstance(value, date) else str(value)
        lines.append(f"{one.label}: {shown}")
    return lines


def _day(day: date) -> str:
    return day.strftime("%d.%m.%Y")
