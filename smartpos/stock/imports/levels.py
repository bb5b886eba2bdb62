"""How much of each product the branches should hold, from a spreadsheet: minimum, reorder point, maximum.

Levels change with the season, long after the first day, so they have a sheet of their own. A cell that is left empty
leaves its level as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.catalog.operations.importing import MOST_REASONS, known_products, product_fields
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.imports import CannotUndo, Field, Importer, Line, Plan, Work
from smartpos.core.money import QUANTITY_LIMIT
from smartpos.core.sheets import cell_as_decimal
from smartpos.stock.imports.places import branch_field, branches_of
from smartpos.stock.models import BranchStock
from smartpos.stock.operations.levels import (
    MOST_LEVELS,
    WantedLevels,
    level_problem,
    set_levels_of_branch,
)
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries.goods import is_tracked

CHUNK = 5000
NAMES = ("min_quantity", "reorder_point", "max_quantity")
NOTHING = Decimal("0.000")
Key = tuple[int, int]
"""Branch and product."""


class Known(NamedTuple):
    """The levels that stand, in the order of ``NAMES``."""

    min_quantity: Decimal
    reorder_point: Decimal | None
    max_quantity: Decimal | None


UNSET = Known(NOTHING, None, None)


@dataclass(slots=True)
class Steps:
    """Levels to be set, and those that stand."""

    wanted: dict[Key, WantedLevels] = field(default_factory=dict)
    known: dict[Key, Known] = field(default_factory=dict)


def _level(name: str, title: Any, aliases: tuple[str, ...], example: int) -> Field:
    read = partial(cell_as_decimal, digits=3, limit=QUANTITY_LIMIT)
    return Field(
        name, title, aliases, read, "number", hint=_l("Left empty, it stays as it is."), example=example
    )


class LevelImporter(Importer):
    """Levels by branch and product."""

    key = "stock_levels"
    title = _l("Stock levels")
    lead = _l(
        "At which quantity a product runs low in a branch, at which more is ordered, how far it is refilled."
    )
    icon = "adjust"
    permission = P.LEVEL_WRITE
    endpoint = "branch_stocks.index_view"
    one_of = ("sku", "barcode")
    fields = (
        branch_field(),
        *product_fields(),
        _level(
            "min_quantity",
            _l("Minimum"),
            ("eng kam", "minimal qoldiq", "minimum", "минимум", "мин остаток", "минимальный остаток", "min"),
            5,
        ),
        _level(
            "reorder_point",
            _l("Reorder at"),
            ("buyurtma nuqtasi", "точка заказа", "точка перезаказа", "reorder point", "reorder level"),
            10,
        ),
        _level(
            "max_quantity",
            _l("Maximum"),
            ("eng ko'p", "eng koʻp", "maksimum", "максимум", "макс остаток", "максимальный остаток", "max"),
            40,
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Find out which levels change."""
        steps = Steps()
        plan = Plan(steps=steps)
        products = known_products(lines, work, ("type", "track_inventory"), changes=False)
        branches = branches_of(lines, work)
        rows: list[tuple[Line, Key]] = []
        met: dict[Key, int] = {}
        for line in lines:
            product = products.get(line.number)
            if product is not None and not is_tracked(product["type"], product["track_inventory"]):
                work.problem(
                    line, "sku" if line.get("sku") else "barcode", _("No stock is kept of this product.")
                )
            if work.is_wrong(line) or product is None:
                continue
            key = (branches[line.number], product["id"])
            if met.setdefault(key, line.number) != line.number:
                sentence = _("The same product is in row %(row)s already.", row=met[key])
                work.problem(line, "sku" if line.get("sku") else "barcode", sentence)
                continue
            rows.append((line, key))
        steps.known = {key: known for key, (_id, known) in _standing({key for _line, key in rows}).items()}
        for line, key in rows:
            before = steps.known.get(key, UNSET)
            given = [line.get(name) for name in NAMES]
            told = before._replace(
                **{name: value for name, value in zip(NAMES, given, strict=True) if value is not None}
            )
            wanted = WantedLevels(key[1], *told)
            sentence = level_problem(wanted)
            if sentence:
                named = [name for name, value in zip(NAMES, given, strict=True) if value is not None]
                work.problem(line, named[-1], sentence)
            elif told == before:
                plan.same += 1
            else:
                plan.new, plan.changed = plan.new + (before == UNSET), plan.changed + (before != UNSET)
                steps.wanted[key] = wanted
        return plan

    def write(self, plan: Plan, work: Work) -> None:
        """Set the levels, a branch and a thousand products at a time, and remember those that stood."""
        steps: Steps = plan.steps
        _set(steps.wanted, work)
        ids = _standing(steps.wanted)
        work.changed(
            "branch_stocks",
            [
                (
                    ids[key][0],
                    {"before": list(steps.known.get(key, UNSET)), "after": list(ids[key][1])},
                )
                for key in steps.wanted
            ],
        )

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Put back the levels that stood. Raises CannotUndo where somebody has set others since."""
        told = {row_id: facts for row_id, facts in changes.get("branch_stocks", ()) if facts}
        wanted: dict[Key, WantedLevels] = {}
        reasons = []
        ids = sorted(told)
        for start in range(0, len(ids), CHUNK):
            query = (
                select(
                    BranchStock.id,
                    BranchStock.branch_id,
                    BranchStock.product_id,
                    BranchStock.min_quantity,
                    BranchStock.reorder_point,
                    BranchStock.max_quantity,
                    Product.name,
                )
                .join(Product, Product.id == BranchStock.product_id)
                .where(in_ids(BranchStock.id, ids[start : start + CHUNK]))
            )
            for row in db.session.execute(query):
                if _read(told[row.id]["after"]) != Known(*row[3:6]):
                    reasons.append(_("The levels of “%(name)s” were changed since.", name=row.name))
                wanted[row.branch_id, row.product_id] = WantedLevels(
                    row.product_id, *_read(told[row.id]["before"])
                )
        if reasons:
            raise CannotUndo(reasons[:MOST_REASONS])
        _set(wanted, work)


def _set(wanted: Mapping[Key, WantedLevels], work: Work) -> None:
    by_branch: dict[int, list[WantedLevels]] = {}
    for (branch_id, _product_id), level in sorted(wanted.items()):
        by_branch.setdefault(branch_id, []).append(level)
    for branch_id, levels in by_branch.items():
        for start in range(0, len(levels), MOST_LEVELS):
            part = levels[start : start + MOST_LEVELS]
            set_levels_of_branch(branch_id, part, actor=work.actor)
            work.step(len(part))


def _standing(keys: Iterable[Key]) -> dict[Key, tuple[int, Known]]:
    """The rows of these places with their levels."""
    wanted = set(keys)
    products = sorted({product_id for _branch_id, product_id in wanted})
    found: dict[Key, tuple[int, Known]] = {}
    for start in range(0, len(products), CHUNK):
        query = select(
            BranchStock.id,
            BranchStock.branch_id,
            BranchStock.product_id,
            BranchStock.min_quantity,
            BranchStock.reorder_point,
            BranchStock.max_quantity,
        ).where(in_ids(BranchStock.product_id, products[start : start + CHUNK]))
        for row in db.session.execute(query):
            if (row.branch_id, row.product_id) in wanted:
                found[row.branch_id, row.product_id] = (row.id, Known(*row[3:]))
    return found


def _read(levels: Sequence[str | None]) -> Known:
    least, point, most = (None if value is None else Decimal(value) for value in levels)
    return Known(least or NOTHING, point, most)
