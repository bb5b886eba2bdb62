"""What may be done with cash, expenses, payments and exchange rates."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare


class FinancePermission(Permission):
    CASH_READ = "finance:cash:read"
    EXPENSE_READ = "finance:expense:read"
    EXPENSE_CREATE = "finance:expense:create"
    EXPENSE_CANCEL = "finance:expense:cancel"
    EXPENSE_CATEGORY_WRITE = "finance:expense_category:write"
    PAYMENT_READ = "finance:payment:read"
    RATE_READ = "finance:rate:read"
    RATE_WRITE = "finance:rate:write"
    REPORT_READ = "finance:report:read"


P = FinancePermission

_MANAGER = {
    P.CASH_READ,
    P.EXPENSE_READ,
    P.EXPENSE_CREATE,
    P.EXPENSE_CANCEL,
    P.EXPENSE_CATEGORY_WRITE,
    P.PAYMENT_READ,
    P.RATE_READ,
    P.RATE_WRITE,
    P.REPORT_READ,
}

declare(
    {
        P.CASH_READ: _l("See the cash ledger"),
        P.EXPENSE_READ: _l("See expenses"),
        P.EXPENSE_CREATE: _l("Enter expenses of the office"),
        P.EXPENSE_CANCEL: _l("Cancel expenses"),
        P.EXPENSE_CATEGORY_WRITE: _l("Edit the categories of expenses"),
        P.PAYMENT_READ: _l("See payments of customers"),
        P.RATE_READ: _l("See exchange rates"),
        P.RATE_WRITE: _l("Set exchange rates"),
        P.REPORT_READ: _l("See profit, expenses and VAT"),
    },
    {
        RoleKey.MANAGER: _MANAGER,
        RoleKey.CASHIER: {P.EXPENSE_READ, P.RATE_READ},
        RoleKey.ACCOUNTANT: _MANAGER,
    },
)
