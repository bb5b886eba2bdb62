"""Finding customers by what people type: parts of a name in any order and alphabet, digits of a phone number.

Every word has to be the beginning of one of the customer's words (``customer_words``). The word that tells most leads
through the b-tree in the order of the words, the others are looked up for each customer it meets; so a page takes the
same time among a hundred customers and among a hundred thousand.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, select, tuple_
from sqlalchemy.orm import aliased

from smartpos.core.db import db
from smartpos.core.paging import AnySelect, decode_cursor, encode_cursor
from smartpos.core.search import fold, swap_layout
from smartpos.crm.models import CustomerWord

LONGEST_TEXT = 200
MOST_WORDS = 6
# From this length on a run of digits belongs to few people.
TELLING_DIGITS = 4
# Behind every letter and digit of a folded word.
END = "~"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: ids, and the cursor of the next page."""

    ids: list[int]
    next_cursor: str | None


def search_customers(text: str, *, limit: int = 50, cursor: str | None = None) -> Found:
    """The customers that ``text`` means; an exact word comes before a longer one. Deleted ones are never found.

    An empty text, or one of signs alone, finds nothing. Raises Invalid for a cursor of another list.
    """
    text = text.replace("\x00", "").encode(errors="ignore").decode().strip()[:LONGEST_TEXT]
    position = decode_cursor(cursor, [int, str, int]) if cursor else None
    for number, words in enumerate(_readings(text)):
        if position is not None and position[0] != number:
            continue
        found = _run(words, number, position, limit)
        if found.ids:
            return found
    return Found([], None)


def _readings(text: str) -> list[list[str]]:
    """The words of a text: with digits in one run, as a phone number is written; as typed; in the other layout."""
    typed = fold(text).split()
    readings = [_joined(typed), typed, fold(swap_layout(text)).split()]
    unlike: list[list[str]] = []
    for words in readings:
        kept = list(dict.fromkeys(words))[:MOST_WORDS]
        if kept and kept not in unlike:
            unlike.append(kept)
    return unlike


def _joined(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and word.isdigit() and joined[-1].isdigit():
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _run(words: list[str], number: int, position: tuple[Any, ...] | None, limit: int) -> Found:
    ordered = sorted(
        words, key=lambda word: (word.isdigit() and len(word) >= TELLING_DIGITS, len(word)), reverse=True
    )
    facts: dict[str, Any] = {"limit": limit + 1}
    for place, word in enumerate(ordered):
        facts |= {f"begin_{place}": word, f"end_{place}": word + END}
    if position is not None:
        facts |= {"after_word": position[1], "after_id": position[2]}
    rows = db.session.execute(_statement(len(ordered), position is not None), facts).all()
    more = len(rows) > limit
    rows = rows[:limit]
    following = encode_cursor([number, rows[-1].word, rows[-1].customer_id]) if more else None
    return Found([row.customer_id for row in rows], following)


@cache
def _statement(words: int, continued: bool) -> AnySelect:
    lead = aliased(CustomerWord)
    earlier = aliased(CustomerWord)
    query = select(lead.word, lead.customer_id).where(_begins(lead, 0))
    # Somebody may have two words of this beginning; the first one counts.
    before = select(earlier.word).where(
        earlier.customer_id == lead.customer_id, _begins(earlier, 0), earlier.word < lead.word
    )
    query = query.where(~before.exists())
    for place in range(1, words):
        other = aliased(CustomerWord)
        query = query.where(
            select(other.word).where(other.customer_id == lead.customer_id, _begins(other, place)).exists()
        )
    if continued:
        after = (bindparam("after_word", type_=Text), bindparam("after_id", type_=BigInteger))
        query = query.where(tuple_(lead.word, lead.customer_id) > tuple_(*after))
    return query.order_by(lead.word, lead.customer_id).limit(bindparam("limit", type_=BigInteger))


def _begins(word: Any, place: int) -> Any:
    begin, end = bindparam(f"begin_{place}", type_=Text), bindparam(f"end_{place}", type_=Text)
    return (word.word >= begin) & (word.word < end)
