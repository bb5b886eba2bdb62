"""What can be done with cash, expenses and exchange rates."""

from smartpos.finance.operations.cash import record_cash
from smartpos.finance.operations.categories import (
    create_expense_category,
    delete_expense_category,
    update_expense_category,
)
from smartpos.finance.operations.expenses import EXPENSE_ORIGIN, ExpenseFacts, mark_cancelled, record_expense
from smartpos.finance.operations.rates import set_exchange_rate
from smartpos.finance.operations.starting import start_finance

__all__ = [
    "EXPENSE_ORIGIN",
    "ExpenseFacts",
    "create_expense_category",
    "delete_expense_category",
    "mark_cancelled",
    "record_cash",
    "record_expense",
    "set_exchange_rate",
    "start_finance",
    "update_expense_category",
]
