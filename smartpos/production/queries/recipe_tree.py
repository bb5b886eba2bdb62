"""A recipe over all its levels as people look at it: what goes into what, and what each costs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from smartpos.catalog.models import Product, Unit
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.money import ZERO, round_cost, round_quantity
from smartpos.production.queries.recipe_costs import Costs, reckoned, unit_costs
from smartpos.production.queries.recipes import Part, Recipe

# What a person can look at; the rest of a larger tree is left out, and that is said.
MOST_NODES = 2000


@dataclass(frozen=True, slots=True)
class Named:
    """What a product is called and counted in."""

    id: int
    name: str
    sku: str
    unit_id: int
    unit: str
    digits: int


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree. ``level`` 1 are the recipe's own components, ``quantity`` is what is asked for takes here.

    ``recipe`` is the one by which it is made itself; ``cost`` is that of the quantity, ``part`` the line that asks.
    """

    level: int
    product: Named
    part: Part
    quantity: Decimal
    unit_cost: Decimal
    cost: Decimal
    recipe: Recipe | None


@dataclass(frozen=True, slots=True)
class Tree:
    """All levels below a recipe, depth first, for ``quantity`` of its product; and what that costs."""

    quantity: Decimal
    costs: Costs
    nodes: tuple[Node, ...]
    is_cut: bool
    unit_costs: dict[int, Decimal]


def named(product_ids: Collection[int]) -> dict[int, Named]:
    """Products by id with the names of their units; one of a workspace that the person does not see has no name.

    One statement.
    """
    if not product_ids:
        return {}
    query = (
        select(Product.id, Product.name, Product.sku, Unit.id, Unit.name, Unit.digits)
        .join(Unit, Unit.id == Product.unit_id)
        .where(in_ids(Product.id, sorted(set(product_ids))))
    )
    known = {row[0]: Named(*row) for row in db.session.execute(query)}
    return {number: known.get(number) or Named(number, "–", "", 0, "", 3) for number in product_ids}


def tree_of(recipe: Recipe, on: date, *, quantity: Decimal | None = None) -> Tree:
    """The tree of a recipe for so much of its product, a batch if nothing is said. Raises CircularRecipe."""
    amount = recipe.quantity if quantity is None else quantity
    costs, recipes = unit_costs({part.product_id for part in recipe.components}, on)
    known = named(costs.keys())
    nodes: list[Node] = []
    # Depth first without recursion; the last one is what comes next.
    waiting = [(1, part, amount * part.needed_per_unit) for part in reversed(recipe.components)]
    while waiting and len(nodes) < MOST_NODES:
        level, part, needed = waiting.pop()
        below = recipes.get(part.product_id)
        unit_cost = costs.get(part.product_id, ZERO)
        nodes.append(
            Node(
                level,
                known[part.product_id],
                part,
                round_quantity(needed),
                unit_cost,
                round_cost(needed * unit_cost),
                below,
            )
        )
        if below is not None:
            waiting += [
                (level + 1, child, needed * child.needed_per_unit) for child in reversed(below.components)
            ]
    return Tree(amount, reckoned(recipe, costs), tuple(nodes), bool(waiting), costs)
