"""How much of a product lies where: asked here, answered upstairs.

The stock domain stands above the catalogue and may not be imported from it, but a list of products without its
stock is of little use. So the catalogue declares the questions, and stock registers its answers at start-up.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

StockLookup = Callable[[Collection[int], int | None], Mapping[int, Decimal]]
StockChanges = Callable[[int | None, datetime], Iterable[int]]

_lookup: list[StockLookup] = []
_changes: list[StockChanges] = []


def register_stock_lookup(lookup: StockLookup, *, changed_since: StockChanges | None = None) -> None:
    """Let ``lookup(product_ids, branch_id)`` tell the quantities; with ``branch_id`` None those of all branches.

    A product that it does not name has none. ``changed_since(branch_id, moment)`` gives the ids of the products whose
    quantity has changed since, so that open tills learn of it. Called by the stock domain when the application starts.
    """
    _lookup[:] = [lookup]
    _changes[:] = [] if changed_since is None else [changed_since]


def stock_of(product_ids: Collection[int], branch_id: int | None) -> dict[int, Decimal] | None:
    """The quantity of each product in a branch, or in all of them; None when nobody keeps stock."""
    return dict(_lookup[0](product_ids, branch_id)) if _lookup else None


def stock_changed_since(branch_id: int | None, moment: datetime) -> Iterable[int]:
    """The products whose quantity has changed since a moment."""
    return _changes[0](branch_id, moment) if _changes else ()
