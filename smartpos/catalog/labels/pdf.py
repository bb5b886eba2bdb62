"""Labels as a PDF: sheets of A4 with a grid, or one page per label for printers with a roll."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from smartpos.catalog.labels.layout import Bars, Element, Size, Words, modules_of
from smartpos.core.pdf import render_pdf, render_picture

A4 = (210.0, 297.0)
TEMPLATE = "catalog/labels.typ"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of labels on A4, in the middle of it. ``start`` is the first place that is still free, from 1."""

    columns: int
    rows: int
    start: int = 1


def labels_pdf(
    labels: Sequence[tuple[Sequence[Element], int]],
    size: Size,
    sheet: Sheet | None,
    *,
    title: str,
    language: str,
) -> bytes:
    """The labels with their copies, in this order; without a ``sheet`` each has a page of its own."""
    return render_pdf(TEMPLATE, _document(labels, size, sheet, title), language=language)


def label_picture(elements: Sequence[Element], size: Size, *, language: str, dpi: int = 200) -> bytes:
    """One label as a PNG, as it will look on paper."""
    return render_picture(TEMPLATE, _document([(elements, 1)], size, None, ""), language=language, dpi=dpi)


def _document(
    labels: Sequence[tuple[Sequence[Element], int]], size: Size, sheet: Sheet | None, title: str
) -> dict[str, Any]:
    queue = [number for number, (_elements, copies) in enumerate(labels) for _copy in range(copies)]
    if sheet is None:
        page = (size.width, size.height)
        pages = [[[number, 0.0, 0.0]] for number in queue]
    else:
        page = A4
        pages = _on_sheets(queue, size, sheet)
    return {
        "title": title,
        "page": page,
        "size": [size.width, size.height],
        "labels": [[_drawn(element) for element in elements] for elements, _copies in labels],
        "pages": pages,
    }


def _on_sheets(queue: Sequence[int], size: Size, sheet: Sheet) -> list[list[list[float]]]:
    left = (A4[0] - sheet.columns * size.width) / 2
    top = (A4[1] - sheet.rows * size.height) / 2
    per_page = sheet.columns * sheet.rows
    pages: list[list[list[float]]] = []
    for place, number in enumerate(queue, start=sheet.start - 1):
        page, cell = divmod(place, per_page)
        row, column = divmod(cell, sheet.columns)
        if page == len(pages):
            pages.append([])
        pages[page].append([number, round(left + column * size.width, 3), round(top + row * size.height, 3)])
    return pages


def _drawn(element: Element) -> list[Any]:
    if isinstance(element, Words):
        return [
            "w",
            *_mm(element.x, element.y, element.width, element.size),
            element.text,
            element.bold,
            element.align,
        ]
    if isinstance(element, Bars):
        runs = _runs(modules_of(element.code))
        spoken = [*_mm(element.size, element.baseline), element.spoken]
        return [
            "b",
            *_mm(element.x, element.y, element.width, element.height),
            len(modules_of(element.code)),
            runs,
            *spoken,
        ]
    return ["s", *_mm(element.x, element.y, element.width, element.thickness)]


def _mm(*values: float) -> list[float]:
    return [round(value, 3) for value in values]


def _runs(modules: Sequence[bool]) -> list[list[int]]:
    """The bars as pairs of where each begins and how wide it is, in modules."""
    runs, at = [], 0
    for dark, run in groupby(modules):
        wide = len(list(run))
        if dark:
            runs.append([at, wide])
        at += wide
    return runs
