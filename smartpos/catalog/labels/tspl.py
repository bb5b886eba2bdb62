"""Labels in TSPL, the language of TSC's printers, of Xprinter's and many others; UTF-8 but for pictures."""

from collections.abc import Sequence

from smartpos.catalog.labels.dots import Picture, Printer, bars_place, picture_place, plain
from smartpos.catalog.labels.layout import CENTER, RIGHT, Bars, Element, Size, Stroke, Words
from smartpos.core.barcodes import is_ean

GAP_MM = 2
# The fonts that every printer has: name, width and height of a sign in dots.
_FONTS = (("1", 8, 12), ("2", 12, 20), ("3", 16, 24), ("4", 24, 32), ("5", 32, 48))
_MOST_TIMES = 4
_NEWLINE = b"\r\n"


def labels_tspl(labels: Sequence[tuple[Sequence[Element], int]], size: Size, printer: Printer) -> bytes:
    """The labels with their copies, in this order."""
    head = [
        f"SIZE {size.width:g} mm,{size.height:g} mm".encode(),
        f"GAP {GAP_MM} mm,0 mm".encode(),
        b"DIRECTION 1",
        b"REFERENCE 0,0",
        b"CODEPAGE UTF-8",
    ]
    parts = [*head]
    for elements, copies in labels:
        parts += [
            b"CLS",
            *(_element(element, size, printer) for element in elements),
            f"PRINT 1,{copies}".encode(),
        ]
    return _NEWLINE.join(parts) + _NEWLINE


def escaped(text: str) -> str:
    """A text within quotation marks."""
    return text.replace('"', '\\["]')


def _element(element: Element, size: Size, printer: Printer) -> bytes:
    if isinstance(element, Words):
        return _words(element, printer)
    if isinstance(element, Bars):
        return _bars(element, size, printer)
    return _stroke(element, printer)


def _words(words: Words, printer: Printer) -> bytes:
    text = plain(words.text)
    if not printer.is_printable(text):
        return _bitmap(*picture_place(words, printer))
    name, wide, high, times = _font_for(text, words, printer)
    room = printer.dots(words.width) - wide * times * len(text)
    shift = room if words.align == RIGHT else room // 2 if words.align == CENTER else 0
    left = max(0, printer.dots(words.x) + shift)
    top = max(0, printer.dots(words.y) - round(high * times * 0.82))
    return f'TEXT {left},{top},"{name}",0,{times},{times},"{escaped(text)}"'.encode()


def _font_for(text: str, words: Words, printer: Printer) -> tuple[str, int, int, int]:
    """The largest of the printer's fonts that is no higher than asked for and fits into the width."""
    tallest, widest = printer.dots(words.size * 1.12), printer.dots(words.width) + 4
    fitting = [
        (high * times, -times, (name, wide, high, times))
        for name, wide, high in _FONTS
        for times in range(1, _MOST_TIMES + 1)
        if high * times <= tallest and wide * times * len(text) <= widest
    ]
    return max(fitting)[2] if fitting else (*_FONTS[0], 1)


def _bars(bars: Bars, size: Size, printer: Printer) -> bytes:
    left, top, module, high = bars_place(bars, size.width, printer)
    kind, code = "128", escaped(bars.code)
    if is_ean(bars.code):
        kind, code = "EAN13", bars.code[:-1]
    elif is_ean(bars.code, 8):
        kind, code = "EAN8", bars.code[:-1]
    return f'BARCODE {left},{top},"{kind}",{high},1,0,{module},{module},"{code}"'.encode()


def _stroke(stroke: Stroke, printer: Printer) -> bytes:
    left, top, wide = max(0, printer.dots(stroke.x)), printer.dots(stroke.y), printer.dots(stroke.width)
    return f"BAR {left},{top},{wide},{max(1, printer.dots(stroke.thickness))}".encode()


def _bitmap(left: int, top: int, picture: Picture) -> bytes:
    # A bit that is set is white here.
    dots = b"".join(bytes(byte ^ 0xFF for byte in row) for row in picture.rows)
    return f"BITMAP {left},{top},{picture.row_bytes},{picture.height},0,".encode() + dots
