"""The history as rows: the same columns, origins and numbers that the operations of the till and the stock write."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from smartpos.core.db import Model
from smartpos.core.money import ZERO
from smartpos.crm.models import CustomerTransaction
from smartpos.demo.accounts import ACCOUNT_COLUMNS, DEBT_COLUMNS, AccountWriter
from smartpos.demo.bulk import insert_rows
from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.history import History
from smartpos.demo.numbers import Numbers
from smartpos.demo.records import BakeRecord, Document, LineRecord, MovementRecord, SaleRecord, ShiftRecord
from smartpos.demo.workshop import Workshop
from smartpos.finance.models import CashEntry, CashEntryKind, PaidBy, Payment
from smartpos.production.queries.orders import COMPLETION_ORIGIN
from smartpos.sales.models import Sale, SaleItem, SalePayment, SaleType, Shift, ShiftStatus
from smartpos.sales.operations import SALE_ORIGIN as SALE
from smartpos.sales.operations import SHIFT_ORIGIN as SHIFT
from smartpos.sales.queries.debts import PAYMENT_ORIGIN
from smartpos.sales.requests import SaleLine, SaleRequest, Tender
from smartpos.sales.totals import Totals, with_cash, with_debt, with_receipt
from smartpos.stock.models import BranchStock, InventoryMovement, LevelState, MovementType, StockAdjustment
from smartpos.stock.operations import ADJUSTMENT_ORIGIN

ONE = Decimal(1)
LOW = Decimal("0.2")
REORDER = Decimal("0.4")


class HistoryWriter:
    """Writes one history into the tenant in force."""

    def __init__(
        self, history: History, products: Sequence[DemoProduct], numbers: Numbers, workshop: Workshop
    ) -> None:
        self._history = history
        self._products = products
        self._numbers = numbers
        self._workshop = workshop
        self._documents: dict[Document, int] = {}
        self._shifts: dict[ShiftRecord, int] = {}
        self._sales: dict[SaleRecord, int] = {}
        self._accounts = AccountWriter(history, numbers)

    def write_stock(self) -> None:
        """The documents of stock and the levels that all movements add up to."""
        found = dict.fromkeys(
            movement.cause
            for movement in self._history.shelves.movements
            if isinstance(movement.cause, Document)
        )
        rows = [
            (
                self._numbers.branches[document.place],
                document.reason,
                document.notes,
                f"demo-{number}",
                self._numbers.storekeeper,
                document.at,
            )
            for number, document in enumerate(found, start=1)
        ]
        ids = insert_rows(StockAdjustment, DOCUMENT_COLUMNS, rows, key=("client_uuid",))
        self._documents = {document: ids[row[3],] for document, row in zip(found, rows, strict=True)}
        self._write_levels()

    def _write_levels(self) -> None:
        moved: dict[tuple[int, int], datetime] = {}
        for movement in self._history.shelves.movements:
            moved[movement.place, movement.product] = movement.at
        rows = []
        for (place, product), level in self._history.shelves.levels.items():
            most = self._history.targets.get((place, product))
            least = (most * LOW).to_integral_value() if most else ZERO
            reorder_point = (most * REORDER).to_integral_value() if most else None
            rows.append(
                (
                    self._numbers.branches[place],
                    self._numbers.products[product],
                    level.quantity,
                    level.average_cost,
                    level.value,
                    least,
                    reorder_point,
                    most,
                    LevelState.of(level.quantity, least, reorder_point).value,
                    moved[place, product],
                )
            )
        insert_rows(BranchStock, LEVEL_COLUMNS, rows)

    def write_shifts(self) -> None:
        """All shifts, closed and counted."""
        totals = self._totals()
        rows = [
            (
                self._numbers.branches[shift.store.place],
                self._numbers.tills[shift.till.number],
                self._numbers.cashiers[shift.cashier],
                shift.number,
                ShiftStatus.CLOSED.value,
                shift.last_number,
                shift.opening_cash,
                shift.expected_cash,
                shift.expected_cash,
                shift.closing_cash,
                shift.closing_cash - shift.expected_cash,
                totals[shift],
                shift.opened_at,
                shift.closed_at,
                self._numbers.cashiers[shift.cashier],
            )
            for shift in sorted(self._history.shifts, key=lambda shift: shift.opened_at)
        ]
        ids = insert_rows(Shift, SHIFT_COLUMNS, rows, key=("till_id", "number"))
        self._shifts = {
            shift: ids[self._numbers.tills[shift.till.number], shift.number] for shift in self._history.shifts
        }

    def _totals(self) -> dict[ShiftRecord, str]:
        """What was sold in each shift, as its row keeps it."""
        totals: dict[ShiftRecord, Totals] = {
            shift: with_cash({}, CashEntryKind.OPENING.value, shift.opening_cash)
            for shift in self._history.shifts
        }
        for sale in self._history.sales:
            priced, paid = sale.priced, sale.paid
            counted = with_receipt(
                totals[sale.shift],
                kind=SaleType.SALE.value,
                gross=priced.gross,
                discount=priced.discount,
                tax=priced.tax,
                rounding=priced.rounding,
                total=priced.total,
                payments=[(payment.method.value, payment.amount) for payment in paid.payments],
            )
            totals[sale.shift] = (
                with_cash(counted, CashEntryKind.SALE.value, paid.cash) if paid.cash else counted
            )
        for debt in self._history.debts:
            counted = with_cash(totals[debt.shift], CashEntryKind.DEBT.value, debt.amount)
            totals[debt.shift] = with_debt(counted, PaidBy.CASH.value, debt.amount)
        return {shift: json.dumps(facts) for shift, facts in totals.items()}

    def write_sales(self) -> None:
        """Receipts with their lines and payments."""
        random = Random(self._history.seed)
        rows = [
            self._sale_row(sale, UUID(int=random.getrandbits(128), version=4)) for sale in self._history.sales
        ]
        ids = insert_rows(Sale, SALE_COLUMNS, rows, key=("number",))
        self._sales = {sale: ids[row[5],] for sale, row in zip(self._history.sales, rows, strict=True)}
        insert_rows(SaleItem, ITEM_COLUMNS, self._item_rows())
        payments = (
            (
                self._sales[sale],
                payment.method.value,
                payment.amount,
                payment.tendered,
                payment.due_date,
            )
            for sale in self._history.sales
            for payment in sale.paid.payments
        )
        insert_rows(SalePayment, PAYMENT_COLUMNS, payments)

    def _sale_row(self, sale: SaleRecord, client_uuid: UUID) -> tuple[Any, ...]:
        shift, priced, paid = sale.shift, sale.priced, sale.paid
        return (
            self._numbers.branches[shift.store.place],
            self._numbers.tills[shift.till.number],
            self._shifts[shift],
            self._numbers.cashiers[shift.cashier],
            self._accounts.customer_of(sale),
            f"{shift.till.number}-{shift.number}-{sale.number}",
            client_uuid,
            self._request(sale, client_uuid).fingerprint(),
            paid.summary.value,
            priced.gross,
            priced.discount,
            priced.tax,
            priced.rounding,
            priced.total,
            paid.tendered,
            paid.change,
            sum((line.cost for line in sale.lines), ZERO),
            sale.at.date(),
            sale.at,
            sale.at,
        )

    def _request(self, sale: SaleRecord, client_uuid: UUID) -> SaleRequest:
        """What the till would have sent."""
        lines = zip(sale.lines, sale.priced.lines, strict=True)
        return SaleRequest(
            client_uuid,
            tuple(self._request_line(line, priced.discount) for line, priced in lines),
            tuple(
                Tender(payment.method, payment.tendered, payment.due_date) for payment in sale.paid.payments
            ),
            sum((priced.cart_discount for priced in sale.priced.lines), ZERO),
            self._accounts.customer_of(sale),
        )

    def _request_line(self, line: LineRecord, discount: Decimal) -> SaleLine:
        barcode = self._products[line.product].barcode
        product_id = None if barcode else self._numbers.products[line.product]
        return SaleLine(product_id, barcode, line.quantity, discount)

    def _item_rows(self) -> Iterator[tuple[Any, ...]]:
        for sale in self._history.sales:
            pairs = zip(sale.lines, sale.priced.lines, strict=True)
            for number, (line, priced) in enumerate(pairs, start=1):
                product = self._products[line.product]
                yield (
                    self._sales[sale],
                    number,
                    self._numbers.products[line.product],
                    product.name,
                    product.barcode,
                    self._numbers.units[line.product],
                    line.quantity,
                    ONE,
                    product.is_stocked,
                    product.price,
                    priced.gross,
                    priced.discount,
                    priced.cart_discount,
                    line.vat_rate,
                    True,
                    priced.tax,
                    priced.total,
                    line.unit_cost,
                    line.cost,
                )

    def write_customers(self) -> None:
        """The regulars."""
        self._accounts.write_customers()

    def write_accounts(self) -> None:
        """What the regulars bought and paid."""
        self._accounts.write_accounts(self._sales, self._shifts)

    def write_movements(self) -> None:
        """The stock ledger, in the order in which things happened."""
        insert_rows(InventoryMovement, MOVEMENT_COLUMNS, map(self._movement, self._history.shelves.movements))

    def _movement(self, movement: MovementRecord) -> tuple[Any, ...]:
        cause = movement.cause
        if isinstance(cause, SaleRecord):
            notes, author = None, self._numbers.cashiers[cause.shift.cashier]
            origin = (SALE, self._sales[cause])
        elif isinstance(cause, BakeRecord):
            notes, author = self._workshop.number_of(cause), self._workshop.operator_of(cause)
            origin = (COMPLETION_ORIGIN, self._workshop.completions[cause])
        else:
            notes, author = cause.notes, self._numbers.storekeeper
            origin = (ADJUSTMENT_ORIGIN, self._documents[cause])
        kind = MovementType.IN if movement.quantity > 0 else MovementType.OUT
        return (
            self._numbers.branches[movement.place],
            self._numbers.products[movement.product],
            kind.value,
            movement.quantity,
            movement.unit_cost,
            movement.value,
            notes,
            *origin,
            author,
            movement.at,
            movement.at,
        )

    def write_cash(self) -> None:
        """The cash ledger: opening float, cash of each sale, difference found at closing."""
        rows = [*self._opening_rows(), *self._cash_rows(), *self._debt_rows(), *self._difference_rows()]
        insert_rows(CashEntry, CASH_COLUMNS, sorted(rows, key=lambda row: row[8]))

    def _cash_row(
        self, shift: ShiftRecord, kind: CashEntryKind, amount: Decimal, origin: tuple[str, int], at: datetime
    ) -> tuple[Any, ...]:
        return (
            self._numbers.branches[shift.store.place],
            self._numbers.tills[shift.till.number],
            self._shifts[shift],
            self._numbers.cashiers[shift.cashier],
            kind.value,
            amount,
            *origin,
            at,
            at,
        )

    def _opening_rows(self) -> Iterator[tuple[Any, ...]]:
        for shift, number in self._shifts.items():
            yield self._cash_row(
                shift, CashEntryKind.OPENING, shift.opening_cash, (SHIFT, number), shift.opened_at
            )

    def _cash_rows(self) -> Iterator[tuple[Any, ...]]:
        for sale, number in self._sales.items():
            if sale.paid.cash:
                yield self._cash_row(sale.shift, CashEntryKind.SALE, sale.paid.cash, (SALE, number), sale.at)

    def _debt_rows(self) -> Iterator[tuple[Any, ...]]:
        for debt, number in self._accounts.payments.items():
            yield self._cash_row(
                debt.shift, CashEntryKind.DEBT, debt.amount, (PAYMENT_ORIGIN, number), debt.at
            )

    def _difference_rows(self) -> Iterator[tuple[Any, ...]]:
        for shift, number in self._shifts.items():
            difference = shift.closing_cash - shift.expected_cash
            if difference:
                yield self._cash_row(
                    shift, CashEntryKind.DIFFERENCE, difference, (SHIFT, number), shift.closed_at
                )


DOCUMENT_COLUMNS = ("branch_id", "reason", "notes", "client_uuid", "created_by", "created_at")
PAYMENT_COLUMNS = ("sale_id", "method", "amount", "tendered_amount", "due_date")
LEVEL_COLUMNS = (
    "branch_id", "product_id", "quantity", "average_cost", "value", "min_quantity", "reorder_point",
    "max_quantity", "level_state", "updated_at",
)  # fmt: skip
SHIFT_COLUMNS = (
    "branch_id", "till_id", "cashier_id", "number", "status", "last_number", "opening_cash",
    "cash_balance", "expected_cash", "closing_cash", "difference", "totals", "opened_at", "closed_at", "closed_by",
)  # fmt: skip
MOVEMENT_COLUMNS = (
    "branch_id", "product_id", "movement_type", "quantity", "unit_cost", "value", "notes", "origin_kind",
    "origin_id", "created_by", "occurred_at", "created_at",
)  # fmt: skip
CASH_COLUMNS = (
    "branch_id", "till_id", "shift_id", "created_by", "kind", "amount", "origin_kind", "origin_id",
    "occurred_at", "created_at",
)  # fmt: skip
SALE_COLUMNS = (
    "branch_id", "till_id", "shift_id", "cashier_id", "customer_id", "number", "client_uuid", "content_hash",
    "payment_method", "gross_amount", "discount_amount", "tax_amount", "rounding_amount", "total_amount",
    "tendered_amount", "change_amount", "cost_amount", "business_date", "sold_at", "created_at",
)  # fmt: skip
ITEM_COLUMNS = (
    "sale_id", "line_number", "product_id", "product_name", "barcode", "unit", "quantity", "multiplier", "is_tracked",
    "price", "gross_amount", "discount_amount", "cart_discount_amount", "vat_rate", "vat_included", "tax_amount",
    "total_amount", "unit_cost", "cost_amount",
)  # fmt: skip
WRITTEN: dict[type[Model], tuple[str, ...]] = {
    StockAdjustment: DOCUMENT_COLUMNS,
    BranchStock: LEVEL_COLUMNS,
    InventoryMovement: MOVEMENT_COLUMNS,
    Shift: SHIFT_COLUMNS,
    Sale: SALE_COLUMNS,
    SaleItem: ITEM_COLUMNS,
    SalePayment: PAYMENT_COLUMNS,
    CashEntry: CASH_COLUMNS,
    CustomerTransaction: ACCOUNT_COLUMNS,
    Payment: DEBT_COLUMNS,
}
"""Which columns of which tables the history fills; a test sees that none is forgotten."""
