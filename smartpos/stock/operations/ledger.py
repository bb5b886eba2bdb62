"""Posting movements: what moves is locked, checked and valued here, and written by ``writing``.

Whatever the number of lines, posting takes two statements: lock and write (two more for a product that the branch has
never held, one more where lots are kept, and one or two where goods come in with one). ``docs/locking.md`` tells in
which order things are locked and why.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from smartpos.core.db import db, utc_now
from smartpos.core.money import plain, round_cost
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.stock.errors import NotEnoughStock, UnknownGoods
from smartpos.stock.models import LevelState, MovementType
from smartpos.stock.operations.lots import (
    Arrival,
    Lot,
    LotStock,
    Part,
    PostedLot,
    Rules,
    Shelf,
    check_number,
    ensure_lots,
    lock_shelves,
    refuse_foreign,
    shares,
)
from smartpos.stock.operations.writing import Entry, Posted, Prepared, Watched, write_movements
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
    a lot, or from that first where the goods are known to be ``loose``.
    """

    product_id: int
    quantity: Decimal
    unit_cost: Decimal | None = None
    movement_type: MovementType | None = None
    notes: str | None = None
    value: Decimal | None = None
    batch_id: int | None = None
    lot: Lot | None = None
    loose: bool = False


@dataclass(slots=True)
class Locked:
    """The balances of a branch, and which of these products have lots here."""

    levels: dict[int, Level] = field(default_factory=dict)
    watched: dict[int, Watched] = field(default_factory=dict)
    with_lots: set[int] = field(default_factory=set)


_LOCK = """
SELECT product_id, quantity, value, average_cost, min_quantity, reorder_point, level_state,
       EXISTS (SELECT 1 FROM batch_stocks AS lot
               WHERE lot.organization_id = branch_stocks.organization_id AND lot.branch_id = branch_stocks.branch_id
                 AND lot.product_id = branch_stocks.product_id AND lot.quantity > 0)
FROM branch_stocks
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


def post_movements(
    requests: Sequence[Movement],
    *,
    origin_kind: str,
    origin_id: int,
    branch_id: int,
    occurred_at: datetime | None = None,
    allow_negative: bool = False,
    allow_expired: bool = False,
    expired_last: bool = False,
    untold: Collection[int] = (),
    actor: Actor,
) -> list[Posted]:
    """Move goods in a branch for any cause; one ``Posted`` per request, in its order.

    Products of which no stock is kept post nothing and cost their ``cost_price``. Lots whose day of expiry has passed
    stay where they are unless ``allow_expired`` (goods are written off, returned to the supplier); ``expired_last``
    takes them when they are named or nothing else is left (goods are moved). ``untold`` is of ``write_movements``.

    Raises NotEnoughStock with every product that is short (unless ``allow_negative``), GoodsExpired with every product
    of which nothing else is left, UnknownGoods, UnknownLots, LotOfAnotherProduct, LotExpiryDiffers and StockTooLarge.
    The branch must exist.
    """
    prepared = prepare_movements(
        requests,
        branch_id=branch_id,
        allow_negative=allow_negative,
        allow_expired=allow_expired,
        expired_last=expired_last,
        actor=actor,
    )
    write_movements(
        prepared,
        origin_kind=origin_kind,
        origin_id=origin_id,
        occurred_at=occurred_at,
        untold=untold,
        actor=actor,
    )
    return prepared.posted


def prepare_movements(
    requests: Sequence[Movement],
    *,
    branch_id: int,
    allow_negative: bool = False,
    allow_expired: bool = False,
    expired_last: bool = False,
    happened_on: date | None = None,
    goods: Mapping[int, Goods] | None = None,
    actor: Actor,
) -> Prepared:
    """The first half of ``post_movements``: lock, check and value. For a document that keeps the cost of its goods.

    Write the document, then call ``write_movements`` in the same transaction. ``goods`` saves a statement when the
    caller has read the products already. ``happened_on`` is for goods that are gone already, since that day: lots that
    were good then go first, and expired ones rather than none; ``expired_last``
    is the same for today. Raises as ``post_movements`` does.
    """
    if goods is None:
        goods = goods_of([request.product_id for request in requests])
    unknown = sorted({request.product_id for request in requests} - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    tracked = sorted({request.product_id for request in requests if goods[request.product_id].is_tracked})
    locked = _lock_levels(tracked, branch_id, actor)
    if not allow_negative:
        _refuse_shortages(requests, goods, locked.levels)
    missing = [product_id for product_id in tracked if product_id not in locked.levels]
    if missing:
        made = _make_levels(missing, branch_id, actor)
        locked.levels |= made.levels
        locked.watched |= made.watched
    prepared = Prepared(
        branch_id,
        [],
        levels={product_id: locked.levels[product_id] for product_id in sorted(locked.levels)},
        watched=locked.watched,
    )
    lots = _open_shelves(requests, goods, locked, prepared, actor)
    rules = Rules(
        happened_on or actor.organization.today,
        allow_negative=allow_negative,
        allow_expired=allow_expired,
        as_happened=expired_last or happened_on is not None,
    )
    _value(requests, goods, prepared, lots, rules)
    rules.refuse()
    return prepared


def lock_stock(product_ids: Iterable[int], *, branch_id: int, actor: Actor) -> None:
    """Lock what there is of products in a branch, in the order of all who lock stock.

    For a unit of work that moves goods by more than one ``prepare_movements``: taken together first, their rows are
    never waited for in a circle.
    """
    _lock_levels(sorted(set(product_ids)), branch_id, actor)


def _lock_levels(product_ids: list[int], branch_id: int, actor: Actor) -> Locked:
    # Two sales of the same goods would both find enough and together take too much. They meet at these rows
    # instead, always in the order of product ids, so that neither waits for the other in a circle.
    locked = Locked()
    if not product_ids:
        return locked
    db.session.flush()
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(product_ids),
    }
    for product_id, quantity, value, cost, least, reorder_at, state, has_lots in send(_LOCK, parameters):
        locked.levels[product_id] = Level(quantity, value, cost)
        locked.watched[product_id] = Watched(least, reorder_at, LevelState(state))
        if has_lots:
            locked.with_lots.add(product_id)
    return locked


def _make_levels(product_ids: list[int], branch_id: int, actor: Actor) -> Locked:
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(product_ids),
        "now": utc_now(),
    }
    send(_MAKE, parameters)
    return _lock_levels(product_ids, branch_id, actor)


def _open_shelves(
    requests: Sequence[Movement], goods: Mapping[int, Goods], locked: Locked, prepared: Prepared, actor: Actor
) -> list[LotStock | None]:
    """Lock the lots of products that have some, and give for each request the lot that it names, if any.

    A cart without such products takes no statement here.
    """
    for product_id in locked.levels:
        one = goods[product_id]
        if one.keeps_lots or product_id in locked.with_lots:
            prepared.shelves[product_id] = Shelf(product_id, one.name, one.keeps_lots)
    shelves = prepared.shelves
    named: list[LotStock | None] = [None] * len(requests)
    if not shelves:
        return named
    arriving = {
        place: Arrival(
            request.product_id,
            request.lot,
            request.quantity,
            _cost_of(request, goods[request.product_id], locked.levels[request.product_id]),
        )
        for place, request in enumerate(requests)
        if request.lot is not None and request.quantity > 0 and goods[request.product_id].keeps_lots
        if request.product_id in shelves
    }
    made = ensure_lots(list(arriving.values()), actor=actor) if arriving else {}
    wanted = {
        place: made[one.product_id, check_number(one.lot.number)] for place, one in arriving.items()
    } | {
        place: request.batch_id
        for place, request in enumerate(requests)
        if request.batch_id is not None and request.product_id in shelves
    }
    found = lock_shelves(shelves.values(), wanted.values(), branch_id=prepared.branch_id, actor=actor)
    refuse_foreign((found[batch_id], requests[place].product_id) for place, batch_id in wanted.items())
    for place, batch_id in wanted.items():
        named[place] = shelves[requests[place].product_id].add(found[batch_id])
    for place, request in enumerate(requests):
        if request.lot is not None and request.quantity < 0 and request.product_id in shelves:
            named[place] = shelves[request.product_id].of_number(request.lot.number.strip())
    return named


def _cost_of(request: Movement, goods: Goods, level: Level) -> Decimal:
    if request.value is not None:
        return round_cost(request.value / request.quantity)
    return level.average_cost or goods.cost_price if request.unit_cost is None else request.unit_cost


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
    requests: Sequence[Movement],
    goods: Mapping[int, Goods],
    prepared: Prepared,
    lots: Sequence[LotStock | None],
    rules: Rules,
) -> None:
    posted: dict[int, Posted] = {}
    first: dict[int, int] = {}
    for place, request in enumerate(requests):
        first.setdefault(request.product_id, place)
    # What comes in is there before anything of it goes out, whatever the order of the lines. Whoever names a lot takes
    # it before those to whom another will do as well, and before those who only prefer it and take on from the others.
    order = sorted(
        range(len(requests)),
        key=lambda place: (
            first[requests[place].product_id],
            requests[place].quantity < 0,
            lots[place] is None,
            requests[place].batch_id is None,
        ),
    )
    for place in order:
        request = requests[place]
        posted[place] = _enter(request, goods[request.product_id], prepared, lots[place], rules)
    prepared.posted = [posted[place] for place in range(len(requests))]


def _enter(request: Movement, goods: Goods, prepared: Prepared, lot: LotStock | None, rules: Rules) -> Posted:
    """Let one request take effect on its level and its lots, and note the rows it makes."""
    quantity = request.quantity
    if not goods.is_tracked:
        value = request.value
        if value is None:
            value = (goods.cost_price * quantity).quantize(NOTHING)
        return Posted(goods.id, quantity, goods.cost_price, value, is_tracked=False)
    level = prepared.levels[goods.id]
    there = level.quantity
    revaluation = NOTHING
    if quantity > 0:
        cost = _cost_of(request, goods, level)
        value, revaluation = receive(level, quantity, cost, request.value)
        usual = MovementType.IN
    else:
        known_value = None if request.value is None else -request.value
        cost, taken = issue(level, -quantity, goods.cost_price, known_value)
        value = -taken
        usual = MovementType.OUT
    kind = request.movement_type or usual
    parts = _parts(request, there, prepared.shelves.get(goods.id), lot, rules)
    moved = []
    for (one, part), worth in zip(parts, shares([part for _lot, part in parts], value), strict=True):
        batch_id = one.id if one else None
        prepared.entries.append(Entry(goods.id, kind, part, cost, worth, request.notes, batch_id))
        if one is not None:
            moved.append(PostedLot(one.id, part, one.expiration_date, one.number, worth))
    if revaluation:
        nothing = Decimal("0.000")
        prepared.entries.append(Entry(goods.id, MovementType.ADJUST, nothing, cost, revaluation, None))
    return Posted(goods.id, quantity, cost, value, lots=tuple(moved))


def _parts(
    request: Movement, there: Decimal, shelf: Shelf | None, lot: LotStock | None, rules: Rules
) -> list[Part]:
    """The lots that a request moves, with signed quantities; None is what moves without one."""
    quantity = request.quantity
    if shelf is None:
        return [(None, quantity)]
    if quantity > 0:
        return shelf.put(quantity, there, lot)
    strictly = request.batch_id is not None
    taken = shelf.take(-quantity, there, rules, named=lot, strictly=strictly, loose_first=request.loose)
    return [(one, -part) for one, part in taken]
