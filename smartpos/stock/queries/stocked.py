"""Finding goods of a branch, with what lies there of them and of their lots."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.queries import products_of_codes, search_products
from smartpos.core.db import db
from smartpos.stock.models import Batch, BatchStock
from smartpos.stock.queries.countable import as_shown, countable_goods, weighed
from smartpos.stock.queries.goods import quantities

MOST_FOUND = 20
ONE = Decimal("1.000")


def stocked_goods(
    branch_id: int, text: str, *, scale_patterns: str = "", limit: int = MOST_FOUND
) -> list[dict[str, Any]]:
    """The products that a code or words mean, the best first, with their stock in a branch and its lots.

    ``multiplier`` is how many base units the code stands for, 1 for words. Lots come in the order in which they expire.
    A label that the shop's scale printed (by the setting ``scale_patterns``) means the goods under it, and stands
    among their codes with what they weigh.
    """
    code = text.replace(" ", "")
    ids = search_products(text, limit=limit).ids
    label = weighed(code, scale_patterns)
    if label is not None and products_of_codes([code]):
        label = None
    if label is not None:
        ids = [label[0]]
    if not ids:
        return []
    place = {product_id: number for number, product_id in enumerate(ids)}
    found = countable_goods(None, limit=limit, ids=ids).items
    stock = quantities(ids, branch_id)
    lots = _lots(branch_id, ids)
    if label is not None:
        found = [item._replace(codes=[*item.codes, (code, label[1], None)]) for item in found]
    return [
        as_shown(item)
        | {
            "quantity": stock.get(item.id, Decimal("0.000")),
            "multiplier": next((times for known, times, _title in item.codes if known == code), ONE),
            "batches": lots.get(item.id, []),
        }
        for item in sorted(found, key=lambda item: place[item.id])
    ]


def _lots(branch_id: int, product_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    query = (
        select(Batch.product_id, Batch.id, Batch.batch_number, Batch.expiration_date, BatchStock.quantity)
        .join(BatchStock, BatchStock.batch_id == Batch.id)
        .where(
            BatchStock.branch_id == branch_id,
            BatchStock.quantity > 0,
            BatchStock.product_id == func.any(literal(product_ids, ARRAY(BigInteger))),
        )
        .order_by(Batch.expiration_date.asc().nulls_last(), Batch.id)
    )
    lots: dict[int, list[dict[str, Any]]] = {}
    for product_id, batch_id, number, expiration_date, quantity in db.session.execute(query):
        lots.setdefault(product_id, []).append(
            {
                "batch_id": batch_id,
                "batch_number": number,
                "expiration_date": expiration_date,
                "quantity": quantity,
            }
        )
    return lots
