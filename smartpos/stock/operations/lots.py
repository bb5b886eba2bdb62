"""Lots in the ledger: which of them move, first expired, first out.

The rows of ``batch_stocks`` are locked after those of ``branch_stocks`` and only where lots are kept; ``ledger`` writes
them in one statement with the balances.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _

from smartpos.core.db import utc_now
from smartpos.core.errors import Invalid
from smartpos.core.money import plain, round_cost
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.stock.errors import (
    GoodsExpired,
    LotExpiryDiffers,
    LotOfAnotherProduct,
    NotEnoughStock,
    UnknownLots,
)

LONGEST_NUMBER = 100
NOTHING = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it stands on a box or an invoice. ``expiration_date`` is the last day on which it may be sold."""

    number: str
    expiration_date: date | None = None
    supplier_id: int | None = None


class PostedLot(NamedTuple):
    """How much of a lot moved, and at what value; both signed like the movement."""

    batch_id: int
    quantity: Decimal
    expiration_date: date | None
    number: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Arrival:
    """Goods that come in with a lot, in base units, at a unit cost."""

    product_id: int
    lot: Lot
    quantity: Decimal
    unit_cost: Decimal


@dataclass(slots=True)
class LotStock:
    """What lies of a lot in a branch, changed by ``Shelf``. ``recorded`` is what the books held before."""

    id: int
    product_id: int
    number: str
    expiration_date: date | None
    quantity: Decimal
    recorded: Decimal

    def is_expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.expiration_date is not None and self.expiration_date < today


Part = tuple[LotStock | None, Decimal]
"""So much of a lot, or of what lies there without one."""


@dataclass(slots=True)
class Rules:
    """Which lots may go: ``allow_expired`` whatever their date; ``as_happened`` the expired ones after all others.

    What is wrong with any of the goods is collected, and reported together.
    """

    today: date
    allow_negative: bool = False
    allow_expired: bool = False
    as_happened: bool = False
    short: list[dict[str, Any]] = field(default_factory=list)
    expired: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self) -> None:
        """Raises NotEnoughStock and GoodsExpired where something was wrong."""
        if self.short:
            raise NotEnoughStock(self.short)
        if self.expired:
            raise GoodsExpired(self.expired)


@dataclass(slots=True)
class Shelf:
    """The lots of one product in a branch, the first to expire first.

    ``keeps_lots`` is false where lots are left of a time when they were kept: they are used up, and none is added.
    """

    product_id: int
    name: str
    keeps_lots: bool
    lots: list[LotStock] = field(default_factory=list)

    def put(self, quantity: Decimal, there: Decimal, lot: LotStock | None) -> list[Part]:
        """Let ``quantity`` come in, of a lot or without one, where ``there`` lies already.

        What was owed below zero had gone out before its lot was known, so it joins no lot.
        """
        if lot is None or not self.keeps_lots:
            return [(None, quantity)]
        owed = min(quantity, max(-there, NOTHING))
        parts: list[Part] = [(None, owed)] if owed else []
        if quantity > owed:
            lot.quantity += quantity - owed
            parts.append((lot, quantity - owed))
        return parts

    def take(
        self,
        quantity: Decimal,
        there: Decimal,
        rules: Rules,
        *,
        named: LotStock | None = None,
        strictly: bool = False,
        loose_first: bool = False,
    ) -> list[Part]:
        """Let ``quantity`` go out of the ``there`` that lies in the branch.

        A ``named`` lot goes first; ``strictly`` nothing but that lot goes, unless the branch may owe goods. With
        ``loose_first`` what lies there without a lot goes first. What cannot be taken is noted in ``rules``.
        """
        if strictly and named is not None and named.quantity < quantity and not rules.allow_negative:
            rules.short.append(self._line(named, quantity))
            return []
        loose = max(there - sum((lot.quantity for lot in self.lots), NOTHING), NOTHING)
        sources = self._sources(rules, named)
        if named is not None and named not in sources:
            rules.expired.append(self._line(named, quantity))
            return []
        if loose_first:
            sources.remove(None)
            sources.insert(0, None)
        taken: dict[int | None, Part] = {}
        rest = quantity
        for lot in sources:
            part = min(rest, loose if lot is None else lot.quantity)
            if part <= 0:
                continue
            rest -= part
            if lot is None:
                loose -= part
            else:
                lot.quantity -= part
            taken[lot.id if lot else None] = (lot, part)
        if rest:
            blocked = next((lot for lot in self.lots if lot.quantity > 0 and lot not in sources), None)
            if blocked is not None:
                rules.expired.append(self._line(blocked, quantity))
                return []
            taken[None] = (None, rest + (taken[None][1] if None in taken else NOTHING))
        return list(taken.values())

    def _sources(self, rules: Rules, named: LotStock | None) -> list[LotStock | None]:
        """Where goods are taken from, in this order; None is what lies there without a lot."""
        if rules.allow_expired or not self.keeps_lots:
            sources: list[LotStock | None] = [*self.lots, None]
        else:
            good = [lot for lot in self.lots if not lot.is_expired(rules.today)]
            expired = [lot for lot in self.lots if lot.is_expired(rules.today)]
            # What was sold without asking was most likely not what had expired.
            sources = [*good, None, *(expired if rules.as_happened else ())]
        if named is not None and named in sources:
            sources.remove(named)
            sources.insert(0, named)
        return sources

    def _line(self, lot: LotStock, quantity: Decimal) -> dict[str, Any]:
        return {
            "product_id": self.product_id,
            "name": self.name,
            "batch_id": lot.id,
            "batch_number": lot.number,
            "expiration_date": lot.expiration_date.isoformat() if lot.expiration_date else None,
            "requested": plain(quantity),
            "available": plain(lot.quantity),
        }

    def of_number(self, number: str) -> LotStock | None:
        """The lot of that number, if any of it lies here."""
        return next((lot for lot in self.lots if lot.number == number and lot.quantity > 0), None)

    def add(self, lot: LotStock) -> LotStock:
        """The lot of this shelf that has this id; it is put into its place when it is new here."""
        known = next((one for one in self.lots if one.id == lot.id), None)
        if known is not None:
            return known
        self.lots.append(lot)
        self.lots.sort(key=_first_expired)
        return lot


def _first_expired(lot: LotStock) -> tuple[date, int]:
    return lot.expiration_date or date.max, lot.id


def shares(quantities: Sequence[Decimal], value: Decimal) -> list[Decimal]:
    """A value divided over parts in proportion, exact to the last digit and never of the other sign."""
    if len(quantities) == 1:
        return [value]
    whole = sum(quantities, NOTHING)
    found, before, until = [], Decimal("0.0000"), NOTHING
    for quantity in quantities:
        until += quantity
        after = value if until == whole else round_cost(value * until / whole)
        found.append(after - before)
        before = after
    return found


# The branch's balances of these products are locked, so nobody adds to their lots meanwhile. Lots that are named
# although the branch holds nothing of them are given as empty.
_LOCK = """
WITH held AS (
    SELECT stock.batch_id, stock.product_id, lot.batch_number, lot.expiration_date, stock.quantity
    FROM batch_stocks AS stock
    JOIN batches AS lot ON lot.organization_id = stock.organization_id AND lot.id = stock.batch_id
    WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = %(branch_id)s
      AND stock.product_id = ANY (%(product_ids)s::bigint[])
      AND (stock.quantity > 0 OR stock.batch_id = ANY (%(batch_ids)s::bigint[]))
    ORDER BY stock.product_id, lot.expiration_date NULLS LAST, stock.batch_id FOR UPDATE OF stock
)
SELECT batch_id, product_id, batch_number, expiration_date, quantity FROM held
UNION ALL
SELECT lot.id, lot.product_id, lot.batch_number, lot.expiration_date, 0.000 FROM batches AS lot
WHERE lot.organization_id = %(organization_id)s AND lot.id = ANY (%(batch_ids)s::bigint[])
  AND lot.id NOT IN (SELECT batch_id FROM held)
"""
_ENSURE = """
INSERT INTO batches AS lot (organization_id, product_id, supplier_id, batch_number, expiration_date, received_date,
                            quantity_received, cost_per_unit, created_at, updated_at)
SELECT %(organization_id)s, new.product_id, new.supplier_id, new.number, new.expiration_date, %(today)s, new.quantity,
       new.unit_cost, %(now)s, %(now)s
FROM unnest(%(product_ids)s::bigint[], %(suppliers)s::bigint[], %(numbers)s::text[], %(expirations)s::date[],
            %(quantities)s::numeric[], %(costs)s::numeric[])
  AS new (product_id, supplier_id, number, expiration_date, quantity, unit_cost)
ORDER BY new.product_id, new.number
ON CONFLICT (organization_id, product_id, batch_number) DO UPDATE
SET quantity_received = lot.quantity_received + excluded.quantity_received,
    supplier_id = coalesce(lot.supplier_id, excluded.supplier_id),
    cost_per_unit = coalesce(round((lot.quantity_received * lot.cost_per_unit
                                    + excluded.quantity_received * excluded.cost_per_unit)
                                   / nullif(lot.quantity_received + excluded.quantity_received, 0), 4),
                             excluded.cost_per_unit),
    updated_at = excluded.updated_at
RETURNING lot.id, lot.product_id, lot.batch_number, lot.expiration_date
"""
_DATE = """
UPDATE batches AS lot SET expiration_date = new.expiration_date, updated_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(expirations)s::date[]) AS new (id, expiration_date)
WHERE lot.organization_id = %(organization_id)s AND lot.id = new.id
"""


def check_number(number: str) -> str:
    """The number of a lot without space around it. Raises Invalid when nothing or too much is left."""
    number = number.replace("\x00", "").strip()
    if not 1 <= len(number) <= LONGEST_NUMBER:
        raise Invalid(_("The number of a lot has 1 to %(most)s characters.", most=LONGEST_NUMBER))
    return number


def ensure_lots(arrivals: Sequence[Arrival], *, actor: Actor) -> dict[tuple[int, str], int]:
    """Find the lots that goods come in with, make those that are new, and count what was received of them.

    Gives their ids by product and number. A lot that had no day of expiry gets the one it comes with. Two statements
    at most. Raises Invalid and LotExpiryDiffers (a number stands for goods that expire together).
    """
    together: dict[tuple[int, str], Arrival] = {}
    differ = []
    for one in arrivals:
        key = (one.product_id, check_number(one.lot.number))
        first = together.get(key)
        if first is None:
            together[key] = one
            continue
        quantity = first.quantity + one.quantity
        cost = round_cost((first.quantity * first.unit_cost + one.quantity * one.unit_cost) / quantity)
        dates = {first.lot.expiration_date, one.lot.expiration_date} - {None}
        if len(dates) > 1:
            differ.append((key, first.lot.expiration_date, one.lot.expiration_date))
        lot = Lot(key[1], next(iter(dates), None), first.lot.supplier_id or one.lot.supplier_id)
        together[key] = Arrival(one.product_id, lot, quantity, cost)
    now = utc_now()
    keys, goods = list(together), list(together.values())
    parameters = {
        "organization_id": actor.organization.id,
        "today": actor.organization.today,
        "now": now,
        "product_ids": array(key[0] for key in keys),
        "numbers": [key[1] for key in keys],
        "suppliers": [one.lot.supplier_id for one in goods],
        "expirations": [one.lot.expiration_date for one in goods],
        "quantities": array(one.quantity for one in goods),
        "costs": array(one.unit_cost for one in goods),
    }
    found, undated = {}, {}
    for batch_id, product_id, number, recorded in send(_ENSURE, parameters):
        key = (product_id, number)
        found[key] = batch_id
        given = together[key].lot.expiration_date
        if recorded is None and given is not None:
            undated[batch_id] = given
        elif given is not None and recorded != given:
            differ.append((key, recorded, given))
    if differ:
        raise LotExpiryDiffers(
            [
                {
                    "product_id": key[0],
                    "batch_number": key[1],
                    "recorded": recorded.isoformat(),
                    "given": given.isoformat(),
                }
                for key, recorded, given in differ
                if recorded and given
            ]
        )
    if undated:
        dates_of = {"ids": array(undated), "expirations": list(undated.values())}
        send(_DATE, {"organization_id": actor.organization.id, "now": now} | dates_of)
    return found


def lock_shelves(
    shelves: Iterable[Shelf], batch_ids: Iterable[int], *, branch_id: int, actor: Actor
) -> dict[int, LotStock]:
    """Lock the lots of these products in a branch and put them on their shelves; one statement.

    Gives the lots that are named, whether any of them lies here or not. Raises UnknownLots for one that does not exist.
    """
    by_product = {shelf.product_id: shelf for shelf in shelves}
    named = sorted(set(batch_ids))
    parameters = {
        "organization_id": actor.organization.id,
        "branch_id": branch_id,
        "product_ids": array(sorted(by_product)),
        "batch_ids": array(named),
    }
    found: dict[int, LotStock] = {}
    for batch_id, product_id, number, expires, quantity in send(_LOCK, parameters):
        lot = LotStock(batch_id, product_id, number, expires, quantity, quantity)
        found[batch_id] = lot
        if product_id in by_product:
            by_product[product_id].lots.append(lot)
    for shelf in by_product.values():
        shelf.lots.sort(key=_first_expired)
    unknown = [batch_id for batch_id in named if batch_id not in found]
    if unknown:
        raise UnknownLots(unknown)
    return found


def refuse_foreign(named: Iterable[tuple[LotStock, int]]) -> None:
    """Raises LotOfAnotherProduct unless all these lots are ones of the products they were named for."""
    foreign = [
        {"batch_id": lot.id, "batch_number": lot.number, "product_id": product_id}
        for lot, product_id in named
        if lot.product_id != product_id
    ]
    if foreign:
        raise LotOfAnotherProduct(foreign)
