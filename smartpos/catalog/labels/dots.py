"""What the languages of label printers share: dots instead of millimetres, and text as a picture.

Printers know the letters of their own fonts. English and Uzbek in Latin letters are among them when the letters oʻ and
gʻ take a plain apostrophe; Cyrillic is in some printers and not in others. So a text of other letters is sent as a
picture, which every printer prints, unless a person has chosen the printer's fonts.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from PIL import Image, ImageDraw

from smartpos.catalog.labels.fonts import font, width_of
from smartpos.catalog.labels.layout import Bars, Words, modules_of

MM_PER_INCH = 25.4
RESOLUTIONS = (203, 300)
_PLAIN = str.maketrans(
    {
        "\u202f": " ",
        "\u00a0": " ",
        "\u2009": " ",
        "…": "...",
        "–": "-",
        "—": "-",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "₸": "T",
        **dict.fromkeys("\u02bb\u02bc\u02b9\u02bd\u2018\u2019\u201b\u2032\u00b4`", "'"),
    }
)


@dataclass(frozen=True, slots=True)
class Printer:
    """What is known of the printer: its resolution, and whether its fonts have all letters."""

    dpi: int = 203
    own_letters: bool = False

    def dots(self, millimetres: float) -> int:
        """A length in dots."""
        return round(millimetres * self.dpi / MM_PER_INCH)

    def is_printable(self, text: str) -> bool:
        """Whether the printer's own fonts are to be used for a text that ``plain`` has simplified."""
        return self.own_letters or text.isascii()


@dataclass(frozen=True, slots=True)
class Picture:
    """Black and white dots: rows of bytes from above, a bit that is set is black."""

    width: int
    height: int
    rows: tuple[bytes, ...]

    @property
    def row_bytes(self) -> int:
        return (self.width + 7) // 8


def plain(text: str) -> str:
    """A text with the signs that printers lack in their usual stead, and without those that are none."""
    simple = text.translate(_PLAIN)
    return "".join(sign if sign.isprintable() else " " for sign in simple)


@lru_cache(maxsize=512)
def picture_of(text: str, bold: bool, size: int) -> tuple[Picture, int]:
    """A text as dots, and how many of its rows are above the baseline."""
    width = max(1, ceil(width_of(text, bold) * size) + 2)
    above, below = ceil(size * 0.98), ceil(size * 0.26)
    image = Image.new("L", (width, above + below), 0)
    ImageDraw.Draw(image).text((0, above), text, fill=255, font=font(bold, size), anchor="ls")
    data = image.point(lambda shade: 255 if shade > 110 else 0).convert("1").tobytes()
    row = (width + 7) // 8
    rows = tuple(data[at : at + row] for at in range(0, len(data), row))
    return Picture(width, above + below, rows), above


def picture_place(words: Words, printer: Printer) -> tuple[int, int, Picture]:
    """Where the upper left corner of a text's picture lies, and the picture."""
    picture, above = picture_of(words.text, words.bold, max(8, printer.dots(words.size)))
    return max(0, printer.dots(words.left)), max(0, printer.dots(words.y) - above), picture


def bars_place(
    bars: Bars, label_width: float, printer: Printer, modules: int | None = None
) -> tuple[int, int, int, int]:
    """A barcode's left edge, its top, the width of a module and its height, in whole dots, in the middle.

    ``modules`` is how many the printer makes of it, where that is not as many as ours.
    """
    count = modules or len(modules_of(bars.code))
    across = printer.dots(label_width)
    module = max(1, round(bars.width * printer.dpi / MM_PER_INCH / count))
    while module > 1 and module * count > across - 8:
        module -= 1
    left = max(0, (across - module * count) // 2)
    return left, printer.dots(bars.y), module, max(8, printer.dots(bars.height))
