"""Recipes: which one holds, what it takes over all its levels, and what a product is used in."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from smartpos.catalog.models import Product
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.fields import LARGEST_ID
from smartpos.core.money import ZERO, round_quantity
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import array, send
from smartpos.production.errors import BomNotFound, CircularRecipe, NothingToMakeItOf
from smartpos.production.models import BillOfMaterials, BomByProduct, BomComponent, BomStatus

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a recipe, in its own unit for one unit of the product."""

    id: int
    product_id: int
    quantity_per_unit: Decimal
    scrap_factor: Decimal = ZERO
    operation_sequence: int | None = None
    operation_notes: str | None = None

    @property
    def needed_per_unit(self) -> Decimal:
        """What one unit of the product takes of it, with what is lost on the way; not rounded."""
        return self.quantity_per_unit * (ONE + self.scrap_factor)


@dataclass(frozen=True, slots=True)
class Besides:
    """A by-product of a recipe, in its own unit for one unit of the product."""

    product_id: int
    quantity_per_unit: Decimal
    cost_percent: Decimal


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe as planning and orders need it. Costs and ``production_time_minutes`` are per batch of ``quantity``."""

    id: int
    product_id: int
    version: str
    name: str
    quantity: Decimal
    material_cost: Decimal
    labor_cost: Decimal
    overhead_cost: Decimal
    lead_time_days: int
    setup_time_minutes: int
    production_time_minutes: int
    machine_id: int | None
    components: tuple[Part, ...] = ()
    by_products: tuple[Besides, ...] = ()

    def takes(self, quantity: Decimal) -> dict[int, Decimal]:
        """What so much of the product takes of each component; not rounded."""
        return {part.product_id: quantity * part.needed_per_unit for part in self.components}

    def minutes_for(self, quantity: Decimal) -> int:
        """How long it takes to make so much: preparing once, and every batch begun."""
        batches = -(-quantity // self.quantity)
        return self.setup_time_minutes + int(batches) * self.production_time_minutes


@dataclass(frozen=True, slots=True)
class Explosion:
    """What making something takes over all levels.

    ``needs`` has every product below by id, sub-assemblies too, in its own unit, rounded half up to three digits;
    ``recipes`` those that are made themselves, with the product itself; ``levels`` the ids by level: a product stands
    at the lowest place at which anything asks for it, so that all that takes it stands above.
    """

    needs: dict[int, Decimal]
    levels: tuple[tuple[int, ...], ...]
    recipes: dict[int, Recipe]

    @property
    def leaves(self) -> dict[int, Decimal]:
        """What is taken from the shelf: the products that no recipe makes."""
        return {product_id: need for product_id, need in self.needs.items() if product_id not in self.recipes}


@dataclass(frozen=True, slots=True)
class Use:
    """A recipe in which something is used. ``role`` is component, substitute or by_product."""

    bom: BillOfMaterials
    product: str
    role: str
    quantity_per_unit: Decimal = field(default=ZERO)


# --- One recipe -------------------------------------------------------------------------------------------------------


def bom_of(bom_id: int, *, locked: bool = False) -> BillOfMaterials:
    """A recipe by its id; ``locked``: nobody else changes it until the commit. Raises BomNotFound."""
    query = select(BillOfMaterials).where(BillOfMaterials.id == bom_id)
    if locked:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < bom_id <= LARGEST_ID else None
    if found is None:
        raise BomNotFound
    return found


def bom_in_force(product_id: int, on: date) -> BillOfMaterials | None:
    """By which recipe a product is made on a day: the default one first, else the newest that is active."""
    query = (
        select(BillOfMaterials)
        .where(BillOfMaterials.product_id == product_id, *_holds(on))
        .order_by(BillOfMaterials.is_default.desc(), BillOfMaterials.id.desc())
    )
    return db.session.scalar(query.limit(1))


def boms_in_force(product_ids: Collection[int], on: date) -> dict[int, Recipe]:
    """By which recipe each product is made on a day; what has none is missing. Three statements at most."""
    if not product_ids:
        return {}
    query = (
        select(*_FACTS)
        .where(in_ids(BillOfMaterials.product_id, sorted(set(product_ids))), *_holds(on))
        .ext(distinct_on(BillOfMaterials.product_id))
        .order_by(BillOfMaterials.product_id, BillOfMaterials.is_default.desc(), BillOfMaterials.id.desc())
    )
    return {recipe.product_id: recipe for recipe in _filled(db.session.execute(query))}


def recipes_of(bom_ids: Collection[int]) -> dict[int, Recipe]:
    """These recipes by id, whatever their status. Three statements at most."""
    if not bom_ids:
        return {}
    query = select(*_FACTS).where(in_ids(BillOfMaterials.id, sorted(set(bom_ids))))
    return {recipe.id: recipe for recipe in _filled(db.session.execute(query))}


_FACTS = (
    BillOfMaterials.id,
    BillOfMaterials.product_id,
    BillOfMaterials.version,
    BillOfMaterials.name,
    BillOfMaterials.quantity,
    BillOfMaterials.material_cost,
    BillOfMaterials.labor_cost,
    BillOfMaterials.overhead_cost,
    BillOfMaterials.lead_time_days,
    BillOfMaterials.setup_time_minutes,
    BillOfMaterials.production_time_minutes,
    BillOfMaterials.machine_id,
)


def _holds(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        BillOfMaterials.status == BomStatus.ACTIVE,
        or_(BillOfMaterials.valid_from.is_(None), BillOfMaterials.valid_from <= day),
        or_(BillOfMaterials.valid_to.is_(None), BillOfMaterials.valid_to >= day),
    )


def _filled(rows: Iterable[Any]) -> Iterator[Recipe]:
    """Recipes with their components and by-products."""
    facts: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    if not facts:
        return
    ids = sorted(row[0] for row in facts)
    taken = (
        select(
            BomComponent.bom_id,
            BomComponent.id,
            BomComponent.component_id,
            BomComponent.quantity_per_unit,
            BomComponent.scrap_factor,
            BomComponent.operation_sequence,
            BomComponent.operation_notes,
        )
        .where(in_ids(BomComponent.bom_id, ids))
        .order_by(BomComponent.bom_id, BomComponent.sequence_number)
    )
    parts: dict[int, list[Part]] = {}
    for row in db.session.execute(taken):
        parts.setdefault(row[0], []).append(Part(*row[1:]))
    given = (
        select(
            BomByProduct.bom_id,
            BomByProduct.product_id,
            BomByProduct.quantity_per_unit,
            BomByProduct.cost_percent,
        )
        .where(in_ids(BomByProduct.bom_id, ids))
        .order_by(BomByProduct.id)
    )
    besides: dict[int, list[Besides]] = {}
    for line in db.session.execute(given):
        besides.setdefault(line[0], []).append(Besides(*line[1:]))
    for fact in facts:
        filled = (tuple(parts.get(fact[0], ())), tuple(besides.get(fact[0], ())))
        yield Recipe(*(*fact, *filled))


# --- All levels -------------------------------------------------------------------------------------------------------


def explode(bom: BillOfMaterials | Recipe, quantity: Decimal, on: date) -> Explosion:
    """What so much of a recipe's product takes over all levels, each sub-assembly by its recipe in force on that day.

    Three statements per level, however wide it is. Raises CircularRecipe with the names on the way round.
    """
    top = bom if isinstance(bom, Recipe) else recipes_of([bom.id])[bom.id]
    return explode_many({top.product_id: quantity}, on, known={top.product_id: top})


def explode_product(product_id: int, quantity: Decimal, on: date) -> Explosion:
    """What so much of a product takes, by its recipe in force. Raises NothingToMakeItOf, CircularRecipe."""
    found = boms_in_force([product_id], on).get(product_id)
    if found is None:
        raise NothingToMakeItOf(_names([product_id]).get(product_id, str(product_id)))
    return explode(found, quantity, on)


def explode_many(
    wanted: Mapping[int, Decimal], on: date, *, known: Mapping[int, Recipe] | None = None
) -> Explosion:
    """What quantities of several products take together. ``known`` names recipes that are used whatever is in force.

    What is ``wanted`` itself is no need, unless something else that is wanted takes it. Raises CircularRecipe.
    """
    recipes = dict(known or {})
    recipes |= boms_in_force([product_id for product_id in wanted if product_id not in recipes], on)
    asked = set(wanted)
    frontier = {part.product_id for recipe in recipes.values() for part in recipe.components} - asked
    while frontier:
        asked |= frontier
        found = boms_in_force(frontier, on)
        recipes |= found
        frontier = {part.product_id for recipe in found.values() for part in recipe.components} - asked
    order = _from_the_top(recipes, wanted)
    totals: dict[int, Decimal] = {}
    depth: dict[int, int] = dict.fromkeys(wanted, 0)
    for product_id in order:
        recipe = recipes.get(product_id)
        if recipe is None:
            continue
        amount = wanted.get(product_id, ZERO) + totals.get(product_id, ZERO)
        for part in recipe.components:
            needed = amount * part.needed_per_unit
            totals[part.product_id] = totals.get(part.product_id, ZERO) + needed
            depth[part.product_id] = max(depth.get(part.product_id, 0), depth[product_id] + 1)
    levels: dict[int, list[int]] = {}
    for product_id in order:
        if product_id in totals:
            levels.setdefault(depth[product_id], []).append(product_id)
    return Explosion(
        {product_id: round_quantity(totals[product_id]) for product_id in order if product_id in totals},
        tuple(tuple(levels[level]) for level in sorted(levels)),
        recipes,
    )


def _from_the_top(recipes: Mapping[int, Recipe], tops: Iterable[int]) -> list[int]:
    """Everything below the tops, each after all that takes it. Raises CircularRecipe."""
    children = {
        product_id: [part.product_id for part in recipe.components] for product_id, recipe in recipes.items()
    }
    return sorted_from_the_top(children, tops)


def sorted_from_the_top(children: Mapping[int, Collection[int]], tops: Iterable[int]) -> list[int]:
    """The nodes below ``tops``, each after all that leads to it. Raises CircularRecipe with the products' names."""
    done: list[int] = []
    state: dict[int, bool] = {}  # on the way: False, done: True
    for top in tops:
        if top in state:
            continue
        state[top] = False
        # Without recursion: a recipe may have more levels than Python allows calls.
        way = [(top, iter(children.get(top, ())))]
        while way:
            node, rest = way[-1]
            for child in rest:
                if child not in state:
                    state[child] = False
                    way.append((child, iter(children.get(child, ()))))
                    break
                if not state[child]:
                    round_trip = [one for one, _rest in way]
                    raise CircularRecipe(_named([*round_trip[round_trip.index(child) :], child]))
            else:
                state[node] = True
                done.append(node)
                way.pop()
    done.reverse()
    return done


def _named(product_ids: list[int]) -> list[str]:
    names = _names(product_ids)
    return [names.get(product_id, str(product_id)) for product_id in product_ids]


def _names(product_ids: Collection[int]) -> dict[int, str]:
    query = select(Product.id, Product.name).where(in_ids(Product.id, sorted(set(product_ids))))
    return dict(db.session.execute(query).all())


_LINKS_BELOW = """
WITH RECURSIVE link (product_id, component_id) AS (
    SELECT bom.product_id, part.component_id
    FROM bills_of_materials AS bom
    JOIN bom_components AS part ON part.organization_id = bom.organization_id AND part.bom_id = bom.id
    WHERE bom.organization_id = %(organization_id)s AND bom.status = 'active'
      AND bom.product_id = ANY (%(product_ids)s::bigint[])
  UNION
    SELECT bom.product_id, part.component_id
    FROM link
    JOIN bills_of_materials AS bom
      ON bom.organization_id = %(organization_id)s AND bom.status = 'active' AND bom.product_id = link.component_id
    JOIN bom_components AS part ON part.organization_id = bom.organization_id AND part.bom_id = bom.id
)
SELECT product_id, component_id FROM link ORDER BY product_id, component_id
"""


def refuse_circle(product_id: int, component_ids: Collection[int]) -> None:
    """Refuse components that are made of the product, by any active recipe. Raises CircularRecipe with the way."""
    children: dict[int, list[int]] = {product_id: list(component_ids)}
    links = send(
        _LINKS_BELOW,
        {"organization_id": current_organization_id(), "product_ids": array(sorted(set(component_ids)))},
    )
    for parent, child in links:
        if parent != product_id:
            children.setdefault(parent, []).append(child)
    sorted_from_the_top(children, [product_id])


# --- Where used -------------------------------------------------------------------------------------------------------

MOST_USES = 200
_USES = """
SELECT bom.id, product.name, found.role, found.quantity
FROM (
    SELECT bom_id, 'component' AS role, quantity_per_unit AS quantity FROM bom_components
    WHERE organization_id = %(organization_id)s AND component_id = %(product_id)s
  UNION ALL
    SELECT part.bom_id, 'substitute', part.quantity_per_unit * (1 + part.scrap_factor) * instead.ratio
    FROM bom_substitutes AS instead
    JOIN bom_components AS part
      ON part.organization_id = instead.organization_id AND part.id = instead.bom_component_id
    WHERE instead.organization_id = %(organization_id)s AND instead.product_id = %(product_id)s
  UNION ALL
    SELECT bom_id, 'by_product', quantity_per_unit FROM bom_by_products
    WHERE organization_id = %(organization_id)s AND product_id = %(product_id)s
) AS found (bom_id, role, quantity)
JOIN bills_of_materials AS bom ON bom.organization_id = %(organization_id)s AND bom.id = found.bom_id
JOIN products AS product ON product.organization_id = %(organization_id)s AND product.id = bom.product_id
WHERE bom.status <> 'archived'
ORDER BY bom.status = 'active' DESC, product.name, bom.id DESC
LIMIT %(most)s
"""


def where_used(product_id: int) -> list[Use]:
    """The recipes that are not archived and take a product, may take it instead, or yield it besides; active first.

    At most ``MOST_USES``.
    """
    parameters = {
        "organization_id": current_organization_id(),
        "product_id": product_id,
        "most": MOST_USES,
    }
    rows = send(_USES, parameters)
    ids = sorted({row[0] for row in rows})
    boms = {
        bom.id: bom
        for bom in db.session.scalars(select(BillOfMaterials).where(in_ids(BillOfMaterials.id, ids)))
    }
    return [Use(boms[bom_id], name, role, quantity) for bom_id, name, role, quantity in rows]
