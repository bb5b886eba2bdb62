"""Writing movements: the only writer of ``inventory_movements`` and of the balances of ``branch_stocks`` and of lots.

It is one statement whatever the number of lines: what is true of the balances is true of the lots, of the ledger and of
what is told about them from the same moment. A quantity that crosses one of its levels is an event.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from smartpos.core.db import db, utc_now
from smartpos.core.events import dispatch_after_commit
from smartpos.core.money import plain
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.stock.models import BatchStock, BranchStock, LevelState, MovementType
from smartpos.stock.operations.lots import PostedLot, Shelf
from smartpos.stock.valuation import Level

FELL_BELOW = "stock.level_fell_below"
RECOVERED = "stock.level_recovered"


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

    @property
    def only_lot(self) -> PostedLot | None:
        """The lot that all of it was of, if it was one."""
        return self.lots[0] if len(self.lots) == 1 and self.lots[0].quantity == self.quantity else None

    def has_expired(self, today: date) -> bool:
        """Whether a lot moved whose last day had passed."""
        return any(lot.expiration_date is not None and lot.expiration_date < today for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger to be."""

    product_id: int
    movement_type: MovementType
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    notes: str | None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What a branch wants to hold of a product, and what was last told about it."""

    min_quantity: Decimal
    reorder_point: Decimal | None
    state: LevelState


@dataclass(slots=True)
class Prepared:
    """Movements whose stock is locked, checked and valued, and which are not written yet."""

    branch_id: int
    posted: list[Posted]
    entries: list[Entry] = field(default_factory=list)
    levels: dict[int, Level] = field(default_factory=dict)
    watched: dict[int, Watched] = field(default_factory=dict)
    shelves: dict[int, Shelf] = field(default_factory=dict)


_BALANCES = """
WITH balanced AS (
    UPDATE branch_stocks AS stock
    SET quantity = new.quantity, value = new.value, average_cost = new.average_cost, level_state = new.state,
        updated_at = %(now)s
    FROM unnest(%(level_products)s::bigint[], %(level_quantities)s::numeric[], %(level_values)s::numeric[],
                %(level_costs)s::numeric[], %(level_states)s::text[])
      AS new (product_id, quantity, value, average_cost, state)
    WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
      AND stock.product_id = new.product_id
)
"""
_LOTS = """, of_lots AS (
    INSERT INTO batch_stocks (organization_id, branch_id, product_id, batch_id, quantity, updated_at)
    SELECT %(organization_id)s, %(branch_id)s, new.product_id, new.batch_id, new.quantity, %(now)s
    FROM unnest(%(lot_products)s::bigint[], %(lot_ids)s::bigint[], %(lot_quantities)s::numeric[])
      AS new (product_id, batch_id, quantity)
    ON CONFLICT (organization_id, branch_id, batch_id)
    DO UPDATE SET quantity = excluded.quantity, updated_at = excluded.updated_at
)
"""
_EVENTS = """, told AS (
    INSERT INTO events (organization_id, name, facts, origin_kind, origin_id, created_by, created_at)
    SELECT %(organization_id)s, new.name, new.facts, %(origin_kind)s, %(origin_id)s, %(created_by)s, %(now)s
    FROM unnest(%(event_names)s::text[], %(event_facts)s::jsonb[]) AS new (name, facts)
)
"""
_LEDGER = """
INSERT INTO inventory_movements (organization_id, branch_id, product_id, batch_id, movement_type, quantity, unit_cost,
                                 value, notes, origin_kind, origin_id, created_by, occurred_at, created_at)
SELECT %(organization_id)s, %(branch_id)s, new.product_id, new.batch_id, new.movement_type, new.quantity, new.unit_cost,
       new.value, new.notes, %(origin_kind)s, %(origin_id)s, %(created_by)s, %(occurred_at)s, %(now)s
FROM unnest(%(product_ids)s::bigint[], %(types)s::text[], %(quantities)s::numeric[], %(costs)s::numeric[],
            %(values)s::numeric[], %(notes)s::text[], %(batch_ids)s::bigint[]) WITH ORDINALITY
  AS new (product_id, movement_type, quantity, unit_cost, value, notes, batch_id, place)
ORDER BY new.place
"""


def write_movements(
    prepared: Prepared,
    *,
    origin_kind: str,
    origin_id: int,
    occurred_at: datetime | None = None,
    untold: Collection[int] = (),
    actor: Actor,
) -> None:
    """The second half of ``post_movements``: write what ``prepare_movements`` found, with its cause.

    Of the products ``untold`` nothing is told, because another post of them follows in the same transaction: that one
    tells what both have come to.
    """
    if not prepared.entries:
        return
    now = utc_now()
    levels, entries = prepared.levels, prepared.entries
    states = {
        product_id: watched.state if product_id in untold else _state(levels[product_id], watched)
        for product_id, watched in ((product_id, prepared.watched[product_id]) for product_id in levels)
    }
    parameters: dict[str, Any] = {
        "organization_id": actor.organization.id,
        "branch_id": prepared.branch_id,
        "now": now,
        "level_products": array(levels),
        "level_quantities": array(level.quantity for level in levels.values()),
        "level_values": array(level.value for level in levels.values()),
        "level_costs": array(level.average_cost for level in levels.values()),
        "level_states": [state.value for state in states.values()],
        "product_ids": array(entry.product_id for entry in entries),
        "types": [entry.movement_type.value for entry in entries],
        "quantities": array(entry.quantity for entry in entries),
        "costs": array(entry.unit_cost for entry in entries),
        "values": array(entry.value for entry in entries),
        "notes": [entry.notes for entry in entries],
        "batch_ids": _ids(entry.batch_id for entry in entries),
        "origin_kind": origin_kind,
        "origin_id": origin_id,
        "created_by": actor.user_id,
        "occurred_at": occurred_at or now,
    }
    statement = _BALANCES
    lots = [lot for shelf in prepared.shelves.values() for lot in shelf.lots if lot.quantity != lot.recorded]
    if lots:
        statement += _LOTS
        parameters["lot_products"] = array(lot.product_id for lot in lots)
        parameters["lot_ids"] = array(lot.id for lot in lots)
        parameters["lot_quantities"] = array(lot.quantity for lot in lots)
    events = _crossings(prepared, states)
    if events:
        statement += _EVENTS
        parameters["event_names"] = [name for name, _facts in events]
        parameters["event_facts"] = [json.dumps(facts) for _name, facts in events]
        dispatch_after_commit()
    send(statement + _LEDGER, parameters)
    # The statement went past the ORM; a row that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, BranchStock | BatchStock):
            db.session.expire(row)


def _state(level: Level, watched: Watched) -> LevelState:
    return LevelState.of(level.quantity, watched.min_quantity, watched.reorder_point)


def crossing(before: LevelState, after: LevelState) -> str | None:
    """The event that a change of state is, if it is one: what was out and is low now is as little enough as before."""
    if after is before:
        return None
    ranks = list(LevelState)
    if ranks.index(after) > ranks.index(before):
        return FELL_BELOW
    return RECOVERED if after is LevelState.ENOUGH else None


def _crossings(prepared: Prepared, states: Mapping[int, LevelState]) -> list[tuple[str, dict[str, Any]]]:
    """What is to be told: a quantity that fell below a level, or that is enough again. Once, not at every sale."""
    found = []
    for product_id, state in states.items():
        watched = prepared.watched[product_id]
        name = crossing(watched.state, state)
        if name is None:
            continue
        level = max(watched.min_quantity, watched.reorder_point or watched.min_quantity)
        found.append(
            (
                name,
                {
                    "branch_id": prepared.branch_id,
                    "product_id": product_id,
                    "quantity": plain(prepared.levels[product_id].quantity),
                    "level": plain(level),
                    "state": state.value,
                },
            )
        )
    return found


def _ids(numbers: Iterable[int | None]) -> str:
    return "{" + ",".join("NULL" if number is None else str(number) for number in numbers) + "}"
