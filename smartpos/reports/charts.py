"""The picture of a report, as the page hands it to the script that draws it; a map of heat is drawn as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from smartpos.core.reports import ChartKind, Column, Report, Viewer
from smartpos.reports.values import as_text, plain_text

Rows = Sequence[Mapping[str, Any]]
LEVELS = 9


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One place of a map of heat: ``level`` from 0 (nothing) to ``LEVELS``; ``text`` says it in full."""

    level: int
    text: Any


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A table whose cells are the warmer the larger their value is."""

    corner: str
    value: str
    across: list[str]
    down: list[tuple[str, list[HeatCell | None]]]


def is_heat(report: Report) -> bool:
    """Whether the picture is a map of heat."""
    return report.chart is not None and report.chart.kind is ChartKind.HEAT


def chart_of(report: Report, rows: Rows, viewer: Viewer) -> dict[str, Any] | None:
    """Labels and series of a line or bar chart; None where there is nothing that the person may see."""
    chart = report.chart
    if chart is None or is_heat(report) or not rows:
        return None
    columns = {column.key: column for column in report.columns_for(viewer)}
    series = [columns[key] for key in chart.y if key in columns]
    if chart.x not in columns or not series:
        return None
    shown = list(rows[: chart.most])
    if chart.kind is ChartKind.LINE:
        # A line is read from left to right, whichever way the table goes.
        shown.sort(key=lambda row: (row[chart.x] is not None, row[chart.x]))
    return {
        "kind": chart.kind.value,
        "label": str(columns[chart.x].label),
        "labels": [plain_text(row[chart.x], columns[chart.x]) for row in shown],
        "series": [
            {
                "label": str(column.label),
                "unit": column.kind.value,
                "values": [_number(row[column.key]) for row in shown],
                "texts": [plain_text(row[column.key], column) for row in shown],
            }
            for column in series
        ],
    }


def heat_of(report: Report, rows: Rows, viewer: Viewer) -> HeatMap | None:
    """The map of heat of a report; None where there is nothing that the person may see."""
    chart = report.chart
    columns = {column.key: column for column in report.columns_for(viewer)}
    if chart is None or not is_heat(report) or not rows or not {chart.x, *chart.y} <= columns.keys():
        return None
    x, y, value = columns[chart.x], columns[chart.y[0]], columns[chart.y[1]]
    values = {(row[x.key], row[y.key]): row[value.key] for row in rows}
    most = max((amount for amount in values.values() if amount is not None), default=0)
    across = sorted({place for place, _row in values}, key=_sorting)
    down = sorted({line for _place, line in values}, key=_sorting)
    return HeatMap(
        corner=str(y.label),
        value=str(value.label),
        across=[plain_text(place, x) for place in across],
        down=[
            (plain_text(line, y), [_cell(values.get((place, line)), value, most) for place in across])
            for line in down
        ],
    )


def _sorting(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _cell(amount: Any, column: Column, most: Any) -> HeatCell | None:
    if amount is None:
        return None
    level = max(1, -int(-amount * LEVELS // most)) if most > 0 and amount > 0 else 0
    return HeatCell(min(level, LEVELS), as_text(amount, column))


def _number(value: Any) -> float | None:
    # Only for drawing: what is read stands beside it as text.
    return float(value) if isinstance(value, int | Decimal) else None
