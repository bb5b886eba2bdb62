"""How much of a product lies where: asked here, answered upstairs.

The stock domain stands above the catalogue and may not be imported from it, but a list of products without its
stock is of little use. So the catalogue declares the question, and stock registers its answer at start-up.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

StockLookup = Callable[[Collection[int], int | None], Mapping[int, Decimal]]

_lookup: list[StockLookup] = []


def register_stock_lookup(lookup: StockLookup) -> None:
    """Let ``lookup(product_ids, branch_id)`` tell the quantities; with ``branch_id`` None those of all branches.

    A product that it does not name has none. Called by the stock domain when the application starts.
    """
    _lookup[:] = [lookup]


def stock_of(product_ids: Collection[int], branch_id: int | None) -> dict[int, Decimal]:
    """The quantity of each product in a branch, or in all of them; empty when nobody keeps stock."""
    if not _lookup or not product_ids:
        return {}
    return dict(_lookup[0](product_ids, branch_id))
