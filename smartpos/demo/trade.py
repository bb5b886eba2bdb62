"""Selling in the demo's stores: shifts, receipts and how they were paid."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

from smartpos.core.money import ZERO, round_money
from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.patterns import CLOSES, Taste, counted, moment_in, tendered
from smartpos.demo.records import (
    DebtRecord,
    LineRecord,
    Purchase,
    SaleRecord,
    ShiftRecord,
    StorePlan,
    TillPlan,
)
from smartpos.demo.regulars import COMES, DAYS_OF_CREDIT, Regular, credit_for, payment_of, points_for
from smartpos.demo.shelves import Shelves
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations.payments import settle
from smartpos.sales.pricing import CartLine, PricedCart, price_cart
from smartpos.sales.requests import Tender

BETWEEN_RECEIPTS = timedelta(seconds=40)
AFTER_THE_LAST = timedelta(seconds=50)
AFTER_THE_RECEIPT = timedelta(seconds=20)
LINE_DISCOUNTS, CART_DISCOUNTS = 0.02, 0.025
"""How many receipts carry one."""

CARD_FOR_THE_BANNED = 0.97
MIXED = 0.03

# (up to this total, in cash, by card); the rest is a bank transfer.
HABITS = ((60_000, 0.76, 0.232), (200_000, 0.62, 0.345), (1_000_000, 0.42, 0.46), (10**12, 0.28, 0.34))

CASH, CARD, TRANSFER = PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.TRANSFER
CREDIT, POINTS = PaymentMethod.CREDIT, PaymentMethod.POINTS

Basket = list[tuple[int, Decimal]]
Customer = tuple[datetime, int, StorePlan, TillPlan, Basket]


class Trade:
    """Sells day by day and keeps every shift and receipt in the order of time."""

    def __init__(
        self,
        shelves: Shelves,
        products: Sequence[DemoProduct],
        stores: Mapping[StorePlan, Taste],
        vat_rates: Mapping[str, Decimal],
        *,
        regulars: Sequence[Regular],
        reserve_cashier: int,
        zone: ZoneInfo,
        random: Random,
    ) -> None:
        """``reserve_cashier`` stands in where somebody has a day off."""
        self._neighbours = {store: [one for one in regulars if one.place == store.place] for store in stores}
        self._shelves = shelves
        self._products = products
        self._stores = stores
        self._vat_rates = vat_rates
        self._reserve = reserve_cashier
        self._zone = zone
        self._random = random
        self._numbers: dict[int, int] = {}
        self.shifts: list[ShiftRecord] = []
        self.sales: list[SaleRecord] = []
        self.debts: list[DebtRecord] = []

    def day(self, day: date, customers: Mapping[StorePlan, int], now: datetime) -> None:
        """Serve the customers of one day, today's only as far as it has come, and close the tills."""
        until = min(now, datetime.combine(day, time(CLOSES), self._zone)) - BETWEEN_RECEIPTS - AFTER_THE_LAST
        queue = self._queue(day, customers, until)
        open_shifts: dict[int, ShiftRecord] = {}
        free_from: dict[int, datetime] = {}
        while queue:
            at, number, store, till, basket = heappop(queue)
            earliest = free_from.get(till.number, at)
            if at < earliest:
                if earliest <= until:
                    heappush(queue, (earliest, number, store, till, basket))
                continue
            if till.number not in open_shifts:
                open_shifts[till.number] = self._open(store, till, day)
            if self._sell(open_shifts[till.number], at, basket):
                free_from[till.number] = at + BETWEEN_RECEIPTS
        for number, shift in open_shifts.items():
            self._close(shift, free_from.get(number, shift.opened_at), day, now)

    def _queue(self, day: date, customers: Mapping[StorePlan, int], until: datetime) -> list[Customer]:
        queue: list[Customer] = []
        for store, count in customers.items():
            for _customer in range(count):
                at = moment_in(day, self._zone, self._random)
                till = self._random.choices(store.tills, [3, 2][: len(store.tills)])[0]
                basket = self._stores[store].basket(self._random)
                if at <= until:
                    queue.append((at, len(queue), store, till, basket))
        heapify(queue)
        return queue

    def _open(self, store: StorePlan, till: TillPlan, day: date) -> ShiftRecord:
        number = self._numbers[till.number] = self._numbers.get(till.number, 0) + 1
        opened_at = datetime.combine(day, time(7, self._random.randint(38, 57)), self._zone)
        float_cash = Decimal(self._random.choice((200_000, 200_000, 250_000, 300_000)))
        # Everybody rests one day in six, each on another day, and the reserve one steps in.
        rests = day.toordinal() % 6 == till.cashier % 6
        shift = ShiftRecord(
            store=store,
            till=till,
            cashier=self._reserve if rests else till.cashier,
            number=number,
            opened_at=opened_at,
            closed_at=opened_at,
            opening_cash=float_cash,
            expected_cash=float_cash,
        )
        self.shifts.append(shift)
        return shift

    def _close(self, shift: ShiftRecord, free_from: datetime, day: date, now: datetime) -> None:
        evening = datetime.combine(day, time(CLOSES, self._random.randint(1, 14)), self._zone)
        # Today's tills are closed right after their last receipt, so that whoever tries the demo can open one.
        shift.closed_at = evening if evening <= now else free_from + AFTER_THE_LAST
        shift.closing_cash = counted(shift.expected_cash, self._random)

    def _sell(self, shift: ShiftRecord, at: datetime, basket: Basket) -> bool:
        """Sell what is there of a basket; False when nothing is."""
        lines = self._available(shift.store.place, basket)
        if not lines:
            return False
        cart = [
            CartLine(product.price, quantity, vat_rate=self._vat_rates[product.vat_code])
            for product, quantity in ((self._products[index], quantity) for index, quantity in lines)
        ]
        priced = self._priced(cart)
        cash_allowed = all(self._products[index].cash_allowed for index, _quantity in lines)
        regular = self._regular(shift.store)
        purchase = self._purchase(regular, priced.total, at) if regular else None
        paid = settle(priced.total, self._paid(priced.total, purchase, cash_allowed=cash_allowed))
        shift.last_number += 1
        sale = SaleRecord(shift, shift.last_number, at, priced, paid, purchase=purchase)
        for (index, quantity), line in zip(lines, cart, strict=True):
            unit_cost = value = ZERO
            if self._products[index].is_stocked:
                unit_cost, value = self._shelves.sell(sale, index, quantity)
            sale.lines.append(LineRecord(index, quantity, line.vat_rate, unit_cost, round_money(value)))
        shift.expected_cash += paid.cash
        self.sales.append(sale)
        if regular:
            self._pay_debt(regular, shift, at + AFTER_THE_RECEIPT)
        return True

    def _regular(self, store: StorePlan) -> Regular | None:
        neighbours = self._neighbours[store]
        return self._random.choice(neighbours) if neighbours and self._random.random() < COMES else None

    def _purchase(self, regular: Regular, total: Decimal, at: datetime) -> Purchase:
        """What a regular's receipt does to the account, which keeps it from here on."""
        points = points_for(regular, total, self._random)
        credit = credit_for(regular, total - points, self._random)
        earned = regular.earns(total - points)
        regular.points += earned - points
        if not credit:
            return Purchase(regular.number, points_earned=earned, points_used=points)
        regular.debt += credit
        regular.owes_since = regular.owes_since or at
        due_date = at.astimezone(self._zone).date() + timedelta(days=self._random.choice(DAYS_OF_CREDIT))
        return Purchase(regular.number, credit, due_date, earned, points)

    def _paid(self, total: Decimal, purchase: Purchase | None, *, cash_allowed: bool) -> list[Tender]:
        if purchase is None or not (purchase.credit or purchase.points_used):
            return self._tenders(total, cash_allowed=cash_allowed)
        tenders = []
        if purchase.points_used:
            tenders.append(Tender(POINTS, purchase.points_used))
        if purchase.credit:
            tenders.append(Tender(CREDIT, purchase.credit, purchase.due_date))
        rest = total - purchase.credit - purchase.points_used
        return [*tenders, *(self._tenders(rest, cash_allowed=cash_allowed) if rest else [])]

    def _pay_debt(self, regular: Regular, shift: ShiftRecord, at: datetime) -> None:
        amount = payment_of(regular, at, self._random)
        if amount:
            regular.debt -= amount
            regular.owes_since = at if regular.debt else None
            shift.expected_cash += amount
            self.debts.append(DebtRecord(regular.number, shift, at, amount))

    def _available(self, place: int, basket: Basket) -> Basket:
        found = []
        for index, quantity in basket:
            product = self._products[index]
            if not product.is_stocked:
                found.append((index, quantity))
                continue
            on_hand = self._shelves.quantity(place, index)
            least = Decimal("0.1") if product.unit == "kg" else Decimal(1)
            if on_hand >= least:
                # Weighed to ten grams; pieces and litres are always whole here.
                found.append((index, min(quantity, on_hand)))
        return found

    def _priced(self, cart: list[CartLine]) -> PricedCart:
        """Now and then something is cheaper: a line near its date, or the whole receipt of a regular."""
        random = self._random
        luck = random.random()
        if luck < LINE_DISCOUNTS:
            position = random.randrange(len(cart))
            line = cart[position]
            off = line.price * line.quantity * random.choice((5, 10, 10, 20)) / 100 // 100 * 100
            cart[position] = CartLine(line.price, line.quantity, round_money(off), line.vat_rate)
        elif luck < LINE_DISCOUNTS + CART_DISCOUNTS:
            sum_of_lines = sum((line.price * line.quantity for line in cart), ZERO)
            off = sum_of_lines * random.choice((3, 3, 5, 5, 10)) / 100 // 500 * 500
            return price_cart(cart, cart_discount=round_money(off))
        return price_cart(cart)

    def _tenders(self, total: Decimal, *, cash_allowed: bool) -> list[Tender]:
        random = self._random
        luck = random.random()
        if not cash_allowed:
            return [Tender(CARD if luck < CARD_FOR_THE_BANNED else TRANSFER, total)]
        cash, card = next((cash, card) for most, cash, card in HABITS if total <= most)
        if total > 40_000 and random.random() < MIXED:
            part = max(Decimal(5_000), total * random.randint(2, 7) / 10 // 5_000 * 5_000)
            return [Tender(CASH, part), Tender(CARD, total - part)]
        if luck < cash:
            return [Tender(CASH, tendered(total, random))]
        return [Tender(CARD if luck < cash + card else TRANSFER, total)]
