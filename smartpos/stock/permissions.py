"""What may be done with stock; and its settings."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class StockPermission(Permission):
    STOCK_READ = "stock:stock:read"
    MOVEMENT_READ = "stock:movement:read"
    STOCK_ADJUST = "stock:stock:adjust"
    LEVEL_WRITE = "stock:level:write"


P = StockPermission

declare(
    {
        P.STOCK_READ: _l("See what is in stock"),
        P.MOVEMENT_READ: _l("See stock movements"),
        P.STOCK_ADJUST: _l("Correct stock and enter opening balances"),
        P.LEVEL_WRITE: _l("Set minimum and maximum stock"),
    },
    {
        RoleKey.MANAGER: {P.STOCK_READ, P.MOVEMENT_READ, P.STOCK_ADJUST, P.LEVEL_WRITE},
        RoleKey.CASHIER: {P.STOCK_READ},
        RoleKey.WAREHOUSE_MANAGER: {P.STOCK_READ, P.MOVEMENT_READ, P.STOCK_ADJUST, P.LEVEL_WRITE},
        RoleKey.ACCOUNTANT: {P.STOCK_READ, P.MOVEMENT_READ},
        RoleKey.OPERATOR: {P.STOCK_READ},
        RoleKey.AGENT: {P.STOCK_READ},
    },
)

declare_setting(
    Setting(
        "sell_below_zero",
        SettingKind.BOOLEAN,
        False,
        _l("Allow selling more than is in stock"),
        _l("When off, a sale that would take stock below zero is refused with the list of what is short."),
    )
)
