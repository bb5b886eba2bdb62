"""What lies in the branches on the first day, from a spreadsheet.

The sheet tells how much there was at the beginning, not how much is added: what opening balances have brought in
already is taken off, so the same sheet again moves nothing. Opening balances are documents of the ledger; taking an
import back posts their exact reversal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from smartpos.catalog.operations.importing import known_products, product_fields
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.imports import CannotUndo, Field, Importer, Line, Plan, Work
from smartpos.core.money import COST_LIMIT, QUANTITY_LIMIT
from smartpos.core.sheets import Cell, cell_as_date, cell_as_decimal, cell_as_text
from smartpos.stock.errors import NotEnoughStock
from smartpos.stock.imports.places import branch_field, branches_of
from smartpos.stock.models import (
    AdjustmentReason,
    Batch,
    InventoryMovement,
    MovementType,
    StockAdjustment,
)
from smartpos.stock.operations.adjustments import ADJUSTMENT_ORIGIN, MOST_LINES
from smartpos.stock.operations.ledger import Movement, prepare_movements
from smartpos.stock.operations.lots import Lot, check_number
from smartpos.stock.operations.writing import write_movements
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries.goods import is_tracked

CHUNK = 5000
# Branch, product, number of the lot.
Key = tuple[int, int, str | None]


@dataclass(slots=True)
class Steps:
    """Movements by branch."""

    by_branch: dict[int, list[Movement]] = field(default_factory=dict)


def read_lot(cell: Cell) -> str | None:
    """The number of a lot."""
    text = cell_as_text(cell)
    return None if text is None else check_number(text)


class OpeningStockImporter(Importer):
    """Opening balances by branch, product and lot."""

    key = "opening_stock"
    title = _l("Opening stock")
    lead = _l("What lies in the branches on the first day, with its cost, lots and expiry dates.")
    icon = "warehouse"
    permission = P.STOCK_ADJUST
    endpoint = "stock_adjustments.index_view"
    one_of = ("sku", "barcode")
    fields = (
        branch_field(),
        *product_fields(),
        Field(
            "quantity",
            _l("Quantity"),
            ("miqdor", "miqdori", "soni", "qoldiq", "количество", "кол-во", "остаток", "кол", "qty", "stock"),
            partial(cell_as_decimal, digits=3, limit=QUANTITY_LIMIT),
            "number",
            required=True,
            hint=_l("How much there was at the beginning, in the unit of the product."),
            example=120,
        ),
        Field(
            "unit_cost",
            _l("Unit cost"),
            (
                "tannarx",
                "tannarxi",
                "kirim narxi",
                "cost",
                "cost price",
                "себестоимость",
                "цена закупки",
                "закупочная цена",
            ),
            partial(cell_as_decimal, digits=4, limit=COST_LIMIT),
            "number",
            hint=_l("Left empty, the cost of the product."),
            example=18000,
            permission=CatalogPermission.COST_READ,
        ),
        Field(
            "lot",
            _l("Lot"),
            ("partiya", "partiya raqami", "партия", "номер партии", "серия", "batch", "lot number"),
            read_lot,
            hint=_l("For products of which lots are kept."),
            example="L-2026-11",
        ),
        Field(
            "expiration_date",
            _l("Expiry date"),
            ("yaroqlilik muddati", "muddati", "срок годности", "годен до", "expiry", "best before"),
            cell_as_date,
            "date",
            example=date(2027, 6, 30),
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Find out how much is still to come in for every row."""
        plan = Plan(steps=Steps())
        products = known_products(lines, work, ("type", "track_inventory", "track_batches", "cost_price"))
        branches = branches_of(lines, work)
        met: dict[Key, int] = {}
        rows: list[tuple[Line, Key]] = []
        for line in lines:
            branch_id = branches.get(line.number)
            product = products.get(line.number)
            if product is not None:
                self._check(line, product, work)
            if work.is_wrong(line) or product is None or branch_id is None:
                continue
            key = (branch_id, product["id"], line.get("lot"))
            if met.setdefault(key, line.number) != line.number:
                work.problem(line, "quantity", _("The same product is in row %(row)s already.", row=met[key]))
                continue
            rows.append((line, key))
        self._refuse_other_days(rows, work)
        opened = _opened({key[1] for _line, key in rows})
        for line, key in rows:
            there = opened.get(key, Decimal(0))
            missing = line.get("quantity") - there
            if missing < 0:
                work.problem(
                    line,
                    "quantity",
                    _(
                        "Opening balances have brought in %(there)s already. Correct it by a write-off.",
                        there=there,
                    ),
                )
            elif missing == 0:
                plan.same += 1
            else:
                plan.new, plan.changed = plan.new + (there == 0), plan.changed + (there != 0)
                cost = line.get("unit_cost")
                lot = Lot(key[2], line.get("expiration_date")) if key[2] else None
                plan.steps.by_branch.setdefault(key[0], []).append(
                    Movement(
                        key[1],
                        missing,
                        products[line.number]["cost_price"] if cost is None else cost,
                        MovementType.IN,
                        lot=lot,
                    )
                )
        return plan

    def _check(self, line: Line, product: Mapping[str, Any], work: Work) -> None:
        """What a row says about a product must be possible for it."""
        if not is_tracked(product["type"], product["track_inventory"]):
            work.problem(line, "quantity", _("No stock is kept of this product."))
        if line.get("quantity") is None and not work.is_wrong(line):
            work.problem(line, "quantity", _("This must not be empty."))
        if line.get("lot") and not product["track_batches"]:
            work.problem(line, "lot", _("No lots are kept of this product."))
        if line.get("expiration_date") and not line.get("lot"):
            work.problem(line, "expiration_date", _("An expiry date needs the number of its lot."))

    def _refuse_other_days(self, rows: Sequence[tuple[Line, Key]], work: Work) -> None:
        """A lot expires on one day, in the books and in all rows."""
        wanted = sorted({key[1] for _line, key in rows if key[2]})
        days: dict[tuple[int, str], date | None] = {}
        for start in range(0, len(wanted), CHUNK):
            for product_id, lot_number, day in db.session.execute(
                select(Batch.product_id, Batch.batch_number, Batch.expiration_date).where(
                    in_ids(Batch.product_id, wanted[start : start + CHUNK])
                )
            ):
                days[product_id, lot_number] = day
        for line, (_branch_id, product_id, lot) in rows:
            day = line.get("expiration_date")
            if lot and day:
                known = days.setdefault((product_id, lot), day) or day
                if known != day:
                    work.problem(
                        line, "expiration_date", _("This lot expires on %(day)s.", day=f"{known:%d.%m.%Y}")
                    )

    def write(self, plan: Plan, work: Work) -> None:
        """Post the balances, a thousand lines to a document."""
        for branch_id, movements in sorted(plan.steps.by_branch.items()):
            # Goods are locked in the order of their numbers, by whoever locks several.
            movements.sort(key=lambda movement: movement.product_id)
            for start in range(0, len(movements), MOST_LINES):
                part = movements[start : start + MOST_LINES]
                document = _post(branch_id, part, _("Import %(number)s", number=work.run_id), work)
                work.created("stock_adjustments", [document.id])
                work.step(2 * len(part))

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Post the exact reversal of every document. Raises CannotUndo when less is left than came in."""
        notes = _("Import taken back")
        for document_id, _none in changes.get("stock_adjustments", ()):
            rows = db.session.execute(
                select(
                    InventoryMovement.branch_id,
                    InventoryMovement.product_id,
                    InventoryMovement.quantity,
                    InventoryMovement.value,
                    InventoryMovement.batch_id,
                )
                .where(
                    InventoryMovement.origin_kind == ADJUSTMENT_ORIGIN,
                    InventoryMovement.origin_id == document_id,
                    InventoryMovement.quantity != 0,
                )
                .order_by(InventoryMovement.product_id, InventoryMovement.id)
            ).all()
            movements = [
                Movement(
                    row.product_id,
                    -row.quantity,
                    movement_type=MovementType.ADJUST,
                    value=-row.value,
                    batch_id=row.batch_id,
                    loose=row.batch_id is None,
                )
                for row in rows
            ]
            if not movements:
                continue
            try:
                _post(rows[0].branch_id, movements, notes, work)
            except NotEnoughStock as error:
                raise CannotUndo([str(error)]) from None
            work.step(1)


def _post(branch_id: int, movements: Sequence[Movement], notes: str, work: Work) -> StockAdjustment:
    prepared = prepare_movements(movements, branch_id=branch_id, allow_expired=True, actor=work.actor)
    document = StockAdjustment(
        branch_id=branch_id, reason=AdjustmentReason.OPENING, notes=notes, created_by=work.actor.user_id
    )
    db.session.add(document)
    db.session.flush()
    write_movements(prepared, origin_kind=ADJUSTMENT_ORIGIN, origin_id=document.id, actor=work.actor)
    return document


def _opened(product_ids: set[int]) -> dict[Key, Decimal]:
    """How much opening balances have brought in so far, reversals taken off."""
    wanted = sorted(product_ids)
    found: dict[Key, Decimal] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.execute(
            select(
                InventoryMovement.branch_id,
                InventoryMovement.product_id,
                Batch.batch_number,
                func.sum(InventoryMovement.quantity),
            )
            .join(
                StockAdjustment,
                (StockAdjustment.id == InventoryMovement.origin_id)
                & (InventoryMovement.origin_kind == ADJUSTMENT_ORIGIN),
            )
            .outerjoin(Batch, Batch.id == InventoryMovement.batch_id)
            .where(
                StockAdjustment.reason == AdjustmentReason.OPENING,
                in_ids(InventoryMovement.product_id, wanted[start : start + CHUNK]),
            )
            .group_by(InventoryMovement.branch_id, InventoryMovement.product_id, Batch.batch_number)
        )
        for branch_id, product_id, number, quantity in rows:
            found[branch_id, product_id, number] = quantity
    return found
