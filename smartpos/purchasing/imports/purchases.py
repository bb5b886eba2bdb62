"""Purchases from a spreadsheet: rows with the same supplier and number are the lines of one draft.

A document is found again by its supplier, its number and its year, since numbers begin anew with the year: one that is
there already is left alone. Drafts touch neither stock nor money; somebody looks at them and confirms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.models import Unit
from smartpos.catalog.operations import values
from smartpos.catalog.operations.importing import known_products, product_fields
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.imports import CannotUndo, Field, Importer, Line, Plan, Work
from smartpos.core.money import COST_LIMIT, HUNDRED, QUANTITY_LIMIT
from smartpos.core.sheets import Cell, cell_as_date, cell_as_decimal, cell_as_text
from smartpos.crm.models import Supplier
from smartpos.identity.models import Branch
from smartpos.purchasing.models import Purchase, PurchaseFile, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.drafting import cancel_purchase, draft_purchase
from smartpos.purchasing.operations.facts import MOST_LINES, PurchaseFacts, PurchaseLine
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.stock.operations.lots import check_number

# Branch, supplier, number of the document, its year.
Key = tuple[int, int, str, int]
MOST_DOCUMENTS = 500


@dataclass(slots=True)
class Draft:
    """A purchase to be."""

    day: date | None = None
    lines: list[PurchaseLine] = field(default_factory=list)


def read_number(cell: Cell) -> str | None:
    """The number of an invoice."""
    found: str | None = values.text(cell_as_text(cell), "document_number", longest=100)
    return found


def read_lot(cell: Cell) -> str | None:
    """The number of a lot."""
    text = cell_as_text(cell)
    return None if text is None else check_number(text)


class PurchaseImporter(Importer):
    """Suppliers' invoices, as drafts."""

    key = "purchases"
    title = _l("Purchases")
    lead = _l("Suppliers' invoices become drafts; rows of one supplier and number are one document.")
    icon = "receipt"
    permission = P.PURCHASE_WRITE
    endpoint = "purchases.index_view"
    one_of = ("sku", "barcode")
    fields = (
        Field(
            "supplier",
            _l("Supplier"),
            ("yetkazib beruvchi", "taʼminotchi", "поставщик", "контрагент"),
            required=True,
            example="Bahor Savdo MChJ",
        ),
        Field(
            "document_number",
            _l("Document number"),
            (
                "hujjat raqami",
                "faktura raqami",
                "faktura",
                "накладная",
                "номер накладной",
                "номер документа",
                "invoice",
            ),
            read_number,
            required=True,
            hint=_l("A document with this number of the same supplier and year is not entered twice."),
            example="A-1042",
        ),
        Field(
            "document_date",
            _l("Document date"),
            ("hujjat sanasi", "sana", "sanasi", "дата документа", "дата", "date"),
            cell_as_date,
            "date",
        ),
        Field(
            "branch",
            _l("Branch"),
            ("filial", "dokon", "doʻkon", "ombor", "филиал", "магазин", "склад"),
            hint=_l("Left empty, your own branch."),
        ),
        *product_fields(),
        Field(
            "quantity",
            _l("Quantity"),
            ("miqdor", "miqdori", "soni", "количество", "кол-во", "кол", "qty"),
            partial(cell_as_decimal, digits=3, limit=QUANTITY_LIMIT),
            "number",
            required=True,
            example=24,
        ),
        Field(
            "price",
            _l("Purchase price"),
            ("price", "cost", "narx", "narxi", "kirim narxi", "цена", "цена закупки", "закупочная цена"),
            partial(cell_as_decimal, digits=4, limit=COST_LIMIT),
            "number",
            required=True,
            hint=_l("Of one unit, VAT included."),
            example=18000,
        ),
        Field(
            "discount_percent",
            _l("Discount, %"),
            ("chegirma", "скидка", "скидка %", "discount"),
            partial(cell_as_decimal, digits=2, limit=HUNDRED),
            "number",
        ),
        Field("lot", _l("Lot"), ("partiya", "партия", "серия", "batch"), read_lot),
        Field(
            "expiration_date",
            _l("Expiry date"),
            ("yaroqlilik muddati", "muddati", "срок годности", "годен до", "expiry"),
            cell_as_date,
            "date",
        ),
        Field(
            "sale_price",
            _l("Sale price"),
            ("sotuv narxi", "sotish narxi", "цена продажи", "розничная цена"),
            partial(cell_as_decimal, digits=2, limit=values.PRICE_LIMIT),
            "number",
            hint=_l("Set when the purchase is confirmed."),
            permission=CatalogPermission.PRICE_WRITE,
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Gather the rows into documents."""
        products = known_products(lines, work, ("unit_id",), changes=False)
        digits: dict[int, int] = {row.id: row.digits for row in db.session.scalars(select(Unit))}
        keys = self._keys(lines, work)
        there = _entered(set(keys.values()))
        drafts: dict[Key, Draft] = {}
        plan = Plan(steps=drafts)
        for line in lines:
            product = products.get(line.number)
            if product is not None:
                self._check(line, digits.get(product["unit_id"], 0), work)
            if work.is_wrong(line) or product is None:
                continue
            key = keys[line.number]
            if key[1:] in there:
                plan.same += 1
                continue
            if key not in drafts and len(drafts) == MOST_DOCUMENTS:
                work.problem(
                    line,
                    "document_number",
                    _(
                        "At most %(most)s documents fit into one file. Put the rest into another.",
                        most=MOST_DOCUMENTS,
                    ),
                )
                continue
            draft = drafts.setdefault(key, Draft())
            day = line.get("document_date")
            if day and draft.day and day != draft.day:
                work.problem(line, "document_date", _("Another row of this document has another date."))
            if len(draft.lines) == MOST_LINES:
                work.problem(
                    line,
                    "document_number",
                    _("At most %(most)s lines fit into one document.", most=MOST_LINES),
                )
                continue
            draft.day = draft.day or day
            draft.lines.append(_line(line, product))
            plan.new += 1
        return plan

    def _keys(self, lines: Sequence[Line], work: Work) -> dict[int, Key]:
        """The document of each line, by the line's number; what is missing is marked."""
        suppliers = {
            row.name.casefold(): row.id
            for row in db.session.scalars(select(Supplier).where(Supplier.deleted_at.is_(None)))
        }
        branches = {
            row.name.casefold(): row.id
            for row in db.session.scalars(
                select(Branch).where(Branch.deleted_at.is_(None), Branch.choosable())
            )
        }
        own = work.actor.default_branch_id if work.actor.default_branch_id in branches.values() else None
        if own is None and len(branches) == 1:
            own = next(iter(branches.values()))
        found: dict[int, tuple[int, int, str]] = {}
        for line in lines:
            name, place, number = line.get("supplier"), line.get("branch"), line.get("document_number")
            supplier_id = suppliers.get(name.casefold()) if name else None
            if supplier_id is None:
                work.problem(line, "supplier", _("There is no supplier of this name."))
            branch_id = branches.get(place.casefold()) if place else own
            if branch_id is None:
                work.problem(
                    line, "branch", _("There is no branch of this name.") if place else _("Name the branch.")
                )
            if not number and not work.is_wrong(line):
                work.problem(line, "document_number", _("This must not be empty."))
            if supplier_id is not None and branch_id is not None and number:
                found[line.number] = (branch_id, supplier_id, number)
        return _with_years(lines, found, work)

    def _check(self, line: Line, digits: int, work: Work) -> None:
        quantity, price = line.get("quantity"), line.get("price")
        for name, value in (("quantity", quantity), ("price", price)):
            if value is None and not work.is_wrong(line):
                work.problem(line, name, _("This must not be empty."))
        if quantity is not None and quantity == 0:
            work.problem(line, "quantity", _("This must be more than zero."))
        elif quantity is not None and quantity != round(quantity, digits):
            work.problem(line, "quantity", _("This product cannot be divided so finely."))
        day = line.get("expiration_date")
        if day and day < work.actor.organization.today:
            work.problem(line, "expiration_date", _("This has expired already."))
        if day and not line.get("lot"):
            work.problem(line, "expiration_date", _("An expiry date needs the number of its lot."))

    def write(self, plan: Plan, work: Work) -> None:
        """Enter the drafts."""
        for (branch_id, supplier_id, number, _year), draft in plan.steps.items():
            facts = PurchaseFacts(
                branch_id,
                tuple(draft.lines),
                supplier_id=supplier_id,
                document_number=number,
                document_date=draft.day,
                notes=_("Import %(number)s", number=work.run_id),
            )
            purchase = draft_purchase(facts, actor=work.actor)
            work.created("purchases", [purchase.id])
            work.step(2 * len(draft.lines))

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Cancel the drafts. Raises CannotUndo when one of them has gone further, or somebody has worked on it."""
        ids = [row_id for row_id, _none in changes.get("purchases", ())]
        # Locked before they are looked at, so that nobody changes one meanwhile.
        found = db.session.scalars(
            select(Purchase)
            .where(Purchase.id.in_(ids))
            .order_by(Purchase.id)
            .with_for_update(of=Purchase, key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        gone = [row for row in found if row.status not in (PurchaseStatus.DRAFT, PurchaseStatus.CANCELLED)]
        if gone:
            raise CannotUndo(
                [_("The purchase %(number)s is no draft any more.", number=row.number) for row in gone]
            )
        with_files = set(
            db.session.scalars(select(PurchaseFile.purchase_id).where(PurchaseFile.purchase_id.in_(ids)))
        )
        worked_on = [
            row
            for row in found
            if row.status is PurchaseStatus.DRAFT
            and (row.updated_at > row.created_at or row.id in with_files)
        ]
        if worked_on:
            raise CannotUndo(
                [
                    _("Somebody has worked on the purchase %(number)s since.", number=row.number)
                    for row in worked_on
                ]
            )
        for row in found:
            if row.status is PurchaseStatus.DRAFT:
                cancel_purchase(row.id, reason=_("Import taken back"), actor=work.actor)
            work.step(1)


def _line(line: Line, product: Mapping[str, Any]) -> PurchaseLine:
    return PurchaseLine(
        quantity=line.get("quantity"),
        price=line.get("price"),
        product_id=product["id"],
        discount_percent=line.get("discount_percent") or Decimal(0),
        batch_number=line.get("lot"),
        expiration_date=line.get("expiration_date"),
        sale_price=line.get("sale_price"),
    )


def _with_years(
    lines: Sequence[Line], keys: Mapping[int, tuple[int, int, str]], work: Work
) -> dict[int, Key]:
    """The keys with the year of each document. A row without a date is of the document above it, or of the first one
    that has a date; a document without any is entered as of today."""
    years: dict[tuple[int, int, str], int] = {}
    for line in lines:
        day = line.get("document_date")
        if line.number in keys and day:
            years.setdefault(keys[line.number], day.year)
    this_year = work.actor.organization.today.year
    found = {}
    for line in lines:
        if line.number in keys:
            key, day = keys[line.number], line.get("document_date")
            year = years[key] = day.year if day else years.get(key, this_year)
            found[line.number] = (*key, year)
    return found


def _entered(keys: set[Key]) -> set[tuple[int | None, str | None, int]]:
    """Which documents are there already, by supplier, number and year; cancelled ones are not."""
    rows = db.session.execute(
        select(Purchase.supplier_id, Purchase.document_number, Purchase.document_date).where(
            Purchase.type == PurchaseType.PURCHASE,
            Purchase.status != PurchaseStatus.CANCELLED,
            Purchase.supplier_id.in_({key[1] for key in keys}),
            Purchase.document_number.in_({key[2] for key in keys}),
        )
    )
    return {(supplier_id, number, day.year) for supplier_id, number, day in rows}
