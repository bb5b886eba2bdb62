"""Prices from a spreadsheet: those of the default type become the products' own, others refine them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.imports.undoing import put_back, refuse, refuse_changed
from smartpos.catalog.models import Price, PriceType
from smartpos.catalog.operations import values
from smartpos.catalog.operations.importing import decimal, known_products, product_fields
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.imports import Field, Importer, Line, Plan, Work, delete_rows, insert_rows, update_rows
from smartpos.core.sheets import cell_as_date
from smartpos.identity.models import Branch

CHUNK = 5000
# Product, price type, branch, valid from: what there is one price for.
Key = tuple[int, int, int | None, datetime | None]


@dataclass(slots=True)
class Steps:
    """What ``write`` does."""

    own: list[tuple[Mapping[str, Any], Decimal]] = field(default_factory=list)
    new: list[tuple[Key, Decimal, datetime | None]] = field(default_factory=list)
    changed: list[tuple[int, Key, dict[str, Any], Decimal, datetime | None]] = field(default_factory=list)


class PriceImporter(Importer):
    """Prices by type, branch and period."""

    key = "prices"
    title = _l("Prices")
    lead = _l("Prices of products that exist, by price type, branch and period.")
    icon = "price"
    permission = P.PRICE_WRITE
    endpoint = "prices.index_view"
    one_of = ("sku", "barcode")
    fields = (
        *product_fields(),
        Field(
            "price_type",
            _l("Price type"),
            ("narx turi", "тип цены", "вид цены", "прайс", "price list"),
            hint=_l("Left empty, it is the price everybody pays."),
            example="",
        ),
        Field(
            "price",
            _l("Price"),
            ("new price", "narx", "narxi", "yangi narx", "цена", "новая цена", "сумма"),
            decimal(digits=2, limit=values.PRICE_LIMIT),
            "number",
            required=True,
            example=24500,
        ),
        Field(
            "branch",
            _l("Branch"),
            ("filial", "dokon", "doʻkon", "филиал", "магазин", "точка", "shop", "store"),
            hint=_l("Left empty, the price holds in all branches."),
        ),
        Field(
            "valid_from",
            _l("Valid from"),
            ("boshlanishi", "dan", "amal qiladi", "действует с", "дата начала", "с даты", "from"),
            cell_as_date,
            "date",
            hint=_l("The first day of the price."),
        ),
        Field(
            "valid_to",
            _l("Valid until"),
            ("tugashi", "gacha", "действует до", "дата окончания", "по дату", "until", "to"),
            cell_as_date,
            "date",
            hint=_l("The last day of the price."),
        ),
    )

    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Find the product, type, branch and period of every row, and the price that holds there."""
        plan = Plan(steps=Steps())
        usual = db.session.scalars(select(PriceType).where(PriceType.is_default)).one_or_none()
        products = known_products(lines, work, ("price",))
        rows = self._read(lines, products, usual, work)
        there = _prices({key[0] for _line, key, _end in rows})
        for line, key, end in rows:
            product, price = products[line.number], line.get("price")
            if usual is not None and key[1:] == (usual.id, None, None) and end is None:
                changes = product["price"] != price
                if changes:
                    plan.steps.own.append((product, price))
            elif key in there:
                row_id, old = there[key]
                changes = old != {"price": price, "valid_to": end}
                if changes:
                    plan.steps.changed.append((row_id, key, old, price, end))
            else:
                plan.steps.new.append((key, price, end))
                plan.new += 1
                continue
            plan.changed += changes
            plan.same += not changes
        return plan

    def _read(
        self,
        lines: Sequence[Line],
        products: Mapping[int, Mapping[str, Any]],
        usual: PriceType | None,
        work: Work,
    ) -> list[tuple[Line, Key, datetime | None]]:
        """What each good line prices, and until when; what is wrong is marked."""
        types = {row.name.casefold(): row for row in db.session.scalars(select(PriceType))}
        branches = {
            row.name.casefold(): row.id
            for row in db.session.scalars(
                select(Branch).where(Branch.deleted_at.is_(None), Branch.choosable())
            )
        }
        zone = work.actor.organization.zone
        met: dict[Key, int] = {}
        rows: list[tuple[Line, Key, datetime | None]] = []
        for line in lines:
            name, place = line.get("price_type"), line.get("branch")
            kind = types.get(name.casefold()) if name else usual
            if kind is None:
                work.problem(line, "price_type", _("There is no price type of this name."))
            branch_id = branches.get(place.casefold()) if place else None
            if place and branch_id is None:
                work.problem(line, "branch", _("There is no branch of this name."))
            first, last = line.get("valid_from"), line.get("valid_to")
            if first and last and last < first:
                work.problem(line, "valid_to", _("A price must end after it begins."))
            if line.get("price") is None and not work.is_wrong(line):
                work.problem(line, "price", _("This must not be empty."))
            if work.is_wrong(line) or kind is None:
                continue
            key = (products[line.number]["id"], kind.id, branch_id, _midnight(first, zone))
            if met.setdefault(key, line.number) != line.number:
                work.problem(line, "price", _("The same price is in row %(row)s already.", row=met[key]))
                continue
            rows.append((line, key, _midnight(last + timedelta(days=1), zone) if last else None))
        return rows

    def write(self, plan: Plan, work: Work) -> None:
        """Write the prices; every product of theirs counts as changed, so that open tills learn of it."""
        steps: Steps = plan.steps
        own = {product["id"]: product for product, _price in steps.own}
        refined = {key[0] for key, *_rest in steps.new} | {key[0] for _id, key, *_rest in steps.changed}
        work.changed("products", [(row_id, {"price": product["price"]}) for row_id, product in own.items()])
        work.changed("products", [(row_id, {}) for row_id in sorted(refined - own.keys())])
        for start in range(0, len(steps.own), CHUNK):
            part = steps.own[start : start + CHUNK]
            update_rows(
                "products",
                [product["id"] for product, _price in part],
                {"price": [price for _product, price in part]},
            )
            work.step(len(part))
        for start in range(0, len(steps.new), CHUNK):
            chunk = steps.new[start : start + CHUNK]
            made = insert_rows(
                "prices",
                {
                    "product_id": [key[0] for key, _price, _end in chunk],
                    "price_type_id": [key[1] for key, _price, _end in chunk],
                    "branch_id": [key[2] for key, _price, _end in chunk],
                    "valid_from": [key[3] for key, _price, _end in chunk],
                    "price": [price for _key, price, _end in chunk],
                    "valid_to": [end for _key, _price, end in chunk],
                    "created_by": [work.actor.user_id] * len(chunk),
                    "created_at": [work.moment] * len(chunk),
                },
            )
            work.created("prices", [row_id for (row_id,) in made])
            work.step(len(chunk))
        work.changed("prices", [(row_id, old) for row_id, _key, old, _price, _end in steps.changed])
        update_rows(
            "prices",
            [row_id for row_id, *_rest in steps.changed],
            {
                "price": [price for *_rest, price, _end in steps.changed],
                "valid_to": [end for *_rest, end in steps.changed],
            },
        )
        touched = sorted(refined | own.keys())
        update_rows("products", touched, {"updated_at": [work.moment] * len(touched)})

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Put the prices back, unless anybody has priced or changed these products since."""
        before = {row_id: old or {} for row_id, old in changes.get("products", ())}
        refuse_changed(before.keys(), work)
        prices = changes.get("prices", ())
        made = [row_id for row_id, old in prices if old is None]
        old_ones = [(row_id, old) for row_id, old in prices if old is not None]
        ids = [row_id for row_id, _old in prices]
        there = sum(
            len(
                db.session.scalars(select(Price.id).where(in_ids(Price.id, ids[start : start + CHUNK]))).all()
            )
            for start in range(0, len(ids), CHUNK)
        )
        if there < len(ids):
            refuse([_("Some of the prices were removed since.")])
        delete_rows("prices", made)
        update_rows(
            "prices",
            [row_id for row_id, _old in old_ones],
            {
                "price": [Decimal(old["price"]) for _row_id, old in old_ones],
                "valid_to": [
                    datetime.fromisoformat(old["valid_to"]) if old["valid_to"] else None
                    for _row_id, old in old_ones
                ],
            },
        )
        put_back(before, work)


def _midnight(day: date | None, zone: Any) -> datetime | None:
    """The beginning of a business day."""
    return None if day is None else datetime.combine(day, time(), zone)


def _prices(product_ids: set[int]) -> dict[Key, tuple[int, dict[str, Any]]]:
    """The special prices of products: id and what may change of them."""
    wanted = sorted(product_ids)
    found: dict[Key, tuple[int, dict[str, Any]]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.execute(
            select(
                Price.id,
                Price.product_id,
                Price.price_type_id,
                Price.branch_id,
                Price.valid_from,
                Price.price,
                Price.valid_to,
            ).where(in_ids(Price.product_id, wanted[start : start + CHUNK]))
        )
        for row_id, product_id, type_id, branch_id, valid_from, price, valid_to in rows:
            found[product_id, type_id, branch_id, valid_from] = (
                row_id,
                {"price": price, "valid_to": valid_to},
            )
    return found
