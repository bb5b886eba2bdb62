"""What should be ordered and moved, as pure arithmetic.

The rule is the (R, S) system of periodic review: every R days one looks at what is there and on its way, and orders as
much as lasts until what is ordered at the next look has come, which is R days of review and L days of lead time later
(Silver, Pyke and Thomas, *Inventory and Production Management in Supply Chains*, 4th edition, chapter 6)::

    velocity  = quantity sold in the last N days, net of what came back / N
    target    = max(reorder point or minimum or 0, velocity × (L + R))
    need      = target − available − on order − in transit, nothing when negative
    available = quantity − reserved − what was promised to other branches

What other branches have beyond their own target is moved first, from whoever has most. The rest is ordered: raised to
the least that the supplier delivers, rounded up to whole units of measure, and never more than fits under the maximum.
There is no safety stock in it: whoever wants some sets a reorder point.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from smartpos.core.money import ZERO


@dataclass(frozen=True, slots=True)
class Position:
    """How a product stands in a branch. Quantities in base units; ``velocity`` per day, never negative."""

    branch_id: int
    product_id: int
    quantity: Decimal
    reserved: Decimal = ZERO
    promised: Decimal = ZERO
    on_order: Decimal = ZERO
    in_transit: Decimal = ZERO
    velocity: Decimal = ZERO
    min_quantity: Decimal = ZERO
    reorder_point: Decimal | None = None
    max_quantity: Decimal | None = None

    @property
    def available(self) -> Decimal:
        """What is there and spoken for by nobody."""
        return self.quantity - self.reserved - self.promised

    @property
    def coming(self) -> Decimal:
        """What is available once everything that is on its way has come."""
        return self.available + self.on_order + self.in_transit

    @property
    def level(self) -> Decimal:
        """The quantity at which it runs low; 0 where nobody has set one."""
        return max(self.min_quantity, self.reorder_point or ZERO)

    @property
    def days_left(self) -> Decimal | None:
        """For how many days what is available lasts; None where nothing is sold."""
        return max(self.available, ZERO) / self.velocity if self.velocity > 0 else None

    def target(self, cover_days: int) -> Decimal:
        """What should be there to last for so many days."""
        return max(self.level, self.velocity * cover_days)

    def need(self, cover_days: int) -> Decimal:
        """What is missing to last for so many days, nothing when negative."""
        return max(self.target(cover_days) - self.coming, ZERO)

    def room(self) -> Decimal | None:
        """How much more fits under the maximum; None where there is none."""
        return None if self.max_quantity is None else max(self.max_quantity - self.coming, ZERO)

    def surplus(self, cover_days: int) -> Decimal:
        """What could be given away and still last for so many days. What has not come yet is not given away."""
        return max(self.available - self.target(cover_days), ZERO)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How a need is met: (branch, quantity) to be moved, and a quantity to be ordered."""

    transfers: tuple[tuple[int, Decimal], ...]
    order: Decimal


def suggest(
    position: Position,
    others: Sequence[Position] = (),
    *,
    lead_days: int,
    review_days: int,
    least: Decimal | None = None,
    digits: int = 0,
    other_covers: Mapping[int, int] | None = None,
) -> Suggestion:
    """How to meet the need of a branch. ``least`` is what the supplier delivers at least, ``digits`` those of the unit.

    ``others`` are the positions of the same product elsewhere; each keeps what it needs for the same days itself,
    unless ``other_covers`` says otherwise by branch.
    """
    cover = lead_days + review_days
    covers = other_covers or {}
    room = position.room()
    room = None if room is None else _whole(room, digits, ROUND_FLOOR)
    wanted = _whole(position.need(cover), digits, ROUND_CEILING)
    rest = wanted = wanted if room is None else min(wanted, room)
    transfers = []
    surplus = {one.branch_id: one.surplus(covers.get(one.branch_id, cover)) for one in others}
    for branch_id, spare in sorted(surplus.items(), key=lambda pair: (-pair[1], pair[0])):
        given = min(rest, _whole(spare, digits, ROUND_FLOOR))
        if given > 0:
            transfers.append((branch_id, given))
            rest -= given
    order = rest
    if order > 0 and least is not None:
        order = max(order, _whole(least, digits, ROUND_CEILING))
    if room is not None:
        order = min(order, room - (wanted - rest))
    return Suggestion(tuple(transfers), order)


def _whole(quantity: Decimal, digits: int, rounding: str) -> Decimal:
    return quantity.quantize(Decimal(1).scaleb(-digits), rounding)
