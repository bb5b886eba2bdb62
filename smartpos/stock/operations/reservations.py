"""Setting goods aside for something that will take them, an order for example.

A reservation is a promise, not a movement: it is checked against what is *available* (there and not promised to
somebody else), while goods that go out are checked against what is *there*. So the till may sell what was set aside,
because the customer holds it in hand; what was promised is then missing from what is available, which may fall below
zero until more arrives. Whoever takes what was reserved releases it and issues it in one transaction.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.money import plain
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.stock.errors import NotEnoughStock, NotInStock, UnknownGoods
from smartpos.stock.models import BranchStock, StockReservation
from smartpos.stock.queries import goods_of

NOTHING = Decimal("0.000")

_LOCK = """
SELECT product_id, quantity - reserved_quantity FROM branch_stocks
WHERE organization_id = %(organization_id)s AND branch_id = %(branch_id)s
  AND product_id = ANY (%(product_ids)s::bigint[])
ORDER BY product_id FOR UPDATE
"""
_RESERVE = """
WITH wanted AS (
    SELECT * FROM unnest(%(product_ids)s::bigint[], %(quantities)s::numeric[]) AS new (product_id, quantity)
), held AS (
    UPDATE branch_stocks AS stock
    SET reserved_quantity = stock.reserved_quantity + wanted.quantity, updated_at = %(now)s
    FROM wanted
    WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
      AND stock.product_id = wanted.product_id
)
INSERT INTO stock_reservations AS known (organization_id, branch_id, product_id, quantity, origin_kind, origin_id,
                                         created_by, created_at)
SELECT %(organization_id)s, %(branch_id)s, product_id, quantity, %(origin_kind)s, %(origin_id)s, %(created_by)s, %(now)s
FROM wanted ORDER BY product_id
ON CONFLICT (organization_id, origin_kind, origin_id, branch_id, product_id)
DO UPDATE SET quantity = known.quantity + excluded.quantity
"""
# The balances first and the reservations after them, as everywhere.
_LOCK_RESERVED = """
SELECT stock.branch_id, stock.product_id FROM branch_stocks AS stock
WHERE stock.organization_id = %(organization_id)s AND (stock.branch_id, stock.product_id) IN (
    SELECT branch_id, product_id FROM stock_reservations
    WHERE organization_id = %(organization_id)s AND origin_kind = %(origin_kind)s AND origin_id = %(origin_id)s
)
ORDER BY stock.branch_id, stock.product_id FOR UPDATE
"""
_RELEASE = """
WITH gone AS (
    DELETE FROM stock_reservations
    WHERE organization_id = %(organization_id)s AND origin_kind = %(origin_kind)s AND origin_id = %(origin_id)s
    RETURNING branch_id, product_id, quantity
), freed AS (
    UPDATE branch_stocks AS stock
    SET reserved_quantity = stock.reserved_quantity - gone.quantity, updated_at = %(now)s
    FROM gone
    WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = gone.branch_id
      AND stock.product_id = gone.product_id
)
SELECT branch_id, product_id, quantity FROM gone ORDER BY branch_id, product_id
"""
_TAKE = """
WITH taken AS (
    SELECT * FROM unnest(%(product_ids)s::bigint[], %(quantities)s::numeric[]) AS new (product_id, quantity)
), change AS (
    SELECT known.id, known.product_id, known.quantity AS before,
           greatest(known.quantity - taken.quantity, 0) AS after
    FROM stock_reservations AS known JOIN taken ON taken.product_id = known.product_id
    WHERE known.organization_id = %(organization_id)s AND known.origin_kind = %(origin_kind)s
      AND known.origin_id = %(origin_id)s AND known.branch_id = %(branch_id)s
), gone AS (
    DELETE FROM stock_reservations AS known USING change
    WHERE known.organization_id = %(organization_id)s AND known.id = change.id AND change.after = 0
), less AS (
    UPDATE stock_reservations AS known SET quantity = change.after FROM change
    WHERE known.organization_id = %(organization_id)s AND known.id = change.id
      AND change.after > 0 AND change.after < change.before
)
UPDATE branch_stocks AS stock
SET reserved_quantity = stock.reserved_quantity - (change.before - change.after), updated_at = %(now)s
FROM change
WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
  AND stock.product_id = change.product_id AND change.after < change.before
"""


def reserve(
    branch_id: int,
    lines: Sequence[tuple[int, Decimal]],
    *,
    origin_kind: str,
    origin_id: int,
    actor: Actor,
) -> None:
    """Set goods of a branch aside: (product id, positive quantity) each. For the same cause again they add up.

    Two statements whatever the number of lines, and one that reads the products. Raises NotEnoughStock with every
    product of which less is available, UnknownGoods, NotInStock for products without stock, and Invalid.
    """
    _set_aside(branch_id, lines, origin_kind, origin_id, actor, in_part=False)


def reserve_what_is_there(
    branch_id: int,
    lines: Sequence[tuple[int, Decimal]],
    *,
    origin_kind: str,
    origin_id: int,
    actor: Actor,
) -> list[dict[str, Any]]:
    """Set goods aside as ``reserve`` does, of each product as much as is available.

    Gives what is short, with the names and quantities that NotEnoughStock would have. Raises UnknownGoods, NotInStock
    and Invalid.
    """
    return _set_aside(branch_id, lines, origin_kind, origin_id, actor, in_part=True)


def _set_aside(
    branch_id: int,
    lines: Sequence[tuple[int, Decimal]],
    origin_kind: str,
    origin_id: int,
    actor: Actor,
    *,
    in_part: bool,
) -> list[dict[str, Any]]:
    wanted: dict[int, Decimal] = {}
    for product_id, quantity in lines:
        if quantity <= 0:
            raise Invalid(_("A quantity that is set aside must be more than zero."))
        wanted[product_id] = wanted.get(product_id, NOTHING) + quantity
    if not wanted:
        return []
    goods = goods_of(wanted)
    unknown = sorted(wanted.keys() - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    untracked = [item for item in goods.values() if not item.is_tracked]
    if untracked:
        raise NotInStock([{"product_id": item.id, "name": item.name} for item in untracked])
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(wanted),
        "origin_kind": origin_kind,
        "origin_id": origin_id,
        "created_by": actor.user_id,
        "now": utc_now(),
    }
    db.session.flush()
    # Two orders for the last piece would both find it available; they meet at these rows instead.
    available = dict(send(_LOCK, parameters))
    short = [
        {
            "product_id": product_id,
            "name": goods[product_id].name,
            "requested": plain(quantity),
            "available": plain(max(available.get(product_id, NOTHING), NOTHING)),
        }
        for product_id, quantity in wanted.items()
        if quantity > available.get(product_id, NOTHING)
    ]
    if short and not in_part:
        raise NotEnoughStock(short)
    there = {
        product_id: min(quantity, available.get(product_id, NOTHING))
        for product_id, quantity in wanted.items()
        if available.get(product_id, NOTHING) > 0
    }
    if there:
        parameters |= {"product_ids": array(there), "quantities": array(there.values())}
        send(_RESERVE, parameters)
        _forget_loaded()
    return short


def take_reserved(
    origin_kind: str, origin_id: int, taken: Mapping[int, Decimal], *, branch_id: int, actor: Actor
) -> None:
    """Let what is set aside for a cause in a branch fall by what was taken of each product, never below nothing.

    One statement. The caller holds the stock rows of these products locked, and issues what was taken itself.
    """
    if not taken:
        return
    db.session.flush()
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(taken),
        "quantities": array(taken.values()),
        "origin_kind": origin_kind,
        "origin_id": origin_id,
        "now": utc_now(),
    }
    send(_TAKE, parameters)
    _forget_loaded()


def release(origin_kind: str, origin_id: int, *, actor: Actor) -> list[tuple[int, int, Decimal]]:
    """Give back all that was set aside for a cause, in every branch; two statements.

    Gives (branch id, product id, quantity) each; nothing when nothing was set aside, so it may be repeated.
    """
    db.session.flush()
    parameters = {
        "organization_id": actor.organization.id,
        "origin_kind": origin_kind,
        "origin_id": origin_id,
        "now": utc_now(),
    }
    send(_LOCK_RESERVED, parameters)
    freed = [
        (branch_id, product_id, quantity) for branch_id, product_id, quantity in send(_RELEASE, parameters)
    ]
    _forget_loaded()
    return freed


def _forget_loaded() -> None:
    # The statements went past the ORM; a row that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, BranchStock | StockReservation):
            db.session.expire(row)
