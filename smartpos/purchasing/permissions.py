"""What may be done with purchases, suppliers' prices and payments to suppliers."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class PurchasingPermission(Permission):
    PURCHASE_READ = "purchasing:purchase:read"
    PURCHASE_WRITE = "purchasing:purchase:write"
    PURCHASE_RECEIVE = "purchasing:purchase:receive"
    PURCHASE_CONFIRM = "purchasing:purchase:confirm"
    PURCHASE_REVERT = "purchasing:purchase:revert"
    PRICE_WRITE = "purchasing:supplier_price:write"
    PAYMENT_READ = "purchasing:payment:read"
    PAYMENT_MAKE = "purchasing:payment:make"
    PAYMENT_REVERSE = "purchasing:payment:reverse"
    REPORT_READ = "purchasing:report:read"


P = PurchasingPermission

declare(
    {
        P.PURCHASE_READ: _l("See purchases"),
        P.PURCHASE_WRITE: _l("Enter and order purchases"),
        P.PURCHASE_RECEIVE: _l("Receive purchases"),
        P.PURCHASE_CONFIRM: _l("Confirm purchases: stock, cost and debt change"),
        P.PURCHASE_REVERT: _l("Revert confirmed purchases"),
        P.PRICE_WRITE: _l("Set suppliers' prices and lead times"),
        P.PAYMENT_READ: _l("See payments to suppliers"),
        P.PAYMENT_MAKE: _l("Pay suppliers"),
        P.PAYMENT_REVERSE: _l("Take back payments to suppliers"),
        P.REPORT_READ: _l("See the reports of purchases"),
    },
    {
        RoleKey.MANAGER: set(P),
        RoleKey.WAREHOUSE_MANAGER: {
            P.PURCHASE_READ,
            P.PURCHASE_WRITE,
            P.PURCHASE_RECEIVE,
            P.PURCHASE_CONFIRM,
            P.PRICE_WRITE,
            P.REPORT_READ,
        },
        RoleKey.ACCOUNTANT: {
            P.PURCHASE_READ,
            P.PAYMENT_READ,
            P.PAYMENT_MAKE,
            P.PAYMENT_REVERSE,
            P.REPORT_READ,
        },
    },
)

# After how many hours a purchase that was unloaded and not confirmed is told.
CONFIRM_HOURS = "purchase_confirm_hours"

declare_setting(
    Setting(
        CONFIRM_HOURS,
        SettingKind.WHOLE,
        24,
        _l("Hours until an unconfirmed purchase is told"),
        _l("Who confirms purchases hears of one that was unloaded so long ago; 0 switches it off."),
    )
)

declare_setting(
    Setting(
        "purchase_vat_recoverable",
        SettingKind.BOOLEAN,
        True,
        _l("VAT paid to suppliers is deducted from our own"),
        _l(
            "When off, the VAT of purchases is a part of what goods cost: for shops that do not pay VAT themselves."
        ),
    )
)
declare_setting(
    Setting(
        "purchase_review_days",
        SettingKind.WHOLE,
        7,
        _l("Days between two orders"),
        _l("What is suggested for order lasts until the order after the next one has come."),
    )
)
declare_setting(
    Setting(
        "purchase_lead_days",
        SettingKind.WHOLE,
        3,
        _l("Days from order to delivery"),
        _l("Where neither the supplier nor the product says how long it takes."),
    )
)
