"""Paper as a picture of black and white dots.

Thermal printers know no Ғ, Қ, Ҳ, Ў nor ʻ in any of their code pages, so text goes to them as a picture. The letters
come with a Python package and are the same on every machine.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from smartpos.core.pdf import FONT_FOLDER
from smartpos.sales.printing.blocks import Block
from smartpos.sales.printing.codes import QUIET, barcode_modules, qr_modules

DOTS = {58: 384, 80: 576}  # of a print head of 203 dots per inch
BLACK, WHITE = 0, 255
# Where a grey edge of a letter becomes a dot; lower makes letters thinner.
THRESHOLD = 150
LOGO_WIDTH = 384
QR_SIZE = 232  # dots: about 29 mm
BARCODE_HEIGHT = 76

Draw = Callable[[ImageDraw.ImageDraw, int], None]


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "Roboto-Bold.ttf" if bold else "Roboto-Regular.ttf"
    return ImageFont.truetype(str(FONT_FOLDER / name), size)


def paper_picture(blocks: Sequence[Block], width: int, *, logo: bytes | None = None) -> Image.Image:
    """The paper of these blocks for ``width`` millimetres (58 or 80) as a picture of one bit per dot."""
    roll = _Roll(DOTS[width])
    for block in blocks:
        roll.add(block, logo)
    return roll.picture()


class _Roll:
    """Paper that grows downwards; drawn at the end, when its length is known."""

    def __init__(self, dots: int) -> None:
        self.dots = dots
        self.base = 22 if dots < 500 else 26
        self.height = 0
        self.pieces: list[tuple[int, Draw]] = []

    def picture(self) -> Image.Image:
        image = Image.new("L", (self.dots, max(self.height, 1)), WHITE)
        pen = ImageDraw.Draw(image)
        for top, draw in self.pieces:
            draw(pen, top)
        return image.point([BLACK if shade < THRESHOLD else WHITE for shade in range(256)]).convert("1")

    def add(self, block: Block, logo: bytes | None) -> None:
        kind = block["kind"]
        if kind == "row":
            self._row(block["label"], block["value"], block["style"])
        elif kind == "rule":
            self._rule()
        elif kind == "logo":
            self._logo(logo)
        elif kind == "barcode":
            self._barcode(block["text"])
        elif kind == "qr":
            self._qr(block["text"])
        else:
            self._words(kind, block["text"])

    def _words(self, kind: str, words: str) -> None:
        size, bold, middle = {
            "shop": (self.base + 12, True, True),
            "title": (self.base + 10, True, True),
            "saved": (self.base + 2, True, True),
            "name": (self.base, True, False),
        }.get(kind, (self.base - 2, False, True))
        font = _font(size, bold)
        for line in words.splitlines():
            for part in wrapped(line, font, self.dots):
                self._line(part, font, "middle" if middle else "left")

    def _line(self, words: str, font: ImageFont.FreeTypeFont, place: str) -> None:
        height = round(font.size * 1.28)
        spare = self.dots - font.getlength(words)
        left = {"left": 0.0, "middle": spare / 2, "right": spare}[place]
        self._piece(height, lambda pen, top: pen.text((left, top), words, font=font, fill=BLACK))

    def _row(self, label: str, value: str, style: str) -> None:
        bold = style in {"strong", "total"}
        font = _font(round(self.base * 1.5) if style == "total" else self.base, bold)
        value = plain_spaces(value)
        value_width = font.getlength(value)
        room = self.dots - value_width - (self.base if value else 0)
        if (
            room < self.dots / 4
        ):  # a value as wide as the paper stands below its label, in several lines if need be
            self._row(label, "", style)
            for part in wrapped(value, font, self.dots):
                self._line(part, font, "right")
            return
        parts = wrapped(label, font, room) or [""]
        height = round(font.size * 1.28)
        for part in parts[:-1]:
            self._line(part, font, "left")

        def draw(pen: ImageDraw.ImageDraw, top: int) -> None:
            pen.text((0, top), parts[-1], font=font, fill=BLACK)
            pen.text((self.dots - value_width, top), value, font=font, fill=BLACK)

        self._piece(height, draw)

    def _rule(self) -> None:
        def draw(pen: ImageDraw.ImageDraw, top: int) -> None:
            for left in range(0, self.dots, 12):
                pen.line((left, top + 9, left + 6, top + 9), fill=BLACK, width=2)

        self._piece(20, draw)

    def _logo(self, logo: bytes | None) -> None:
        if logo is None:
            return
        with Image.open(BytesIO(logo), formats=("PNG",)) as source:
            image = source.convert("L")
        if image.width > self.dots:
            image = image.resize((self.dots, max(1, image.height * self.dots // image.width)))
        left = (self.dots - image.width) // 2
        self._piece(image.height + 12, lambda pen, top: pen._image.paste(image, (left, top)))

    def _barcode(self, words: str) -> None:
        modules = barcode_modules(words)
        # The paper's own margins are white, too; they make up for what does not fit.
        step = next((size for size in (3, 2) if (len(modules) + 2 * QUIET) * size <= self.dots), 1)
        step = max(step, 2 if len(modules) * 2 <= self.dots else 1)
        left = (self.dots - len(modules) * step) // 2

        def draw(pen: ImageDraw.ImageDraw, top: int) -> None:
            for place, dark in enumerate(modules):
                if dark:
                    at = left + place * step
                    pen.rectangle((at, top + 10, at + step - 1, top + 9 + BARCODE_HEIGHT), fill=BLACK)

        self._piece(BARCODE_HEIGHT + 16, draw)
        self._line(words, _font(self.base - 2, False), "middle")

    def _qr(self, words: str) -> None:
        modules = qr_modules(words)
        step = max(2, min(8, QR_SIZE // len(modules)))
        left = (self.dots - len(modules) * step) // 2

        def draw(pen: ImageDraw.ImageDraw, top: int) -> None:
            for down, line in enumerate(modules):
                for across, dark in enumerate(line):
                    if dark:
                        at, below = left + across * step, top + 16 + down * step
                        pen.rectangle((at, below, at + step - 1, below + step - 1), fill=BLACK)

        self._piece(len(modules) * step + 32, draw)

    def _piece(self, height: int, draw: Draw) -> None:
        self.pieces.append((self.height, draw))
        self.height += height


def plain_spaces(words: str) -> str:
    """Words with ordinary spaces in the place of thin ones, which are too narrow for coarse dots."""
    return words.replace("\u202f", " ").replace("\u00a0", " ")


def wrapped(words: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """Words divided into lines that fit; a word wider than the paper is divided anywhere."""
    lines: list[str] = []
    present = ""
    for word in plain_spaces(words).split(" "):
        longer = f"{present} {word}" if present else word
        if font.getlength(longer) <= room:
            present = longer
            continue
        if present:
            lines.append(present)
        present = word
        while font.getlength(present) > room and len(present) > 1:
            cut = next(
                (size for size in range(len(present) - 1, 1, -1) if font.getlength(present[:size]) <= room), 1
            )
            lines.append(present[:cut])
            present = present[cut:]
    return [*lines, present] if present else lines
