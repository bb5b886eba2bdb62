"""Which column of a sheet is which field, told by its header in whatever language it is written."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from smartpos.core.i18n import LANGUAGES
from smartpos.core.imports.declaring import Field, Importer
from smartpos.core.imports.errors import WrongColumns
from smartpos.core.search import fold
from smartpos.core.sheets import Cell, shown_cell

# A title and a few lines about the shop may stand above the headers.
SEARCHED_ROWS = 30


def offered_fields(importer: Importer, actor: Any) -> list[Field]:
    """The fields that this person may fill."""
    return [field for field in importer.fields if field.permission is None or actor.can(field.permission)]


def find_header(rows: Sequence[Sequence[Cell]], fields: Sequence[Field]) -> tuple[int, dict[int, str]]:
    """The row of the headers, the best understood of the first rows, and the fields guessed for its columns."""
    names = {field.name: _names_of(field) for field in fields}
    best: tuple[int, dict[int, str]] | None = None
    first_filled = 0
    for place, row in enumerate(rows[:SEARCHED_ROWS]):
        if all(cell is None for cell in row):
            first_filled += place == first_filled
            continue
        guessed = _guess(row, names)
        if guessed and (best is None or len(guessed) > len(best[1])):
            best = place, guessed
    return best or (min(first_filled, len(rows) - 1), {})


def _guess(row: Sequence[Cell], names: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """Each field for the column whose header says it best: in the same words, or at least beginning with them."""
    offers: list[tuple[int, int, str]] = []
    for place, cell in enumerate(row):
        header = _folded(cell) if isinstance(cell, str) else ""
        if not header:
            continue
        for field, known in names.items():
            score = max((_score(header, name) for name in known), default=0)
            if score:
                offers.append((score, place, field))
    found: dict[int, str] = {}
    for _score_of, place, field in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if place not in found and field not in found.values():
            found[place] = field
    return found


def _score(header: str, name: str) -> int:
    if header == name:
        return 1000 + len(name)
    return len(name) if header.startswith(f"{name} ") else 0


def _names_of(field: Field) -> frozenset[str]:
    spoken = []
    for language in LANGUAGES:
        with force_locale(language):
            spoken.append(str(field.label))
    return frozenset(filter(None, map(_folded, (*spoken, *field.aliases, field.name.replace("_", " ")))))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return fold(text[:200])


def read_choice(importer: Importer, actor: Any, chosen: Mapping[int, str], width: int) -> dict[str, int]:
    """The column of each field, of a choice by column. Raises WrongColumns."""
    fields = {field.name: field for field in offered_fields(importer, actor)}
    places: dict[str, int] = {}
    for place, name in sorted(chosen.items()):
        if not 0 <= place < width or name not in fields:
            raise WrongColumns(_("There is no such column."))
        if name in places:
            raise WrongColumns(
                _("Two columns are “%(field)s”. Choose one of them.", field=str(fields[name].label))
            )
        places[name] = place
    missing = [str(field.label) for field in fields.values() if field.required and field.name not in places]
    if missing:
        raise WrongColumns(_("No column is “%(fields)s”.", fields="”, “".join(missing)))
    if importer.one_of and not any(name in places for name in importer.one_of):
        labels = [str(fields[name].label) for name in importer.one_of if name in fields]
        raise WrongColumns(
            _("One column must be “%(fields)s”: rows are found again by it.", fields=_("” or “").join(labels))
        )
    if not places:
        raise WrongColumns
    return places


def header_texts(row: Sequence[Cell]) -> list[str]:
    """The headers as people see them."""
    return [shown_cell(cell) for cell in row]
