"""The regulars of the history as rows: customers, their payments, and the ledger of their accounts."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any
from uuid import UUID

from smartpos.core.idempotency import fingerprint_of
from smartpos.core.money import ZERO, plain
from smartpos.crm.models import Customer, CustomerEntryKind, CustomerTransaction, CustomerType
from smartpos.crm.operations import rebuild_customer_search
from smartpos.demo.bulk import insert_rows
from smartpos.demo.history import History
from smartpos.demo.numbers import Numbers
from smartpos.demo.records import DebtRecord, SaleRecord, ShiftRecord
from smartpos.finance.models import PaidBy, Payment
from smartpos.sales.operations import SALE_ORIGIN as SALE
from smartpos.sales.queries.debts import PAYMENT_ORIGIN

PAYMENT_PREFIX = "P-"


class AccountWriter:
    """Writes the accounts of one history into the tenant in force."""

    def __init__(self, history: History, numbers: Numbers) -> None:
        self._history = history
        self._numbers = numbers
        self._customers: dict[int, int] = {}
        self.payments: dict[DebtRecord, int] = {}

    def write_customers(self) -> None:
        """The regulars, with the balances that their accounts add up to."""
        known_since = self._history.shifts[0].opened_at if self._history.shifts else None
        rows = [
            (
                str(100_001 + regular.number),
                regular.name,
                (CustomerType.COMPANY if regular.is_company else CustomerType.PERSON).value,
                regular.phone,
                regular.birth_date,
                regular.credit_limit,
                -regular.debt,
                regular.points,
                regular.tier.value,
                known_since,
                known_since,
            )
            for regular in self._history.regulars
        ]
        ids = insert_rows(Customer, CUSTOMER_COLUMNS, rows, key=("customer_number",))
        self._customers = {
            regular.number: ids[row[0],] for regular, row in zip(self._history.regulars, rows, strict=True)
        }
        rebuild_customer_search(list(self._customers.values()))

    def customer_of(self, sale: SaleRecord) -> int | None:
        """The id of who bought, if the shop knows them."""
        return self._customers[sale.purchase.regular] if sale.purchase else None

    def write_accounts(self, sales: Mapping[SaleRecord, int], shifts: Mapping[ShiftRecord, int]) -> None:
        """What the regulars bought and paid: the payments, and the ledger of the accounts."""
        random = Random(self._history.seed + 1)
        rows = []
        for number, debt in enumerate(self._history.debts, start=1):
            client_uuid = UUID(int=random.getrandbits(128), version=4)
            shift = debt.shift
            rows.append(
                (
                    f"{PAYMENT_PREFIX}{number:06}",
                    client_uuid,
                    fingerprint_of([str(client_uuid), plain(debt.amount)]),
                    self._customers[debt.regular],
                    debt.amount,
                    PaidBy.CASH.value,
                    debt.at.date(),
                    self._numbers.branches[shift.store.place],
                    self._numbers.tills[shift.till.number],
                    shifts[shift],
                    self._numbers.cashiers[shift.cashier],
                    debt.at,
                    debt.at,
                )
            )
        ids = insert_rows(Payment, DEBT_COLUMNS, rows, key=("payment_number",))
        self.payments = {debt: ids[row[0],] for debt, row in zip(self._history.debts, rows, strict=True)}
        entries = [*self._purchase_rows(sales), *self._settled_rows()]
        insert_rows(CustomerTransaction, ACCOUNT_COLUMNS, sorted(entries, key=lambda row: row[-1]))

    def _purchase_rows(self, sales: Mapping[SaleRecord, int]) -> Iterator[tuple[Any, ...]]:
        for sale, number in sales.items():
            bought = sale.purchase
            if bought is None:
                continue
            yield (
                self._customers[bought.regular],
                self._numbers.branches[sale.shift.store.place],
                CustomerEntryKind.SALE.value,
                -bought.credit,
                sale.priced.total,
                bought.points_earned,
                bought.points_used,
                bought.due_date,
                SALE,
                number,
                self._numbers.cashiers[sale.shift.cashier],
                sale.at,
                sale.at,
            )

    def _settled_rows(self) -> Iterator[tuple[Any, ...]]:
        for debt, number in self.payments.items():
            yield (
                self._customers[debt.regular],
                self._numbers.branches[debt.shift.store.place],
                CustomerEntryKind.PAYMENT.value,
                debt.amount,
                ZERO,
                ZERO,
                ZERO,
                None,
                PAYMENT_ORIGIN,
                number,
                self._numbers.cashiers[debt.shift.cashier],
                debt.at,
                debt.at,
            )


CUSTOMER_COLUMNS = (
    "customer_number", "name", "type", "phone", "birth_date", "credit_limit", "balance", "points", "tier",
    "created_at", "updated_at",
)  # fmt: skip
DEBT_COLUMNS = (
    "payment_number", "client_uuid", "content_hash", "customer_id", "amount", "payment_method", "payment_date",
    "branch_id", "till_id", "shift_id", "received_by", "occurred_at", "created_at",
)  # fmt: skip
ACCOUNT_COLUMNS = (
    "customer_id", "branch_id", "transaction_type", "amount", "turnover", "points_earned", "points_used", "due_date",
    "origin_kind", "origin_id", "created_by", "occurred_at", "created_at",
)  # fmt: skip
