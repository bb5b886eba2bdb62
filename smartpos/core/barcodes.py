"""Barcodes as modules: narrow columns from left to right, True where a bar is."""

from barcode import Code128
from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13

QUIET = 10  # modules of white on either side of a barcode


def check_digit(digits: str) -> str:
    """The GS1 check digit: from the right the digits count three, one, three, one."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_ean(code: str, length: int = 13) -> bool:
    """Whether a code is an EAN of this many digits whose last one is right."""
    digits = code.isascii() and code.isdigit() and len(code) == length
    return digits and check_digit(code[:-1]) == code[-1]


class _Code128(Code128):  # type: ignore[misc]
    """The library's, but for a text that begins with the digits 99, whose pair it takes for a switch of its own."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        begins_with_99 = encoded[1] == 99
        return encoded if begins_with_99 else list(super()._try_to_optimize(encoded))


def code128_modules(words: str) -> list[bool]:
    """The modules of a Code 128. ``words`` are ASCII."""
    return [module == "1" for module in _Code128(words).build()[0]]


def ean_modules(code: str) -> list[bool]:
    """The modules of an EAN-13 or EAN-8 whose last digit is right."""
    kind = EuropeanArticleNumber13 if len(code) == 13 else EuropeanArticleNumber8
    return [module == "1" for module in kind(code).build()[0]]


def barcode_modules(code: str) -> list[bool]:
    """The modules of what scanners read as exactly this: an EAN where the code is one, else a Code 128."""
    return ean_modules(code) if is_ean(code) or is_ean(code, 8) else code128_modules(code)
