"""What should be made and bought, and by when, as pure arithmetic.

The rule is material requirements planning: gross needs are netted against what is there, level by level, and what is
still missing of a made product is exploded into what it takes (J. Orlicky, *Material Requirements Planning*, and its
later editions by G. Plossl and by C. Ptak and C. Smith: gross-to-net logic and low-level coding). How much a place
wants of what it sells is the (R, S) system of ``purchasing.suggestions``, with the horizon as its review period::

    target(place)  = max(minimum, reorder point, sold per day × (horizon + lead days)), at most the place's maximum
    free(place)    = there − set aside − promised + on order + in transit + what orders under way will yield,
                     where what is set aside for production orders counts as free: they are among the wants
    wants(place)   = target + what orders under way there still take
    elsewhere      = Σ wants − Σ free of the other places that are supplied, nothing when negative
    gross          = wants(workshop) + elsewhere + Σ what suggested orders of other products take of it
    net            = gross − free(workshop), nothing when negative
    quantity       = net in whole batches of the recipe

What an order takes of a component is quantity × what one unit takes of it, scrap on the way included, rounded half up
to three digits, as the order itself will round it. A product's low-level code is the length of the longest way up to a
product that nothing is made of; going by it a product is netted once, after everything that asks for it.

Stock of other places supplies those places, never the workshop: what lies in a shop is not baked with. The elsewhere
of what is bought is nothing, because other places buy for themselves.

Days are counted from today. A product is wanted on the day when what is free falls to the level at the speed of sales
(at once where orders under way or a level ask), or on the first day when an order needs it. Nothing begins before
today: an order begins when the last of what it lacks can be there. When that is too late, the need says by how much::

    earliest ready = max(earliest ready of the components that are short) + lead days
    wanted         = min(own day, first begin of the orders that take it)
    ready          = max(wanted, earliest ready);  begin = ready − lead days

A need has its reasons: pegs, each a kind with a quantity, and the product whose order asks. Substitutes and by-products
are not counted upon.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from smartpos.core.money import ZERO, round_quantity

MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a recipe; ``per_unit`` is what one unit of the product takes, scrap included, not rounded."""

    product_id: int
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class Making:
    """How a product is made: the recipe in force, as planning sees it. Times in minutes, ``batch`` in units."""

    product_id: int
    bom_id: int
    batch: Decimal
    parts: tuple[Part, ...]
    lead_days: int = 0
    setup_minutes: int = 0
    batch_minutes: int = 0
    machine_id: int | None = None

    def batches(self, quantity: Decimal) -> Decimal:
        """So many batches, the last one perhaps in part."""
        return (quantity / self.batch).to_integral_value(ROUND_CEILING)

    def whole(self, quantity: Decimal) -> Decimal:
        """The quantity in whole batches."""
        return self.batches(quantity) * self.batch

    def minutes(self, quantity: Decimal) -> int:
        """How long a machine is busy with it."""
        return self.setup_minutes + int(self.batches(quantity)) * self.batch_minutes

    def days(self, quantity: Decimal) -> int:
        """From begin to ready: as the recipe says, or longer when the machine needs whole days for it."""
        return max(self.lead_days, self.minutes(quantity) // MINUTES_OF_A_DAY)


@dataclass(frozen=True, slots=True)
class Place:
    """How a product stands in a branch. Quantities in its unit; ``velocity`` is what is sold per day.

    ``free`` is what the formula calls so; ``taken`` is what orders under way there still take.
    """

    branch_id: int
    free: Decimal = ZERO
    taken: Decimal = ZERO
    velocity: Decimal = ZERO
    level: Decimal = ZERO
    most: Decimal | None = None

    def target(self, days: int) -> Decimal:
        """What should be there to last for so many days."""
        wanted = max(self.level, self.velocity * days)
        return wanted if self.most is None else min(wanted, self.most)


class Reason(StrEnum):
    """Why something is needed.

    SALES and LEVEL of the workshop itself; BRANCHES: what other places lack; ORDERS: those under way take it; PRODUCT:
    one that is suggested takes it; BELOW_ZERO: more was sold or promised than there is; ASKED: somebody said so.
    """

    SALES = "sales"
    LEVEL = "level"
    BRANCHES = "branches"
    ORDERS = "orders"
    PRODUCT = "product"
    BELOW_ZERO = "below_zero"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Peg:
    """A reason with its quantity; ``product_id`` is whose order asks, for PRODUCT."""

    reason: Reason
    quantity: Decimal
    product_id: int | None = None


@dataclass(slots=True)
class Need:
    """What the plan says of a product. Days are counted from today; ``quantity`` is to be made or to be got.

    ``net`` is what is missing before it is rounded to whole batches; ``late_days`` by how much it comes too late.
    """

    product_id: int
    level: int
    making: Making | None
    pegs: list[Peg] = field(default_factory=list)
    free: Decimal = ZERO
    net: Decimal = ZERO
    quantity: Decimal = ZERO
    begin: int = 0
    ready: int = 0
    late_days: int = 0

    @property
    def gross(self) -> Decimal:
        """What is asked for in all."""
        return sum((peg.quantity for peg in self.pegs), ZERO)

    @property
    def parent_id(self) -> int | None:
        """The one product for whose order this is made; None when others ask too, or several products."""
        asking = {peg.product_id for peg in self.pegs if peg.reason is Reason.PRODUCT}
        alone = all(peg.reason is Reason.PRODUCT for peg in self.pegs)
        return next(iter(asking)) if alone and len(asking) == 1 else None


class GoesRoundError(Exception):
    """Products that are made of themselves; ``path`` goes once round."""

    def __init__(self, path: Sequence[int]) -> None:
        super().__init__(" → ".join(map(str, path)))
        self.path = list(path)


def low_level_codes(makings: Mapping[int, Making]) -> dict[int, int]:
    """The low-level code of every product that is made or taken. Raises GoesRoundError."""
    waiting: dict[int, int] = defaultdict(int)  # how many products that take it have no code yet
    for making in makings.values():
        for component in {part.product_id for part in making.parts}:
            waiting[component] += 1
    codes = {product_id: 0 for product_id in makings if product_id not in waiting}
    ready = list(codes)
    while ready:
        product_id = ready.pop()
        made = makings.get(product_id)
        for component in {part.product_id for part in made.parts} if made else ():
            codes[component] = max(codes.get(component, 0), codes[product_id] + 1)
            waiting[component] -= 1
            if not waiting[component]:
                ready.append(component)
    left = {product_id for product_id, count in waiting.items() if count}
    if left:
        raise GoesRoundError(_way_round(makings, left))
    return codes


def _way_round(makings: Mapping[int, Making], left: set[int]) -> list[int]:
    """A way from a product back to itself; everything left has, going up, no end but a circle."""
    above: dict[int, int] = {}
    for product_id in left:
        for part in makings[product_id].parts if product_id in makings else ():
            if part.product_id in left:
                above.setdefault(part.product_id, product_id)
    here = next(iter(sorted(left & above.keys())))
    seen: list[int] = []
    while here not in seen:
        seen.append(here)
        here = above[here]
    return [here, *reversed(seen[seen.index(here) :])]


def first_gap(taken: Iterable[tuple[datetime, datetime]], earliest: datetime, length: timedelta) -> datetime:
    """The first moment from ``earliest`` on at which so much time is free between the times that are taken."""
    start = earliest
    for begin, end in sorted(taken):
        if begin >= start + length:
            break
        start = max(start, end)
    return start


def plan(
    workshop_id: int,
    makings: Mapping[int, Making],
    places: Mapping[int, Iterable[Place]],
    lead_days: Mapping[int, int],
    *,
    horizon: int,
    asked: Mapping[int, Decimal] | None = None,
    whole_batches: bool = True,
) -> list[Need]:
    """The needs of a workshop in the order of their low-level codes; those of which nothing is missing too.

    ``places`` has every product's places, the workshop among them where it holds any; ``lead_days`` those of what is
    bought. ``asked`` are quantities to be made or got whatever is there: the question "what if", and what one order
    lacks. ``whole_batches=False`` does not round up to whole batches. Raises GoesRoundError.
    """
    codes = low_level_codes(makings)
    for product_id in (*places, *(asked or ())):
        codes.setdefault(product_id, 0)
    pegs: dict[int, list[Peg]] = defaultdict(list)
    wanted: dict[int, int] = {}
    needs: dict[int, Need] = {}
    in_order = sorted(codes, key=lambda product_id: (codes[product_id], product_id))
    for product_id in in_order:
        making = makings.get(product_id)
        usual = making.lead_days if making else lead_days.get(product_id, 0)
        own = _own(workshop_id, places.get(product_id, ()), making is not None, horizon + usual)
        if own.day is not None:
            wanted[product_id] = min(max(own.day, 0), horizon)
        need = Need(product_id, codes[product_id], making, [*own.pegs, *pegs.pop(product_id, ())], own.free)
        need.net = max(need.gross - need.free, ZERO)
        extra = (asked or {}).get(product_id, ZERO)
        if extra > 0:
            need.pegs.append(Peg(Reason.ASKED, extra))
            need.net += extra
            wanted[product_id] = 0
        if not need.pegs:
            continue
        needs[product_id] = need
        need.quantity = need.net
        if making is None or need.net <= 0:
            continue
        if whole_batches:
            need.quantity = making.whole(need.net)
        for part in making.parts:
            takes = round_quantity(need.quantity * part.per_unit)
            if takes > 0:
                pegs[part.product_id].append(Peg(Reason.PRODUCT, takes, product_id))
    _date(needs, wanted, lead_days)
    return list(needs.values())


@dataclass(frozen=True, slots=True)
class _Own:
    """What is asked for besides orders that are suggested, what is free for it, and when it is wanted."""

    pegs: list[Peg]
    free: Decimal
    day: int | None


def _own(workshop_id: int, places: Iterable[Place], is_made: bool, cover: int) -> _Own:
    here, others = Place(workshop_id), []
    for place in places:
        if place.branch_id == workshop_id:
            here = place
        elif is_made:
            others.append(place)
    elsewhere = max(sum((one.target(cover) + one.taken - one.free for one in others), ZERO), ZERO)
    wants = here.target(cover)
    lacking, free = max(-here.free, ZERO), max(here.free, ZERO)
    pegs = []
    if lacking > 0:
        pegs.append(Peg(Reason.BELOW_ZERO, lacking))
    if wants > 0:
        pegs.append(Peg(Reason.SALES if wants > here.level else Reason.LEVEL, wants))
    if elsewhere > 0:
        pegs.append(Peg(Reason.BRANCHES, elsewhere))
    if here.taken > 0:
        pegs.append(Peg(Reason.ORDERS, here.taken))
    if sum((peg.quantity for peg in pegs), ZERO) <= free:
        return _Own(pegs, free, None)
    all_of_them = [here, *others]
    speed = sum((one.velocity for one in all_of_them), ZERO)
    left = sum((one.free - one.level - one.taken for one in all_of_them), ZERO)
    return _Own(pegs, free, int(left / speed) if speed > 0 and left > 0 else 0)


def _date(needs: Mapping[int, Need], wanted: dict[int, int], lead_days: Mapping[int, int]) -> None:
    """Set the days: first up, how early anything can be ready, and then down, how late it is wanted."""
    earliest: dict[int, int] = {}
    missing = [need for need in needs.values() if need.quantity > 0]
    for need in reversed(missing):
        below = [earliest[part.product_id] for part in _parts(need) if part.product_id in earliest]
        earliest[need.product_id] = max(below, default=0) + _lead(need, lead_days)
    for need in missing:
        on = wanted.get(need.product_id, 0)
        need.ready = max(on, earliest[need.product_id])
        need.late_days = need.ready - on
        need.begin = need.ready - _lead(need, lead_days)
        for part in _parts(need):
            wanted[part.product_id] = min(wanted.get(part.product_id, need.begin), need.begin)


def _parts(need: Need) -> tuple[Part, ...]:
    return need.making.parts if need.making else ()


def _lead(need: Need, lead_days: Mapping[int, int]) -> int:
    return need.making.days(need.quantity) if need.making else lead_days.get(need.product_id, 0)
