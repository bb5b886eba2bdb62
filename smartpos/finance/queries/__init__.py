"""Questions about cash, expenses and exchange rates."""

from smartpos.finance.queries.cash import cash_entry_by_client_uuid, expected_cash, expected_cash_of
from smartpos.finance.queries.expenses import (
    active_category,
    categories,
    category,
    expense,
    expense_by_client_uuid,
    expenses,
)
from smartpos.finance.queries.rates import rate_in_force, rates, rates_in_force

__all__ = [
    "active_category",
    "cash_entry_by_client_uuid",
    "categories",
    "category",
    "expected_cash",
    "expected_cash_of",
    "expense",
    "expense_by_client_uuid",
    "expenses",
    "rate_in_force",
    "rates",
    "rates_in_force",
]
