"""Labels in ZPL II, the language of Zebra's printers and of many that imitate them; UTF-8 throughout."""

from collections.abc import Sequence
from itertools import groupby

from smartpos.catalog.labels.dots import Picture, Printer, bars_place, picture_place, plain
from smartpos.catalog.labels.layout import CENTER, LEFT, Bars, Element, Size, Stroke, Words
from smartpos.core.barcodes import is_ean

_SIDES = {LEFT: "L", CENTER: "C"}
# The height of the scalable font's cell, and how much of it is above the baseline.
_CELL, _ABOVE = 1.05, 0.79
_MOST_REPEATED = 400


def labels_zpl(labels: Sequence[tuple[Sequence[Element], int]], size: Size, printer: Printer) -> bytes:
    """The labels with their copies, in this order."""
    return "".join(_label(elements, copies, size, printer) for elements, copies in labels).encode()


def escaped(text: str) -> str:
    """A text as the data of a field that follows ``^FH``: the signs that begin commands as their numbers."""
    return "".join(f"_{ord(sign):02X}" if sign in "^~_\\" else sign for sign in text)


def _label(elements: Sequence[Element], copies: int, size: Size, printer: Printer) -> str:
    lines = ["^XA", "^CI28", f"^PW{printer.dots(size.width)}", f"^LL{printer.dots(size.height)}", "^LH0,0"]
    for element in elements:
        if isinstance(element, Words):
            lines.append(_words(element, printer))
        elif isinstance(element, Bars):
            lines.append(_bars(element, size, printer))
        else:
            lines.append(_stroke(element, printer))
    return "\n".join([*lines, f"^PQ{copies},0,1,Y", "^XZ", ""])


def _words(words: Words, printer: Printer) -> str:
    text = plain(words.text)
    if not printer.is_printable(text):
        left, top, picture = picture_place(words, printer)
        return f"^FO{left},{top}{_graphic(picture)}^FS"
    high = max(10, printer.dots(words.size * _CELL))
    top = max(0, printer.dots(words.y) - round(high * _ABOVE))
    wide = max(1, printer.dots(words.width)) + 4
    side = _SIDES.get(words.align, "R")
    block = f"^FB{wide},1,0,{side},0"
    return f"^FO{max(0, printer.dots(words.x))},{top}^A0N,{high},{round(high * 0.95)}{block}^FH_^FD{escaped(text)}^FS"


def _bars(bars: Bars, size: Size, printer: Printer) -> str:
    code = bars.code
    if is_ean(code) or is_ean(code, 8):
        left, top, module, high = bars_place(bars, size.width, printer)
        kind = "E" if len(code) == 13 else "8"
        return f"^BY{module}^FO{left},{top}^B{kind}N,{high},Y,N^FD{code[:-1]}^FS"
    # Pairs of digits in subset C, all else in B; a bracket in the data would switch to another one.
    pairs = code.isdigit() and len(code) % 2 == 0
    signs = len(code) // 2 if pairs else len(code)
    data = ">;" + code if pairs else ">:" + escaped(code).replace(">", ">0")
    left, top, module, high = bars_place(bars, size.width, printer, 11 * signs + 35)
    place = f"^BY{module}^FO{left},{top}"
    return f"{place}^BCN,{high},Y,N,N^FH_^FD{data}^FS"


def _stroke(stroke: Stroke, printer: Printer) -> str:
    thick = max(1, printer.dots(stroke.thickness))
    wide = max(thick, printer.dots(stroke.width))
    return f"^FO{max(0, printer.dots(stroke.x))},{printer.dots(stroke.y)}^GB{wide},{thick},{thick}^FS"


def _graphic(picture: Picture) -> str:
    total = picture.row_bytes * picture.height
    lines: list[str] = []
    before = ""
    for row in picture.rows:
        line = _compressed(row.hex().upper())
        lines.append(":" if line == before else line)
        before = line
    return f"^GFA,{total},{total},{picture.row_bytes},{''.join(lines)}"


def _compressed(digits: str) -> str:
    """A row in Zebra's short form: G to Y repeat the next digit 1 to 19 times, g to z 20 to 400 times."""
    short = digits.rstrip("0")
    parts = [
        _times(run) + digit if run > 1 else digit
        for digit, run in ((digit, len(list(same))) for digit, same in groupby(short))
    ]
    return "".join(parts) + ("," if len(short) < len(digits) else "")


def _times(run: int) -> str:
    parts = []
    while run >= 20:
        twenties = min(run, _MOST_REPEATED) // 20
        parts.append(chr(ord("f") + twenties))
        run -= twenties * 20
    if run:
        parts.append(chr(ord("F") + run))
    return "".join(parts)
