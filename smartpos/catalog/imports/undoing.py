"""Taking imports of products and prices back: only where nobody has changed or used anything since."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Category, Product
from smartpos.catalog.operations.importing import MOST_REASONS
from smartpos.catalog.operations.indexing import forget_products, rebuild_search, search_key
from smartpos.catalog.operations.products import NAMING, OWN_TABLES
from smartpos.catalog.queries.pricing import in_ids
from smartpos.catalog.queries.usage import used_among
from smartpos.core.db import db
from smartpos.core.imports import CannotUndo, Work, delete_rows, update_rows

Changes = Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]]

CHUNK = 5000
NUMBERS = frozenset({"price", "cost_price"})


def undo_products(changes: Changes, work: Work) -> None:
    """Hide what was made, put back what was changed. Raises CannotUndo with every reason."""
    rows = dict(changes.get("products", ()))
    made = [row_id for row_id, before in rows.items() if before is None]
    before = {row_id: old for row_id, old in rows.items() if old is not None}
    refuse_changed(rows.keys(), work)
    refuse_used(made)
    delete_rows("product_barcodes", [row_id for row_id, _none in changes.get("product_barcodes", ())])
    for start in range(0, len(made), CHUNK):
        part = made[start : start + CHUNK]
        update_rows(
            "products",
            part,
            {
                "deleted_at": [work.moment] * len(part),
                "status": ["inactive"] * len(part),
                "updated_at": [work.moment] * len(part),
            },
        )
        forget_products(part)
        work.step(len(part))
    put_back(before, work)
    _drop_categories([row_id for row_id, _none in changes.get("categories", ())], work)


def refuse_changed(ids: Collection[int], work: Work) -> None:
    """Raise CannotUndo for products that were changed after the import had written them."""
    since = datetime.fromisoformat(str(work.since)) if work.since else None
    reasons = []
    wanted = sorted(ids)
    found = 0
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = db.session.execute(
            select(Product.name, Product.updated_at, Product.deleted_at)
            .where(in_ids(Product.id, part))
            .order_by(Product.id)
            .with_for_update(key_share=True)
        )
        for name, updated_at, deleted_at in rows:
            found += 1
            if deleted_at is not None:
                reasons.append(_("“%(name)s” was deleted since.", name=name))
            elif updated_at != since:
                reasons.append(_("“%(name)s” was changed since.", name=name))
    if found < len(wanted):
        reasons.append(_("Some of the products are gone."))
    refuse(reasons)


def refuse_used(ids: Sequence[int]) -> None:
    """Raise CannotUndo for products that were sold, stocked or ordered."""
    used: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        for rows in used_among("products", ids[start : start + CHUNK], apart_from=OWN_TABLES).values():
            used |= rows
    if not used:
        return
    first = sorted(used)[: MOST_REASONS + 1]
    names = db.session.scalars(select(Product.name).where(in_ids(Product.id, first)).order_by(Product.id))
    refuse([_("“%(name)s” has been used since.", name=name) for name in names])


def refuse(reasons: Sequence[str]) -> None:
    """Raise CannotUndo when there are any; the first of them are told."""
    if not reasons:
        return
    told = list(reasons[:MOST_REASONS])
    if len(reasons) > MOST_REASONS:
        told.append(_("And others."))
    raise CannotUndo(told)


def put_back(before: Mapping[int, dict[str, Any]], work: Work) -> None:
    """Give products the columns that they had."""
    kinds: dict[tuple[str, ...], list[int]] = {}
    for row_id, old in before.items():
        kinds.setdefault(tuple(sorted(old)), []).append(row_id)
    renamed: list[int] = []
    for names, ids in kinds.items():
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            columns: dict[str, list[Any]] = {
                name: [
                    Decimal(before[row_id][name]) if name in NUMBERS else before[row_id][name]
                    for row_id in part
                ]
                for name in names
            }
            if "name" in columns:
                columns["search_key"] = [search_key(name) for name in columns["name"]]
            update_rows("products", part, {**columns, "updated_at": [work.moment] * len(part)})
            if NAMING & set(names):
                renamed += part
            work.step(len(part))
    if renamed:
        rebuild_search(renamed)


def _drop_categories(ids: Sequence[int], work: Work) -> None:
    """Hide the categories that were made and that are empty again; a deeper one before the one it lies in."""
    if not ids:
        return
    waiting = set(ids)
    while waiting:
        rows = in_ids(Category.id, sorted(waiting))
        full = set(
            db.session.scalars(
                select(Product.category_id).where(
                    in_ids(Product.category_id, sorted(waiting)), Product.deleted_at.is_(None)
                )
            )
        )
        full |= set(
            db.session.scalars(
                select(Category.parent_id).where(
                    in_ids(Category.parent_id, sorted(waiting)), Category.deleted_at.is_(None)
                )
            )
        )
        there = set(db.session.scalars(select(Category.id).where(rows, Category.deleted_at.is_(None))))
        empty = sorted(there - full)
        if not empty:
            return
        update_rows(
            "categories",
            empty,
            {"deleted_at": [work.moment] * len(empty), "updated_at": [work.moment] * len(empty)},
        )
        waiting -= set(empty)
