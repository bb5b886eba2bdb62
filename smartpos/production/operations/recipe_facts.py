"""What a recipe is made of, as plain values: what pages and clients hand to the operations."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from smartpos.core.money import ZERO
from smartpos.production.models import BillOfMaterials, BomComponent

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class SubstituteLine:
    """What may be taken instead: ``ratio`` units of it for one unit of the component, each in its own unit."""

    product_id: int
    ratio: Decimal = ONE


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """A material: how much of it one unit of the product takes, or a whole batch (one of the two is given).

    In the unit ``unit_id``, or the component's own. ``scrap_factor`` is what is lost on the way: 0.05 is 5 %.
    """

    component_id: int
    quantity_per_unit: Decimal | None = None
    quantity_per_batch: Decimal | None = None
    unit_id: int | None = None
    scrap_factor: Decimal = ZERO
    operation_sequence: int | None = None
    operation_notes: str | None = None
    notes: str | None = None
    specifications: dict[str, Any] = field(default_factory=dict)
    substitutes: tuple[SubstituteLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ByProductLine:
    """What comes out besides; quantities as those of a component. ``cost_percent`` of all costs are its share."""

    product_id: int
    quantity_per_unit: Decimal | None = None
    quantity_per_batch: Decimal | None = None
    unit_id: int | None = None
    cost_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class BomDraft:
    """A recipe as it is written down. ``version`` None is the next one that is free, ``name`` None the product's.

    ``quantity`` is a batch, in the product's unit; costs and ``production_time_minutes`` are per batch.
    """

    product_id: int
    quantity: Decimal
    components: tuple[ComponentLine, ...]
    by_products: tuple[ByProductLine, ...] = ()
    version: str | None = None
    name: str | None = None
    description: str | None = None
    lead_time_days: int = 0
    setup_time_minutes: int = 0
    production_time_minutes: int = 0
    labor_cost: Decimal = ZERO
    overhead_cost: Decimal = ZERO
    machine_id: int | None = None
    qc_required: bool = False
    quality_standard: str | None = None
    instructions: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


PLAIN = (
    *("version", "name", "description", "lead_time_days", "setup_time_minutes", "production_time_minutes"),
    *("labor_cost", "overhead_cost", "machine_id", "qc_required", "quality_standard", "instructions"),
    *("valid_from", "valid_to"),
)
"""The facts that a draft and a row share by name."""


def draft_of(bom: BillOfMaterials) -> BomDraft:
    """A recipe as it would have to be written down to be the same; quantities in the products' own units.

    Saved again it is the same to the digit, because units in which lines are shown go along as they are kept.
    """
    return BomDraft(
        product_id=bom.product_id,
        quantity=bom.quantity,
        components=tuple(_component(part) for part in bom.components),
        by_products=tuple(
            ByProductLine(one.product_id, one.quantity_per_unit, cost_percent=one.cost_percent)
            for one in bom.by_products
        ),
        **{name: getattr(bom, name) for name in PLAIN},
    )


def _component(part: BomComponent) -> ComponentLine:
    # Units may have been told apart since; what is kept is the component's own all the same.
    factor = None if part.unit is None else part.unit.factor_to(part.component.unit)
    return ComponentLine(
        part.component_id,
        quantity_per_unit=part.quantity_per_unit / (factor or ONE),
        unit_id=part.unit_id if factor else None,
        scrap_factor=part.scrap_factor,
        operation_sequence=part.operation_sequence,
        operation_notes=part.operation_notes,
        notes=part.notes,
        specifications=dict(part.specifications),
        substitutes=tuple(SubstituteLine(one.product_id, one.ratio) for one in part.substitutes),
    )
