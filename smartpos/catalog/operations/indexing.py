"""The words under which products are found. Every path that changes a name, brand, tag or category comes by here."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, SmallInteger, Text, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from smartpos.catalog.models import Category, Product, ProductWord, WordGram
from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.search import fold, grams

LONGEST_KEY = 1000
LONGEST_WORD = 40
MOST_WORDS = 60
BATCH = 5000

# Places: where a word stands in the name, then what else tells about the product, the telling first.
IN_NAME = 20
BRAND = 30
TAG = 40
CATEGORY = 50

# None of these rows is ever held as an object, so the session has nothing to bring up to date.
_AS_IT_IS: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def search_key(name: str) -> str:
    """The folded name, as ``Product.search_key`` holds it."""
    return fold(name)[:LONGEST_KEY]


def word_grams(word: str) -> set[str]:
    """The trigrams of a folded word, and its first letter as a gram of its own."""
    return {*grams(word), f"^{word[0]}"}


def rebuild_search(product_ids: Collection[int] | None = None) -> int:
    """Index products anew, all of the tenant's if none are named; gives how many.

    Set-based: for imports and loaders, which write rows past the operations. Products whose search key changes
    count as changed, so that open tills learn of it.
    """
    categories = _category_words()
    done = 0
    for rows in _batches(product_ids):
        _index(rows, categories)
        done += len(rows)
    if product_ids is None:
        _drop_stale()
    return done


def _drop_stale() -> None:
    """What deleted products and forgotten words have left behind."""
    deleted = select(Product.id).where(Product.deleted_at.is_not(None))
    db.session.execute(delete(ProductWord).where(ProductWord.product_id.in_(deleted)), **_AS_IT_IS)
    used = select(ProductWord.product_id).where(ProductWord.word == WordGram.word).exists()
    db.session.execute(delete(WordGram).where(~used), **_AS_IT_IS)


def index_product(product: Product) -> None:
    """Index one product after it was flushed; nothing is written when its words are the same as before."""
    rebuild_search([product.id])


def index_categories(category_ids: Collection[int]) -> int:
    """Index the products of these categories and of all below them, after a category was renamed or moved."""
    below = (
        select(Category.id)
        .where(Category.id == func.any(bindparam("ids", list(category_ids), ARRAY(BigInteger))))
        .cte("below", recursive=True)
    )
    below = below.union(select(Category.id).where(Category.parent_id == below.c.id))
    found = db.session.scalars(
        select(Product.id).where(Product.category_id.in_(select(below.c.id)), Product.deleted_at.is_(None))
    ).all()
    return rebuild_search(found) if found else 0


def forget_products(product_ids: Collection[int]) -> None:
    """Take products out of the index."""
    db.session.execute(delete(ProductWord).where(ProductWord.product_id.in_(product_ids)))


def _batches(product_ids: Collection[int] | None) -> Iterable[Sequence[Any]]:
    facts = (
        select(Product.id, Product.name, Product.brand, Product.tags, Product.category_id, Product.search_key)
        .where(Product.deleted_at.is_(None))
        .order_by(Product.id)
        .limit(BATCH)
    )
    if product_ids is not None:
        wanted = sorted(product_ids)
        for start in range(0, len(wanted), BATCH):
            yield db.session.execute(facts.where(Product.id.in_(wanted[start : start + BATCH]))).all()
        return
    last = 0
    while rows := db.session.execute(facts.where(Product.id > last)).all():
        yield rows
        last = rows[-1].id


def _category_words() -> dict[int, list[str]]:
    """The folded words of each category's name and of those above it."""
    found = db.session.execute(select(Category.id, Category.name, Category.parent_id)).all()
    names = {row.id: (_fold_once(row.name).split(), row.parent_id) for row in found}
    words: dict[int, list[str]] = {}
    for category_id in names:
        path: list[str] = []
        above: int | None = category_id
        seen: set[int] = set()
        while above is not None and above in names and above not in seen:
            seen.add(above)
            own, parent = names[above]
            path += own
            above = parent
        words[category_id] = path
    return words


def _index(rows: Sequence[Any], categories: dict[int, list[str]]) -> None:
    if not rows:
        return
    wanted: dict[tuple[str, int], int] = {}
    keys: dict[int, str] = {}
    for row in rows:
        key = search_key(row.name)
        if key != row.search_key:
            keys[row.id] = key
        for word, place in _places(row, key, categories).items():
            wanted[word, row.id] = place
    _replace_words([row.id for row in rows], wanted)
    if keys:
        _store_keys(keys)


def _places(row: Any, key: str, categories: dict[int, list[str]]) -> dict[str, int]:
    """Each word of a product with its best place."""
    places: dict[str, int] = {}
    sources = (
        *((word, min(place, IN_NAME)) for place, word in enumerate(key.split())),
        *((word, BRAND) for word in _fold_once(row.brand or "").split()),
        *((word, TAG) for tag in row.tags or () for word in _fold_once(tag).split()),
        *((word, CATEGORY) for word in categories.get(row.category_id, ())),
    )
    for word, place in sources:
        if len(places) >= MOST_WORDS:
            break
        places.setdefault(word[:LONGEST_WORD], place)
    return places


@lru_cache(maxsize=4096)
def _fold_once(text: str) -> str:
    return fold(text)


def _replace_words(product_ids: list[int], wanted: dict[tuple[str, int], int]) -> None:
    """Bring the rows of these products to what is wanted, touching only those that differ."""
    there = {
        (row.word, row.product_id): row.place
        for row in db.session.execute(
            select(ProductWord.word, ProductWord.product_id, ProductWord.place).where(
                ProductWord.product_id == func.any(bindparam("ids", product_ids, ARRAY(BigInteger)))
            )
        )
    }
    stale = [pair for pair, place in there.items() if wanted.get(pair) != place]
    fresh = [
        (word, place, product)
        for (word, product), place in wanted.items()
        if there.get((word, product)) != place
    ]
    if stale:
        gone = (
            func.unnest(
                bindparam("words", [word for word, _product in stale], ARRAY(Text)),
                bindparam("products", [product for _word, product in stale], ARRAY(BigInteger)),
            )
            .table_valued("word", "product_id", name="gone")
            .render_derived()
        )
        db.session.execute(
            delete(ProductWord).where(
                ProductWord.word == gone.c.word, ProductWord.product_id == gone.c.product_id
            ),
            **_AS_IT_IS,
        )
    if not fresh:
        return
    # Sorted, so that two who index at once meet in the same order and neither waits for the other in a circle.
    fresh.sort()
    rows = (
        func.unnest(
            bindparam("words", [word for word, _place, _product in fresh], ARRAY(Text)),
            bindparam("places", [place for _word, place, _product in fresh], ARRAY(SmallInteger)),
            bindparam("products", [product for _word, _place, product in fresh], ARRAY(BigInteger)),
        )
        .table_valued("word", "place", "product_id", name="fresh")
        .render_derived()
    )
    tenant = bindparam("tenant", current_organization_id(), BigInteger)
    db.session.execute(
        insert(ProductWord).from_select(
            ["organization_id", "word", "place", "product_id"],
            select(tenant, rows.c.word, rows.c.place, rows.c.product_id),
        )
    )
    _store_grams({word for word, _place, _product in fresh})


def _store_grams(words: set[str]) -> None:
    pairs = sorted((gram, word) for word in words for gram in word_grams(word))
    rows = (
        func.unnest(
            bindparam("grams", [gram for gram, _word in pairs], ARRAY(Text)),
            bindparam("words", [word for _gram, word in pairs], ARRAY(Text)),
        )
        .table_valued("gram", "word", name="pairs")
        .render_derived()
    )
    tenant = bindparam("tenant", current_organization_id(), BigInteger)
    db.session.execute(
        insert_or_ignore(WordGram)
        .from_select(["organization_id", "gram", "word"], select(tenant, rows.c.gram, rows.c.word))
        .on_conflict_do_nothing()
    )


def _store_keys(keys: dict[int, str]) -> None:
    rows = (
        func.unnest(
            bindparam("ids", list(keys), ARRAY(BigInteger)),
            bindparam("keys", list(keys.values()), ARRAY(Text)),
        )
        .table_valued("id", "key", name="folded")
        .render_derived()
    )
    db.session.execute(
        update(Product).where(Product.id == rows.c.id).values(search_key=rows.c.key),
        **_AS_IT_IS,
    )
