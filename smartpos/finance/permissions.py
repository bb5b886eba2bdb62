"""What may be done with the cash ledger."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare


class FinancePermission(Permission):
    CASH_READ = "finance:cash:read"


P = FinancePermission

declare(
    {P.CASH_READ: _l("See the cash ledger")},
    {RoleKey.MANAGER: {P.CASH_READ}, RoleKey.ACCOUNTANT: {P.CASH_READ}},
)
