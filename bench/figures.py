"""A measured figure beside what it is compared with, and the table of them.

Absolute times say more about the machine than about us; the ratio to a baseline of the same run is what counts.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``baseline`` and ``aim`` are in the unit of ``value``."""

    what: str
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the baseline."""
        return self.value / self.baseline if self.baseline else None


def median_ms(work: Callable[[], object], *, times: int = 30, warm: int = 3) -> float:
    """The median of ``times`` runs in milliseconds, after some runs that are not counted."""
    for _run in range(warm):
        work()
    seconds = []
    for _run in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return statistics.median(seconds) * 1000


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("What", "Figure", "Compared with", "Ratio", "Aim")]
    rows += [
        (
            figure.what,
            f"{_short(figure.value)} {figure.unit}",
            f"{_short(figure.baseline)} {figure.unit}, {figure.against}" if figure.baseline else "",
            f"{figure.ratio:.2f}" if figure.ratio is not None else "",
            figure.aim,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def _short(value: float) -> str:
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}".replace(",", " ")
