"""Buying, selling, moving, counting and writing off in any order: the books agree and nothing falls out of a lot."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import SmartPOSError
from smartpos.crm.operations.suppliers import create_supplier
from smartpos.purchasing.models import CostKind, PaidFrom, Purchase, PurchaseItem, PurchaseStatus, SpreadBy
from smartpos.purchasing.operations import (
    CostLine,
    PurchaseFacts,
    PurchaseLine,
    ReturnLine,
    ReturnRequest,
    create_purchase,
    return_purchase,
    revert_purchase,
)
from smartpos.purchasing.operations.payments import PaymentFacts, pay_supplier
from smartpos.sales.models import PaymentMethod, Sale, SaleItem
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, complete_sale, open_shift
from smartpos.sales.operations.refunds import RefundLine, RefundRequest, refund_sale
from smartpos.stock.models import (
    AdjustmentReason,
    BatchStock,
    BranchStock,
    CountStatus,
    StockCount,
    StockTransfer,
    TransferStatus,
)
from smartpos.stock.operations import AdjustmentLine
from smartpos.stock.operations.adjustments import write_off
from smartpos.stock.operations.counts import add_count_entry, post_count, start_count
from smartpos.stock.operations.reservations import release, reserve
from smartpos.stock.operations.transfers import (
    TransferLine,
    TransferRequest,
    approve_transfer,
    cancel_transfer,
    complete_transfer,
    create_transfer,
    ship_transfer,
)
from smartpos.stock.operations.unloading import Received
from tests.cast import Shop

HAPPENINGS = 120


class Storm:
    """One shop with a warehouse, a supplier and six products, three of them in lots."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop = shop
        self.dice = random.Random(seed)
        self.products = [
            shop.product(
                unit="kg", stock=None, price="9990", track_batches=number % 2 == 0, weight=Decimal(number)
            )
            for number in range(6)
        ]
        self.places = (shop.branch_id, shop.warehouse_id)
        with shop.inside("owner"):
            actor = shop.actor("owner")
            self.supplier_id = create_supplier(name="Ta'minotchi", payment_days=7, actor=actor).id
            open_shift(shop.till_id, opening_cash=Decimal(0), actor=actor)
        self.done: dict[str, int] = {}
        self.kinds: list[Callable[[Any], None]] = [
            *[self.buy] * 4,
            *[self.sell] * 5,
            *[self.give_back] * 2,
            *[self.move] * 2,
            *[self.unload] * 2,
            *[self.revert, self.send_back, self.throw_away, self.count, self.set_aside, self.pay],
        ]

    def blow(self) -> None:
        """Something happens, or is refused for a reason; whatever is refused leaves nothing behind."""
        kind = self.dice.choice(self.kinds)
        try:
            with self.shop.inside("owner"):
                kind(self.shop.actor("owner"))
        except SmartPOSError:
            return
        self.done[kind.__name__] = self.done.get(kind.__name__, 0) + 1

    def some(self, most: int = 3) -> list[int]:
        return self.dice.sample(self.products, self.dice.randint(1, most))

    def quantity(self, most: int = 20) -> Decimal:
        return Decimal(self.dice.randint(1, most * 1000)) / 1000

    def any_id(self, query: Any) -> int:
        found = list(db.session.scalars(query))
        if not found:
            raise SmartPOSError
        return self.dice.choice(found)

    def buy(self, actor: Any) -> None:
        day = utc_now().date() + timedelta(days=self.dice.randint(0, 5))
        lines = [
            PurchaseLine(
                self.quantity(40),
                Decimal(self.dice.randint(0, 10_000_000)) / 1000,
                product_id=number,
                discount_percent=Decimal(self.dice.choice((0, 0, 7))),
                batch_number=f"L{self.dice.randint(1, 4)}" if self.products.index(number) % 2 == 0 else None,
                expiration_date=None if self.products.index(number) % 2 else day,
            )
            for number in self.some(4)
        ]
        costs = (
            CostLine(self.quantity(900), CostKind.TRANSPORT, self.dice.choice(list(SpreadBy))),
        ) * self.dice.randint(0, 2)
        facts = PurchaseFacts(
            self.dice.choice(self.places),
            tuple(lines),
            supplier_id=self.supplier_id,
            vat_included=self.dice.random() < 0.5,
            costs=tuple(CostLine(round(one.amount, 2), one.kind, one.spread_by) for one in costs),
            client_uuid=uuid4(),
        )
        create_purchase(facts, confirm=True, actor=actor)

    def sell(self, actor: Any) -> None:
        lines = tuple(SaleLine(number, None, self.quantity(8)) for number in self.some())
        complete_sale(
            SaleRequest(uuid4(), lines, (Tender(PaymentMethod.CASH, Decimal(10_000_000)),)), actor=actor
        )

    def give_back(self, actor: Any) -> None:
        item_id = self.any_id(
            select(SaleItem.id).join(Sale, Sale.id == SaleItem.sale_id).where(SaleItem.quantity > 0)
        )
        item = db.session.get_one(SaleItem, item_id)
        part = (item.quantity * Decimal(self.dice.choice(("0.5", "1")))).quantize(Decimal("0.001"))
        request = RefundRequest(uuid4(), (RefundLine(item.id, part),))
        refund_sale(item.sale_id, request, actor=actor)

    def revert(self, actor: Any) -> None:
        wanted = select(Purchase.id).where(Purchase.status == PurchaseStatus.CONFIRMED)
        revert_purchase(self.any_id(wanted), reason="xato", actor=actor)

    def send_back(self, actor: Any) -> None:
        item_id = self.any_id(select(PurchaseItem.id).where(PurchaseItem.quantity > 0))
        item = db.session.get_one(PurchaseItem, item_id)
        line = ReturnLine(item.id, (item.quantity / 2).quantize(Decimal("0.001")))
        return_purchase(item.purchase_id, ReturnRequest(uuid4(), (line,)), actor=actor)

    def throw_away(self, actor: Any) -> None:
        lines = [AdjustmentLine(number, -self.quantity(2)) for number in self.some(2)]
        write_off(self.dice.choice(self.places), lines, reason=AdjustmentReason.EXPIRED, actor=actor)

    def move(self, actor: Any) -> None:
        begin, end = self.dice.sample(self.places, 2)
        lines = [TransferLine(number, self.quantity(10)) for number in self.some()]
        transfer = create_transfer(TransferRequest(begin, end, lines, client_uuid=uuid4()), actor=actor)
        if transfer.status is TransferStatus.PENDING:
            approve_transfer(transfer.id, actor=actor)
        ship_transfer(transfer.id, actor=actor)

    def unload(self, actor: Any) -> None:
        wanted = select(StockTransfer.id).where(StockTransfer.status == TransferStatus.IN_TRANSIT)
        transfer = db.session.get_one(StockTransfer, self.any_id(wanted))
        if self.dice.random() < 0.25:
            cancel_transfer(transfer.id, reason="qaytdi", actor=actor)
            return
        line = transfer.lines[0]
        factor = Decimal(self.dice.choice(("0", "0.5", "1", "1.5")))
        arrived = Received(line.product_id, (line.quantity * factor).quantize(Decimal("0.001")))
        complete_transfer(transfer.id, [arrived], actor=actor)

    def count(self, actor: Any) -> None:
        open_ones = select(StockCount.id).where(StockCount.status == CountStatus.COUNTING)
        if db.session.scalar(open_ones) is None:
            start_count(self.dice.choice(self.places), actor=actor)
            return
        number = self.any_id(open_ones)
        for product_id in self.some():
            add_count_entry(number, self.quantity(15), product_id=product_id, actor=actor)
        post_count(number, actor=actor)

    def set_aside(self, actor: Any) -> None:
        key = self.dice.randint(1, 3)
        if self.dice.random() < 0.4:
            release("test", key, actor=actor)
        else:
            lines = [(number, self.quantity(3)) for number in self.some()]
            reserve(self.shop.branch_id, lines, origin_kind="test", origin_id=key, actor=actor)

    def pay(self, actor: Any) -> None:
        pay_supplier(
            PaymentFacts(uuid4(), self.supplier_id, round(self.quantity(90_000), 2), PaidFrom.BANK),
            actor=actor,
        )


@pytest.mark.parametrize("seed", [3, 20, 77])
def test_the_books_agree_after_a_storm(shop: Shop, books: Callable[[], list[str]], seed: int) -> None:
    storm = Storm(shop, seed)
    for number in range(HAPPENINGS):
        storm.blow()
        if number % 40 == 39:
            assert books() == []
    assert {kind.__name__ for kind in storm.kinds} - storm.done.keys() == set()
    with shop.inside("owner"):
        levels = select(BranchStock.branch_id, BranchStock.product_id, BranchStock.quantity)
        in_lots = select(BatchStock.branch_id, BatchStock.product_id, func.sum(BatchStock.quantity))
        lots = {
            row[:2]: row[2] for row in db.session.execute(in_lots.group_by(*in_lots.selected_columns[:2]))
        }
        there = {tuple(row[:2]): row[2] for row in db.session.execute(levels)}
    assert all(lots[key] <= max(there[key], Decimal(0)) for key in lots)
