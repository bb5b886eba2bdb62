"""How goods come into the demo's shops: the workshop bakes, the warehouse stores, suppliers deliver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from smartpos.demo.bakery import Bakery, formulas_of, raw_materials
from smartpos.demo.catalogue import DemoProduct, Recipe
from smartpos.demo.records import ZERO, Document
from smartpos.demo.shelves import Shelves

BAKED, FRESH, LASTING = 1.7, 4.5, 16.0
"""For how many days a shop keeps what it sells."""

WAREHOUSE_DAYS = 40
REFILL_BELOW = Decimal("0.4")
DELIVERY_DAYS = (0, 2, 4)
WRITE_OFF_DAY = 6


@dataclass(frozen=True, slots=True)
class Places:
    """Positions of the places that are not stores."""

    stores: tuple[int, ...]
    warehouse: int
    workshop: int


class Supply:
    """Keeps every shelf filled, morning by morning, with a document for each delivery."""

    def __init__(
        self,
        shelves: Shelves,
        products: Sequence[DemoProduct],
        places: Places,
        demand: Mapping[int, Mapping[int, float]],
        recipes: Sequence[Recipe],
        *,
        zone: ZoneInfo,
        random: Random,
    ) -> None:
        """``demand`` is what each store expects to sell of each product in a day."""
        self._shelves = shelves
        self._products = products
        self._places = places
        self._zone = zone
        self._random = random
        self._price_level = 0.0
        self._formulas = formulas_of(products, recipes)
        self.bakery = Bakery(shelves, products, self._formulas, places.workshop, zone=zone, random=random)
        self.targets = self._plan(demand)

    def _plan(self, demand: Mapping[int, Mapping[int, float]]) -> dict[tuple[int, int], Decimal]:
        """The fullest level of every product in every place that keeps it."""
        targets: dict[tuple[int, int], Decimal] = {}
        materials: dict[int, float] = {}
        for index, product in enumerate(self._products):
            if not product.is_stocked:
                continue
            everywhere = 0.0
            for store in self._places.stores if product.is_sold else ():
                daily = demand[store].get(index, 0.0)
                everywhere += daily
                targets[store, index] = Decimal(ceil(max(_facing(product), daily * _days(product))))
            if product.type == "manufactured":
                for material, quantity in raw_materials(self._formulas, index, everywhere):
                    materials[material] = materials.get(material, 0) + quantity
            elif product.is_sold and not product.is_perishable:
                targets[self._places.warehouse, index] = Decimal(
                    ceil(max(2.0 * _facing(product), everywhere * WAREHOUSE_DAYS))
                )
        for index, product in enumerate(self._products):
            if product.type == "material":
                targets[self._places.workshop, index] = Decimal(ceil(max(10.0, materials.get(index, 0) * 14)))
        return targets

    def open_books(self, at: datetime) -> None:
        """The opening balances of every place, one document each."""
        self._price_level = 0.0
        documents: dict[int, Document] = {}
        for (place, product), target in self.targets.items():
            if place not in documents:
                documents[place] = Document(place, "opening", "Boshlang'ich qoldiq", at)
            part = Decimal(self._random.randint(70, 100)) / 100
            quantity = max(Decimal(1), (target * part).to_integral_value())
            self._shelves.put(documents[place], product, quantity, self._cost(product))

    def morning(self, day: date, progress: float) -> None:
        """Bake, deliver and refill before the shops open. ``progress`` runs from 0 to 1 over the history."""
        self._price_level = progress
        wanted = self._wanted()
        self._bake(day, [need for need in wanted if self._products[need[1]].type == "manufactured"])
        if day.weekday() in DELIVERY_DAYS:
            self._deliver_to_warehouse(day, wanted)
        self._refill(day, [need for need in wanted if self._products[need[1]].type != "manufactured"])
        if day.weekday() == 0:
            self._buy_materials(day)

    def evening(self, day: date) -> None:
        """Once a week the shops write off what has spoiled."""
        if day.weekday() != WRITE_OFF_DAY:
            return
        at = self._at(day, 23, 20)
        fresh = [
            index for index, product in enumerate(self._products) if product.is_perishable and product.is_sold
        ]
        for store in self._places.stores:
            document = Document(store, "damage", "Muddati o'tgan va buzilgan mahsulotlar", at)
            for index in sorted(self._random.sample(fresh, 8)):
                on_hand = self._shelves.quantity(store, index)
                lost = (on_hand * Decimal(self._random.randint(1, 6)) / 100).to_integral_value() or Decimal(1)
                if lost < on_hand:
                    self._shelves.take(document, index, lost)

    def _wanted(self) -> list[tuple[int, int, Decimal]]:
        """(store, product, quantity) for every shelf that has run low; what is baked is filled up daily."""
        found = []
        for (place, index), target in self.targets.items():
            if place not in self._places.stores:
                continue
            on_hand = self._shelves.quantity(place, index)
            product = self._products[index]
            threshold = target if product.type == "manufactured" else target * REFILL_BELOW
            if on_hand < threshold:
                found.append((place, index, _rounded_up(product, target - on_hand)))
        return found

    def _bake(self, day: date, wanted: list[tuple[int, int, Decimal]]) -> None:
        if not wanted:
            return
        batch: dict[int, Decimal] = {}
        for _store, index, quantity in wanted:
            batch[index] = batch.get(index, ZERO) + quantity
        self.bakery.bake(day, batch)
        self._carry(self._places.workshop, wanted, self._at(day, 6, 15), "Novvoyxona")

    def _deliver_to_warehouse(self, day: date, wanted: list[tuple[int, int, Decimal]]) -> None:
        """Suppliers refill the warehouse where it is low or could not serve this morning's orders."""
        ordered: dict[int, Decimal] = {}
        for _store, index, quantity in wanted:
            ordered[index] = ordered.get(index, ZERO) + quantity
        warehouse = self._places.warehouse
        document = Document(warehouse, "other", "Yetkazib beruvchilardan kirim", self._at(day, 6, 30))
        for (place, index), target in self.targets.items():
            if place != warehouse:
                continue
            on_hand = self._shelves.quantity(place, index)
            if on_hand - ordered.get(index, ZERO) < target * REFILL_BELOW:
                self._shelves.put(
                    document, index, _rounded_up(self._products[index], target - on_hand), self._cost(index)
                )

    def _refill(self, day: date, wanted: list[tuple[int, int, Decimal]]) -> None:
        """Lasting goods come from the warehouse as far as it has them, fresh ones from the supplier."""
        warehouse = self._places.warehouse
        carried = []
        bought: dict[int, Document] = {}
        for store, index, quantity in wanted:
            if not self._products[index].is_perishable:
                carried.append((store, index, quantity))
                continue
            if store not in bought:
                bought[store] = Document(
                    store, "other", "Yetkazib beruvchilardan yangi mahsulotlar", self._at(day, 7, 0)
                )
            self._shelves.put(bought[store], index, quantity, self._cost(index))
        self._carry(warehouse, carried, self._at(day, 7, 20), "Ombor")

    def _carry(self, origin: int, wanted: list[tuple[int, int, Decimal]], at: datetime, name: str) -> None:
        """Move goods to the stores at what they cost where they come from."""
        for store in self._places.stores:
            sent = Document(origin, "other", f"{name}: do'konga jo'natildi", at)
            received = Document(store, "other", f"{name}dan qabul qilindi", at)
            for _store, index, quantity in (need for need in wanted if need[0] == store):
                moved = min(quantity, self._shelves.quantity(origin, index))
                if moved > 0:
                    unit_cost = self._shelves.take(sent, index, moved)
                    self._shelves.put(received, index, moved, unit_cost)

    def _buy_materials(self, day: date) -> None:
        document = Document(self._places.workshop, "other", "Xomashyo kirimi", self._at(day, 7, 40))
        for (place, index), target in self.targets.items():
            if place == self._places.workshop:
                on_hand = self._shelves.quantity(place, index)
                if on_hand < target * Decimal("0.7"):
                    self._shelves.put(
                        document, index, (target - on_hand).to_integral_value(), self._cost(index)
                    )

    def _cost(self, index: int) -> Decimal:
        """Today's purchase price: it has risen to the catalogue's cost, a little differently each time."""
        level = 0.96 + 0.04 * self._price_level + self._random.uniform(-0.012, 0.012)
        return max(
            Decimal(10), (self._products[index].cost * Decimal(str(round(level, 4)))).quantize(Decimal(1))
        )

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone)


def _facing(product: DemoProduct) -> int:
    """The least a shop likes to see on the shelf."""
    step = 0 if product.price < 30_000 else 1 if product.price < 100_000 else 2
    if product.type == "manufactured":
        return (18, 6, 3)[step]
    if product.is_weighed:
        return (15, 8, 4)[step]
    return (24, 12, 6)[step]


def _days(product: DemoProduct) -> float:
    if product.type == "manufactured":
        return BAKED
    return FRESH if product.is_perishable else LASTING


def _rounded_up(product: DemoProduct, quantity: Decimal) -> Decimal:
    """Whole kilograms, and small pieces by the half dozen."""
    whole = ceil(quantity)
    if not product.is_weighed and product.type != "manufactured" and product.price < 30_000:
        whole = -(-whole // 6) * 6
    return Decimal(whole)
