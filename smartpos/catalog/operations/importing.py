"""What importers about products share, in the domains above too: reading cells, and finding a row's product."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.catalog.operations import values
from smartpos.catalog.operations.barcodes import clean_barcode
from smartpos.catalog.queries.matching import owners_of_barcodes, products_by_id, products_by_sku
from smartpos.core.imports import Field, Line, Work
from smartpos.core.sheets import Cell, cell_as_decimal, cell_as_text

LONGEST_SKU = 64
MOST_REASONS = 30

SKU_ALIASES = (
    *(
        "sku",
        "code",
        "product code",
        "item code",
        "article",
        "article number",
        "kod",
        "kodi",
        "artikul",
        "tovar kodi",
    ),
    *("код", "код товара", "артикул", "номенклатурный номер", "ид"),
)
BARCODE_ALIASES = (
    *("barcode", "barcodes", "ean", "ean13", "gtin", "shtrix kod", "shtrixkod", "shtrix-kod"),
    *("штрихкод", "штрих-код", "штрих код", "шк", "шрихкод"),
)


def reader(read: Callable[[Any, str], Any], name: str) -> Callable[[Cell], Any]:
    """A reader of product facts, for a cell that holds text."""
    return lambda cell: read(cell_as_text(cell), name)


def decimal(*, digits: int, limit: Decimal) -> Callable[[Cell], Any]:
    """A number that is not negative."""
    return partial(cell_as_decimal, digits=digits, limit=limit)


def read_sku(cell: Cell) -> str | None:
    """An article number."""
    found: str | None = values.text(cell_as_text(cell), "sku", longest=LONGEST_SKU)
    return found


def read_barcodes(cell: Cell) -> list[str]:
    """One or several barcodes, divided by commas, semicolons or line breaks; each once."""
    parts = (cell_as_text(cell) or "").replace(";", ",").replace("\n", ",").replace("|", ",").split(",")
    return list(dict.fromkeys(clean_barcode(part) for part in parts if part.strip()))


def read_barcode(cell: Cell) -> str | None:
    """One barcode."""
    text = cell_as_text(cell)
    return None if text is None else clean_barcode(text)


def product_fields() -> tuple[Field, Field]:
    """The two columns by which rows about products that exist are found."""
    return (
        Field("sku", _l("Article number"), SKU_ALIASES, read_sku, example="10001"),
        Field(
            "barcode",
            _l("Barcode"),
            BARCODE_ALIASES,
            read_barcode,
            hint=_l("Instead of the article number; also that of a pack."),
            example="4780000000014",
        ),
    )


def known_products(
    lines: Sequence[Line], work: Work, columns: Iterable[str] = (), *, changes: bool = True
) -> dict[int, Mapping[str, Any]]:
    """The product of each line, by the line's number. Lines without one, or with two different ones, are marked.

    What an import ``changes`` is locked when it writes.
    """
    named = list(columns)
    lock = work.writes and changes
    by_sku = products_by_sku({line.get("sku") for line in lines if line.get("sku")}, named, lock=lock)
    owners = owners_of_barcodes({line.get("barcode") for line in lines if line.get("barcode")})
    by_id = products_by_id({owner.product_id for owner in owners.values()}, named, lock=lock)
    found: dict[int, Mapping[str, Any]] = {}
    for line in lines:
        sku, barcode = line.get("sku"), line.get("barcode")
        if work.is_wrong(line):
            continue
        if not sku and not barcode:
            where = "sku" if "sku" in line.cells else "barcode"
            work.problem(line, where, _("A row needs an article number or a barcode."))
            continue
        owner = owners.get(barcode) if barcode else None
        product = by_sku.get(sku) if sku else by_id.get(owner.product_id) if owner else None
        if product is None:
            if sku:
                work.problem(line, "sku", _("There is no product with this article number."))
            else:
                work.problem(line, "barcode", _("There is no product with this barcode."))
        elif owner is not None and not owner.is_deleted and owner.product_id != product["id"]:
            work.problem(line, "barcode", _("This barcode belongs to “%(name)s”.", name=owner.name))
        else:
            found[line.number] = product
    return found
