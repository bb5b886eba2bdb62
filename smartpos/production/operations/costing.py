"""Keeping the costs of recipes: rolled up anew when what they are made of costs something else."""

from collections.abc import Collection, Mapping

from smartpos.core.db import db, utc_now
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.production.models import BillOfMaterials, BomComponent
from smartpos.production.operations.recipe_lock import lock_recipes
from smartpos.production.queries.recipe_costs import Costs, costs_of_boms

_ALL = """
SELECT id FROM bills_of_materials
WHERE organization_id = %(organization_id)s AND status <> 'archived' ORDER BY id
"""
# Upwards: the recipes that take these products, what they make, and what that goes into.
_ABOVE = """
WITH RECURSIVE above (bom_id, product_id) AS (
    SELECT bom.id, bom.product_id
    FROM bom_components AS part
    JOIN bills_of_materials AS bom ON bom.organization_id = part.organization_id AND bom.id = part.bom_id
    WHERE part.organization_id = %(organization_id)s AND part.component_id = ANY (%(product_ids)s::bigint[])
      AND bom.status <> 'archived'
  UNION
    SELECT bom.id, bom.product_id
    FROM above
    JOIN bom_components AS part
      ON part.organization_id = %(organization_id)s AND part.component_id = above.product_id
    JOIN bills_of_materials AS bom ON bom.organization_id = part.organization_id AND bom.id = part.bom_id
    WHERE bom.status <> 'archived'
)
SELECT DISTINCT bom_id FROM above
"""
_WRITE_COSTS = """
UPDATE bills_of_materials AS bom SET material_cost = new.cost, costed_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(costs)s::numeric[]) AS new (id, cost)
WHERE bom.organization_id = %(organization_id)s AND bom.id = new.id
  AND (bom.material_cost <> new.cost OR bom.costed_at IS NULL)
RETURNING bom.id
"""
_WRITE_UNIT_COSTS = """
UPDATE bom_components AS part SET unit_cost = new.cost
FROM unnest(%(ids)s::bigint[], %(product_ids)s::bigint[], %(costs)s::numeric[]) AS new (bom_id, product_id, cost)
WHERE part.organization_id = %(organization_id)s AND part.bom_id = new.bom_id
  AND part.component_id = new.product_id AND part.unit_cost <> new.cost
RETURNING part.bom_id
"""
# So many recipes are read and written at a time.
AT_ONCE = 500


def refresh_costs(*, actor: Actor, product_ids: Collection[int] | None = None) -> int:
    """Roll up the costs of the shop's recipes that are not archived; gives how many have changed.

    ``product_ids`` limits it to the recipes that take these products, directly or through what is made of them. Only
    what has changed is written. Waits for those who write recipes.
    """
    organization_id = actor.organization.id
    lock_recipes()
    if product_ids is None:
        rows = send(_ALL, {"organization_id": organization_id})
    elif product_ids:
        wanted = array(sorted(set(product_ids)))
        rows = send(_ABOVE, {"organization_id": organization_id, "product_ids": wanted})
    else:
        return 0
    ids = sorted(row[0] for row in rows)
    return sum(cost_boms(ids[at : at + AT_ONCE], actor=actor) for at in range(0, len(ids), AT_ONCE))


def cost_boms(bom_ids: Collection[int], *, actor: Actor) -> int:
    """Roll up the costs of these recipes; gives how many have changed. The caller holds the lock of recipes."""
    db.session.flush()
    costs = costs_of_boms(bom_ids, actor.organization.today)
    if not costs:
        return 0
    changed = _write(costs, actor)
    if changed:
        # The statements went past the ORM; a recipe that somebody has loaded must not answer with its old costs.
        for row in db.session.identity_map.values():
            if isinstance(row, BillOfMaterials | BomComponent):
                db.session.expire(row)
    return len(changed)


def _write(costs: Mapping[int, Costs], actor: Actor) -> set[int]:
    organization_id = actor.organization.id
    parts = [
        (bom_id, product_id, cost)
        for bom_id, found in costs.items()
        for product_id, cost in found.units.items()
    ]
    ours = {
        "organization_id": organization_id,
        "ids": array(bom_id for bom_id, _product_id, _cost in parts),
        "product_ids": array(product_id for _bom_id, product_id, _cost in parts),
        "costs": array(cost for _bom_id, _product_id, cost in parts),
    }
    changed = {row[0] for row in send(_WRITE_UNIT_COSTS, ours)}
    whole = {
        "organization_id": organization_id,
        "ids": array(costs),
        "costs": array(found.material for found in costs.values()),
        "now": utc_now(),
    }
    return changed | {row[0] for row in send(_WRITE_COSTS, whole)}
