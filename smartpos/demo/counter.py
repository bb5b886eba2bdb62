"""The last hour at the counter: what a history of plain receipts does not tell, by the operations of the till itself.

Promotions, returns, approvals, parked receipts and foreign cash happen here, on top of the history and at the moment
of loading, whatever day the history has ended on. All shifts are closed again when it is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import SQLColumnExpression, select

from smartpos.catalog.models import Category
from smartpos.catalog.operations.barcodes import check_digit
from smartpos.core.db import db, utc_now
from smartpos.core.money import ceil_to
from smartpos.crm.models import Customer
from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.clients import Clients, write_clients
from smartpos.demo.history import History
from smartpos.demo.numbers import Numbers
from smartpos.demo.offers import CURRENCY, RATE, SCALE_PATTERN, TEA, write_money, write_promotions
from smartpos.demo.parking import Parked, park
from smartpos.demo.people import Founded
from smartpos.demo.picking import FRUIT, GRAIN, OILS, SUGAR, TINS, WASHING, PickedGoods
from smartpos.demo.returns import RecentReceipts, has_several_of_one, is_several, is_small_in_cash
from smartpos.finance.models import CashEntryKind, ExpenseCategory, PaidBy
from smartpos.finance.operations import ExpenseFacts, record_expense
from smartpos.identity.actors import Actor
from smartpos.sales.denominations import DENOMINATIONS
from smartpos.sales.models import PaymentMethod, Restock, Sale, Shift, TillEventKind
from smartpos.sales.operations import close_shift, complete_sale, open_shift
from smartpos.sales.operations.approving import give_approval
from smartpos.sales.operations.cash import CashRequest, move_drawer_cash
from smartpos.sales.operations.counting import DrawerCount
from smartpos.sales.operations.debts import PaymentRequest, reverse_payment, take_payment
from smartpos.sales.operations.events import EventRequest, record_event
from smartpos.sales.operations.refunds import RefundLine, RefundRequest, refund_sale
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import SoldSale
from smartpos.sales.requests import SaleLine, SaleRequest, Tender

CASH, CARD, CREDIT, POINTS = (
    PaymentMethod.CASH,
    PaymentMethod.CARD,
    PaymentMethod.CREDIT,
    PaymentMethod.POINTS,
)
OWNER, CASHIER, MANAGER = "owner", "cashier", "manager"
FIRST_TILL, SECOND_TILL = 1, 2
PLACE = 0
"""The store whose tills they are."""

TEN_DOLLARS = Decimal(10)
NOTE = Decimal(50_000)
GRAMS = 1200


@dataclass(slots=True)
class Counter:
    """The counter of the first store, with all that the loader knows of it."""

    products: Sequence[DemoProduct]
    numbers: Numbers
    history: History
    founded: Founded
    vat_rates: Mapping[str, Decimal]
    _goods: PickedGoods = field(init=False)
    _categories: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._goods = PickedGoods(self.products, self.numbers.products, self.history.shelves, PLACE)

    def play(self) -> None:
        """Write offers and customers, then work at two tills and close them."""
        self._categories = dict(db.session.execute(select(Category.name, Category.id)).all())
        oil = self._goods.find(OILS, pieces=True)
        bars = self._goods.bars()
        now = utc_now().replace(second=0, microsecond=0)
        with self.founded.acting(OWNER) as owner:
            write_money(now, actor=owner)
            write_promotions(
                self._categories,
                [self.numbers.products[index] for index in bars],
                (self.numbers.products[oil], self.products[oil]),
                last_branch=self.numbers.branches[2],
                now=now,
                actor=owner,
            )
            clients = write_clients(actor=owner)
            self._office_expense(owner)
        receipts = RecentReceipts(self.numbers.branches[PLACE])
        with self.founded.acting(CASHIER, FIRST_TILL) as cashier:
            self._first_till(cashier, clients, receipts, oil, bars[0])
        with self.founded.acting(MANAGER, SECOND_TILL) as manager:
            self._second_till(manager, receipts)

    def sell(
        self,
        actor: Actor,
        lines: Sequence[SaleLine],
        payments: Sequence[Tender],
        *,
        customer_id: int | None = None,
        discount: Decimal = Decimal(0),
    ) -> SoldSale:
        """A receipt at the till where the actor works."""
        request = SaleRequest(
            client_uuid=uuid4(),
            items=tuple(lines),
            payments=tuple(payments),
            discount=discount,
            customer_id=customer_id,
        )
        sold, _is_new = complete_sale(request, actor=actor)
        return sold

    def cash_for(self, lines: Sequence[tuple[int, int]], less: Decimal = Decimal(0)) -> Tender:
        """Notes that are enough for goods; the rest is change."""
        return Tender(CASH, ceil_to(self._goods.worth(lines) - less, NOTE))

    # The tills.

    def _first_till(
        self, actor: Actor, clients: Clients, receipts: RecentReceipts, oil: int, bar: int
    ) -> None:
        shift = open_shift(self.founded.tills[FIRST_TILL], opening_cash=Decimal(300_000), actor=actor)
        self._move(shift, CashEntryKind.IN, 200_000, "Qaytim uchun mayda pul", actor)
        first = self._sell_to_passers_by(actor, bar)
        self._sell_to_customers(actor, clients, oil)
        self._move(shift, CashEntryKind.EXPENSE, 45_000, "Non tashigan haydovchiga", actor, category=3)
        self._move(shift, CashEntryKind.EXPENSE, 28_000, "Pol yuvish vositasi va qo'lqop", actor, category=6)
        self._return_with_approval(receipts, actor)
        self._exchange_with_approval(receipts, actor)
        self._note_events(first, actor)
        self._park_receipts(clients, actor)
        self._move(shift, CashEntryKind.OUT, 350_000, "Inkassatsiya uchun seyfga", actor)
        close_shift(shift, count=by_notes(shift, actor), actor=actor)

    def _sell_to_passers_by(self, actor: Actor, bar: int) -> SoldSale:
        tea, grain = self._goods.find(TEA, pieces=True), self._goods.find(GRAIN)
        goods = [(tea, 2), (bar, 3), (grain, 2)]
        first = self.sell(actor, [self._goods.line(*one) for one in goods], [self.cash_for(goods)])
        washing = self._goods.find(WASHING, pieces=True)
        dollars = ceil_to(self._goods.worth([(washing, 1)]) / RATE, TEN_DOLLARS)
        self.sell(actor, [self._goods.line(washing)], [Tender(CASH, dollars, currency=CURRENCY)])
        tins, sugar = self._goods.find(TINS, pieces=True), self._goods.find(SUGAR, pieces=True)
        by_card = [(tins, 3), (sugar, 1)]
        off = self._goods.worth(by_card) // 20 // 500 * 500
        self.sell(
            actor,
            [self._goods.line(*one) for one in by_card],
            [Tender(CARD, self._goods.worth(by_card) - off)],
            discount=off,
        )
        fruit = self._goods.find(FRUIT)
        if self.products[fruit].is_weighed:
            weighed = SaleLine(None, self._label(fruit), Decimal(1))
            self.sell(actor, [weighed], [self.cash_for([(fruit, 2)])])
        return first

    def _label(self, index: int) -> str:
        """What the shop's scale prints for weighed goods."""
        self._goods.line(index, Decimal(GRAMS) / 1000)
        digits = f"{SCALE_PATTERN[:2]}{self.products[index].sku}{GRAMS:05}"
        return digits + check_digit(digits)

    def _sell_to_customers(self, actor: Actor, clients: Clients, oil: int) -> None:
        tins = self._goods.find(TINS, pieces=True, nth=1)
        golden = [(oil, 2), (tins, 1)]
        self.sell(
            actor,
            [self._goods.line(*one) for one in golden],
            [self.cash_for(golden)],
            customer_id=clients.golden,
        )
        sugar = self._goods.find(SUGAR, pieces=True, nth=1)
        wholesale = [(sugar, 3), (self._goods.find(TINS, pieces=True, nth=2), 4)]
        self.sell(
            actor,
            [self._goods.line(*one) for one in wholesale],
            [self.cash_for(wholesale)],
            customer_id=clients.wholesale,
        )
        on_credit = [(self._goods.find(GRAIN, nth=1), 4), (sugar, 1)]
        trusted = _most(Customer.credit_limit + Customer.balance)
        self.sell(
            actor,
            [self._goods.line(*one) for one in on_credit],
            [Tender(CREDIT, self._goods.worth(on_credit))],
            customer_id=trusted.id,
        )
        saver = _most(Customer.points)
        with_points = [(self._goods.find(GRAIN, nth=2), 2), (tins, 2)]
        points = min(saver.points, self._goods.worth(with_points) / 5) // 100 * 100
        tenders = [Tender(POINTS, points)] if points else []
        self.sell(
            actor,
            [self._goods.line(*one) for one in with_points],
            [*tenders, self.cash_for(with_points, points)],
            customer_id=saver.id,
        )

    def _return_with_approval(self, receipts: RecentReceipts, actor: Actor) -> None:
        """A whole receipt comes back; the cashier may not take it without the manager."""
        sale = receipts.take(is_small_in_cash)
        if sale is None:
            return
        lines = tuple(RefundLine(item.id, item.quantity) for item in sale.items)
        reason = "Mijoz adashib boshqa mahsulot olgan"
        self._return(sale, RefundRequest(uuid4(), lines, reason=reason), actor, sale.total_amount)

    def _exchange_with_approval(self, receipts: RecentReceipts, actor: Actor) -> None:
        """One thing comes back and something dearer goes out; the customer pays the difference."""
        sale = receipts.take(is_small_in_cash)
        if sale is None:
            return
        item = sale.items[0]
        washing = self._goods.find(WASHING, pieces=True, nth=1)
        request = RefundRequest(
            uuid4(),
            (RefundLine(item.id, item.quantity),),
            reason="Boshqa turiga almashtirildi",
            exchange_items=(self._goods.line(washing),),
        )
        self._return(sale, request, actor, item.total_amount)

    def _return(self, sale: Sale, request: RefundRequest, actor: Actor, amount: Decimal) -> None:
        token = self._approved(
            SalesPermission.SALE_REFUND,
            request.client_uuid,
            request.reason,
            {"receipt": sale.number, "amount": float(amount)},
            actor,
        )
        refund_sale(sale.id, replace(request, approvals=(token,)), actor=actor)

    def _approved(
        self, action: str, subject: UUID, reason: str | None, facts: Mapping[str, object], actor: Actor
    ) -> UUID:
        """The manager comes to the till and gives the PIN."""
        pin = next(login.pin for login in self.founded.logins if login.username == MANAGER)
        approval = give_approval(
            action,
            approver_id=self.founded.users[MANAGER],
            pin=pin,
            subject_uuid=subject,
            reason=reason,
            facts=facts,
            actor=actor,
        )
        return approval.token

    def _note_events(self, first: SoldSale, actor: Actor) -> None:
        grain, tins = self._goods.find(GRAIN), self._goods.find(TINS, pieces=True)
        for request in (
            self._event(TillEventKind.LINE_REMOVED, tins, 2, "Mijoz fikridan qaytdi"),
            self._event(TillEventKind.QUANTITY_REDUCED, grain, 3, None, {"from": 5000, "to": 2000}),
            EventRequest(
                uuid4(),
                TillEventKind.CART_VOIDED,
                amount=self._goods.worth([(grain, 2), (tins, 1)]),
                reason="Mijoz pulini uyda qoldiribdi",
                details={
                    "lines": [
                        {"product": self.products[grain].name, "quantity": "2"},
                        {"product": self.products[tins].name, "quantity": "1"},
                    ]
                },
            ),
            EventRequest(uuid4(), TillEventKind.REPRINT, sale_id=first.id, details={"number": first.number}),
            EventRequest(uuid4(), TillEventKind.DRAWER_OPENED, reason="Pul maydalab berildi"),
        ):
            record_event(request, actor=actor)

    def _event(
        self,
        kind: TillEventKind,
        index: int,
        quantity: int,
        reason: str | None,
        details: Mapping[str, object] | None = None,
    ) -> EventRequest:
        return EventRequest(
            uuid4(),
            kind,
            product_id=self.numbers.products[index],
            product_name=self.products[index].name,
            quantity=Decimal(quantity),
            amount=self._goods.worth([(index, quantity)]),
            reason=reason,
            details=details or {},
        )

    def _park_receipts(self, clients: Clients, actor: Actor) -> None:
        grain, sugar, tins = (
            self._goods.find(GRAIN),
            self._goods.find(SUGAR, pieces=True),
            self._goods.find(TINS, pieces=True),
        )
        washing = self._goods.find(WASHING, pieces=True)
        golden = db.session.get_one(Customer, clients.golden)
        for name, goods, customer in (
            ("Ko'k kurtkali ayol, pulini olib keladi", [(grain, 2), (sugar, 1)], None),
            ("Aziz aka, mashinasi oldida", [(tins, 6), (washing, 1), (sugar, 2)], None),
            ("Madina opa, yetkazib berishga", [(grain, 5), (washing, 2)], golden),
        ):
            lines: list[Parked] = [
                (self.numbers.products[index], self.products[index], Decimal(quantity))
                for index, quantity in goods
            ]
            park(
                name,
                lines,
                category_ids=self._categories,
                vat_rates=self.vat_rates,
                customer=customer,
                actor=actor,
            )

    def _second_till(self, actor: Actor, receipts: RecentReceipts) -> None:
        """The manager takes back what came back, and what somebody owes."""
        shift = open_shift(self.founded.tills[SECOND_TILL], opening_cash=Decimal(250_000), actor=actor)
        part = receipts.take(has_several_of_one)
        if part is not None:
            several = next(item for item in part.items if is_several(item))
            request = RefundRequest(uuid4(), (RefundLine(several.id, Decimal(1)),), reason="Ortiqcha olingan")
            refund_sale(part.id, request, actor=actor)
        damaged = receipts.take(is_small_in_cash)
        if damaged is not None:
            item = damaged.items[-1]
            request = RefundRequest(
                uuid4(),
                (RefundLine(item.id, item.quantity, Restock.DAMAGED),),
                reason="Qadog'i yirtilgan",
            )
            refund_sale(damaged.id, request, actor=actor)
        self._take_debts(actor)
        close_shift(
            shift,
            count=DrawerCount(
                cash=shift.cash_balance - 2_000, reason="Qaytim berishda adashilgan, daftarga yozildi"
            ),
            actor=actor,
        )

    def _take_debts(self, actor: Actor) -> None:
        """A payment that was entered for the wrong customer, taken back, and entered for the right one."""
        debtors = db.session.scalars(
            select(Customer).where(Customer.balance < 0).order_by(Customer.balance, Customer.id).limit(2)
        ).all()
        if not debtors:
            return
        right, wrong = debtors[0], debtors[-1]
        amount = min(right.debt, wrong.debt, Decimal(50_000))
        mistaken, _is_new = take_payment(PaymentRequest(uuid4(), wrong.id, amount, PaidBy.CASH), actor=actor)
        reverse_payment(mistaken.id, client_uuid=uuid4(), reason="Boshqa mijozning to'lovi edi", actor=actor)
        take_payment(
            PaymentRequest(uuid4(), right.id, amount, PaidBy.CASH, note="Qarzining bir qismi"), actor=actor
        )

    def _move(
        self,
        shift: Shift,
        kind: CashEntryKind,
        amount: int,
        reason: str,
        actor: Actor,
        *,
        category: int | None = None,
    ) -> None:
        """Put cash into the drawer or take it out; ``category`` is a position in the starter's list."""
        request = CashRequest(
            kind,
            Decimal(amount),
            reason,
            category_id=None if category is None else self._category(category),
            client_uuid=uuid4(),
        )
        move_drawer_cash(shift.id, request, actor=actor)

    def _office_expense(self, actor: Actor) -> None:
        record_expense(
            ExpenseFacts(
                amount=Decimal(1_840_000),
                description="Elektr energiyasi uchun oylik to'lov",
                category_id=self._category(2),
                branch_id=self.numbers.branches[PLACE],
                client_uuid=uuid4(),
            ),
            actor=actor,
        )

    def _category(self, position: int) -> int:
        ids = db.session.scalars(select(ExpenseCategory.id).order_by(ExpenseCategory.id)).all()
        return ids[position]


def by_notes(shift: Shift, actor: Actor) -> DrawerCount:
    """A drawer counted by its notes and coins, as few of them as there can be."""
    db.session.refresh(shift)
    pieces = {}
    for currency, balance in (
        (actor.organization.currency, shift.cash_balance),
        (CURRENCY, shift.foreign_balance),
    ):
        counted: dict[str, int] = {}
        left = balance
        for face in DENOMINATIONS[currency]:
            many = int(left // Decimal(face))
            if many:
                counted[face] = many
                left -= many * Decimal(face)
        pieces[currency] = counted
    return DrawerCount(denominations=pieces)


def _most(figure: SQLColumnExpression[Any]) -> Customer:
    """The customer, at the usual prices, of whom a figure is the highest."""
    query = select(Customer).where(Customer.price_type_id.is_(None))
    return db.session.scalars(query.order_by(figure.desc().nulls_last(), Customer.id).limit(1)).one()
