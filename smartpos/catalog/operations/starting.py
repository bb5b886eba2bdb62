"""What the catalogue of a new tenant starts with: units, a price type, labels, and words of one meaning."""

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

from sqlalchemy import insert, update

from smartpos.catalog.models import PriceType, SearchSynonym, Unit
from smartpos.catalog.operations.label_templates import start_labels
from smartpos.core.db import db
from smartpos.core.search import fold
from smartpos.core.starters import starter

SYNONYMS_FILE = Path(__file__).resolve().parent.parent / "data" / "synonyms.csv"
RETAIL = "Chakana"

# Name on the receipt, title, decimal places of a quantity. The first one is what a product is counted in by default.
UNITS = (
    ("dona", "Dona", 0),
    ("kg", "Kilogramm", 3),
    ("g", "Gramm", 0),
    ("l", "Litr", 3),
    ("ml", "Millilitr", 0),
    ("m", "Metr", 2),
    ("m2", "Kvadrat metr", 2),
    ("quti", "Quti", 0),
    ("paket", "Paket", 0),
    ("blok", "Blok", 0),
    ("qop", "Qop", 0),
    ("bog'", "Bogʻ", 0),
    ("juft", "Juft", 0),
    ("xizmat", "Xizmat", 0),
    ("soat", "Soat", 2),
)
# Parts of others: one gram is 0.001 of a kilogram. Recipes may be written in either.
PARTS = (("g", "kg", Decimal("0.001")), ("ml", "l", Decimal("0.001")))


@starter
def start_catalog(organization_id: int) -> None:
    """Lay units, the default price type, labels and synonyms into a new organization; the caller is in its scope."""
    tenant = {"organization_id": organization_id}
    units = [tenant | {"name": name, "title": title, "digits": digits} for name, title, digits in UNITS]
    ids = dict(db.session.execute(insert(Unit).returning(Unit.name, Unit.id), units).all())
    for part, whole, factor in PARTS:
        db.session.execute(
            update(Unit).where(Unit.id == ids[part]).values(base_unit_id=ids[whole], factor=factor)
        )
    db.session.execute(insert(PriceType), [tenant | {"name": RETAIL, "is_default": True}])
    start_labels(organization_id)
    db.session.execute(insert(SearchSynonym), [tenant | synonym for synonym in standard_synonyms()])


@cache
def standard_synonyms() -> tuple[dict[str, str], ...]:
    """The words that come with the product: concept, language, term and its search key."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    with SYNONYMS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for lang in ("uz", "ru", "en"):
                for term in filter(None, row[lang].split("|")):
                    synonym = {
                        "concept": row["concept"],
                        "lang": lang,
                        "term": term,
                        "search_key": fold(term),
                    }
                    found.setdefault((row["concept"], term), synonym)
    return tuple(found.values())
