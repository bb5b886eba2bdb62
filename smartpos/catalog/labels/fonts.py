"""How wide words are: the font of our documents, measured once."""

from functools import cache, lru_cache
from pathlib import Path

import font_roboto
from PIL import ImageFont

_FOLDER = Path(font_roboto.font_directory)
_MEASURED_AT = 200

CAPITALS = 0.711
"""The height of capitals and digits in ems."""


@lru_cache(maxsize=64)
def font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in dots."""
    name = "Roboto-Bold.ttf" if bold else "Roboto-Regular.ttf"
    return ImageFont.truetype(_FOLDER / name, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _ruler(bold: bool) -> ImageFont.FreeTypeFont:
    return font(bold, _MEASURED_AT)


@lru_cache(maxsize=50_000)
def width_of(text: str, bold: bool = False) -> float:
    """How wide a text is, in ems."""
    return _ruler(bold).getlength(text) / _MEASURED_AT
