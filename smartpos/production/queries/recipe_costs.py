"""What recipes cost at this moment: rolled up from the shelf over all their levels; nothing is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smartpos.core.money import COST_LIMIT, HUNDRED, ZERO, round_cost
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import array, send
from smartpos.production.queries.recipes import (
    Recipe,
    boms_in_force,
    recipes_of,
    sorted_from_the_top,
)


@dataclass(frozen=True, slots=True)
class Costs:
    """What a batch costs. ``units`` has what one unit of each component costs.

    ``unit_cost`` is what one unit of the product costs when by-products have taken their shares.
    """

    material: Decimal
    labor: Decimal
    overhead: Decimal
    unit_cost: Decimal
    units: dict[int, Decimal]

    @property
    def total(self) -> Decimal:
        """All of a batch."""
        return self.material + self.labor + self.overhead


_ON_THE_SHELF = """
SELECT product.id, coalesce(held.value / nullif(held.quantity, 0), product.cost_price)
FROM products AS product
LEFT JOIN LATERAL (
    SELECT sum(stock.value) AS value, sum(stock.quantity) AS quantity
    FROM branch_stocks AS stock
    WHERE stock.organization_id = %(organization_id)s AND stock.product_id = product.id AND stock.quantity > 0
) AS held ON true
WHERE product.organization_id = %(organization_id)s AND product.id = ANY (%(product_ids)s::bigint[])
"""


def shelf_costs(product_ids: Collection[int]) -> dict[int, Decimal]:
    """What one unit of each product is worth where it lies, on average over all branches; four digits.

    What lies nowhere costs what it cost last (``cost_price``). One statement.
    """
    if not product_ids:
        return {}
    parameters = {
        "organization_id": current_organization_id(),
        "product_ids": array(sorted(set(product_ids))),
    }
    return {product_id: round_cost(max(cost, ZERO)) for product_id, cost in send(_ON_THE_SHELF, parameters)}


def unit_costs(product_ids: Collection[int], on: date) -> tuple[dict[int, Decimal], dict[int, Recipe]]:
    """What one unit of each product costs, and by which recipes: by the one in force, else off the shelf.

    Three statements per level of the recipes, and one more. Raises CircularRecipe.
    """
    recipes: dict[int, Recipe] = {}
    asked: set[int] = set()
    frontier = set(product_ids)
    while frontier:
        asked |= frontier
        found = boms_in_force(frontier, on)
        recipes |= found
        frontier = {part.product_id for recipe in found.values() for part in recipe.components} - asked
    costs = dict.fromkeys(asked, ZERO) | shelf_costs(asked - recipes.keys())
    children = {
        product_id: [part.product_id for part in recipe.components] for product_id, recipe in recipes.items()
    }
    for product_id in reversed(sorted_from_the_top(children, sorted(product_ids))):
        if product_id in recipes:
            costs[product_id] = reckoned(recipes[product_id], costs).unit_cost
    return costs, recipes


def costs_of(recipes: Collection[Recipe], on: date) -> dict[int, Costs]:
    """What these recipes cost at the costs of this moment, by the recipes' ids."""
    wanted = {part.product_id for recipe in recipes for part in recipe.components}
    costs, _made = unit_costs(wanted, on)
    return {recipe.id: reckoned(recipe, costs) for recipe in recipes}


def costs_of_boms(bom_ids: Collection[int], on: date) -> dict[int, Costs]:
    """As ``costs_of``, by ids."""
    return costs_of(list(recipes_of(bom_ids).values()), on)


def reckoned(recipe: Recipe, costs: Mapping[int, Decimal]) -> Costs:
    """What a recipe costs when one unit of each of its components costs this much."""
    units = {part.product_id: costs.get(part.product_id, ZERO) for part in recipe.components}
    material = sum(
        (recipe.quantity * part.needed_per_unit * units[part.product_id] for part in recipe.components), ZERO
    )
    # What no column could hold is a slip of the pen; a refresh of all recipes must not stop at it.
    material = min(round_cost(material), COST_LIMIT)
    given_away = sum((one.cost_percent for one in recipe.by_products), ZERO)
    total = material + recipe.labor_cost + recipe.overhead_cost
    unit_cost = min(round_cost(total * (HUNDRED - given_away) / HUNDRED / recipe.quantity), COST_LIMIT)
    return Costs(material, recipe.labor_cost, recipe.overhead_cost, unit_cost, units)
