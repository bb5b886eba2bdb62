"""Barcodes: what they may look like, and the check digit of those that have one.

Codes that are eight, twelve, thirteen or fourteen digits long are taken for EAN-8, UPC-A, EAN-13 and ITF-14, and a
wrong check digit is refused: it nearly always is a misread or mistyped code, which no scanner would ever find again.
Codes that GS1 leaves to the shop itself are not checked, because shops fill them as they like: EAN-13 from 20 to 29,
UPC-A with 2 or 4, EAN-8 with 0 or 2 in front.
"""

import re
from typing import Any

from flask_babel import gettext as _

from smartpos.catalog.errors import WrongCheckDigit
from smartpos.core.barcodes import check_digit
from smartpos.identity.errors import BadField

__all__ = ["check_digit", "clean_barcode"]

LONGEST = 64
_PRINTABLE = re.compile(r"[!-~]{1,64}")
_SHAPED = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_IN_SHOP = {8: ("0", "2"), 12: ("2", "4"), 13: ("2",), 14: ()}


def clean_barcode(value: Any, field: str = "barcode") -> str:
    """A barcode as it is stored. Raises BadField for what no scanner sends, WrongCheckDigit for a misread one."""
    code = "".join(str(value).split())
    if not _PRINTABLE.fullmatch(code):
        raise BadField(field, _("A barcode has 1 to 64 Latin letters, digits or signs, without spaces."))
    if _SHAPED.fullmatch(code) and not code.startswith(_IN_SHOP[len(code)]):
        right = check_digit(code[:-1])
        if code[-1] != right:
            sentence = _(
                "The last digit of %(barcode)s would have to be %(digit)s. Please scan it again.",
                barcode=code,
                digit=right,
            )
            raise WrongCheckDigit(sentence, errors={field: [sentence]}, barcode=code)
    return code
