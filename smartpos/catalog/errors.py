"""What can be wrong with products and prices."""

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid


class WrongCheckDigit(Invalid):
    """A barcode of the EAN or UPC family whose last digit does not fit: misread or mistyped."""

    code = "wrong_check_digit"
    title = _l("The last digit of this barcode does not fit")


class BarcodeTaken(Conflict):
    """The code already means another product, or another pack; ``product_id`` tells which."""

    code = "barcode_taken"
    title = _l("This barcode already belongs to another product")


class InUse(Conflict):
    """Something cannot go while others need it; ``uses`` names the tables that do."""

    code = "in_use"
    title = _l("This is still in use")


class CategoryCycle(Invalid):
    """A category may not lie inside itself."""

    code = "category_cycle"
    title = _l("A category cannot be moved into itself")


class DefaultPriceType(Conflict):
    """There is always exactly one default price type; another has to take its place first."""

    code = "default_price_type"
    title = _l("This is the default price type. Make another one the default first.")


class NoBarcodePrefix(Conflict):
    """No prefix is left for barcodes of the shop's own: its scale uses it."""

    code = "no_barcode_prefix"
    title = _l("There is no number left with which barcodes of your own could begin")


class NothingToPrint(Invalid):
    """No label was asked for, or the stock of all products is zero."""

    code = "nothing_to_print"
    title = _l("There is nothing to print")
