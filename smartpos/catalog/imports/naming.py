"""The words of a spreadsheet for what are references here: category paths, units, VAT rates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Category, Unit, VatCode
from smartpos.catalog.operations import values
from smartpos.catalog.operations.categories import DEEPEST
from smartpos.catalog.queries.pricing import vat_rates_on
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.imports import Work, insert_rows
from smartpos.core.money import HUNDRED, parse_decimal
from smartpos.core.search import fold
from smartpos.core.sheets import Cell, cell_as_text

MOST_NEW_CATEGORIES = 2000
Path = tuple[str, ...]

# A slash without spaces belongs to a name: “Sut/qatiq”.
_DIVIDERS = re.compile(r"\s*[>→\\|]\s*|\s+/\s+")
_WITHOUT_VAT = frozenset(
    map(fold, ("без ндс", "qqssiz", "qqs siz", "exempt", "without vat", "не облагается", "yoʻq"))
)
_UNITS = tuple(
    frozenset(map(fold, words))
    for words in (
        ("dona", "дона", "шт", "штука", "штук", "pcs", "pc", "piece", "ta"),
        ("kg", "кг", "килограмм", "kilogramm", "kilogram", "kilo"),
        ("g", "gr", "гр", "г", "грамм", "gramm"),
        ("l", "л", "литр", "litr", "liter", "litre"),
        ("ml", "мл"),
        ("m", "м", "метр", "metr", "meter"),
        ("quti", "кор", "коробка", "box"),
        ("blok", "блок", "block"),
        ("upak", "упак", "уп", "упаковка", "pack"),
    )
)


def read_path(cell: Cell) -> Path | None:
    """``Ichimliklar > Sharbatlar`` as names from the top down. Raises Invalid for a category within itself."""
    text = cell_as_text(cell)
    return None if text is None else _path(text)


@lru_cache(maxsize=4096)
def _path(text: str) -> Path | None:
    names = tuple(
        str(values.text(part, "category", longest=200)) for part in _DIVIDERS.split(text) if part.strip()
    )
    if not names:
        return None
    if len(names) > DEEPEST:
        raise Invalid(_("Categories may be nested %(depth)s levels deep.", depth=DEEPEST))
    if len({name.casefold() for name in names}) < len(names):
        raise Invalid(_("A category cannot lie within itself."))
    return names


@dataclass(slots=True)
class Categories:
    """The tree that there is, and what it will grow."""

    ids: dict[tuple[int | None, str], int] = field(default_factory=dict)
    wanted: dict[Path, Path] = field(default_factory=dict)
    known: dict[Path, int | None] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Categories":
        """All categories of the tenant."""
        rows = db.session.execute(
            select(Category.id, Category.name, Category.parent_id)
            .where(Category.deleted_at.is_(None))
            .order_by(Category.id.desc())
        )
        return cls({(row.parent_id, row.name.casefold()): row.id for row in rows})

    def find(self, path: Path) -> int | None:
        """The category at the end of a path; None when it is to be made, which is remembered."""
        key = tuple(name.casefold() for name in path)
        if key in self.known:
            return self.known[key]
        parent: int | None = None
        for depth, name in enumerate(key, start=1):
            here = self.ids.get((parent, name))
            if here is None:
                for deeper in range(depth, len(path) + 1):
                    self.wanted.setdefault(key[:deeper], path[:deeper])
                self.known[key] = None
                return None
            parent = here
        self.known[key] = parent
        return parent

    def make(self, work: Work) -> None:
        """Make what is wanted, one level after the other."""
        for depth in range(1, DEEPEST + 1):
            level = [key for key in self.wanted if len(key) == depth]
            if not level:
                continue
            parents = [self._id(key[:-1]) for key in level]
            made = insert_rows(
                "categories",
                {
                    "name": [self.wanted[key][-1] for key in level],
                    "parent_id": parents,
                    "created_at": [work.moment] * len(level),
                    "updated_at": [work.moment] * len(level),
                },
            )
            for key, parent, (row_id,) in zip(level, parents, made, strict=True):
                self.ids[parent, key[-1]] = row_id
            work.created("categories", [row_id for (row_id,) in made])
        self.known.clear()
        self.wanted.clear()

    def _id(self, key: Path) -> int | None:
        parent: int | None = None
        for name in key:
            parent = self.ids[parent, name]
        return parent


class Words:
    """What the words for units and VAT rates mean in this shop today; each word is looked up once."""

    def __init__(self, work: Work) -> None:
        organization = work.actor.organization
        today = work.moment.astimezone(organization.zone).date()
        self._rates = vat_rates_on(organization.country, today)
        self._by_word = _units_by_word()
        self._units: dict[str, int | None] = {}
        self._codes: dict[str, VatCode | None] = {}

    def unit(self, text: str) -> int | None:
        """The unit that ``шт`` or ``dona`` means, or None."""
        if text not in self._units:
            self._units[text] = self._by_word.get(fold(text))
        return self._units[text]

    def vat_code(self, text: str) -> VatCode | None:
        """The code that ``12``, ``12 %``, 0.12 or ``без НДС`` means; None for a rate the country does not have."""
        if text not in self._codes:
            self._codes[text] = _vat_code_of(text, self._rates)
        return self._codes[text]


def _units_by_word() -> dict[str, int]:
    """Units by every word people use for them, folded."""
    found: dict[str, int] = {}
    for unit in db.session.scalars(select(Unit).order_by(Unit.id.desc())):
        own = {fold(unit.name), fold(unit.title)} - {""}
        for words in _UNITS:
            if fold(unit.name) in words:
                for word in words:
                    found.setdefault(word, unit.id)
        found |= dict.fromkeys(own, unit.id)
    return found


def _vat_code_of(text: str, rates: Mapping[VatCode, Decimal]) -> VatCode | None:
    if fold(text) in _WITHOUT_VAT:
        return VatCode.EXEMPT if VatCode.EXEMPT in rates else None
    try:
        rate = parse_decimal(text.replace("%", "").strip(), limit=HUNDRED, digits=4)
    except Invalid:
        return next((code for code in rates if code.value == text.lower()), None)
    wanted = {rate, rate * HUNDRED} if 0 < rate < 1 else {rate}
    order = (VatCode.STANDARD, VatCode.REDUCED, VatCode.ZERO, VatCode.EXEMPT)
    return next((code for code in order if code in rates and rates[code] in wanted), None)
