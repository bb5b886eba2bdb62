"""The settings of what stands on a receipt; they have a page of their own, the receipt designer.

The texts at the top and at the bottom and the paper of new tills belong to the organization and are declared with it.
"""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from smartpos.core.settings import Setting, SettingKind, declare_setting


class QrKind(StrEnum):
    """What the QR code of a receipt says."""

    OFF = "off"
    LINK = "link"
    TEXT = "text"


WIDTHS = (80, 58)
MOST_COPIES = 5

# Set by the designer and not typed by anybody: the number of the logo's file, and the address of the product by which
# the receipts were designed, because a till without a connection and a job know no address.
LOGO = "receipt_logo"
ADDRESS = "receipt_qr_base"

declare_setting(Setting(LOGO, SettingKind.WHOLE, 0, _l("Logo on receipts"), own_page=True))
declare_setting(Setting(ADDRESS, SettingKind.TEXT, "", _l("Address of receipts"), own_page=True))
declare_setting(
    Setting(
        "receipt_barcode",
        SettingKind.BOOLEAN,
        True,
        _l("Barcode of the receipt's number"),
        _l("Scanned when goods come back."),
        own_page=True,
    )
)
declare_setting(
    Setting(
        "receipt_qr",
        SettingKind.TEXT,
        QrKind.OFF.value,
        _l("QR code"),
        _l("The address of the receipt opens it for your staff; a text of your own may be an address, too."),
        own_page=True,
    )
)
declare_setting(
    Setting(
        "receipt_qr_text",
        SettingKind.TEXT,
        "",
        _l("Text of the QR code"),
        _l("{number} and {total} are filled in."),
        own_page=True,
    )
)
declare_setting(Setting("receipt_vat", SettingKind.BOOLEAN, True, _l("VAT"), own_page=True))
declare_setting(
    Setting("receipt_cashier", SettingKind.BOOLEAN, True, _l("Name of the cashier"), own_page=True)
)
declare_setting(
    Setting("receipt_savings", SettingKind.BOOLEAN, True, _l("How much the customer saved"), own_page=True)
)
declare_setting(
    Setting("receipt_copies", SettingKind.WHOLE, 1, _l("Copies printed after a sale"), own_page=True)
)
