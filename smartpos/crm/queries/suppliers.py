"""Finding and listing suppliers. They are few, so a search reads the names of all and folds them here."""

from sqlalchemy import select

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.paging import Page, page
from smartpos.core.search import fold, swap_layout
from smartpos.crm.models import Supplier

LONGEST_TEXT = 200
MOST_WORDS = 6
# By what people know a supplier.
NAMED = (
    Supplier.name,
    Supplier.legal_name,
    Supplier.contact_person,
    Supplier.phone,
    Supplier.bin,
    Supplier.email,
)


def matching_suppliers(text: str) -> list[int]:
    """The ids of the suppliers whose names, numbers or people contain every word of the text, in any alphabet.

    A text of signs alone finds nothing.
    """
    text = text.replace("\x00", "")[:LONGEST_TEXT]
    readings = [fold(text).split()[:MOST_WORDS], fold(swap_layout(text)).split()[:MOST_WORDS]]
    rows = db.session.execute(select(Supplier.id, *NAMED).where(Supplier.deleted_at.is_(None))).all()
    keys = {row[0]: fold(" ".join(part for part in row[1:] if part)) for row in rows}
    for words in readings:
        found = [number for number, key in keys.items() if words and all(word in key for word in words)]
        if found:
            return found
    return []


def list_suppliers(
    *, text: str = "", with_debt: bool = False, limit: int, cursor: str | None = None
) -> Page[Supplier]:
    """Suppliers by name; those that a text means, or whom we owe. Raises Invalid for a cursor of another list."""
    statement = select(Supplier).where(Supplier.deleted_at.is_(None))
    if text.strip():
        statement = statement.where(in_ids(Supplier.id, matching_suppliers(text)))
    if with_debt:
        statement = statement.where(Supplier.balance > 0)
    return page(statement, [Supplier.name, Supplier.id], limit=limit, cursor=cursor)
