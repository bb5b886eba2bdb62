"""Pictures that people send: read with care, written anew.

Whatever was sent, what is kept was made by us: a WebP of bounded size without the camera's and the sender's notes.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from smartpos.core.errors import Invalid

LARGEST_FILE = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_DECODED = 24_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
QUALITY = 82
CONTENT_TYPE = "image/webp"


class NotAPicture(Invalid):
    """The file is not a picture that can be read, or too large a one."""

    code = "not_a_picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of ours."""

    content: bytes
    width: int
    height: int


def read_picture(content: bytes, *sizes: int) -> list[Picture]:
    """The picture once for each of ``sizes``, the longest side in pixels; a smaller picture is not blown up.

    Raises NotAPicture for anything that is not a whole PNG, JPEG, WebP, GIF or BMP of up to 12 MB, with at
    most 24 megapixels or, for a JPEG, 60.
    """
    if not content:
        raise NotAPicture(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise NotAPicture(_("The picture is too large: at most 12 MB."), largest=LARGEST_FILE)
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a moderately large bomb; ours is the stricter limit, checked before decoding.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as source:
                _refuse_too_many(source, MOST_PIXELS)
                # A JPEG can be decoded at a fraction of its size, which is enough here and far cheaper.
                source.draft("RGB", (2 * max(sizes), 2 * max(sizes)))
                _refuse_too_many(source, MOST_DECODED)
                source.load()
                return _scaled(ImageOps.exif_transpose(source), sizes)
    except NotAPicture:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
        MemoryError,
        EOFError,
    ):
        # Pillow's readers raise whatever a broken file makes them stumble over.
        raise NotAPicture(_("This file is not a picture that can be read.")) from None


def _refuse_too_many(source: Image.Image, most: int) -> None:
    if source.width * source.height > most:
        raise NotAPicture(_("The picture has too many pixels."), most=most)


def _scaled(source: Image.Image, sizes: tuple[int, ...]) -> list[Picture]:
    see_through = source.mode in {"RGBA", "LA", "PA"} or "transparency" in source.info
    picture = source.convert("RGBA" if see_through else "RGB")
    made: dict[int, Picture] = {}
    for size in sorted(sizes, reverse=True):  # the smaller one is made from the larger
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
        written = BytesIO()
        picture.save(written, "WEBP", quality=QUALITY, method=4)
        made[size] = Picture(written.getvalue(), picture.width, picture.height)
    return [made[size] for size in sizes]
