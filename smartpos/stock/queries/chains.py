"""Lots that became others: what was made of a lot, through how many steps ever, and what a lot was made of.

Whoever stands above and turns goods into others says so (``declare_conversion``): all that goes out for one of its
documents has gone into all that comes in for it. The ledger knows the rest, so nothing is stored twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from smartpos.core.scope import current_organization_id
from smartpos.core.sql import array, send
from smartpos.stock.queries.lots import Direction

# A thing is made in fewer steps than this; more would be a lot that has gone into itself.
MOST_STEPS = 12
MOST_LOTS = 300

_conversions: set[str] = set()


def declare_conversion(origin_kind: str) -> None:
    """Say that documents of this kind turn what they take out of stock into what they bring in."""
    _conversions.add(origin_kind)


def conversions() -> frozenset[str]:
    """The kinds of documents that turn goods into others."""
    return frozenset(_conversions)


# What was taken back nets to nothing and is no link. ``sign`` is the way: -1 from what went out to what came in.
_WALK = """
WITH RECURSIVE walk (level, source_id, batch_id, product_id, taken, quantity, origin_kind, origin_id, happened_at) AS (
    SELECT 0, NULL::bigint, %(batch_id)s::bigint, NULL::bigint, NULL::numeric, NULL::numeric, NULL::text, NULL::bigint,
           NULL::timestamptz
    UNION
    SELECT walk.level + 1, walk.batch_id, other.batch_id, other.product_id, here.quantity, other.quantity,
           here.origin_kind, here.origin_id, here.happened_at
    FROM walk
    CROSS JOIN LATERAL (
        SELECT moved.origin_kind, moved.origin_id, abs(sum(moved.quantity)) AS quantity,
               min(moved.occurred_at) AS happened_at
        FROM inventory_movements AS moved
        JOIN branches AS branch ON branch.organization_id = moved.organization_id AND branch.id = moved.branch_id
        WHERE moved.organization_id = %(organization_id)s AND moved.batch_id = walk.batch_id
          AND moved.origin_kind = ANY (%(kinds)s::text[])
        GROUP BY moved.origin_kind, moved.origin_id
        HAVING sum(moved.quantity) * %(sign)s > 0
    ) AS here
    CROSS JOIN LATERAL (
        SELECT moved.product_id, moved.batch_id, abs(sum(moved.quantity)) AS quantity
        FROM inventory_movements AS moved
        WHERE moved.organization_id = %(organization_id)s AND moved.origin_kind = here.origin_kind
          AND moved.origin_id = here.origin_id
        GROUP BY moved.product_id, moved.batch_id
        HAVING sum(moved.quantity) * %(sign)s < 0
    ) AS other
    WHERE walk.level < %(steps)s
), found AS (
    SELECT * FROM walk WHERE level > 0 LIMIT %(most)s
)
SELECT found.level, found.source_id, source.batch_number, found.batch_id, batch.batch_number, found.product_id,
       product.name, unit.name, found.taken, found.quantity, found.origin_kind, found.origin_id, found.happened_at,
       batch.expiration_date, batch.supplier_id, supplier.name,
       coalesce((SELECT sum(there.quantity)
                 FROM batch_stocks AS there
                 JOIN branches AS branch
                   ON branch.organization_id = there.organization_id AND branch.id = there.branch_id
                 WHERE there.organization_id = %(organization_id)s AND there.batch_id = found.batch_id), 0)
FROM found
JOIN products AS product ON product.organization_id = %(organization_id)s AND product.id = found.product_id
JOIN units AS unit ON unit.organization_id = %(organization_id)s AND unit.id = product.unit_id
JOIN batches AS source ON source.organization_id = %(organization_id)s AND source.id = found.source_id
LEFT JOIN batches AS batch ON batch.organization_id = %(organization_id)s AND batch.id = found.batch_id
LEFT JOIN suppliers AS supplier
       ON supplier.organization_id = %(organization_id)s AND supplier.id = batch.supplier_id
ORDER BY found.level, found.happened_at, found.origin_id, product.name, found.batch_id
"""
# Where lots ended: everything that left with a cause that neither turns goods into others nor only carries them.
_ENDS = """
SELECT moved.id, moved.occurred_at, branch.name, moved.product_id, product.name, unit.name, moved.batch_id,
       batch.batch_number, moved.quantity, moved.origin_kind, moved.origin_id
FROM inventory_movements AS moved
JOIN branches AS branch ON branch.organization_id = moved.organization_id AND branch.id = moved.branch_id
JOIN products AS product ON product.organization_id = moved.organization_id AND product.id = moved.product_id
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
JOIN batches AS batch ON batch.organization_id = moved.organization_id AND batch.id = moved.batch_id
WHERE moved.organization_id = %(organization_id)s AND moved.batch_id = ANY (%(batch_ids)s::bigint[])
  AND moved.origin_kind <> ALL (%(kinds)s::text[]) AND (moved.quantity < 0) = %(leaving)s AND moved.quantity <> 0
  AND (%(before)s::bigint IS NULL OR moved.id < %(before)s)
ORDER BY moved.id DESC
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A step from a lot (``source_id``) to another by one document, ``level`` steps away from where one began.

    ``taken`` is what moved of the lot the step comes from, ``quantity`` what moved of the other, in their own units.
    ``batch_id`` is None for goods of which no lots are kept: there the chain ends. ``left`` is what lies of it now.
    """

    level: int
    source_id: int
    source_number: str
    batch_id: int | None
    batch_number: str | None
    product_id: int
    product: str
    unit: str
    taken: Decimal
    quantity: Decimal
    origin_kind: str
    origin_id: int
    happened_at: datetime
    expiration_date: date | None
    supplier_id: int | None
    supplier: str | None
    left: Decimal


@dataclass(frozen=True, slots=True)
class End:
    """A movement by which goods of some lots left for good, or came from outside, with its cause."""

    id: int
    occurred_at: datetime
    branch: str
    product_id: int
    product: str
    unit: str
    batch_id: int
    batch_number: str
    quantity: Decimal
    origin_kind: str
    origin_id: int


def chain(batch_id: int, direction: Direction, *, most: int = MOST_LOTS) -> list[Link]:
    """What a lot was made of (``IN``) or what was made of it (``OUT``), the nearest first. One statement.

    What was done in a branch that the person does not see is no part of it.
    """
    kinds = conversions()
    if not kinds:
        return []
    rows = send(
        _WALK,
        {
            "organization_id": current_organization_id(),
            "batch_id": batch_id,
            "kinds": sorted(kinds),
            "sign": -1 if direction is Direction.OUT else 1,
            "steps": MOST_STEPS,
            "most": most,
        },
    )
    return [Link(*row) for row in rows]


def ends(
    batch_ids: list[int],
    direction: Direction,
    *,
    carriers: frozenset[str],
    most: int,
    before: int | None = None,
) -> list[End]:
    """By which movements goods of lots left for good (``OUT``: receipts, write-offs) or came from outside (``IN``).

    Documents of ``carriers`` only carry goods from branch to branch. The latest first; those with a number below
    ``before``.
    """
    if not batch_ids:
        return []
    facts: dict[str, Any] = {
        "organization_id": current_organization_id(),
        "batch_ids": array(sorted(set(batch_ids))),
        "kinds": sorted(conversions() | carriers),
        "leaving": direction is Direction.OUT,
        "before": before,
        "most": most,
    }
    return [End(*row) for row in send(_ENDS, facts)]
