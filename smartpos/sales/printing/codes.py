"""Barcodes and QR codes as modules: what is dark and what is light."""

import segno
from barcode import Code128

QUIET = 10  # modules of white on either side of a barcode


class _Code128(Code128):  # type: ignore[misc]
    """The library's, but for a text that begins with the digits 99, whose pair it takes for a switch of its own."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        begins_with_99 = encoded[1] == 99
        return encoded if begins_with_99 else list(super()._try_to_optimize(encoded))


def barcode_modules(words: str) -> list[bool]:
    """The modules of a Code 128 from left to right, True for a bar. ``words`` are ASCII."""
    return [module == "1" for module in _Code128(words).build()[0]]


def qr_modules(words: str) -> list[list[bool]]:
    """The modules of a QR code row by row, True for dark, without the quiet zone."""
    code = segno.make(words, error="m", micro=False, boost_error=False)
    return [[bool(module) for module in line] for line in code.matrix]
