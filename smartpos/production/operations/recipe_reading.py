"""Reading a recipe: every value is checked here, whatever edge it came through, and quantities are converted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Product, ProductStatus, ProductType, Unit
from smartpos.catalog.operations import values
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.fields import LARGEST_ID
from smartpos.core.money import HUNDRED, QUANTITY_LIMIT, ZERO
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.production.errors import MachineNotFound, UnitsDoNotConvert
from smartpos.production.models import (
    BillOfMaterials,
    BomByProduct,
    BomComponent,
    BomSubstitute,
    Machine,
)
from smartpos.production.operations.recipe_facts import BomDraft, ByProductLine, ComponentLine
from smartpos.purchasing.operations.reckoning import check_day
from smartpos.stock.errors import UnknownGoods

MOST_COMPONENTS = 1000
MOST_BY_PRODUCTS = 50
MOST_SUBSTITUTES = 20
MOST_MINUTES = 60 * 24 * 365
MOST_DAYS = 3650
# What a batch costs stays far within what its column holds, and so does what it is made of.
COST_LIMIT = Decimal("999999999999.99")
PER_UNIT_LIMIT = Decimal(99_999_999)
PER_UNIT_STEP = Decimal("0.000001")
SCRAP_STEP = Decimal("0.0001")
NEVER_MADE = frozenset({ProductType.SERVICE, ProductType.BUNDLE, ProductType.DIGITAL})
ARCHIVED = frozenset({ProductStatus.INACTIVE, ProductStatus.DISCONTINUED})


@dataclass(frozen=True, slots=True)
class _Goods:
    id: int
    name: str
    kind: ProductType
    status: ProductStatus
    unit_id: int
    workspace_id: int | None


def fill(bom: BillOfMaterials, draft: BomDraft, *, actor: Actor) -> None:
    """Write a draft's facts into a recipe that has no lines yet; its version is the caller's.

    Raises Invalid, BadField, UnknownGoods, UnitsDoNotConvert, MachineNotFound.
    """
    _check_size(draft)
    goods = _goods(draft)
    product = goods[draft.product_id]
    units = _units(draft, goods)
    _check_product(product)
    bom.product_id, bom.workspace_id = product.id, product.workspace_id
    bom.quantity = _batch(draft.quantity, units[product.unit_id])
    bom.version = values.text(draft.version, "version", longest=20) or bom.version
    bom.name = values.text(draft.name, "name", longest=255) or product.name[:255]
    bom.description = values.prose(draft.description, "description")
    bom.quality_standard = values.prose(draft.quality_standard, "quality_standard")
    bom.instructions = values.prose(draft.instructions, "instructions")
    bom.lead_time_days = _whole(draft.lead_time_days, "lead_time_days", MOST_DAYS)
    bom.setup_time_minutes = _whole(draft.setup_time_minutes, "setup_time_minutes", MOST_MINUTES)
    bom.production_time_minutes = _whole(
        draft.production_time_minutes, "production_time_minutes", MOST_MINUTES
    )
    bom.labor_cost = _cost(draft.labor_cost, "labor_cost")
    bom.overhead_cost = _cost(draft.overhead_cost, "overhead_cost")
    bom.machine_id = _machine(draft.machine_id)
    bom.qc_required = bool(draft.qc_required)
    for day, field in ((draft.valid_from, "valid_from"), (draft.valid_to, "valid_to")):
        check_day(day, field)
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise BadField("valid_to", _("The last day is before the first one."))
    bom.valid_from, bom.valid_to = draft.valid_from, draft.valid_to
    _refuse_other_units(draft, goods, units)
    with db.session.no_autoflush:
        bom.components.extend(_components(draft, bom.quantity, goods, units))
        bom.by_products.extend(_by_products(draft, bom.quantity, goods, units))


def _check_size(draft: BomDraft) -> None:
    if not draft.components:
        sentence = _("A recipe needs at least one component.")
        raise Invalid(sentence, errors={"components": [sentence]})
    for lines, field, most in (
        (draft.components, "components", MOST_COMPONENTS),
        (draft.by_products, "by_products", MOST_BY_PRODUCTS),
        *(
            (line.substitutes, f"components.{place}.substitutes", MOST_SUBSTITUTES)
            for place, line in enumerate(draft.components)
        ),
    ):
        if len(lines) > most:
            raise BadField(field, _("At most %(most)s entries fit here.", most=most))


def _goods(draft: BomDraft) -> dict[int, _Goods]:
    wanted = {draft.product_id, *(line.component_id for line in draft.components)}
    wanted |= {one.product_id for line in draft.components for one in line.substitutes}
    wanted |= {line.product_id for line in draft.by_products}
    query = select(
        Product.id, Product.name, Product.type, Product.status, Product.unit_id, Product.workspace_id
    ).where(
        in_ids(Product.id, sorted(number for number in wanted if 0 < number <= LARGEST_ID)),
        Product.deleted_at.is_(None),
    )
    with db.session.no_autoflush:
        found = {row.id: _Goods(*row) for row in db.session.execute(query)}
    missing = sorted(wanted - found.keys())
    if missing:
        raise UnknownGoods(missing)
    return found


def _units(draft: BomDraft, goods: Mapping[int, _Goods]) -> dict[int, Unit]:
    lines: list[ComponentLine | ByProductLine] = [*draft.components, *draft.by_products]
    asked = {line.unit_id for line in lines if line.unit_id is not None}
    wanted = {item.unit_id for item in goods.values()} | asked
    query = select(Unit).where(
        in_ids(Unit.id, sorted(number for number in wanted if 0 < number <= LARGEST_ID))
    )
    with db.session.no_autoflush:
        found = {unit.id: unit for unit in db.session.scalars(query)}
    for at, line in enumerate(lines):
        if line.unit_id is not None and line.unit_id not in found:
            place = at - len(draft.components)
            where = f"components.{at}" if place < 0 else f"by_products.{place}"
            raise BadField(f"{where}.unit_id", _("This choice does not exist."))
    return found


def _check_product(product: _Goods) -> None:
    if product.kind in NEVER_MADE:
        raise BadField("product_id", _("Services and bundles are not produced: %(name)s", name=product.name))
    if product.status in ARCHIVED:
        raise BadField("product_id", _("%(name)s is archived.", name=product.name))


def _check_material(product: _Goods, field: str) -> None:
    if product.kind in (ProductType.BUNDLE, ProductType.DIGITAL):
        raise BadField(field, _("%(name)s is a bundle or digital; nothing is made of it.", name=product.name))
    if product.status is ProductStatus.DISCONTINUED:
        raise BadField(field, _("%(name)s is archived.", name=product.name))


def _batch(quantity: Decimal, unit: Unit) -> Decimal:
    number = values.number(quantity, "quantity", digits=3, limit=QUANTITY_LIMIT, needed=True, positive=True)
    if number is None or number != round(number, unit.digits):
        raise BadField(
            "quantity",
            _("The product is counted in %(unit)s and cannot be divided so finely.", unit=unit.name),
        )
    return number


def _whole(number: Any, field: str, most: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
        raise BadField(field, _("This must be a whole number from 0 to %(most)s.", most=most))
    return number


def _cost(amount: Decimal, field: str) -> Decimal:
    return values.number(amount, field, digits=2, limit=COST_LIMIT) or ZERO


def _machine(machine_id: int | None) -> int | None:
    if machine_id is None:
        return None
    query = select(Machine.id).where(Machine.id == machine_id, Machine.deleted_at.is_(None))
    with db.session.no_autoflush:
        found = db.session.scalar(query) if 0 < machine_id <= LARGEST_ID else None
    if found is None:
        raise MachineNotFound
    return found


def _refuse_other_units(draft: BomDraft, goods: Mapping[int, _Goods], units: Mapping[int, Unit]) -> None:
    wrong = []
    asked = [(line.component_id, line.unit_id) for line in draft.components]
    asked += [(line.product_id, line.unit_id) for line in draft.by_products]
    for product_id, unit_id in asked:
        own = units[goods[product_id].unit_id]
        if unit_id is not None and units[unit_id].factor_to(own) is None:
            wrong.append(
                {
                    "product_id": product_id,
                    "name": goods[product_id].name,
                    "unit": units[unit_id].name,
                    "own_unit": own.name,
                }
            )
    if wrong:
        raise UnitsDoNotConvert(wrong)


def _components(
    draft: BomDraft, batch: Decimal, goods: Mapping[int, _Goods], units: Mapping[int, Unit]
) -> list[BomComponent]:
    _refuse_twice([line.component_id for line in draft.components], "components", "component_id", goods)
    rows = []
    for place, line in enumerate(draft.components):
        where = f"components.{place}"
        _check_material(goods[line.component_id], f"{where}.component_id")
        scrap = line.scrap_factor
        if not scrap.is_finite() or not 0 <= scrap <= 1:
            raise BadField(f"{where}.scrap_factor", _("What is lost on the way is from 0 to 100 per cent."))
        step = line.operation_sequence
        row = BomComponent(
            component_id=line.component_id,
            sequence_number=place + 1,
            quantity_per_unit=_per_unit(line, batch, goods[line.component_id], units, where),
            unit_id=line.unit_id,
            scrap_factor=scrap.quantize(SCRAP_STEP, ROUND_HALF_UP),
            operation_sequence=None if step is None else _whole(step, f"{where}.operation_sequence", 1000),
            operation_notes=values.prose(line.operation_notes, f"{where}.operation_notes", longest=1000),
            notes=values.prose(line.notes, f"{where}.notes", longest=1000),
            specifications=dict(line.specifications),
        )
        row.substitutes.extend(_substitutes(line, draft.product_id, goods, where))
        rows.append(row)
    return rows


def _substitutes(
    line: ComponentLine, product_id: int, goods: Mapping[int, _Goods], where: str
) -> list[BomSubstitute]:
    ids = [one.product_id for one in line.substitutes]
    if {product_id, line.component_id} & set(ids):
        raise BadField(f"{where}.substitutes", _("A substitute is another product."))
    _refuse_twice(ids, f"{where}.substitutes", "product_id", goods)
    rows = []
    for place, one in enumerate(line.substitutes):
        here = f"{where}.substitutes.{place}"
        _check_material(goods[one.product_id], f"{here}.product_id")
        ratio = values.number(
            one.ratio, f"{here}.ratio", digits=6, limit=Decimal(99_999), needed=True, positive=True
        )
        rows.append(BomSubstitute(product_id=one.product_id, ratio=ratio))
    return rows


def _by_products(
    draft: BomDraft, batch: Decimal, goods: Mapping[int, _Goods], units: Mapping[int, Unit]
) -> list[BomByProduct]:
    ids = [line.product_id for line in draft.by_products]
    if draft.product_id in ids:
        raise BadField("by_products", _("A by-product is another product."))
    _refuse_twice(ids, "by_products", "product_id", goods)
    rows = []
    together = ZERO
    for place, line in enumerate(draft.by_products):
        where = f"by_products.{place}"
        item = goods[line.product_id]
        if item.kind in NEVER_MADE:
            raise BadField(
                f"{where}.product_id", _("Services and bundles are not produced: %(name)s", name=item.name)
            )
        _check_material(item, f"{where}.product_id")
        percent = values.number(line.cost_percent, f"{where}.cost_percent", digits=2, limit=HUNDRED) or ZERO
        together += percent
        rows.append(
            BomByProduct(
                product_id=line.product_id,
                quantity_per_unit=_per_unit(line, batch, item, units, where),
                cost_percent=percent,
            )
        )
    if together > HUNDRED:
        raise BadField("by_products", _("By-products cannot carry more than all of the costs."))
    return rows


def _refuse_twice(ids: Sequence[int], where: str, field: str, goods: Mapping[int, _Goods]) -> None:
    seen: set[int] = set()
    for place, product_id in enumerate(ids):
        if product_id in seen:
            name = goods[product_id].name
            raise BadField(f"{where}.{place}.{field}", _("%(name)s stands here twice.", name=name))
        seen.add(product_id)


def _per_unit(
    line: ComponentLine | ByProductLine,
    batch: Decimal,
    item: _Goods,
    units: Mapping[int, Unit],
    where: str,
) -> Decimal:
    """How much of it goes with one unit of the product, in its own unit, to six digits."""
    field = "quantity_per_unit" if line.quantity_per_batch is None else "quantity_per_batch"
    given = getattr(line, field)
    if given is None or not given.is_finite() or given <= 0:
        raise BadField(f"{where}.{field}", _("This must be more than zero."))
    factor = Decimal(1)
    if line.unit_id is not None:
        factor = units[line.unit_id].factor_to(units[item.unit_id]) or factor
    amount = given * factor / (batch if line.quantity_per_batch is not None else 1)
    if amount > PER_UNIT_LIMIT:
        raise BadField(f"{where}.{field}", _("This quantity is too large."))
    rounded: Decimal = amount.quantize(PER_UNIT_STEP, ROUND_HALF_UP)
    if rounded == 0:
        raise BadField(f"{where}.{field}", _("This quantity is too small to be counted."))
    return rounded
