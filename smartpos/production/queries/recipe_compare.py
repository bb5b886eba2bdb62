"""Two versions of a recipe side by side."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from smartpos.production.models import BillOfMaterials
from smartpos.production.queries.recipe_pages import Lines, lines_of

HEAD = (
    *(
        "quantity",
        "valid_from",
        "valid_to",
        "setup_time_minutes",
        "production_time_minutes",
        "lead_time_days",
    ),
    *("qc_required", "quality_standard", "instructions", "description"),
)
MONEY = ("material_cost", "labor_cost", "overhead_cost", "total_cost")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that both versions say; ``kind`` is same, changed, added or removed."""

    what: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """What has become of it."""
        if self.before is None and self.after is not None:
            return "added"
        if self.after is None and self.before is not None:
            return "removed"
        return "same" if self.before == self.after else "changed"


@dataclass(frozen=True, slots=True)
class Compared:
    """What two versions say: facts by name, components and by-products by the names of their products."""

    head: list[Difference]
    components: list[Difference]
    by_products: list[Difference]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return all(one.kind == "same" for one in (*self.head, *self.components, *self.by_products))


def compare(before: BillOfMaterials, after: BillOfMaterials, *, with_costs: bool) -> Compared:
    """What differs between two versions of a product's recipe."""
    old, new = lines_of(before), lines_of(after)
    names = (*HEAD, *(MONEY if with_costs else ()))
    return Compared(
        [Difference(name, getattr(before, name), getattr(after, name)) for name in names],
        _side_by_side(_components(old), _components(new)),
        _side_by_side(_by_products(old, with_costs), _by_products(new, with_costs)),
    )


def _components(lines: Lines) -> dict[str, dict[str, Any]]:
    return {
        line["component"]: {
            "quantity": _tidy(line["quantity_per_unit"]),
            "unit": line["unit"],
            "loss": _tidy(line["scrap_factor"] * 100),
            "step": line["operation_sequence"],
            "note": line["operation_notes"],
            "substitutes": [(one["product"], _tidy(one["ratio"])) for one in line["substitutes"]],
        }
        for line in lines.components
    }


def _by_products(lines: Lines, with_costs: bool) -> dict[str, dict[str, Any]]:
    return {
        one["product"]: {
            "quantity": _tidy(one["quantity_per_unit"]),
            "unit": one["unit"],
            "percent": _tidy(one["cost_percent"]) if with_costs else None,
        }
        for one in lines.by_products
    }


def _tidy(value: Decimal) -> Decimal:
    return value.normalize() + 0


def _side_by_side(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    names = [*new, *(name for name in old if name not in new)]
    return [Difference(name, old.get(name), new.get(name)) for name in names]
