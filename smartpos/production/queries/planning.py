"""What a workshop should make and have bought: the facts that ``production.netting`` reckons with, and its answer.

A bounded number of statements, however many products there are: which products have a recipe, their recipes, where
everything stands, what orders under way yield and take, and names; then what suppliers offer and what others have
beyond their need.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from smartpos.catalog.models import ProductType
from smartpos.core.money import ZERO
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.production.errors import CircularRecipe, NothingToMakeItOf
from smartpos.production.netting import GoesRoundError, Making, Need, Part, Peg, Place, plan
from smartpos.production.queries.orders import ORDER_ORIGIN
from smartpos.production.queries.recipes import Recipe, boms_in_force
from smartpos.purchasing.queries.positions import positions
from smartpos.purchasing.queries.suggesting import Goods, goods_to_buy
from smartpos.purchasing.suggestions import Position, Suggestion, suggest
from smartpos.stock.queries.goods import is_tracked

MOST_DAYS = 366

# A recipe whose machine stands in another branch is made there and not here.
_MADE = """
SELECT DISTINCT product_id FROM bills_of_materials
WHERE organization_id = %(organization_id)s AND status = 'active'
"""
_MACHINES = """
SELECT id, name, branch_id FROM machines
WHERE organization_id = %(organization_id)s AND id = ANY (%(machine_ids)s::bigint[])
"""
_NAMES = """
SELECT product.id, product.name, product.sku, unit.name, unit.digits, product.type, product.track_inventory,
       product.deleted_at IS NULL AND product.status = 'active'
FROM products AS product
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
WHERE product.organization_id = %(organization_id)s AND product.id = ANY (%(product_ids)s::bigint[])
"""
# What orders under way yield and still take, what is set aside for them, and what lies there but may not be used.
_UNDER_WAY = """
SELECT made.branch_id, made.product_id,
       sum(greatest(made.quantity_to_produce - made.quantity_completed - made.quantity_scrapped, 0)) AS free, 0 AS taken
FROM production_orders AS made
WHERE made.organization_id = %(organization_id)s AND made.status NOT IN ('completed', 'cancelled')
GROUP BY 1, 2
UNION ALL
SELECT made.branch_id, material.product_id, 0, sum(greatest(material.planned_quantity - material.used_quantity, 0))
FROM production_orders AS made JOIN production_materials AS material
  ON material.organization_id = made.organization_id AND material.order_id = made.id
WHERE made.organization_id = %(organization_id)s AND made.status NOT IN ('completed', 'cancelled')
  AND made.id IS DISTINCT FROM %(order_id)s
GROUP BY 1, 2
UNION ALL
SELECT branch_id, product_id, sum(quantity), 0 FROM stock_reservations
WHERE organization_id = %(organization_id)s AND origin_kind = %(order_origin)s
GROUP BY 1, 2
UNION ALL
SELECT held.branch_id, lot.product_id, -sum(held.quantity), 0
FROM batches AS lot JOIN batch_stocks AS held
  ON held.organization_id = lot.organization_id AND held.batch_id = lot.id
WHERE lot.organization_id = %(organization_id)s AND lot.expiration_date < %(today)s AND held.quantity > 0
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A product as it is shown."""

    id: int
    name: str
    sku: str
    unit: str
    digits: int


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with its quantity in whole parts of the unit; ``product`` is whose order asks, where one does."""

    peg: Peg
    quantity: Decimal
    product: Named | None


@dataclass(frozen=True, slots=True)
class ToMake:
    """A production order that is suggested. ``parent_id`` is the product for whose order alone it is made."""

    product: Named
    need: Need
    making: Making
    machine: str | None
    begin_on: date
    ready_on: date
    reasons: tuple[Why, ...]

    @property
    def missing(self) -> Decimal:
        """What is missing before it is rounded to whole batches, in whole parts of the unit."""
        return _whole(self.need.net, self.product)

    @property
    def minutes(self) -> int:
        """How long its machine is busy."""
        return self.making.minutes(self.need.quantity)


@dataclass(frozen=True, slots=True)
class ToGet:
    """What is missing of something that is not made here: how much others give, how much is ordered, and of whom.

    ``goods`` is None for what is not bought either, because it is no longer dealt in. What is ``made_elsewhere`` is
    planned in the branch that makes it.
    """

    product: Named
    need: Need
    goods: Goods | None
    suggestion: Suggestion
    order_on: date
    expected_on: date
    made_elsewhere: bool
    reasons: tuple[Why, ...]

    @property
    def missing(self) -> Decimal:
        """What is missing, in whole parts of the unit."""
        return _whole(self.need.net, self.product)


@dataclass(frozen=True, slots=True)
class Line:
    """A product of a recipe that was taken apart: what it takes and what of it is missing."""

    product: Named
    need: Need

    @property
    def is_made(self) -> bool:
        """Whether it is made here, and not bought."""
        return self.need.making is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a branch should make and get within so many days, by level and name."""

    branch_id: int
    horizon: int
    today: date
    orders: list[ToMake] = field(default_factory=list)
    purchases: list[ToGet] = field(default_factory=list)


def net_needs(
    branch_id: int, horizon_days: int, actor: Actor, supplies: Collection[int] | None = None
) -> Plan:
    """What a branch should make and get; see ``production.netting``.

    ``supplies`` are the other branches that it makes for; all of them without. Raises CircularRecipe.
    """
    facts = _Facts(branch_id, actor)
    found = facts.places()
    if supplies is not None:
        kept = {branch_id, *supplies}
        found = {number: [one for one in places if one.branch_id in kept] for number, places in found.items()}
    return facts.answer(facts.reckon(found, horizon_days), horizon_days)


def what_if(product_id: int, quantity: Decimal, branch_id: int, actor: Actor) -> list[Line]:
    """What making so much of a product takes on all levels, and what of it is short; the product itself first.

    What orders under way take is left to them. Raises NothingToMakeItOf and CircularRecipe.
    """
    facts = _Facts(branch_id, actor)
    names = facts.names({product_id})
    if product_id not in names:
        raise NothingToMakeItOf("–")
    if product_id not in facts.makings:
        raise NothingToMakeItOf(names[product_id].name)
    needs = facts.reckon(facts.left_over(), 0, asked={product_id: quantity}, whole_batches=False)
    names = facts.names({need.product_id for need in needs})
    needs.sort(key=lambda need: (need.level, need.making is None, names[need.product_id].name))
    return [Line(names[need.product_id], need) for need in needs]


def parts_to_make(
    order_id: int, left: Mapping[int, Decimal], product_id: int, branch_id: int, actor: Actor
) -> list[ToMake]:
    """The production orders that one order lacks: of what ``left`` says it still takes, all that is made here.

    What other orders take is left to them, and what is there or under way is not made again. Raises CircularRecipe.
    """
    facts = _Facts(branch_id, actor, order_id=order_id)
    facts.makings.pop(product_id, None)  # the order itself stands above them all
    places = facts.left_over()
    for number, quantity in left.items():
        here = places.get(number, [Place(branch_id)])[0]
        places[number] = [Place(branch_id, here.free, quantity)]
    return facts.answer(facts.reckon(places, 0), 0, buying=False).orders


class _Facts:
    """What planning knows of a branch at this moment."""

    def __init__(self, branch_id: int, actor: Actor, order_id: int | None = None) -> None:
        self.branch_id, self.actor, self.order_id = branch_id, actor, order_id
        self.today = actor.organization.today
        organization_id = actor.organization.id
        made = [row[0] for row in send(_MADE, {"organization_id": organization_id})]
        recipes = boms_in_force(made, self.today)
        machines = {recipe.machine_id for recipe in recipes.values() if recipe.machine_id}
        rows = send(_MACHINES, {"organization_id": organization_id, "machine_ids": array(machines)})
        self.machines: dict[int, str] = {row[0]: row[1] for row in rows}
        elsewhere = {row[0] for row in rows if row[2] != branch_id}
        made_elsewhere = {one.product_id for one in recipes.values() if one.machine_id in elsewhere}
        recipes = {number: one for number, one in recipes.items() if number not in made_elsewhere}
        taken = {part.product_id for recipe in recipes.values() for part in recipe.components}
        self._names: dict[int, Named] = {}
        self._tracked: set[int] = set()
        self._dealt_in: set[int] = set()
        self.names(taken | recipes.keys())
        recipes = {number: one for number, one in recipes.items() if number in self._dealt_in}
        taken = {part.product_id for recipe in recipes.values() for part in recipe.components}
        # Nothing is ever missing of what has no stock.
        self.product_ids = (taken | recipes.keys()) & self._tracked
        self.makings = {
            number: _making(recipe, self._tracked)
            for number, recipe in recipes.items()
            if number in self._tracked
        }
        self.made_elsewhere = made_elsewhere & taken
        self.others: dict[int, list[Position]] = defaultdict(list)
        self.goods: dict[int, Goods] = goods_to_buy(sorted(self.product_ids - recipes.keys()), actor)
        usual = int(actor.setting("purchase_lead_days"))
        self.lead_days = {number: one.lead_days(usual) for number, one in self.goods.items()}

    def names(self, product_ids: Iterable[int]) -> dict[int, Named]:
        """How products are shown; each is looked up once."""
        unknown = set(product_ids) - self._names.keys()
        if unknown:
            parameters = {
                "organization_id": self.actor.organization.id,
                "product_ids": array(sorted(unknown)),
            }
            for *facts, kind, tracked, dealt_in in send(_NAMES, parameters):
                self._names[facts[0]] = Named(*facts)
                if dealt_in:
                    self._dealt_in.add(facts[0])
                if is_tracked(ProductType(kind), tracked):
                    self._tracked.add(facts[0])
        return self._names

    def places(self) -> dict[int, list[Place]]:
        """How every product stands in every branch."""
        parameters: dict[str, Any] = {
            "organization_id": self.actor.organization.id,
            "order_origin": ORDER_ORIGIN,
            "order_id": self.order_id,
            "today": self.today,
        }
        more: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for branch_id, product_id, free, taken in send(_UNDER_WAY, parameters):
            if product_id in self.product_ids:
                sums = more[product_id, branch_id]
                sums[0] += free
                sums[1] += taken
        found: dict[int, list[Place]] = defaultdict(list)
        for one in positions(self.actor, product_ids=self.product_ids) if self.product_ids else ():
            if one.branch_id != self.branch_id:
                self.others[one.product_id].append(one)
            free, taken = more.pop((one.product_id, one.branch_id), (ZERO, ZERO))
            found[one.product_id].append(
                Place(one.branch_id, one.coming + free, taken, one.velocity, one.level, one.max_quantity)
            )
        for (product_id, branch_id), (free, taken) in more.items():
            found[product_id].append(Place(branch_id, free, taken))
        return found

    def left_over(self) -> dict[int, list[Place]]:
        """What of every product is there for something more: nobody wants anything else, and orders keep theirs."""
        return {
            number: [
                Place(one.branch_id, max(one.free - one.taken, ZERO))
                for one in places
                if one.branch_id == self.branch_id
            ]
            or [Place(self.branch_id)]
            for number, places in self.places().items()
        }

    def reckon(self, places: Mapping[int, list[Place]], horizon: int, **options: Any) -> list[Need]:
        """The needs. Raises CircularRecipe."""
        try:
            return plan(self.branch_id, self.makings, places, self.lead_days, horizon=horizon, **options)
        except GoesRoundError as circle:
            names = self.names(circle.path)
            raise CircularRecipe([names[number].name for number in circle.path]) from circle

    def answer(self, needs: list[Need], horizon: int, *, buying: bool = True) -> Plan:
        """The needs that are not met, with names and dates."""
        missing = [need for need in needs if need.quantity > 0]
        names = self.names({need.product_id for need in missing})
        missing.sort(key=lambda need: (need.level, names[need.product_id].name, need.product_id))
        found = Plan(self.branch_id, horizon, self.today)
        for need in missing:
            product, making = names[need.product_id], need.making
            reasons = tuple(
                Why(peg, _whole(peg.quantity, product), names.get(peg.product_id or 0)) for peg in need.pegs
            )
            begin_on, ready_on = (self.today + timedelta(days=days) for days in (need.begin, need.ready))
            if making is not None:
                machine = self.machines.get(making.machine_id or 0)
                found.orders.append(ToMake(product, need, making, machine, begin_on, ready_on, reasons))
            elif buying:
                goods, suggestion = self.goods.get(product.id), self.how_to_get(need)
                elsewhere = product.id in self.made_elsewhere
                found.purchases.append(
                    ToGet(product, need, goods, suggestion, begin_on, ready_on, elsewhere, reasons)
                )
        return found

    def how_to_get(self, need: Need) -> Suggestion:
        """What others give first and what is ordered, as purchasing suggests it for what is missing."""
        goods = self.goods.get(need.product_id)
        if goods is None:
            return Suggestion((), ZERO)
        # What lies below zero is what is missing.
        lacking = Position(self.branch_id, need.product_id, -need.quantity)
        found = suggest(
            lacking,
            self.others.get(need.product_id, ()),
            lead_days=self.lead_days[need.product_id],
            review_days=int(self.actor.setting("purchase_review_days")),
            least=goods.least,
            digits=goods.digits,
        )
        return Suggestion(found.transfers, ZERO) if need.product_id in self.made_elsewhere else found


def _whole(quantity: Decimal, product: Named) -> Decimal:
    return quantity.quantize(Decimal(1).scaleb(-product.digits), ROUND_CEILING)


def _making(recipe: Recipe, tracked: Collection[int]) -> Making:
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for part in recipe.components:
        if part.product_id in tracked:
            parts[part.product_id] += part.needed_per_unit
    return Making(
        recipe.product_id,
        recipe.id,
        recipe.quantity,
        tuple(Part(*pair) for pair in parts.items()),
        recipe.lead_time_days,
        recipe.setup_time_minutes,
        recipe.production_time_minutes,
        recipe.machine_id,
    )
