"""A day at the demo's warehouse, by the operations of the people who work there.

Suppliers with prices and debts, purchases in every state, lots about to expire, a transfer with a discrepancy, counts
and a write-off happen here, on top of the history and at the moment of loading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from uuid import uuid4

from sqlalchemy import select

from smartpos.catalog.models import Category, Product
from smartpos.catalog.operations import update_product
from smartpos.core.db import db
from smartpos.crm.models import Supplier
from smartpos.crm.operations.suppliers import SupplierFacts, create_supplier
from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.numbers import Numbers
from smartpos.demo.people import Founded
from smartpos.identity.actors import Actor
from smartpos.purchasing.models import CostKind, PaidFrom, Purchase, PurchaseItem
from smartpos.purchasing.operations import (
    CostLine,
    PurchaseFacts,
    PurchaseLine,
    ReceivedLine,
    Remainder,
    ReturnLine,
    ReturnRequest,
    confirm_purchase,
    create_purchase,
    draft_purchase,
    order_purchase,
    receive_purchase,
    return_purchase,
)
from smartpos.purchasing.operations.payments import PaymentFacts, pay_supplier
from smartpos.purchasing.operations.prices import set_supplier_prices
from smartpos.stock.models import AdjustmentReason, BranchStock, StockTransfer
from smartpos.stock.operations import AdjustmentLine
from smartpos.stock.operations.adjustments import write_off
from smartpos.stock.operations.counts import add_count_entry, finish_count, post_count, start_count
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from smartpos.stock.operations.transfers import (
    TransferLine,
    TransferRequest,
    approve_transfer,
    complete_transfer,
    create_transfer,
    ship_transfer,
)
from smartpos.stock.operations.unloading import Received

OWNER, MANAGER, STOREKEEPER = "owner", "manager", "warehouse"
CHILONZOR, YUNUSOBOD, SERGELI, CENTRAL = 0, 1, 2, 3
DAIRY, TEA, TINS, PASTA, SWEETS, NAPKINS = (
    "Sut mahsulotlari",
    "Choy",
    "Konservalar",
    "Makaron mahsulotlari",
    "Konfetlar",
    "Qog'oz mahsulotlari",
)
LOT_DAYS = (4, 9, 24)
"""So many days are left of the lots that came today."""
SHELF_LIVES = {0: 14, 3: 30}
"""How many days the goods of these lots keep: little is left of them, so that a lower price is suggested."""
HOLIDAYS = Decimal("1.5")
"""So much more than what is there is kept of the best sellers before the holidays."""

SUPPLIERS: tuple[SupplierFacts, ...] = (
    {
        "name": "Oqqayin sut zavodi",
        "legal_name": "«Oqqayin Sut» MChJ",
        "bin": "302345671",
        "contact_person": "Gulnora Saidova",
        "phone": "+998712000301",
        "address": "Toshkent v., Zangiota tumani",
        "bank_details": "H/r 20208000900301234001, MFO 00440",
        "payment_days": 7,
        "lead_time_days": 1,
    },
    {
        "name": "Diyor ulgurji savdo",
        "legal_name": "«Diyor Ulgurji» MChJ",
        "bin": "303456782",
        "contact_person": "Ilhom Berdiyev",
        "phone": "+998712000302",
        "address": "Toshkent sh., Yashnobod tumani",
        "payment_days": 30,
        "lead_time_days": 3,
    },
    {
        "name": "Zarrin choy",
        "contact_person": "Олег Пак",
        "phone": "+998712000303",
        "address": "Samarqand sh.",
        "payment_days": 14,
        "lead_time_days": 5,
    },
    {
        "name": "Toza qog'oz",
        "contact_person": "Feruza Nosirova",
        "phone": "+998712000304",
        "payment_days": 0,
        "lead_time_days": 2,
        "notes": "Faqat oldindan to'lov bilan.",
    },
)


@dataclass(slots=True)
class Warehouse:
    """The central warehouse and the shops it supplies."""

    products: Sequence[DemoProduct]
    numbers: Numbers
    founded: Founded

    def play(self) -> None:
        """Buy, move, count and write off."""
        with self.founded.acting(STOREKEEPER) as storekeeper:
            dairy, groceries, tea, paper = (
                create_supplier(actor=storekeeper, **facts) for facts in SUPPLIERS
            )
            self._keep_lots(storekeeper)
            self._price_lists(dairy, groceries, tea, paper)
            self._buy_milk(dairy, storekeeper)
            bought = self._buy_groceries(groceries, storekeeper)
            self._order_tea(tea, storekeeper)
            self._draft_paper(paper, storekeeper)
        with self.founded.acting(OWNER) as owner:
            self._pay(dairy, groceries, owner)
        with self.founded.acting(STOREKEEPER) as storekeeper:
            on_their_way = self._move(
                storekeeper, [item.product_id for item in bought.items if item.product_id]
            )
        with self.founded.acting(MANAGER) as manager:
            self._receive(on_their_way, manager)
            self._write_off(manager)
            self._count(manager)
            self._expect_holidays(manager)

    def _of(self, category: str, many: int) -> list[int]:
        """The positions of the best sellers of a category that are counted by the piece."""
        fitting = [
            place
            for place, product in enumerate(self.products)
            if category in product.category
            and product.is_sold
            and product.type == "product"
            and not product.is_weighed
        ]
        return sorted(fitting, key=lambda place: -self.products[place].weight)[:many]

    def _id(self, place: int) -> int:
        return self.numbers.products[place]

    def _line(self, place: int, quantity: int, day: date | None = None) -> PurchaseLine:
        """So much of a product; of a lot that may be sold until ``day``."""
        product = self.products[place]
        lot = None if day is None else f"{product.sku}-{day:%m%d}"
        return PurchaseLine(
            Decimal(quantity),
            product.cost,
            product_id=self._id(place),
            batch_number=lot,
            expiration_date=day,
        )

    # --- Buying ------------------------------------------------------------------------------------------------

    def _keep_lots(self, actor: Actor) -> None:
        wanted = [self._id(place) for place in self._of(DAIRY, 12)]
        lives = {wanted[number]: days for number, days in SHELF_LIVES.items()}
        for product in db.session.scalars(select(Product).where(Product.id.in_(wanted)).order_by(Product.id)):
            life = lives.get(product.id, product.shelf_life_days)
            update_product(product, actor=actor, track_batches=True, shelf_life_days=life)

    def _price_lists(self, dairy: Supplier, groceries: Supplier, tea: Supplier, paper: Supplier) -> None:
        for supplier, categories in (
            (dairy, (DAIRY,)),
            (groceries, (TINS, PASTA, SWEETS)),
            (tea, (TEA,)),
            (paper, (NAPKINS,)),
        ):
            places = sorted({place for category in categories for place in self._of(category, 12)})
            set_supplier_prices(
                supplier.id,
                [
                    {
                        "product_id": self._id(place),
                        "price": self.products[place].cost,
                        "min_quantity": self.products[place].pack_quantity or None,
                        "is_preferred": True,
                    }
                    for place in places
                ],
            )

    def _buy_milk(self, supplier: Supplier, actor: Actor) -> None:
        today = actor.organization.today
        places = self._of(DAIRY, 9)
        lines = [
            self._line(place, 24, today + timedelta(days=LOT_DAYS[number % len(LOT_DAYS)]))
            for number, place in enumerate(places)
        ]
        purchase, _new = create_purchase(
            PurchaseFacts(
                self.numbers.branches[CHILONZOR],
                tuple(lines),
                supplier_id=supplier.id,
                document_number="OS-1184",
                document_date=today,
                costs=(CostLine(Decimal(45_000), CostKind.TRANSPORT, note="Yetkazib berish"),),
                client_uuid=uuid4(),
            ),
            confirm=True,
            actor=actor,
        )
        damaged = self._items(purchase)[0]
        return_purchase(
            purchase.id,
            ReturnRequest(uuid4(), (ReturnLine(damaged.id, Decimal(2)),), "Qadog'i yirtilgan"),
            actor=actor,
        )

    def _buy_groceries(self, supplier: Supplier, actor: Actor) -> Purchase:
        """What was ordered came in part; the rest is still to come."""
        today = actor.organization.today
        places = [*self._of(TINS, 4), *self._of(PASTA, 3), *self._of(SWEETS, 3)]
        purchase = draft_purchase(
            PurchaseFacts(
                self.numbers.branches[CENTRAL],
                tuple(self._line(place, 60) for place in places),
                supplier_id=supplier.id,
                document_number="D-20417",
                document_date=today,
                costs=(
                    CostLine(Decimal(180_000), CostKind.TRANSPORT),
                    CostLine(Decimal(60_000), CostKind.LOADING),
                ),
                client_uuid=uuid4(),
            ),
            actor=actor,
        )
        order_purchase(purchase.id, actor=actor)
        items = self._items(purchase)
        arrived = [ReceivedLine(item.id, item.quantity) for item in items[:-2]]
        arrived += [ReceivedLine(items[-2].id, Decimal(48)), ReceivedLine(items[-1].id, Decimal(0))]
        receive_purchase(purchase.id, arrived, actor=actor)
        confirm_purchase(purchase.id, remainder=Remainder.BACKORDER, actor=actor)
        return purchase

    def _order_tea(self, supplier: Supplier, actor: Actor) -> None:
        today = actor.organization.today
        purchase = draft_purchase(
            PurchaseFacts(
                self.numbers.branches[CENTRAL],
                tuple(self._line(place, 100) for place in self._of(TEA, 5)),
                supplier_id=supplier.id,
                document_date=today,
                expected_on=today + timedelta(days=5),
                client_uuid=uuid4(),
            ),
            actor=actor,
        )
        order_purchase(purchase.id, actor=actor)

    def _draft_paper(self, supplier: Supplier, actor: Actor) -> None:
        """A draft from the supplier's own list, one line of which nobody has recognised yet."""
        known = [self._line(place, 40) for place in self._of(NAPKINS, 3)]
        unknown = PurchaseLine(Decimal(20), Decimal(7_500), product_name_raw="Салфетки бум. 100 шт, голубые")
        draft_purchase(
            PurchaseFacts(
                self.numbers.branches[CENTRAL],
                (*known, unknown),
                supplier_id=supplier.id,
                client_uuid=uuid4(),
            ),
            actor=actor,
        )

    def _pay(self, dairy: Supplier, groceries: Supplier, actor: Actor) -> None:
        for supplier, amount, source in (
            (dairy, Decimal(500_000), PaidFrom.OFFICE),
            (groceries, Decimal(1_000_000), PaidFrom.BANK),
        ):
            pay_supplier(
                PaymentFacts(uuid4(), supplier.id, amount, source, reference="214"),
                actor=actor,
            )

    @staticmethod
    def _items(purchase: Purchase) -> list[PurchaseItem]:
        query = select(PurchaseItem).where(PurchaseItem.purchase_id == purchase.id)
        return list(db.session.scalars(query.order_by(PurchaseItem.position)))

    # --- Moving and counting -----------------------------------------------------------------------------------

    def _move(self, actor: Actor, products: Sequence[int]) -> StockTransfer:
        """One transfer waits for approval, one is on its way to Yunusobod, and one to Chilonzor, which is given."""
        asked = [
            create_transfer(
                TransferRequest(
                    self.numbers.branches[CENTRAL],
                    self.numbers.branches[shop],
                    [TransferLine(product, Decimal(quantity)) for product in products[:lines]],
                    client_uuid=uuid4(),
                ),
                actor=actor,
            )
            for shop, lines, quantity in ((CHILONZOR, 4, 12), (YUNUSOBOD, 3, 10), (SERGELI, 5, 6))
        ]
        with self.founded.acting(MANAGER) as manager:
            for transfer in asked[:2]:
                approve_transfer(transfer.id, actor=manager)
        with self.founded.acting(STOREKEEPER) as storekeeper:
            for transfer in asked[:2]:
                ship_transfer(transfer.id, actor=storekeeper)
        return asked[0]

    def _receive(self, transfer: StockTransfer, actor: Actor) -> None:
        product_id = transfer.lines[0].product_id
        complete_transfer(transfer.id, [Received(product_id, Decimal(11), "Bittasi yorilgan")], actor=actor)

    def _write_off(self, actor: Actor) -> None:
        branch_id = self.numbers.branches[CHILONZOR]
        there = self._there(branch_id, [self._id(place) for place in self._of(SWEETS, 8)])
        product_id = max(there, key=lambda number: there[number])
        write_off(
            branch_id,
            [AdjustmentLine(product_id, Decimal(-1))],
            reason=AdjustmentReason.DAMAGE,
            notes="Qutisi ezilgan",
            actor=actor,
        )

    def _count(self, actor: Actor) -> None:
        """The tea of the warehouse is counted and posted; the tins of a shop are being counted."""
        central, shop = self.numbers.branches[CENTRAL], self.numbers.branches[YUNUSOBOD]
        categories = dict(db.session.execute(select(Category.name, Category.id)).all())
        there = self._there(central, [self._id(place) for place in self._of(TEA, 6)])
        count, _new = start_count(central, category_id=categories[TEA], notes="Oylik sanoq", actor=actor)
        for number, (product_id, quantity) in enumerate(there.items()):
            missing = 1 if number == 0 and quantity else 0
            add_count_entry(count.id, quantity - missing, product_id=product_id, actor=actor)
        finish_count(count.id, actor=actor)
        post_count(count.id, actor=actor)
        there = self._there(shop, [self._id(place) for place in self._of(TINS, 5)])
        count, _new = start_count(shop, category_id=categories[TINS], actor=actor)
        for product_id, quantity in there.items():
            add_count_entry(count.id, quantity, product_id=product_id, actor=actor)

    def _expect_holidays(self, actor: Actor) -> None:
        """Before the holidays more is kept everywhere of what sells best, so that suppliers are to be asked for it.

        Of a few more things only one shop wants more: the warehouse can spare them.
        """
        sought = [
            *self._of(DAIRY, 12)[9:11],
            *self._of(SWEETS, 7)[4:6],
            *self._of(TEA, 7)[5:],
            *self._of(PASTA, 5)[3:],
        ]
        spared = self._of(TINS, 2)
        for place in (CHILONZOR, YUNUSOBOD, SERGELI, CENTRAL):
            wanted = sought + (spared if place == CHILONZOR else [])
            there = self._there(self.numbers.branches[place], [self._id(number) for number in wanted])
            levels = []
            for product_id, quantity in there.items():
                reorder_point = (quantity * HOLIDAYS / 10).to_integral_value(ROUND_CEILING) * 10
                levels.append(WantedLevels(product_id, reorder_point / 2, reorder_point, reorder_point * 3))
            set_levels_of_branch(self.numbers.branches[place], levels, actor=actor)

    @staticmethod
    def _there(branch_id: int, products: Sequence[int]) -> dict[int, Decimal]:
        query = select(BranchStock.product_id, BranchStock.quantity).where(
            BranchStock.branch_id == branch_id, BranchStock.product_id.in_(products), BranchStock.quantity > 0
        )
        return dict(db.session.execute(query.order_by(BranchStock.product_id)).all())
