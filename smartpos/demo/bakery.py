"""The workshop of the demo: its recipes over two levels, its machines, and what it bakes on a morning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from smartpos.core.money import round_cost, round_quantity
from smartpos.demo.catalogue import DemoProduct, Recipe
from smartpos.demo.records import ZERO, BakeRecord, UseRecord
from smartpos.demo.shelves import Shelves

BATCH = Decimal(10)
"""Recipes are written down for ten pieces or ten kilograms."""

LABOR_SHARE = Decimal("0.6")
"""Of what is not material; the rest is overhead."""

DOUGH_BEGINS, BREAD_BEGINS, OPENS = time(2, 30), time(3, 25), time(6, 5)
PAUSE = timedelta(minutes=2)
REASONS = ("Kuydi", "Shakli buzildi", "Xamiri ko'tarilmadi", "Yerga tushdi")
PER_UNIT, HALF = Decimal("0.000001"), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """A machine of the workshop, and the position of the operator who mostly runs it."""

    code: str
    name: str
    kind: str
    operator: int
    upkeep_days: int


OPERATORS = ("operator", "operator2", "operator3")
MIXER, MIXER2, TANDIR, ROTARY, PASTRY = range(5)
MACHINES = (
    MachinePlan("XQ-1", "Xamir qorgich 1", "xamir qorgich", 0, 30),
    MachinePlan("XQ-2", "Xamir qorgich 2", "xamir qorgich", 0, 30),
    MachinePlan("TP-1", "Tandir pech", "pech", 1, 14),
    MachinePlan("RP-1", "Rotatsion pech", "pech", 2, 21),
    MachinePlan("QP-1", "Qandolat pechi", "pech", 0, 45),
)
_MACHINE_OF = {
    "oq non": TANDIR,
    "sedanali non": TANDIR,
    "jizzali non": TANDIR,
    "qora non": ROTARY,
    "go'shtli": ROTARY,
    "qovoqli": ROTARY,
    "tovuqli": ROTARY,
    "kartoshkali": ROTARY,
    "pishloqli": ROTARY,
}


@dataclass(frozen=True, slots=True)
class Formula:
    """How a product is made: what one unit takes of each material, and what a batch costs besides."""

    name: str
    product: int
    materials: tuple[tuple[int, Decimal], ...]
    labor: Decimal
    overhead: Decimal
    machine: int
    is_part: bool

    def besides(self, made: Decimal) -> tuple[Decimal, Decimal]:
        """Labour and overhead of so much."""
        return round_cost(self.labor * made / BATCH), round_cost(self.overhead * made / BATCH)


def formulas_of(products: Sequence[DemoProduct], recipes: Sequence[Recipe]) -> dict[int, Formula]:
    """The recipes of the file as quantities; materials are told there as shares of what a product costs."""
    position = {product.sku: index for index, product in enumerate(products)}
    parts = {sku for recipe in recipes for sku, _share in recipe.materials}
    found: dict[int, Formula] = {}
    for recipe in recipes:
        for sku in recipe.product_skus:
            product = products[position[sku]]
            shares = [(position[material], Decimal(str(share))) for material, share in recipe.materials]
            rest = product.cost * BATCH * (1 - sum((share for _material, share in shares), ZERO))
            labor = (rest * LABOR_SHARE).quantize(Decimal(1))
            found[position[sku]] = Formula(
                recipe.name,
                position[sku],
                tuple(
                    (material, _each(product.cost * share / products[material].cost, products[material]))
                    for material, share in shares
                ),
                labor,
                rest.quantize(Decimal(1)) - labor,
                MIXER if sku in parts else _MACHINE_OF.get(recipe.name, PASTRY),
                sku in parts,
            )
    return found


def _each(quantity: Decimal, material: DemoProduct) -> Decimal:
    """What one takes; of things that are counted by the piece a whole number, unless it is less than half of one."""
    if material.unit == "dona" and quantity >= HALF:
        return quantity.quantize(Decimal(1), ROUND_HALF_UP)
    return quantity.quantize(PER_UNIT)


def raw_materials(
    formulas: Mapping[int, Formula], product: int, quantity: float = 1.0
) -> list[tuple[int, float]]:
    """What a product takes of what is bought, all levels down."""
    found: list[tuple[int, float]] = []
    for material, each in formulas[product].materials:
        if material in formulas:
            found += raw_materials(formulas, material, quantity * float(each))
        else:
            found.append((material, quantity * float(each)))
    return found


class Bakery:
    """Bakes what the stores want, dough first, and keeps an order for each."""

    def __init__(
        self,
        shelves: Shelves,
        products: Sequence[DemoProduct],
        formulas: Mapping[int, Formula],
        place: int,
        *,
        zone: ZoneInfo,
        random: Random,
    ) -> None:
        self._shelves = shelves
        self._products = products
        self._formulas = formulas
        self._place = place
        self._zone = zone
        self._random = random
        self.bakes: list[BakeRecord] = []

    def bake(self, day: date, wanted: Mapping[int, Decimal]) -> None:
        """Make so much of every product before the shops open; materials go as far as they reach."""
        first = datetime.combine(day, DOUGH_BEGINS, self._zone)
        breads = [self._planned(product, quantity, first) for product, quantity in sorted(wanted.items())]
        parts: dict[int, Decimal] = {}
        for bake in breads:
            for use in bake.uses:
                if use.product in self._formulas:
                    parts[use.product] = parts.get(use.product, ZERO) + use.quantity
        doughs = []
        for product, quantity in sorted(parts.items()):
            missing = quantity - self._shelves.quantity(self._place, product)
            if missing > 0:
                doughs.append(self._planned(product, Decimal(ceil(missing)), first, scrap=False))
        self._schedule(doughs, day, DOUGH_BEGINS, BREAD_BEGINS)
        self._schedule(breads, day, BREAD_BEGINS, OPENS)
        for bake in sorted([*doughs, *breads], key=lambda bake: bake.at):
            self._make(bake)

    def _planned(self, product: int, quantity: Decimal, at: datetime, *, scrap: bool = True) -> BakeRecord:
        formula, random = self._formulas[product], self._random
        lost = ZERO
        if scrap and quantity >= 5 and random.random() < 0.18:
            lost = Decimal(max(1, round(float(quantity) * random.uniform(0.005, 0.03))))
        labor, overhead = formula.besides(quantity)
        bake = BakeRecord(
            self._place,
            product,
            quantity - lost,
            lost,
            random.choice(REASONS) if lost else None,
            formula.machine,
            MACHINES[formula.machine].operator,
            at,
            at,
            labor,
            overhead,
        )
        for material, each in formula.materials:
            standard = round_quantity(each * quantity)
            factor = Decimal(str(round(random.uniform(0.985, 1.03), 3))) if random.random() < 0.3 else 1
            is_counted = self._products[material].unit == "dona"
            used = standard if is_counted else round_quantity(standard * factor)
            bake.uses.append(UseRecord(material, used, standard, ZERO, ZERO))
        return bake

    def _schedule(self, bakes: Sequence[BakeRecord], day: date, begins: time, ends: time) -> None:
        """Give every machine its bakes one after the other, all done in time."""
        lines: dict[int, list[BakeRecord]] = {}
        for number, bake in enumerate(bakes):
            if bake.machine == MIXER and number % 2:
                bake.machine = MIXER2
            lines.setdefault(bake.machine, []).append(bake)
        first = datetime.combine(day, begins, self._zone)
        whole = datetime.combine(day, ends, self._zone) - first
        for machine, line in lines.items():
            each = timedelta(seconds=whole.total_seconds() // len(line))
            for place, bake in enumerate(line):
                # Machines are a moment apart, so that no two bakes end at once.
                bake.begins = first + each * place + timedelta(seconds=7 * machine)
                bake.at = first + each * (place + 1) - PAUSE + timedelta(seconds=7 * machine)

    def _make(self, bake: BakeRecord) -> None:
        uses = []
        for use in bake.uses:
            quantity = min(use.quantity, self._shelves.quantity(self._place, use.product))
            unit_cost, value = ZERO, ZERO
            if quantity > 0:
                unit_cost, value = self._shelves.use(bake, use.product, quantity)
            uses.append(UseRecord(use.product, quantity, use.standard, value, unit_cost))
        bake.uses = uses
        bake.material = sum((use.value for use in uses), Decimal("0.0000"))
        total = bake.material + bake.labor + bake.overhead
        bake.scrap = round_cost(total * bake.scrapped / bake.made)
        bake.output = total - bake.scrap
        self._shelves.bring(bake, bake.product, bake.good, bake.output)
        self.bakes.append(bake)
