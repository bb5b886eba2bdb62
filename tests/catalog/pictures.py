"""Pictures for tests."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of a format that Pillow writes."""
    written = BytesIO()
    Image.new(mode, size, "red" if mode != "P" else 3).save(written, kind, **options)
    return written.getvalue()


def png(**options: Any) -> bytes:
    """A small PNG."""
    return picture("PNG", **options)
