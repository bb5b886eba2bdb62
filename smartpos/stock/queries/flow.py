"""What went through stock in a period: what was there before, what came, what went, what is left, row by row.

Balances need no history read from its beginning. What is there now stands in ``branch_stocks``; what moved since the
end of the period, mostly nothing, is taken off, and what moved within it leads back to its beginning. Rows and sums of
one product come from ``ix_inventory_movements_stock`` alone, those of everything from the index of ``occurred_at``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from smartpos.core.paging import decode_cursor, encode_cursor
from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.stock.models import MovementType

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the ledger: business days, both included; a place (product, branch, lot); and which movements of it.

    ``by_system`` asks for movements that no person caused.
    """

    first_day: date
    last_day: date
    product_id: int | None = None
    branch_id: int | None = None
    batch_id: int | None = None
    movement_type: MovementType | None = None
    origin_kind: str | None = None
    user_id: int | None = None
    by_system: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether only some movements of the place are asked for, which no balance can be made of."""
        return bool(self.movement_type or self.origin_kind or self.user_id or self.by_system)

    @property
    def has_quantity(self) -> bool:
        """Whether quantities may be added up: pieces and kilograms of different goods may not."""
        return self.product_id is not None or self.batch_id is not None

    @property
    def runs(self) -> bool:
        """Whether each row can be told what it left: one product in one branch, and all of its movements."""
        return self.has_quantity and self.branch_id is not None and not self.is_narrowed


@dataclass(frozen=True, slots=True)
class Sums:
    """A quantity and its value."""

    quantity: Decimal = NOTHING
    value: Decimal = NOTHING

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.quantity + other.quantity, self.value + other.value)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(self.quantity - other.quantity, self.value - other.value)


@dataclass(frozen=True, slots=True)
class Turnover:
    """opening + came + went + others = closing. ``went`` is negative; ``others`` moved too but were not asked for."""

    opening: Sums
    came: Sums
    went: Sums
    others: Sums
    closing: Sums


@dataclass(frozen=True, slots=True)
class Row:
    """A movement with the names of what it refers to; ``balance`` is what it left, where that can be told."""

    id: int
    occurred_at: datetime
    branch_id: int
    branch: str | None
    product_id: int
    product: str | None
    unit: str | None
    batch_id: int | None
    batch: str | None
    movement_type: MovementType
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    notes: str | None
    origin_kind: str
    origin_id: int
    created_by: int | None
    person: str | None
    balance: Sums | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of movements, and the cursor of the next."""

    items: list[Row]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OfProduct:
    """A line of the summary."""

    product_id: int
    name: str
    sku: str
    unit: str
    turnover: Turnover


@dataclass(frozen=True, slots=True)
class Summary:
    """A page of products with their turnover, by name, and the cursor of the next."""

    items: list[OfProduct]
    next_cursor: str | None


# A statement holds what is asked for and nothing else: a condition that may be switched off hides from the planner
# which index serves. Branches that the person may not see hide their rows from sums and lists alike.
_BRANCHES = (
    "{it}.branch_id = ANY (ARRAY(SELECT id FROM branches WHERE organization_id = %(organization_id)s))"
)
# A row without a quantity only revalues, so the sign of the value tells where it belongs.
_SUMS = """
coalesce(sum(moved.quantity) FILTER (WHERE {later}), 0), coalesce(sum(moved.value) FILTER (WHERE {later}), 0),
coalesce(sum(moved.quantity) FILTER (WHERE {during} AND {chosen} AND moved.quantity > 0), 0),
coalesce(sum(moved.value) FILTER (WHERE {during} AND {chosen} AND moved.value > 0), 0),
coalesce(sum(moved.quantity) FILTER (WHERE {during} AND {chosen} AND moved.quantity < 0), 0),
coalesce(sum(moved.value) FILTER (WHERE {during} AND {chosen} AND moved.value < 0), 0),
coalesce(sum(moved.quantity) FILTER (WHERE {during} AND NOT {chosen}), 0),
coalesce(sum(moved.value) FILTER (WHERE {during} AND NOT {chosen}), 0)
"""
_OF_PLACE = """
moved.organization_id = %(organization_id)s AND moved.branch_id = place.branch_id
AND moved.product_id = place.product_id
"""
_OF_ONE = """
WITH place AS (
    SELECT branch_id, product_id, quantity, value FROM branch_stocks
    WHERE organization_id = %(organization_id)s AND product_id = %(product_id)s AND {branches}
)
SELECT (SELECT coalesce(sum(quantity), 0) FROM place), (SELECT coalesce(sum(value), 0) FROM place), {sums}
FROM place JOIN inventory_movements AS moved ON {of_place}
WHERE moved.occurred_at >= %(since)s
"""
_OF_LOT = """
SELECT coalesce(sum(moved.quantity), 0), coalesce(sum(moved.value), 0), {sums}
FROM inventory_movements AS moved
WHERE moved.organization_id = %(organization_id)s AND moved.batch_id = %(batch_id)s
  AND {of_product} AND {branches}
"""
_OF_ALL = """
SELECT 0, (SELECT coalesce(sum(place.value), 0) FROM branch_stocks AS place
           WHERE place.organization_id = %(organization_id)s AND {place_branches}), {sums}
FROM inventory_movements AS moved
WHERE moved.organization_id = %(organization_id)s AND moved.occurred_at >= %(since)s AND {branches}
"""
_SUMMARY = """
WITH listed AS MATERIALIZED (
    SELECT product.id, product.name, product.sku, product.unit_id
    FROM products AS product
    WHERE product.organization_id = %(organization_id)s {beyond}
      AND EXISTS (SELECT FROM branch_stocks AS place
                  WHERE place.organization_id = product.organization_id AND place.product_id = product.id
                    AND {place_branches} {only_moved})
    ORDER BY product.name, product.id LIMIT %(limit)s
)
SELECT listed.id, listed.name, listed.sku, unit.name, here.quantity, here.value, flow.*
FROM listed
JOIN units AS unit ON unit.organization_id = %(organization_id)s AND unit.id = listed.unit_id
CROSS JOIN LATERAL (
    SELECT sum(place.quantity) AS quantity, sum(place.value) AS value FROM branch_stocks AS place
    WHERE place.organization_id = %(organization_id)s AND place.product_id = listed.id AND {place_branches}
) AS here
CROSS JOIN LATERAL (
    SELECT {sums} FROM branch_stocks AS place JOIN inventory_movements AS moved ON {of_place}
    WHERE place.organization_id = %(organization_id)s AND place.product_id = listed.id AND {place_branches}
      AND moved.occurred_at >= %(since)s
) AS flow
ORDER BY listed.name, listed.id
"""
_MOVED = f"""
AND EXISTS (SELECT FROM inventory_movements AS moved
            WHERE {_OF_PLACE} AND moved.occurred_at >= %(since)s AND moved.occurred_at < %(until)s AND {{chosen}})
"""
_FIELDS = """
moved.id, moved.occurred_at, moved.branch_id, moved.product_id, moved.batch_id, moved.movement_type, moved.quantity,
moved.unit_cost, moved.value, moved.notes, moved.origin_kind, moved.origin_id, moved.created_by
"""
_IN_PERIOD = """
moved.occurred_at >= %(since)s AND moved.occurred_at < %(until)s {beyond}
"""
# Each branch gives its part of the page in the order of its index; the page is the first of these.
_PICK_OF_ONE = """
SELECT part.* FROM branch_stocks AS place CROSS JOIN LATERAL (
    SELECT {fields} FROM inventory_movements AS moved
    WHERE {of_place} AND {in_period} AND {chosen}
    ORDER BY moved.occurred_at {way}, moved.id {way} LIMIT %(limit)s
) AS part
WHERE place.organization_id = %(organization_id)s AND place.product_id = %(product_id)s AND {place_branches}
ORDER BY part.occurred_at {way}, part.id {way} LIMIT %(limit)s
"""
_PICK = """
SELECT {fields} FROM inventory_movements AS moved
WHERE moved.organization_id = %(organization_id)s AND {in_period} AND {chosen} AND {branches} {of_lot}
ORDER BY moved.occurred_at {way}, moved.id {way} LIMIT %(limit)s
"""
_OF_THE_LOT = "AND moved.batch_id = %(batch_id)s AND {of_product}"
_ROWS = """
SELECT picked.id, picked.occurred_at, picked.branch_id, branch.name, picked.product_id, product.name, unit.name,
       picked.batch_id, batch.batch_number, picked.movement_type, picked.quantity, picked.unit_cost, picked.value,
       picked.notes, picked.origin_kind, picked.origin_id, picked.created_by,
       coalesce(person.full_name, person.username)
FROM ({picked}) AS picked
LEFT JOIN branches AS branch ON branch.organization_id = %(organization_id)s AND branch.id = picked.branch_id
LEFT JOIN products AS product ON product.organization_id = %(organization_id)s AND product.id = picked.product_id
LEFT JOIN units AS unit ON unit.organization_id = %(organization_id)s AND unit.id = product.unit_id
LEFT JOIN batches AS batch ON batch.organization_id = %(organization_id)s AND batch.id = picked.batch_id
LEFT JOIN users AS person ON person.organization_id = %(organization_id)s AND person.id = picked.created_by
ORDER BY picked.occurred_at {way}, picked.id {way}
"""
# What lies between an edge of the period and the page: those before it in the order of the page.
_PASSED = """
SELECT coalesce(sum(moved.quantity), 0), coalesce(sum(moved.value), 0) FROM inventory_movements AS moved
WHERE moved.organization_id = %(organization_id)s AND moved.branch_id = %(branch_id)s {of_what}
  AND moved.occurred_at >= %(since)s AND moved.occurred_at < %(until)s
  AND (moved.occurred_at, moved.id) {passed} (%(after)s, %(after_id)s)
"""


def turnover(asked: Asked, actor: Actor) -> Turnover:
    """What was there, came, went and is left, together. Quantities mean something where ``asked.has_quantity``."""
    words = _words(asked)
    if asked.batch_id is not None:
        statement = _OF_LOT.format(**words)
    elif asked.product_id is not None:
        statement = _OF_ONE.format(**words | {"branches": _branches(asked, "branch_stocks")})
    else:
        statement = _OF_ALL.format(**words)
    return _turnover(send(statement, _parameters(asked, actor))[0])


def movement_rows(
    asked: Asked,
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    newest_first: bool = True,
    edges: Turnover | None = None,
) -> Rows:
    """A page of the movements asked for. ``edges`` saves a statement when the turnover is known already.

    Raises Invalid for a cursor of another list.
    """
    after, after_id = decode_cursor(cursor, [datetime, int]) if cursor else (None, None)
    parameters = _parameters(asked, actor) | {"after": after, "after_id": after_id, "limit": limit + 1}
    beyond = f"AND (moved.occurred_at, moved.id) {'<' if newest_first else '>'} (%(after)s, %(after_id)s)"
    words = _words(asked) | {"way": "DESC" if newest_first else "ASC"}
    words["in_period"] = _IN_PERIOD.format(beyond=beyond if cursor else "")
    words["of_lot"] = _OF_THE_LOT.format(**words) if asked.batch_id is not None else ""
    by_place = asked.product_id is not None and asked.batch_id is None
    picked = (_PICK_OF_ONE if by_place else _PICK).format(**words)
    found = send(_ROWS.format(picked=picked, way=words["way"]), parameters)
    rows = [Row(*(*row[:9], MovementType(row[9]), *row[10:])) for row in found[:limit]]
    if asked.runs and rows:
        edges = edges or turnover(asked, actor)
        rows = _with_balances(rows, asked, edges, parameters, newest_first=newest_first)
    following = encode_cursor([rows[-1].occurred_at, rows[-1].id]) if len(found) > limit else None
    return Rows(rows, following)


def summary_by_product(
    asked: Asked, actor: Actor, *, limit: int, cursor: str | None = None, only_moved: bool = False
) -> Summary:
    """The turnover of each product that was ever there, by name. Raises Invalid for a cursor of another list."""
    after, after_id = decode_cursor(cursor, [str, int]) if cursor else (None, None)
    words = _words(asked)
    words["only_moved"] = _MOVED.format(chosen=words["chosen"]) if only_moved else ""
    words["beyond"] = "AND (product.name, product.id) > (%(after)s, %(after_id)s)" if cursor else ""
    parameters = _parameters(asked, actor) | {"after": after, "after_id": after_id, "limit": limit + 1}
    found = send(_SUMMARY.format(**words), parameters)
    items = [OfProduct(*(*row[:4], _turnover(row[4:]))) for row in found[:limit]]
    following = encode_cursor([items[-1].name, items[-1].product_id]) if len(found) > limit else None
    return Summary(items, following)


def _branches(asked: Asked, it: str) -> str:
    here = f"{it}.branch_id = %(branch_id)s AND " if asked.branch_id is not None else ""
    return here + _BRANCHES.format(it=it)


def _words(asked: Asked) -> dict[str, str]:
    conditions = {
        "moved.movement_type = %(movement_type)s": asked.movement_type,
        "moved.origin_kind = %(origin_kind)s": asked.origin_kind,
        "moved.created_by = %(user_id)s": asked.user_id,
        "moved.created_by IS NULL": asked.by_system,
    }
    chosen = " AND ".join(test for test, wanted in conditions.items() if wanted) or "true"
    during = "moved.occurred_at < %(until)s"
    if asked.batch_id is not None:
        during += " AND moved.occurred_at >= %(since)s"  # all of a lot is read, from its beginning
    return {
        "branches": _branches(asked, "moved"),
        "place_branches": _branches(asked, "place"),
        "chosen": chosen,
        "sums": _SUMS.format(chosen=f"({chosen})", during=during, later="moved.occurred_at >= %(until)s"),
        "of_place": _OF_PLACE,
        "of_product": "moved.product_id = %(product_id)s" if asked.product_id is not None else "true",
        "fields": _FIELDS,
    }


def _parameters(asked: Asked, actor: Actor) -> dict[str, Any]:
    zone = actor.organization.zone
    first, last = max(asked.first_day, FIRST_DAY), min(asked.last_day, LAST_DAY)
    return {
        "organization_id": actor.organization.id,
        "since": datetime.combine(first, time(), zone),
        "until": datetime.combine(last + timedelta(days=1), time(), zone),
        "product_id": asked.product_id,
        "branch_id": asked.branch_id,
        "batch_id": asked.batch_id,
        "movement_type": asked.movement_type.value if asked.movement_type else None,
        "origin_kind": asked.origin_kind,
        "user_id": asked.user_id,
    }


def _turnover(row: tuple[Any, ...]) -> Turnover:
    now, later, came, went, others = (Sums(*row[place : place + 2]) for place in range(0, 10, 2))
    closing = now - later
    return Turnover(closing - came - went - others, came, went, others, closing)


def _with_balances(
    rows: list[Row], asked: Asked, edges: Turnover, parameters: dict[str, Any], *, newest_first: bool
) -> list[Row]:
    # From the edge of the period to the page by one sum, and from row to row by adding.
    at = edges.closing if newest_first else edges.opening
    if parameters["after"] is not None:
        words = _words(asked)
        of_what = _OF_THE_LOT.format(**words) if asked.batch_id is not None else f"AND {words['of_product']}"
        statement = _PASSED.format(of_what=of_what, passed=">=" if newest_first else "<=")
        passed = Sums(*send(statement, parameters)[0])
        at = at - passed if newest_first else at + passed
    told = []
    for row in rows:
        moved = Sums(row.quantity, row.value)
        if newest_first:
            told.append(replace(row, balance=at))
            at = at - moved
        else:
            at = at + moved
            told.append(replace(row, balance=at))
    return told
