"""Exploding a recipe over six levels and completing its order: two thousand components beside ten.

The order takes what lies at the bottom, as it does when its sub-assemblies are made along with it. A completion is in
part, so that an order can be completed several times.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event, select, text

from bench.figures import Figure
from bench.shop import new_shop
from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.actors import Actor
from smartpos.identity.operations import create_branch
from smartpos.identity.queries import system_actor
from smartpos.production.models import BillOfMaterials, BomComponent, BomStatus
from smartpos.production.operations.completing import CompletionRequest, complete_order
from smartpos.production.operations.orders import MaterialDraft, OrderRequest, create_order, set_materials
from smartpos.production.operations.reverting import revert_order
from smartpos.production.queries.recipes import bom_of, explode
from smartpos.stock.operations import set_opening_balances

LEVELS = 6
# How many sub-assemblies stand at each of the upper levels, and how many bought goods each of them takes.
FEW, MANY = (1, 1), (20, 19)
ROUNDS = 7
PLENTY = Decimal(1_000_000)
Sent = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Tree:
    """A recipe over six levels: its id, what it makes, and how many components it has in all."""

    bom_id: int
    product_id: int
    components: int


def measure() -> list[Figure]:
    """Statements in all and milliseconds per component, of the large recipe beside the small one."""
    with new_shop() as (app, organization_id), app.app_context(), tenant_scope(organization_id):
        actor = system_actor(organization_id)
        branch_id = create_branch(name="Sex", actor=actor).id
        few, many = _tree(*FEW, branch_id, actor), _tree(*MANY, branch_id, actor)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        exploded = {tree: _explode(tree, actor) for tree in (few, many)}
        made = {tree: _make(tree, branch_id, actor) for tree in (few, many)}
    figures = []
    for what, found in (("Exploding a recipe of", exploded), ("Completing the order of", made)):
        name = f"{what} {_shown(many.components)} components over {LEVELS} levels"
        short = f"of {few.components} components"
        figures += [
            Figure(f"{name} in all", _most(found[many]), "statements", _most(found[few]), short, "the same"),
            Figure(
                f"{name}, per component",
                _each(found[many], many),
                "ms",
                _each(found[few], few),
                short,
                "less",
            ),
        ]
    return figures


def _tree(width: int, leaves: int, branch_id: int, actor: Actor) -> Tree:
    """A product of ``width`` sub-assemblies, each of one below it and of ``leaves`` goods that are bought."""
    below: list[int] = []
    components = 0
    for _level in range(LEVELS - 1):
        made = _products(width)
        for place, product_id in enumerate(made):
            bought = _products(leaves)
            stock = [(number, PLENTY, Decimal(10)) for number in bought]
            set_opening_balances(branch_id, stock, notes="bench", actor=actor)
            _recipe(product_id, [*bought, *below[place : place + 1]])
            components += 1 + leaves
        below = made
    (top,) = _products(1)
    return Tree(_recipe(top, below), top, components)


def _products(count: int) -> list[int]:
    unit_id = db.session.execute(select(Unit.id).order_by(Unit.id).limit(1)).scalar_one()
    first = db.session.scalar(text("SELECT coalesce(max(id), 0) FROM products")) or 0
    products = [
        Product(name=f"Mahsulot {first + place}", sku=f"B-{first + place}", unit_id=unit_id)
        for place in range(1, count + 1)
    ]
    db.session.add_all(products)
    db.session.flush()
    return [product.id for product in products]


def _recipe(product_id: int, component_ids: Sequence[int]) -> int:
    bom = BillOfMaterials(
        product_id=product_id, name="Retsept", status=BomStatus.ACTIVE, is_default=True, approved_at=utc_now()
    )
    bom.components.extend(
        BomComponent(
            component_id=component_id, sequence_number=place, quantity_per_unit=Decimal(1), specifications={}
        )
        for place, component_id in enumerate(component_ids, start=1)
    )
    db.session.add(bom)
    db.session.flush()
    return bom.id


def _explode(tree: Tree, actor: Actor) -> list[Sent]:
    def work() -> None:
        found = explode(bom_of(tree.bom_id), Decimal(5), actor.organization.today)
        assert len(found.needs) == tree.components

    return [_timed(work) for _turn in range(ROUNDS)]


def _make(tree: Tree, branch_id: int, actor: Actor) -> list[Sent]:
    quantity = Decimal(100)
    leaves = explode(bom_of(tree.bom_id), quantity, actor.organization.today).leaves
    order_id = create_order(OrderRequest(tree.product_id, quantity, branch_id), actor=actor).id
    set_materials(order_id, [MaterialDraft(*line) for line in leaves.items()], actor=actor)
    db.session.commit()
    request = CompletionRequest(Decimal(7), Decimal(1))
    found = [_timed(lambda: complete_order(order_id, request, actor=actor)) for _turn in range(ROUNDS)]
    revert_order(order_id, actor=actor)
    db.session.commit()
    return found


def _timed(work: Callable[[], object]) -> Sent:
    """How many statements some work takes, and how many seconds with the commit."""
    db.session.expunge_all()
    with _counted() as sent:
        begun = perf_counter()
        work()
        db.session.commit()
        seconds = perf_counter() - begun
    return len(sent), seconds


def _most(turns: Sequence[Sent]) -> int:
    # The first turn begins the order, and makes the stock row of what is made.
    return max(sent for sent, _seconds in turns[1:])


def _each(turns: Sequence[Sent], tree: Tree) -> float:
    return statistics.median(seconds for _sent, seconds in turns) * 1000 / tree.components


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that are sent within."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _shown(count: int) -> str:
    return f"{count:,}".replace(",", " ")
