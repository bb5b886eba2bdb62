"""Products with the units in which a recipe may name them."""

from collections.abc import Iterable
from typing import Any

from smartpos.catalog.models import Unit
from smartpos.core.money import plain
from smartpos.production.queries.recipe_lists import Offered, all_units


def unit_choices(own: Unit, units: Iterable[Unit]) -> list[dict[str, Any]]:
    """The units in which something counted in ``own`` may be written down, its own first, with what one of each is."""
    found = [(unit, factor) for unit in units if (factor := unit.factor_to(own)) is not None]
    found.sort(key=lambda pair: (pair[0].id != own.id, pair[0].name))
    return [{"id": unit.id, "name": unit.name, "factor": plain(factor.normalize())} for unit, factor in found]


def material_choices(found: Iterable[Offered]) -> list[dict[str, Any]]:
    """What the editor of recipes offers, as JSON-ready facts."""
    units = all_units()
    by_id = {unit.id: unit for unit in units}
    return [
        {
            "product_id": one.product.id,
            "name": one.product.name,
            "sku": one.product.sku,
            "unit_id": one.product.unit_id,
            "unit": one.product.unit,
            "digits": one.product.digits,
            "units": unit_choices(by_id[one.product.unit_id], units),
            "codes": list(one.codes),
            "is_made": one.is_made,
            "may_be_made": one.may_be_made,
            "unit_cost": one.unit_cost,
        }
        for one in found
    ]
