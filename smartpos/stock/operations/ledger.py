"""Posting movements: the only writer of ``inventory_movements`` and of the balances in ``branch_stocks``.

Whatever the number of lines, posting takes two statements: lock and write (two more for a product that the branch has
never held). ``docs/locking.md`` tells in which order things are locked and why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from smartpos.core.db import db, utc_now
from smartpos.core.money import plain, round_cost
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.stock.errors import NotEnoughStock, UnknownGoods
from smartpos.stock.models import BranchStock, MovementType
from smartpos.stock.operations.lots import Lot, PostedLot
from smartpos.stock.queries import Goods, goods_of
from smartpos.stock.valuation import NOTHING, Level, issue, receive


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to move: into the branch when ``quantity`` is positive, out of it when negative; never zero.

    Goods come in at ``unit_cost`` (None: at the average cost) and go out at the average cost. ``value`` (signed like
    ``quantity``) holds instead for goods whose worth is known as a whole: what was sold comes back with its cost.

    Lots matter to products of which lots are kept; others ignore them. What comes in with ``lot`` joins the lot of that
    number, which is made when it is new; with ``batch_id`` it joins that lot; without either it lies there without
    one. What goes out with ``batch_id`` leaves that lot and no other; with ``lot`` it leaves the lot of that number as
    far as it goes and if the branch has it; all else goes first expired, first out, then from what lies there without
    a lot.
    """

    product_id: int
    quantity: Decimal
    unit_cost: Decimal | None = None
    movement_type: MovementType | None = None
    notes: str | None = None
    value: Decimal | None = None
    batch_id: int | None = None
    lot: Lot | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What a movement came to; ``value`` is signed like ``quantity``. Untracked means not in the ledger.

    ``lots`` tells which lots moved; what is left of the quantity moved without one.
    """

    product_id: int
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    is_tracked: bool = True
    lots: tuple[PostedLot, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger to be."""

    product_id: int
    movement_type: MovementType
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    notes: str | None


@dataclass(slots=True)
class Prepared:
    """Movements whose stock is locked, checked and valued, and which are not written yet."""

    branch_id: int
    posted: list[Posted]
    entries: list[Entry] = field(default_factory=list)
    levels: dict[int, Level] = field(default_factory=dict)


_LOCK = """
SELECT product_id, quantity, value, average_cost FROM branch_stocks
WHERE organization_id = %(organization_id)s AND branch_id = %(branch_id)s
  AND product_id = ANY (%(product_ids)s::bigint[])
ORDER BY product_id FOR UPDATE
"""
_MAKE = """
INSERT INTO branch_stocks (organization_id, branch_id, product_id, updated_at)
SELECT %(organization_id)s, %(branch_id)s, product_id, %(now)s
FROM unnest(%(product_ids)s::bigint[]) AS product_id
ON CONFLICT (organization_id, branch_id, product_id) DO NOTHING
"""
# Balances and ledger in one statement: what is true of one is true of the other from the same moment.
_WRITE = """
WITH balanced AS (
    UPDATE branch_stocks AS stock
    SET quantity = new.quantity, value = new.value, average_cost = new.average_cost, updated_at = %(now)s
    FROM unnest(%(level_products)s::bigint[], %(level_quantities)s::numeric[], %(level_values)s::numeric[],
                %(level_costs)s::numeric[]) AS new (product_id, quantity, value, average_cost)
    WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
      AND stock.product_id = new.product_id
)
INSERT INTO inventory_movements (organization_id, branch_id, product_id, movement_type, quantity, unit_cost, value,
                                 notes, origin_kind, origin_id, created_by, occurred_at, created_at)
SELECT %(organization_id)s, %(branch_id)s, new.product_id, new.movement_type, new.quantity, new.unit_cost, new.value,
       new.notes, %(origin_kind)s, %(origin_id)s, %(created_by)s, %(occurred_at)s, %(now)s
FROM unnest(%(product_ids)s::bigint[], %(types)s::text[], %(quantities)s::numeric[], %(costs)s::numeric[],
            %(values)s::numeric[], %(notes)s::text[]) WITH ORDINALITY
  AS new (product_id, movement_type, quantity, unit_cost, value, notes, place)
ORDER BY new.place
"""


def post_movements(
    requests: Sequence[Movement],
    *,
    origin_kind: str,
    origin_id: int,
    branch_id: int,
    occurred_at: datetime | None = None,
    allow_negative: bool = False,
    allow_expired: bool = False,
    actor: Actor,
) -> list[Posted]:
    """Move goods in a branch for any cause; one ``Posted`` per request, in its order.

    Products of which no stock is kept post nothing and cost their ``cost_price``. Raises NotEnoughStock with every
    product that is short (unless ``allow_negative``), UnknownGoods and StockTooLarge. The branch must exist.
    """
    prepared = prepare_movements(
        requests, branch_id=branch_id, allow_negative=allow_negative, allow_expired=allow_expired, actor=actor
    )
    write_movements(
        prepared, origin_kind=origin_kind, origin_id=origin_id, occurred_at=occurred_at, actor=actor
    )
    return prepared.posted


def prepare_movements(
    requests: Sequence[Movement],
    *,
    branch_id: int,
    allow_negative: bool = False,
    allow_expired: bool = False,
    goods: Mapping[int, Goods] | None = None,
    actor: Actor,
) -> Prepared:
    """The first half of ``post_movements``: lock, check and value. For a document that keeps the cost of its goods.

    Write the document, then call ``write_movements`` in the same transaction. ``goods`` saves a statement when the
    caller has read the products already. Raises as ``post_movements`` does.
    """
    if goods is None:
        goods = goods_of([request.product_id for request in requests])
    unknown = sorted({request.product_id for request in requests} - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    tracked = sorted({request.product_id for request in requests if goods[request.product_id].is_tracked})
    levels = _lock_levels(tracked, branch_id, actor)
    if not allow_negative:
        _refuse_shortages(requests, goods, levels)
    missing = [product_id for product_id in tracked if product_id not in levels]
    if missing:
        levels |= _make_levels(missing, branch_id, actor)
    return _value(requests, goods, levels, branch_id)


def write_movements(
    prepared: Prepared,
    *,
    origin_kind: str,
    origin_id: int,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> None:
    """The second half of ``post_movements``: write what ``prepare_movements`` found, with its cause."""
    if not prepared.entries:
        return
    now = utc_now()
    levels, entries = prepared.levels, prepared.entries
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": prepared.branch_id,
        "now": now,
        "level_products": array(levels),
        "level_quantities": array(level.quantity for level in levels.values()),
        "level_values": array(level.value for level in levels.values()),
        "level_costs": array(level.average_cost for level in levels.values()),
        "product_ids": array(entry.product_id for entry in entries),
        "types": [entry.movement_type.value for entry in entries],
        "quantities": array(entry.quantity for entry in entries),
        "costs": array(entry.unit_cost for entry in entries),
        "values": array(entry.value for entry in entries),
        "notes": [entry.notes for entry in entries],
        "origin_kind": origin_kind,
        "origin_id": origin_id,
        "created_by": actor.user_id,
        "occurred_at": occurred_at or now,
    }
    send(_WRITE, parameters)
    # The statement went past the ORM; a row that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, BranchStock):
            db.session.expire(row)


def _lock_levels(product_ids: list[int], branch_id: int, actor: Actor) -> dict[int, Level]:
    # Two sales of the same goods would both find enough and together take too much. They meet at these rows
    # instead, always in the order of product ids, so that neither waits for the other in a circle.
    if not product_ids:
        return {}
    db.session.flush()
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(product_ids),
    }
    return {row[0]: Level(*row[1:]) for row in send(_LOCK, parameters)}


def _make_levels(product_ids: list[int], branch_id: int, actor: Actor) -> dict[int, Level]:
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(product_ids),
        "now": utc_now(),
    }
    send(_MAKE, parameters)
    return _lock_levels(product_ids, branch_id, actor)


def _refuse_shortages(
    requests: Sequence[Movement], goods: Mapping[int, Goods], levels: Mapping[int, Level]
) -> None:
    leaving: dict[int, Decimal] = {}
    for request in requests:
        if goods[request.product_id].is_tracked:
            leaving[request.product_id] = leaving.get(request.product_id, Decimal(0)) - request.quantity
    short = []
    for product_id, quantity in leaving.items():
        available = levels[product_id].quantity if product_id in levels else Decimal("0.000")
        if quantity > 0 and quantity > available:
            short.append(
                {
                    "product_id": product_id,
                    "name": goods[product_id].name,
                    "requested": plain(quantity),
                    "available": plain(max(available, Decimal("0.000"))),
                }
            )
    if short:
        raise NotEnoughStock(short)


def _value(
    requests: Sequence[Movement], goods: Mapping[int, Goods], levels: Mapping[int, Level], branch_id: int
) -> Prepared:
    posted: dict[int, Posted] = {}
    prepared = Prepared(
        branch_id, [], levels={product_id: levels[product_id] for product_id in sorted(levels)}
    )
    first: dict[int, int] = {}
    for place, request in enumerate(requests):
        first.setdefault(request.product_id, place)
    # What comes in is there before anything of it goes out, whatever the order of the lines.
    order = sorted(
        range(len(requests)),
        key=lambda place: (first[requests[place].product_id], requests[place].quantity < 0),
    )
    for place in order:
        posted[place] = _enter(requests[place], goods[requests[place].product_id], prepared)
    prepared.posted = [posted[place] for place in range(len(requests))]
    return prepared


def _enter(request: Movement, goods: Goods, prepared: Prepared) -> Posted:
    """Let one request take effect on its level and note the rows it makes."""
    quantity = request.quantity
    if not goods.is_tracked:
        value = request.value
        if value is None:
            value = (goods.cost_price * quantity).quantize(NOTHING)
        return Posted(goods.id, quantity, goods.cost_price, value, is_tracked=False)
    level = prepared.levels[goods.id]
    revaluation = NOTHING
    if quantity > 0:
        known = level.average_cost or goods.cost_price
        cost = known if request.unit_cost is None else request.unit_cost
        if request.value is not None:
            cost = round_cost(request.value / quantity)
        value, revaluation = receive(level, quantity, cost, request.value)
        usual = MovementType.IN
    else:
        known_value = None if request.value is None else -request.value
        cost, taken = issue(level, -quantity, goods.cost_price, known_value)
        value = -taken
        usual = MovementType.OUT
    kind = request.movement_type or usual
    prepared.entries.append(Entry(goods.id, kind, quantity, cost, value, request.notes))
    if revaluation:
        nothing = Decimal("0.000")
        prepared.entries.append(Entry(goods.id, MovementType.ADJUST, nothing, cost, revaluation, None))
    return Posted(goods.id, quantity, cost, value)
