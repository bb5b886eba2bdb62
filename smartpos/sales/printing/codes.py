"""Barcodes and QR codes as modules: what is dark and what is light."""

import segno

from smartpos.core.barcodes import QUIET
from smartpos.core.barcodes import code128_modules as barcode_modules

__all__ = ["QUIET", "barcode_modules", "qr_modules"]


def qr_modules(words: str) -> list[list[bool]]:
    """The modules of a QR code row by row, True for dark, without the quiet zone."""
    code = segno.make(words, error="m", micro=False, boost_error=False)
    return [[bool(module) for module in line] for line in code.matrix]
