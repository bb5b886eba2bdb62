"""The settings about the shop's own barcodes and those of its scale."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.catalog.scales import SCALE_SETTING, check_patterns
from smartpos.core.errors import Invalid
from smartpos.core.settings import Setting, SettingKind, declare_setting

PREFIXES = tuple(str(number) for number in range(29, 19, -1))
"""The prefixes that GS1 leaves to shops, in the order in which one is chosen where the tenant has not."""


def check_prefix(text: str) -> str:
    """The setting as it is kept. Raises Invalid."""
    if text and text not in PREFIXES:
        raise Invalid(_("Barcodes of your own begin with a number from 20 to 29."))
    return text


declare_setting(
    Setting(
        "barcode_prefix",
        SettingKind.TEXT,
        "",
        _l("Barcodes of your own begin with"),
        _l("A number from 20 to 29 that your scale does not use; left empty, one is chosen by itself."),
        check=check_prefix,
    )
)
declare_setting(
    Setting(
        SCALE_SETTING,
        SettingKind.TEXT,
        "",
        _l("Barcodes of the scale"),
        _l(
            "Patterns of 13 signs, separated by commas: digits stand for themselves, C for the product's code, W for "
            "grams, P for the price, X for the check digit. 20CCCCCWWWWWX, for example."
        ),
        check=check_patterns,
    )
)
