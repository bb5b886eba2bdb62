"""What may be done at the till; and the settings of selling."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting
from smartpos.sales import receipt_settings  # noqa: F401 - declares the settings of receipts


class SalesPermission(Permission):
    SALE_CREATE = "sales:sale:create"
    SALE_READ = "sales:sale:read"
    SALE_READ_ALL = "sales:sale:read_all"
    SALE_DISCOUNT = "sales:sale:discount"
    DISCOUNT_ABOVE_LIMIT = "sales:sale:discount_above_limit"
    SALE_CHANGE_PRICE = "sales:sale:change_price"
    SALE_PRICE_TYPE = "sales:sale:choose_price_type"
    SALE_CREDIT = "sales:sale:credit"
    CREDIT_ABOVE_LIMIT = "sales:sale:credit_above_limit"
    SALE_REFUND = "sales:sale:refund"
    REFUND_WITHOUT_RECEIPT = "sales:sale:refund_without_receipt"
    REFUND_OTHER_TENDER = "sales:sale:refund_other_tender"
    SALE_SEND_FOR_OTHERS = "sales:sale:send_for_others"
    LINE_REMOVE = "sales:line:remove"
    CART_VOID = "sales:cart:void"
    RECEIPT_REPRINT = "sales:receipt:reprint"
    DRAWER_OPEN = "sales:drawer:open"
    APPROVE = "sales:approval:give"
    APPROVAL_READ = "sales:approval:read"
    TILL_EVENT_READ = "sales:till_event:read"
    HELD_SALE_USE = "sales:held_sale:use"
    PAYMENT_TAKE = "sales:payment:take"
    PAYMENT_REVERSE = "sales:payment:reverse"
    CASH_MOVE = "sales:cash:move"
    CASH_EXPENSE = "sales:cash:expense"
    SHIFT_OPEN = "sales:shift:open"
    SHIFT_CLOSE = "sales:shift:close"
    SHIFT_CLOSE_ANY = "sales:shift:close_any"
    SHIFT_READ_ALL = "sales:shift:read_all"
    REPORT_READ = "sales:report:read"


P = SalesPermission

_CASHIER = {
    P.SALE_CREATE,
    P.SALE_READ,
    P.SALE_DISCOUNT,
    P.SALE_CREDIT,
    P.LINE_REMOVE,
    P.CART_VOID,
    P.RECEIPT_REPRINT,
    P.DRAWER_OPEN,
    P.HELD_SALE_USE,
    P.PAYMENT_TAKE,
    P.CASH_MOVE,
    P.CASH_EXPENSE,
    P.SHIFT_OPEN,
    P.SHIFT_CLOSE,
}
_MANAGER = {
    *_CASHIER,
    P.SALE_READ_ALL,
    P.DISCOUNT_ABOVE_LIMIT,
    P.SALE_CHANGE_PRICE,
    P.SALE_PRICE_TYPE,
    P.CREDIT_ABOVE_LIMIT,
    P.SALE_REFUND,
    P.REFUND_WITHOUT_RECEIPT,
    P.REFUND_OTHER_TENDER,
    P.SALE_SEND_FOR_OTHERS,
    P.APPROVE,
    P.APPROVAL_READ,
    P.TILL_EVENT_READ,
    P.PAYMENT_REVERSE,
    P.SHIFT_CLOSE_ANY,
    P.SHIFT_READ_ALL,
    P.REPORT_READ,
}

declare(
    {
        P.SALE_CREATE: _l("Sell"),
        P.SALE_READ: _l("See one's own sales"),
        P.SALE_READ_ALL: _l("See all sales"),
        P.SALE_DISCOUNT: _l("Give discounts"),
        P.DISCOUNT_ABOVE_LIMIT: _l("Give discounts above the limit"),
        P.SALE_CHANGE_PRICE: _l("Change a price at the till"),
        P.SALE_PRICE_TYPE: _l("Choose the price type of a sale"),
        P.SALE_CREDIT: _l("Sell on credit"),
        P.CREDIT_ABOVE_LIMIT: _l("Sell on credit above the customer's limit"),
        P.SALE_REFUND: _l("Take goods back and exchange them"),
        P.REFUND_WITHOUT_RECEIPT: _l("Take goods back without a receipt"),
        P.REFUND_OTHER_TENDER: _l("Pay a refund back in another way than it was paid"),
        P.SALE_SEND_FOR_OTHERS: _l("Send in sales that somebody else made without a connection"),
        P.LINE_REMOVE: _l("Remove lines from a receipt"),
        P.CART_VOID: _l("Give up a receipt"),
        P.RECEIPT_REPRINT: _l("Print a receipt again"),
        P.DRAWER_OPEN: _l("Open the cash drawer without a sale"),
        P.APPROVE: _l("Approve at the till what a cashier may not do"),
        P.APPROVAL_READ: _l("See approvals"),
        P.TILL_EVENT_READ: _l("See removed lines, given up receipts and the like"),
        P.HELD_SALE_USE: _l("Park receipts and take them up again"),
        P.PAYMENT_TAKE: _l("Take payments of customers' debts"),
        P.PAYMENT_REVERSE: _l("Take back a payment of a customer"),
        P.CASH_MOVE: _l("Put cash into the drawer and take it out"),
        P.CASH_EXPENSE: _l("Pay expenses from the drawer"),
        P.SHIFT_OPEN: _l("Open a shift"),
        P.SHIFT_CLOSE: _l("Close one's own shift"),
        P.SHIFT_CLOSE_ANY: _l("Close anybody's shift"),
        P.SHIFT_READ_ALL: _l("See all shifts"),
        P.REPORT_READ: _l("See the reports of sales"),
    },
    {
        RoleKey.MANAGER: _MANAGER,
        RoleKey.CASHIER: _CASHIER,
        RoleKey.ACCOUNTANT: {
            P.SALE_READ,
            P.SALE_READ_ALL,
            P.SHIFT_READ_ALL,
            P.APPROVAL_READ,
            P.TILL_EVENT_READ,
            P.PAYMENT_TAKE,
            P.REPORT_READ,
        },
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
        _l("A role may have a limit of its own. Above it a manager's PIN is asked for."),
    )
)
declare_setting(
    Setting(
        "default_credit_limit",
        SettingKind.MONEY,
        Decimal(0),
        _l("Credit limit of customers without one of their own"),
        _l("0 means that they buy on credit only with a manager's PIN."),
    )
)
declare_setting(
    Setting(
        "loyalty_percent",
        SettingKind.WHOLE,
        0,
        _l("Points earned, in per cent of what is paid"),
        _l("One point is worth one unit of the currency when it is used. 0 switches points off."),
    )
)
for _tier, _label in (
    ("silver", _l("Points earned by silver customers, in per cent")),
    ("gold", _l("Points earned by gold customers, in per cent")),
    ("platinum", _l("Points earned by platinum customers, in per cent")),
):
    declare_setting(
        Setting(
            f"loyalty_percent_{_tier}",
            SettingKind.WHOLE,
            0,
            _label,
            _l("0: as everybody."),
        )
    )
declare_setting(
    Setting(
        "loyalty_most_percent",
        SettingKind.WHOLE,
        50,
        _l("Most of a receipt that points may pay, in per cent"),
    )
)
declare_setting(
    Setting(
        "foreign_currency",
        SettingKind.TEXT,
        "",
        _l("Foreign currency taken in cash"),
        _l("USD, for example; its rate is fixed when a shift is opened. Empty: none."),
    )
)
declare_setting(
    Setting(
        "shared_shifts",
        SettingKind.BOOLEAN,
        False,
        _l("Several cashiers sell in one shift of a till"),
        _l("Each signs in by PIN and is named on their own receipts; the drawer is counted once."),
    )
)
declare_setting(
    Setting(
        "cash_difference_tolerance",
        SettingKind.MONEY,
        Decimal(0),
        _l("Cash difference that needs no reason when a shift is closed"),
        _l("0 means that nobody is asked for one."),
    )
)
declare_setting(
    Setting(
        "notice_discount_percent",
        SettingKind.WHOLE,
        25,
        _l("Tell managers of discounts from, in per cent of the receipt"),
        _l("Discounts that people give, not promotions. 0 means never."),
    )
)
declare_setting(
    Setting(
        "notice_refund_amount",
        SettingKind.MONEY,
        Decimal(1_000_000),
        _l("Tell managers of refunds from"),
        _l("What the goods that come back are worth. 0 means never."),
    )
)
declare_setting(
    Setting(
        "lock_after_minutes",
        SettingKind.WHOLE,
        0,
        _l("Lock the till after so many minutes without use"),
        _l("0 means never."),
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
