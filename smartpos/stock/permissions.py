"""What may be done with stock; and its settings."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting
from smartpos.stock.markdown import USUAL_STEPS, check_steps


class StockPermission(Permission):
    STOCK_READ = "stock:stock:read"
    MOVEMENT_READ = "stock:movement:read"
    STOCK_ADJUST = "stock:stock:adjust"
    LEVEL_WRITE = "stock:level:write"
    BATCH_READ = "stock:batch:read"
    BATCH_WRITE = "stock:batch:write"
    TRANSFER_READ = "stock:transfer:read"
    TRANSFER_CREATE = "stock:transfer:create"
    TRANSFER_APPROVE = "stock:transfer:approve"
    TRANSFER_SHIP = "stock:transfer:ship"
    TRANSFER_RECEIVE = "stock:transfer:receive"
    COUNT_READ = "stock:count:read"
    COUNT_CREATE = "stock:count:create"
    COUNT_ENTER = "stock:count:enter"
    COUNT_POST = "stock:count:post"
    REPORT_READ = "stock:report:read"


P = StockPermission

declare(
    {
        P.STOCK_READ: _l("See what is in stock"),
        P.MOVEMENT_READ: _l("See stock movements"),
        P.STOCK_ADJUST: _l("Correct stock and enter opening balances"),
        P.LEVEL_WRITE: _l("Set minimum and maximum stock"),
        P.BATCH_READ: _l("See lots and where they went"),
        P.BATCH_WRITE: _l("Correct numbers and expiry dates of lots"),
        P.TRANSFER_READ: _l("See transfers between branches"),
        P.TRANSFER_CREATE: _l("Ask for goods of another branch"),
        P.TRANSFER_APPROVE: _l("Approve and reject transfers"),
        P.TRANSFER_SHIP: _l("Send off transfers"),
        P.TRANSFER_RECEIVE: _l("Receive transfers"),
        P.COUNT_READ: _l("See stock counts and their differences"),
        P.COUNT_CREATE: _l("Start and cancel stock counts"),
        P.COUNT_ENTER: _l("Count"),
        P.COUNT_POST: _l("Approve and post stock counts"),
        P.REPORT_READ: _l("See the reports of stock"),
    },
    {
        RoleKey.MANAGER: set(P),
        RoleKey.CASHIER: {P.STOCK_READ},
        RoleKey.WAREHOUSE_MANAGER: set(P) - {P.TRANSFER_APPROVE, P.COUNT_POST},
        RoleKey.ACCOUNTANT: {
            P.STOCK_READ,
            P.MOVEMENT_READ,
            P.BATCH_READ,
            P.TRANSFER_READ,
            P.COUNT_READ,
            P.REPORT_READ,
        },
        RoleKey.OPERATOR: {P.STOCK_READ, P.BATCH_READ},
        RoleKey.AGENT: {P.STOCK_READ},
        RoleKey.EMPLOYEE: {P.COUNT_ENTER},
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
declare_setting(
    Setting(
        "transfers_need_approval",
        SettingKind.BOOLEAN,
        True,
        _l("Transfers between branches wait for approval"),
        _l("When off, a transfer may be sent off as soon as it is entered."),
    )
)
declare_setting(
    Setting(
        "sales_velocity_days",
        SettingKind.WHOLE,
        28,
        _l("Days of sales that tell how fast goods sell"),
        _l("Suggested orders and the days that stock lasts are reckoned from them."),
    )
)
declare_setting(
    Setting(
        "near_expiry_days",
        SettingKind.WHOLE,
        14,
        _l("Days before expiry from which a lot expires soon"),
        _l("Lots that expire within so many days are shown as expiring soon."),
    )
)
declare_setting(
    Setting(
        "near_expiry_markdowns",
        SettingKind.TEXT,
        USUAL_STEPS,
        _l("Suggested markdowns before expiry"),
        _l(
            "Per cent of shelf life left : per cent off. 30:20, 15:35, 5:50 suggests a fifth off when less than a third"
            " of the life is left. Empty suggests nothing."
        ),
        check=check_steps,
    )
)
