"""Finding products by what people type.

A code that is a barcode or an article number finds its product at once. Otherwise the text is folded (``core.search``)
and every word of it has to be found among the words of a product: as it is, as the beginning or a part of a longer
word, or as a synonym. When that finds nothing, one typing error per word is forgiven; then the text is read as if
typed in the other keyboard layout; at last one word may be missing.

The words that a product has are rows of ``product_words``; which words there are at all is known from ``word_grams``.
So a search reads the vocabulary first, which is small, and then only the rows of the words that are meant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, SmallInteger, Text, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from smartpos.catalog.models import (
    Product,
    ProductBarcode,
    ProductStatus,
    ProductWord,
    SearchSynonym,
    WordGram,
)
from smartpos.catalog.queries.tree import categories_below
from smartpos.core.db import db
from smartpos.core.paging import AnySelect, decode_cursor, encode_cursor
from smartpos.core.search import fold, grams, swap_layout

LONGEST_TEXT = 200
MOST_WORDS = 8
MOST_MATCHES = {1: 40, 2: 120}
"""So many words of the vocabulary may stand for a word of this length, else 300; the nearest are kept."""
MOST_FOUND = 600
MOST_VARIANTS = 8
LONGEST_PHRASE = 3
SHORTEST_TYPO = 4
SHORTEST_PART = 3

# What a match costs, on top of the place that the word has in the product. Smaller is better.
AS_IT_IS = 0
BEGINNING = 15
PART = 45
SYNONYM = 25
TYPO = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: ids from the best on, and the cursor of the next page."""

    ids: list[int]
    next_cursor: str | None


@dataclass(slots=True)
class Slot:
    """One word of the query: the words of the vocabulary that may stand for it, with what each costs."""

    matches: dict[str, int] = field(default_factory=dict)

    def offer(self, word: str, cost: int) -> None:
        if cost < self.matches.get(word, 1000):
            self.matches[word] = cost


Variant = list[Slot]


def search_products(
    text: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
    category_id: int | None = None,
    only_active: bool = False,
) -> Found:
    """The products that ``text`` means, the best first. Deleted ones are never found.

    ``category_id`` means the categories in it too. ``cursor`` continues the same search. An empty text, or one of
    signs alone, finds nothing. Raises Invalid for a cursor of another list.
    """
    text = text.replace("\x00", "").encode(errors="ignore").decode().strip()[:LONGEST_TEXT]
    position = decode_cursor(cursor, [int, int, str, int]) if cursor else None
    if position is None and (exact := products_by_code(text, only_active=only_active)):
        return Found(exact[:limit], None)
    inside = None if category_id is None else categories_below(category_id)
    wanted = _Wanted(limit, position, inside, only_active)
    words = fold(text).split()[:MOST_WORDS]
    # The cursor says which reading of the text was the one that found something.
    for number, attempt in enumerate(_attempts(text, words)):
        if position is not None and position[0] != number:
            continue
        variants, missing = attempt()
        found = _run(variants, " ".join(words), number, missing, wanted) if variants else None
        if found is not None and found.ids:
            return found
    return Found([], None)


def products_by_code(text: str, *, only_active: bool = False) -> list[int]:
    """The products whose barcode or article number is exactly ``text``; the barcode's comes first."""
    if not text or len(text) > LONGEST_TEXT:
        return []
    rows = db.session.execute(_code_statement(), {"code": text.replace(" ", ""), "number": text})
    return [row.id for row in rows if row.status is ProductStatus.ACTIVE or not only_active]


@cache
def _code_statement() -> AnySelect:
    barcode = ProductBarcode.barcode == bindparam("code", type_=Text)
    number = (Product.sku == bindparam("number", type_=Text)) & Product.deleted_at.is_(None)
    ids = func.array_cat(
        func.array(select(ProductBarcode.product_id).where(barcode).scalar_subquery()),
        func.array(select(Product.id).where(number).scalar_subquery()),
    )
    one = aliased(Product)
    return (
        select(one.id, one.status)
        .where(one.id == func.any(ids), one.deleted_at.is_(None))
        .order_by(func.array_position(ids, one.id))
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    limit: int
    position: tuple[Any, ...] | None
    category_ids: list[int] | None
    only_active: bool


def _attempts(text: str, words: list[str]) -> Iterable[Any]:
    """The readings of a text in the order in which they are tried, each as a function that looks it up."""
    if not words:
        return
    other = fold(swap_layout(text)).split()[:MOST_WORDS]
    yield lambda: (_read(words), 0)
    yield lambda: (_read(words, typos=True), 0)
    if other and other != words:
        yield lambda: (_read(other), 0)
    else:
        yield lambda: ([], 0)
    if len(words) > 1:
        yield lambda: (_read(words, typos=True), 1)


def _read(words: list[str], *, typos: bool = False) -> list[Variant]:
    """The query as it is, and with synonyms in the places of its words and phrases."""
    variants = [words]
    single: dict[str, set[str]] = {}
    for start, phrase, terms in _synonyms(words):
        for term in terms:
            new = term.split()
            if len(phrase) == 1 and len(new) == 1:
                single.setdefault(phrase[0], set()).add(term)
            elif len(variants) < MOST_VARIANTS:
                variants.append([*words[:start], *new, *words[start + len(phrase) :]])
    spoken = {word for variant in variants for word in variant} | set().union(*single.values(), ())
    vocabulary = _vocabulary(spoken, typos=typos)
    read = []
    for number, variant in enumerate(variants):
        slots = []
        for word in variant:
            slot = Slot()
            # "1" and "l" begin half the words there are: among other words they stand for themselves alone.
            if len(variant) > 1 and (len(word) == 1 or word.isdigit()):
                if word in vocabulary:
                    slot.offer(word, AS_IT_IS)
            else:
                _match(slot, word, vocabulary, 0 if number == 0 else SYNONYM, typos=typos)
            for term in single.get(word, ()):
                _match(slot, term, vocabulary, SYNONYM, typos=False)
            slots.append(slot)
        read.append(slots)
    return read


def _synonyms(words: list[str]) -> list[tuple[int, list[str], list[str]]]:
    """Where a word or phrase of the query is a term: its start, its words, and the other terms of its concepts."""
    phrases: dict[str, list[tuple[int, list[str]]]] = {}
    for start in range(len(words)):
        for length in range(1, min(LONGEST_PHRASE, len(words) - start) + 1):
            part = words[start : start + length]
            phrases.setdefault(" ".join(part), []).append((start, part))
    last = words[-1]
    ends = [last, f"{last}~"] if len(last) >= SHORTEST_PART else ["", ""]
    rows = db.session.execute(_synonym_statement(), {"keys": list(phrases), "begin": ends[0], "end": ends[1]})
    found: dict[tuple[int, tuple[str, ...]], set[str]] = {}
    for said, meant in rows:
        for start, part in phrases.get(said, ()):
            found.setdefault((start, tuple(part)), set()).add(meant)
        if said not in phrases:  # the last word is still being typed
            found.setdefault((len(words) - 1, (last,)), set()).add(meant)
            found[len(words) - 1, (last,)].add(said)
    return [(start, list(part), sorted(terms)) for (start, part), terms in found.items()]


@cache
def _synonym_statement() -> AnySelect:
    said = select(SearchSynonym.concept, SearchSynonym.search_key).where(
        or_(
            SearchSynonym.search_key == func.any(bindparam("keys", type_=ARRAY(Text))),
            (SearchSynonym.search_key >= bindparam("begin", type_=Text))
            & (SearchSynonym.search_key < bindparam("end", type_=Text)),
        )
    )
    heard = said.subquery()
    return (
        select(heard.c.search_key, SearchSynonym.search_key)
        .join(SearchSynonym, SearchSynonym.concept == heard.c.concept)
        .where(SearchSynonym.search_key != heard.c.search_key)
        .limit(200)
    )


def _vocabulary(words: Iterable[str], *, typos: bool) -> set[str]:
    """The words of the tenant's products that may be meant by these, and some more."""
    probes: set[str] = set()
    for word in words:
        own = grams(word)
        if len(word) == 1:
            probes.add(f"^{word}")
        else:
            probes.add(next(gram for gram in own if gram.startswith("^")))
        inner = [gram for gram in own if not gram.startswith("^")]
        if typos and _may_be_mistyped(word):
            # One error spoils at most three trigrams; the first letter catches short words, where that is all.
            probes.update(inner)
            probes.add(f"^{word[0]}")
        elif inner:
            probes.add(inner[len(inner) // 2])
    query = select(WordGram.word).where(
        WordGram.gram == func.any(bindparam("probes", list(probes), ARRAY(Text)))
    )
    return set(db.session.scalars(query))


def _match(slot: Slot, word: str, vocabulary: set[str], extra: int, *, typos: bool) -> None:
    """Find what ``word`` may stand for. Shorter words are nearer: they leave less unsaid."""
    offers = []
    for candidate in vocabulary:
        if candidate == word:
            cost = AS_IT_IS
        elif candidate.startswith(word):
            cost = BEGINNING + min(len(candidate) - len(word), 10)
        elif len(word) >= SHORTEST_PART and word in candidate:
            cost = PART + min(len(candidate) - len(word), 10)
        elif typos and _may_be_mistyped(word) and _is_near(word, candidate):
            cost = TYPO + min(abs(len(candidate) - len(word)), 10)
        else:
            continue
        offers.append((cost + extra, candidate))
    for cost, candidate in islice(sorted(offers), MOST_MATCHES.get(len(word), 300)):
        slot.offer(candidate, cost)


def _may_be_mistyped(word: str) -> bool:
    """Short words have too many neighbours, and a wrong digit means another number."""
    return len(word) >= SHORTEST_TYPO and not any(sign.isdigit() for sign in word)


def _is_near(word: str, candidate: str) -> bool:
    """Whether one error (a wrong, missing, extra or two swapped letters) lies between the word and the candidate,
    or the beginning of it that is as long."""
    lengths = {len(candidate)}
    if len(word) > SHORTEST_TYPO:
        lengths |= {len(word) - 1, len(word), len(word) + 1}
    return any(one_error(word, candidate[:length]) for length in lengths if length <= len(candidate))


def one_error(one: str, other: str) -> bool:
    """Whether two different words are at most one edit apart; swapping two neighbours is one edit."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[1:2] + rest[:1] == other_rest[:2] and rest[2:] == other_rest[2:]
        return rest[1:] == other_rest[1:] or swapped
    shorter, longer = sorted((rest, other_rest), key=len)
    return shorter == longer[1:]


def _run(variants: Sequence[Variant], key: str, number: int, missing: int, wanted: _Wanted) -> Found | None:
    """Find the products that have a match for every slot of a variant, but for ``missing`` of them."""
    rows: list[tuple[int, int, str, int, int]] = []
    for place, slots in enumerate(variants):
        least = max(len(slots) - missing, 1)
        if sum(1 for slot in slots if slot.matches) < least:
            continue
        rows += [
            (place, index, word, cost, least)
            for index, slot in enumerate(slots)
            for word, cost in slot.matches.items()
        ]
    if not rows:
        return None
    facts = {
        "variants": [row[0] for row in rows],
        "slots": [row[1] for row in rows],
        "words": [row[2] for row in rows],
        "costs": [row[3] for row in rows],
        "least": [row[4] for row in rows],
        "key": key,
        "limit": wanted.limit + 1,
    }
    if wanted.category_ids is not None:
        facts["category_ids"] = wanted.category_ids
    if wanted.position is not None:
        _number, score, name, last = wanted.position
        facts |= {"after_score": score, "after_key": name, "after_id": last}
    statement = _statement(
        slots=max(len(slots) for slots in variants),
        variants=len({row[0] for row in rows}),
        continued=wanted.position is not None,
        in_category=wanted.category_ids is not None,
        only_active=wanted.only_active,
    )
    found = db.session.execute(statement, facts).all()
    more = len(found) > wanted.limit
    found = found[: wanted.limit]
    cursor = encode_cursor([number, found[-1].score, found[-1].search_key, found[-1].id]) if more else None
    return Found([row.id for row in found], cursor)


@cache
def _statement(
    *, slots: int, variants: int, continued: bool, in_category: bool, only_active: bool
) -> AnySelect:
    asked = (
        func.unnest(
            bindparam("variants", type_=ARRAY(SmallInteger)),
            bindparam("slots", type_=ARRAY(SmallInteger)),
            bindparam("words", type_=ARRAY(Text)),
            bindparam("costs", type_=ARRAY(SmallInteger)),
            bindparam("least", type_=ARRAY(SmallInteger)),
        )
        .table_valued("variant", "slot", "word", "cost", "least", name="asked")
        .render_derived()
    )
    cost = asked.c.cost + ProductWord.place
    # The best match of each slot; one pass over the rows, which is what a search takes its time for.
    nearest = [
        (func.min(cost).filter(asked.c.slot == slot) if slots > 1 else func.min(cost)).label(f"slot_{slot}")
        for slot in range(slots)
    ]
    matched = (
        select(ProductWord.product_id, asked.c.variant, asked.c.least, *nearest)
        .join(asked, ProductWord.word == asked.c.word)
        .group_by(ProductWord.product_id, asked.c.variant, asked.c.least)
        .subquery()
    )
    places = [matched.c[f"slot_{slot}"] for slot in range(slots)]
    filled = func.num_nonnulls(*places)
    total = sum((func.coalesce(place, 0) for place in places), 1000 * (matched.c.least - filled)).label(
        "cost"
    )
    every = select(matched.c.product_id, total).where(filled >= matched.c.least)
    if variants > 1:
        both = every.subquery()
        every = select(both.c.product_id, func.min(both.c.cost).label("cost")).group_by(both.c.product_id)
    best = every.subquery()
    hits = select(best.c.product_id, best.c.cost).order_by(best.c.cost, best.c.product_id)
    if not in_category:  # the best of a category may well be beyond the best of all
        hits = hits.limit(MOST_FOUND)
    hit = hits.subquery()
    whole = case((Product.search_key == bindparam("key", type_=Text), 0), else_=1)
    inactive = case((Product.status == ProductStatus.ACTIVE, 0), else_=1)
    score = (inactive * 1_000_000 + whole * 100_000 + hit.c.cost).cast(BigInteger).label("score")
    query = (
        select(Product.id, score, Product.search_key)
        .join(hit, hit.c.product_id == Product.id)
        .where(Product.deleted_at.is_(None))
    )
    if in_category:
        inside = func.any(bindparam("category_ids", type_=ARRAY(BigInteger)))
        query = query.where(Product.category_id == inside)
    if only_active:
        query = query.where(Product.status == ProductStatus.ACTIVE)
    if continued:
        after = [
            bindparam("after_score", type_=BigInteger),
            bindparam("after_key", type_=Text),
            bindparam("after_id", type_=BigInteger),
        ]
        query = query.where(func.row(score, Product.search_key, Product.id) > func.row(*after))
    return query.order_by(score, Product.search_key, Product.id).limit(bindparam("limit", type_=BigInteger))
