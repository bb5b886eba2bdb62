"""How much a branch should hold: the levels at which a product runs low, and how far to refill it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.events import dispatch_after_commit
from smartpos.core.money import QUANTITY_LIMIT, plain
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.stock.errors import BranchNotFound, NotInStock, UnknownGoods
from smartpos.stock.models import BranchStock, LevelState
from smartpos.stock.operations.writing import crossing
from smartpos.stock.queries import goods_of

LEVEL_ORIGIN = "branch_stock"
MOST_LEVELS = 1000


@dataclass(frozen=True, slots=True)
class WantedLevels:
    """At which quantity a product runs low, at which more is ordered (None: at the minimum), and how far it is
    refilled (None: no limit). Zero for the minimum means that nobody cares."""

    product_id: int
    min_quantity: Decimal
    reorder_point: Decimal | None = None
    max_quantity: Decimal | None = None


# Somebody may sell while levels are set: the rows are locked in the ledger's order before they are looked at.
_MAKE = """
INSERT INTO branch_stocks (organization_id, branch_id, product_id, updated_at)
SELECT %(organization_id)s, %(branch_id)s, product_id, %(now)s
FROM unnest(%(product_ids)s::bigint[]) AS product_id ORDER BY product_id
ON CONFLICT (organization_id, branch_id, product_id) DO NOTHING
"""
_LOCK = """
SELECT id, product_id, quantity, level_state FROM branch_stocks
WHERE organization_id = %(organization_id)s AND branch_id = %(branch_id)s
  AND product_id = ANY (%(product_ids)s::bigint[])
ORDER BY product_id FOR UPDATE
"""
_WRITE = """
WITH told AS (
    INSERT INTO events (organization_id, name, facts, origin_kind, origin_id, created_by, created_at)
    SELECT %(organization_id)s, new.name, new.facts, %(origin_kind)s, new.origin_id, %(created_by)s, %(now)s
    FROM unnest(%(event_names)s::text[], %(event_facts)s::jsonb[], %(event_origins)s::bigint[])
      AS new (name, facts, origin_id)
)
UPDATE branch_stocks AS stock
SET min_quantity = new.min_quantity, reorder_point = new.reorder_point, max_quantity = new.max_quantity,
    level_state = new.state
FROM unnest(%(product_ids)s::bigint[], %(minima)s::numeric[], %(points)s::numeric[], %(maxima)s::numeric[],
            %(states)s::text[]) AS new (product_id, min_quantity, reorder_point, max_quantity, state)
WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
  AND stock.product_id = new.product_id
"""


def set_levels(
    stock: BranchStock,
    *,
    min_quantity: Decimal,
    reorder_point: Decimal | None = None,
    max_quantity: Decimal | None = None,
    actor: Actor,
) -> BranchStock:
    """Set when a product runs low in a branch and how far to refill it. Raises as ``set_levels_of_branch`` does.

    Only these columns are written; quantity and value belong to the ledger. The change is audited by trigger.
    """
    wanted = WantedLevels(stock.product_id, min_quantity, reorder_point, max_quantity)
    set_levels_of_branch(stock.branch_id, [wanted], actor=actor)
    return stock


def set_levels_of_branch(branch_id: int, levels: Sequence[WantedLevels], *, actor: Actor) -> None:
    """Set the levels of several products of a branch, all or none, by a fixed number of statements.

    A product that the branch has never held gets its place there. A level that puts a quantity on the other side of it
    is a crossing like any other and is told as an event. Raises Invalid with what is wrong by product, BranchNotFound,
    UnknownGoods, NotInStock.
    """
    _check(levels)
    seen = select(Branch.id).where(Branch.id == branch_id, is_workplace())
    if db.session.scalar(seen) is None:
        raise BranchNotFound
    wanted = {level.product_id: level for level in sorted(levels, key=lambda level: level.product_id)}
    goods = goods_of(list(wanted))
    unknown = sorted(wanted.keys() - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    untracked = [item for item in goods.values() if not item.is_tracked]
    if untracked:
        raise NotInStock([{"product_id": item.id, "name": item.name} for item in untracked])
    db.session.flush()
    parameters: dict[str, Any] = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(wanted),
        "now": utc_now(),
    }
    send(_MAKE, parameters)
    rows = send(_LOCK, parameters)
    states, events = [], []
    for row_id, product_id, quantity, state in rows:
        level = wanted[product_id]
        after = LevelState.of(quantity, level.min_quantity, level.reorder_point)
        states.append(after.value)
        name = crossing(LevelState(state), after)
        if name:
            facts = {
                "branch_id": branch_id,
                "product_id": product_id,
                "quantity": plain(quantity),
                "level": plain(max(level.min_quantity, level.reorder_point or level.min_quantity)),
                "state": after.value,
            }
            events.append((name, json.dumps(facts), row_id))
    send(
        _WRITE,
        parameters
        | {
            "minima": array(level.min_quantity for level in wanted.values()),
            "points": [level.reorder_point for level in wanted.values()],
            "maxima": [level.max_quantity for level in wanted.values()],
            "states": states,
            "event_names": [name for name, _facts, _row in events],
            "event_facts": [facts for _name, facts, _row in events],
            "event_origins": array(row for _name, _facts, row in events),
            "origin_kind": LEVEL_ORIGIN,
            "created_by": actor.user_id,
        },
    )
    if events:
        dispatch_after_commit()
    # The statement went past the ORM; a row that somebody has loaded must not answer with its old levels.
    for row in db.session.identity_map.values():
        if isinstance(row, BranchStock):
            db.session.expire(row)


def _check(levels: Sequence[WantedLevels]) -> None:
    if not levels:
        raise Invalid(_("There is nothing to set."))
    if len(levels) > MOST_LEVELS:
        raise Invalid(_("At most %(most)s levels can be set at once.", most=MOST_LEVELS))
    if len({level.product_id for level in levels}) < len(levels):
        raise Invalid(_("A product is named twice."))
    problems = {level.product_id: sentence for level in levels if (sentence := level_problem(level))}
    if problems:
        raise Invalid(
            next(iter(problems.values())),
            items=[{"product_id": number, "problem": sentence} for number, sentence in problems.items()],
        )


def level_problem(level: WantedLevels) -> Any:
    """What is wrong with the levels of a product, as a sentence; None when nothing is."""
    given = [one for one in (level.min_quantity, level.reorder_point, level.max_quantity) if one is not None]
    if min(given) < 0:
        return _("A level cannot be negative.")
    if max(given) > QUANTITY_LIMIT:
        return _("A level is too large.")
    lowest = max(level.min_quantity, level.reorder_point or Decimal(0))
    if level.max_quantity is not None and level.max_quantity < lowest:
        return _("The maximum cannot be below the minimum or the reorder point.")
    return None
