"""What may be done at the till; and the settings of selling."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class SalesPermission(Permission):
    SALE_CREATE = "sales:sale:create"
    SALE_READ = "sales:sale:read"
    SALE_READ_ALL = "sales:sale:read_all"
    SALE_DISCOUNT = "sales:sale:discount"
    SHIFT_OPEN = "sales:shift:open"
    SHIFT_CLOSE = "sales:shift:close"
    SHIFT_CLOSE_ANY = "sales:shift:close_any"
    SHIFT_READ_ALL = "sales:shift:read_all"


P = SalesPermission

_CASHIER = {P.SALE_CREATE, P.SALE_READ, P.SALE_DISCOUNT, P.SHIFT_OPEN, P.SHIFT_CLOSE}

declare(
    {
        P.SALE_CREATE: _l("Sell"),
        P.SALE_READ: _l("See one's own sales"),
        P.SALE_READ_ALL: _l("See all sales"),
        P.SALE_DISCOUNT: _l("Give discounts"),
        P.SHIFT_OPEN: _l("Open a shift"),
        P.SHIFT_CLOSE: _l("Close one's own shift"),
        P.SHIFT_CLOSE_ANY: _l("Close anybody's shift"),
        P.SHIFT_READ_ALL: _l("See all shifts"),
    },
    {
        RoleKey.MANAGER: {*_CASHIER, P.SALE_READ_ALL, P.SHIFT_CLOSE_ANY, P.SHIFT_READ_ALL},
        RoleKey.CASHIER: _CASHIER,
        RoleKey.ACCOUNTANT: {P.SALE_READ, P.SALE_READ_ALL, P.SHIFT_READ_ALL},
    },
)

declare_setting(
    Setting(
        "cash_rounding_step",
        SettingKind.MONEY,
        Decimal(0),
        _l("Round cash totals to"),
        _l("A sale paid in cash alone is rounded to a multiple of this amount; 0 switches it off."),
    )
)
declare_setting(
    Setting(
        "max_discount_percent",
        SettingKind.WHOLE,
        100,
        _l("Largest discount at the till, in per cent of the receipt"),
    )
)
declare_setting(
    Setting(
        "cash_limit_per_receipt",
        SettingKind.MONEY,
        Decimal(0),
        _l("Most cash taken for one receipt"),
        _l("0 means no limit. In Uzbekistan cash above 25 million so'm is not allowed since April 2026."),
    )
)
