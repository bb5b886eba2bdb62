"""What a completion consumes of which material, and the rows that keep it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm.attributes import set_committed_value

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import array, send
from smartpos.production.models import (
    OutputKind,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionOutput,
)
from smartpos.production.yielding import Yield, in_proportion

NOTHING = Decimal("0.000")
WORTHLESS = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class Use:
    """So much of a material goes out; ``standard`` is what the order's plan asks for, for what was made."""

    product_id: int
    quantity: Decimal
    standard: Decimal = NOTHING


def expected_uses(
    order: ProductionOrder,
    materials: Sequence[ProductionMaterial],
    made: Decimal,
    named: Mapping[int, Decimal],
) -> list[Use]:
    """What goes out for so much made: what is ``named``, and of all else what the plan says.

    The completion that fills the order takes what is left of the plan, so that nothing is lost by rounding; one that
    makes more than planned takes more in proportion. Raises ProductionTooLarge.
    """
    together = order.quantity_produced + made
    fills = together >= order.quantity_to_produce
    uses = []
    for material in materials:
        planned = material.planned_quantity
        asked = in_proportion(planned, made, order.quantity_to_produce)
        usual = asked
        if fills:
            whole = in_proportion(planned, together, order.quantity_to_produce)
            usual = max(whole - material.used_quantity, NOTHING)
        quantity = named.get(material.product_id, usual)
        if quantity or asked:
            uses.append(Use(material.product_id, quantity, asked))
    own = {material.product_id for material in materials}
    uses += [
        Use(product_id, quantity)
        for product_id, quantity in named.items()
        if product_id not in own and quantity
    ]
    return uses


# What was used of something that the order did not have becomes a material of it of which nothing was planned.
_KEEP_USES = """
WITH used AS (
    SELECT * FROM unnest(%(product_ids)s::bigint[], %(quantities)s::numeric[], %(standards)s::numeric[],
                         %(values)s::numeric[]) WITH ORDINALITY
      AS new (product_id, quantity, standard, value, place)
), kept AS (
    INSERT INTO production_uses (organization_id, completion_id, product_id, quantity, standard_quantity, value)
    SELECT %(organization_id)s, %(completion_id)s, product_id, quantity, standard, value FROM used ORDER BY place
)
INSERT INTO production_materials AS known (organization_id, order_id, position, product_id, planned_quantity,
                                           used_quantity, unit_cost)
SELECT %(organization_id)s, %(order_id)s, %(last_position)s + place, product_id, 0, quantity,
       round(value / quantity, 4)
FROM used WHERE quantity > 0 ORDER BY place
ON CONFLICT (organization_id, order_id, product_id)
DO UPDATE SET used_quantity = known.used_quantity + excluded.used_quantity
"""


def keep_uses(
    order: ProductionOrder,
    completion: ProductionCompletion,
    materials: Sequence[ProductionMaterial],
    uses: Sequence[Use],
    values: Mapping[int, Decimal],
) -> None:
    """Write down what a completion has consumed, and count it at the order's materials; one statement."""
    if not uses:
        return
    parameters = {
        "organization_id": current_organization_id(),
        "completion_id": completion.id,
        "order_id": order.id,
        "product_ids": array(use.product_id for use in uses),
        "quantities": array(use.quantity for use in uses),
        "standards": array(use.standard for use in uses),
        "values": array(values.get(use.product_id, WORTHLESS) for use in uses),
        "last_position": max((material.position for material in materials), default=0),
    }
    send(_KEEP_USES, parameters)
    # The statement went past the ORM; a material that somebody has loaded must not answer with its old figures.
    used = {use.product_id: use.quantity for use in uses}
    for material in materials:
        more = used.get(material.product_id, NOTHING)
        set_committed_value(material, "used_quantity", material.used_quantity + more)
    db.session.expire(order, ["materials"])


def keep_outputs(completion: ProductionCompletion, yielded: Yield, lots: Mapping[int, int | None]) -> None:
    """Write down what a completion has yielded, with the lots that it joined."""

    def add(kind: OutputKind, product_id: int, quantity: Decimal, value: Decimal) -> None:
        db.session.add(
            ProductionOutput(
                completion_id=completion.id,
                kind=kind,
                product_id=product_id,
                batch_id=None if kind is OutputKind.SCRAP else lots.get(product_id),
                quantity=quantity,
                value=value,
            )
        )

    if completion.quantity > 0:
        add(OutputKind.PRODUCT, completion.product_id, completion.quantity, yielded.output)
    for one in yielded.by_products:
        add(OutputKind.BY_PRODUCT, one.product_id, one.quantity, one.value)
    if completion.scrapped_quantity > 0:
        add(OutputKind.SCRAP, completion.product_id, completion.scrapped_quantity, yielded.scrap)
