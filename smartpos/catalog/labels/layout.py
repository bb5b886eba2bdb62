"""Where everything stands on a label, in millimetres; the PDF and the printers' languages all draw this.

The blocks are stacked from above. Small lines that follow each other share a row two by two. The price takes as much of
the height as its width allows, the name what is left: it is broken into lines and made smaller until it fits, and only
at its smallest it is cut. What remains is spread between the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from smartpos.catalog.labels.facts import Block, LabelFacts
from smartpos.catalog.labels.fonts import CAPITALS, width_of
from smartpos.core.barcodes import QUIET, barcode_modules, is_ean

LEFT, CENTER, RIGHT = "left", "center", "right"
LINE = 1.17  # from baseline to baseline, in ems
ABOVE = 0.93  # from the top of a line to its baseline, in ems: room for Й and Ў
PRICE_HEIGHT = 0.92
PRICE_BASELINE = 0.76
DIGITS = 1.28  # what the code below its bars takes, in ems
CURRENCY = 0.42  # of the price's size
SMALLEST_LINE = 1.5
SMALLEST_NAME = 1.8
EASILY_READ = 2.5
SMALLEST_PRICE = 3.2
TALLEST_PRICE = 0.4  # of the label's height
LEAST_BARS = 3.0
MODULE = 0.33  # millimetres: the nominal width of the narrowest bar
THINNEST = 0.125  # thinner bars are read by no scanner of a shop
ELLIPSIS = "…"
SMALL = frozenset(Block) - {Block.NAME, Block.PRICE, Block.BARCODE}


class TooSmall(Exception):
    """The blocks do not fit on a label of this size, however small they are made."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text on one line: within ``width`` from ``x`` on, its baseline at ``y``, ``size`` is that of an em."""

    x: float
    y: float
    width: float
    text: str
    size: float
    bold: bool = False
    align: str = LEFT

    @property
    def left(self) -> float:
        """Where the first letter begins."""
        room = self.width - self.size * width_of(self.text, self.bold)
        return self.x + (room if self.align == RIGHT else room / 2 if self.align == CENTER else 0)


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode: bars within the box, the code in digits ``size`` high below them, its baseline at ``baseline``."""

    x: float
    y: float
    width: float
    height: float
    code: str
    size: float
    baseline: float

    @property
    def spoken(self) -> str:
        """The code as people read it."""
        return f"{self.code[0]} {self.code[1:7]} {self.code[7:]}" if is_ean(self.code) else self.code


@dataclass(frozen=True, slots=True)
class Stroke:
    """A horizontal line."""

    x: float
    y: float
    width: float
    thickness: float


Element = Words | Bars | Stroke


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a label in millimetres, and the white at its edges."""

    width: float
    height: float
    padding: float

    @property
    def room(self) -> float:
        """The width that may be printed on."""
        return self.width - 2 * self.padding


@dataclass(slots=True)
class _Row:
    """A row of the stack: what stands in it, and how high it is."""

    blocks: tuple[Block, ...]
    height: float = 0.0
    size: float = 0.0
    lines: Sequence[str] = ()
    is_cut: bool = False


@lru_cache(maxsize=4096)
def modules_of(code: str) -> tuple[bool, ...]:
    """The modules of a barcode."""
    return tuple(barcode_modules(code))


def lay_out(blocks: Sequence[Block], facts: LabelFacts, size: Size) -> list[Element]:
    """Everything that stands on a label. Raises TooSmall."""
    wanted = [block for block in blocks if facts.text(block)]
    rows = _rows(wanted)
    room = size.height - 2 * size.padding
    scale, gap = _scale(rows, room, size)
    _size_small(rows, scale, size)
    price = next((row for row in rows if row.blocks == (Block.PRICE,)), None)
    name = next((row for row in rows if row.blocks == (Block.NAME,)), None)
    bars = next((row for row in rows if row.blocks == (Block.BARCODE,)), None)
    free = room - gap * (len(rows) - 1) - sum(row.height for row in rows)
    for part in (0.56, 0.46, 0.38) if price and name else (0.7,):
        left = free
        if price:
            _size_price(price, facts, left * part, size)
            left -= price.height
        if name:
            _size_name(name, facts.name, left if bars is None or price else left * 0.5, size)
            left -= name.height
        # A long name takes some of the price's height rather than become unreadable.
        if name is None or (name.size >= EASILY_READ and not name.is_cut):
            break
    free = left
    if bars and free > 0:
        # Bars that are higher are read from farther away, but they need not be a fence.
        more = min(free * (0.5 if price else 1), max(0.0, size.height * 0.5 - bars.height))
        bars.height += more
        free -= more
    spare = min(max(free, 0) / max(len(rows), 1), 2.2)
    y = size.padding + max(0.0, free - spare * (len(rows) - 1)) / 2
    elements: list[Element] = []
    for row in rows:
        elements += _draw(row, facts, y, size)
        y += row.height + gap + spare
    return elements


def _rows(blocks: Sequence[Block]) -> list[_Row]:
    rows: list[_Row] = []
    for block in blocks:
        last = rows[-1].blocks if rows else ()
        if block in SMALL and len(last) == 1 and last[0] in SMALL:
            rows[-1].blocks = (last[0], block)
        else:
            rows.append(_Row((block,)))
    return rows


def _line_size(size: Size) -> float:
    return min(max(size.height * 0.062, 1.9), 3.4)


def _bars_height(size: Size, digits: float) -> float:
    return max(LEAST_BARS, min(size.height * 0.2, 9.0)) + digits * DIGITS


def _scale(rows: list[_Row], room: float, size: Size) -> tuple[float, float]:
    """How much smaller than usual the small lines must be, and the space between rows."""
    stretching = [row for row in rows if row.blocks[0] in {Block.NAME, Block.PRICE}]
    least = {Block.NAME: SMALLEST_NAME * LINE, Block.PRICE: SMALLEST_PRICE * PRICE_HEIGHT}
    needed = sum(least[row.blocks[0]] for row in stretching)
    for step in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4):
        gap = min(0.8, size.height * 0.018) * step
        _size_small(rows, step, size)
        fixed = sum(row.height for row in rows) + gap * (len(rows) - 1)
        if fixed + needed <= room and (step <= 0.6 or not stretching or room - fixed >= room * 0.42):
            return step, gap
    raise TooSmall


def _size_small(rows: list[_Row], scale: float, size: Size) -> None:
    line = max(_line_size(size) * scale, SMALLEST_LINE)
    for row in rows:
        if row.blocks[0] is Block.BARCODE:
            row.size = line
            row.height = max(_bars_height(size, line) * scale, LEAST_BARS + line * DIGITS)
        elif row.blocks[0] in SMALL:
            row.size, row.height = line, line * LINE


def _size_price(row: _Row, facts: LabelFacts, share: float, size: Size) -> None:
    ems = width_of(facts.price, bold=True)
    if facts.currency:
        ems += CURRENCY * (width_of(facts.currency) + 0.45)
    highest = size.height * TALLEST_PRICE
    row.size = max(min(share, highest) / PRICE_HEIGHT, 1.0)
    row.size = min(row.size, size.room / max(ems, 0.1))
    row.height = row.size * PRICE_HEIGHT


def _size_name(row: _Row, name: str, share: float, size: Size) -> None:
    largest = min(max(size.height * 0.125, 2.8), 7.0)
    at = largest
    while at >= SMALLEST_NAME:
        lines = wrap(name, size.room / at)
        if len(lines) * LINE * at <= share:
            break
        at -= 0.2
    else:
        at = SMALLEST_NAME
        whole = wrap(name, size.room / at)
        lines = _cut(whole, max(1, int(share / (LINE * at) + 0.01)), size.room / at)
    row.is_cut = lines != wrap(name, size.room / at)
    if not row.is_cut:
        lines = _balanced(name, len(lines), size.room / at)
    row.size, row.lines, row.height = at, lines, len(lines) * LINE * at


def wrap(text: str, ems: float) -> list[str]:
    """A bold text in lines of at most so many ems; a word that is longer is divided where it must be."""
    lines: list[str] = []
    line = ""
    for given in text.split():
        word = given
        longer = f"{line} {word}" if line else word
        if width_of(longer, bold=True) <= ems:
            line = longer
            continue
        if line:
            lines.append(line)
        while width_of(word, bold=True) > ems and len(word) > 1:
            fits = next(
                n for n in range(len(word) - 1, 0, -1) if n == 1 or width_of(word[:n], bold=True) <= ems
            )
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


def _balanced(text: str, count: int, ems: float) -> list[str]:
    """The text in as many lines, none much longer than the others: a single word in the last one looks lost."""
    narrower = (wrap(text, ems * part / 20) for part in range(10, 20))
    return next((lines for lines in narrower if len(lines) == count), None) or wrap(text, ems)


def _cut(lines: list[str], most: int, ems: float) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _shortened(" ".join(lines[most - 1 :]), ems, bold=True)]


def _shortened(text: str, ems: float, *, bold: bool = False) -> str:
    if width_of(text, bold) <= ems:
        return text
    while text and width_of(text + ELLIPSIS, bold) > ems:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def _draw(row: _Row, facts: LabelFacts, y: float, size: Size) -> list[Element]:
    block = row.blocks[0]
    if block is Block.PRICE:
        return _draw_price(row, facts, y, size)
    if block is Block.NAME:
        return [
            Words(
                size.padding, y + (ABOVE + LINE * place) * row.size, size.room, line, row.size, True, CENTER
            )
            for place, line in enumerate(row.lines)
        ]
    if block is Block.BARCODE:
        return _draw_bars(row, facts.barcode, y, size)
    return _draw_small(row, facts, y, size)


def _draw_price(row: _Row, facts: LabelFacts, y: float, size: Size) -> list[Element]:
    baseline = y + row.size * PRICE_BASELINE
    amount = row.size * width_of(facts.price, bold=True)
    small = row.size * CURRENCY
    name = small * width_of(facts.currency) if facts.currency else 0
    between = small * 0.45 if facts.currency else 0
    x = size.padding + max(0.0, size.room - amount - between - name) / 2
    drawn: list[Element] = [Words(x, baseline, amount, facts.price, row.size, True)]
    if facts.currency:
        drawn.append(Words(x + amount + between, baseline, name, facts.currency, small))
    return drawn


def _draw_bars(row: _Row, code: str, y: float, size: Size) -> list[Element]:
    width = len(modules_of(code)) + 2 * QUIET
    module = min(MODULE, size.width / width)
    digits = min(row.size, size.room / max(width_of(code), 0.1))
    high = row.height - row.size * DIGITS
    baseline = y + row.height - row.size * 0.28
    if module < THINNEST:  # no scanner would read it; people still do
        digits = min(row.size * 1.4, size.room / max(width_of(code), 0.1))
        return [Words(size.padding, y + row.height / 2, size.room, code, digits, False, CENTER)]
    wide = module * (width - 2 * QUIET)
    return [Bars((size.width - wide) / 2, y, wide, high, code, digits, baseline)]


def _draw_small(row: _Row, facts: LabelFacts, y: float, size: Size) -> list[Element]:
    texts = [facts.text(block) for block in row.blocks]
    gap = row.size
    whole = sum(width_of(text) for text in texts) * row.size + gap * (len(texts) - 1)
    at = row.size
    if whole > size.room:
        at = max(row.size * size.room / whole, SMALLEST_LINE)
    texts = _fitted(texts, (size.room - gap * (len(texts) - 1)) / at)
    baseline = y + row.size * ABOVE
    sides = (CENTER,) if len(texts) == 1 else (LEFT, RIGHT)
    drawn: list[Element] = []
    for block, text, side in zip(row.blocks, texts, sides, strict=True):
        words = Words(size.padding, baseline, size.room, text, at, False, side)
        drawn.append(words)
        if block is Block.OLD_PRICE:
            middle = baseline - at * CAPITALS / 2
            drawn.append(Stroke(words.left - 0.3, middle, at * width_of(text) + 0.6, max(at * 0.09, 0.2)))
    return drawn


def _fitted(texts: list[str], ems: float) -> list[str]:
    """The texts of a row, shortened where they do not fit beside each other: the longer one gives way first."""
    widths = [width_of(text) for text in texts]
    if sum(widths) <= ems:
        return texts
    if len(texts) == 1:
        return [_shortened(texts[0], ems)]
    half = ems / 2
    rooms = [min(mine, max(half, ems - other)) for mine, other in (widths, widths[::-1])]
    return [_shortened(text, room) for text, room in zip(texts, rooms, strict=True)]
