"""The logo of a shop as dots: what is kept is what a thermal printer can print, so nobody is surprised by the paper."""

from io import BytesIO

from PIL import Image, ImageOps

from smartpos.core.pictures import read_picture
from smartpos.sales.printing.raster import LOGO_WIDTH

LOGO_HEIGHT = 240
# A drawing has hardly any grey; a photograph is all grey and has to be made of scattered dots.
DARK, LIGHT, HALF = 64, 192, 128
MOST_GREY = 0.15


def logo_dots(content: bytes) -> bytes:
    """A picture that somebody sent as a PNG of black and white, at most 384 by 240 dots. Raises NotAPicture."""
    # Read larger than it is printed: its white margins are cut off first.
    [read] = read_picture(content, 3 * LOGO_WIDTH)
    with Image.open(BytesIO(read.content), formats=("WEBP",)) as source:
        picture = source.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    shades = _cropped(ImageOps.autocontrast(paper.convert("L"), cutoff=1))
    shades.thumbnail((LOGO_WIDTH, LOGO_HEIGHT), Image.Resampling.LANCZOS)
    grey = sum(shades.histogram()[DARK:LIGHT]) / (shades.width * shades.height)
    if grey > MOST_GREY:
        dots = shades.convert("1")
    else:
        dots = shades.point([0 if shade < HALF else 255 for shade in range(256)]).convert("1")
    written = BytesIO()
    dots.save(written, "PNG", optimize=True)
    return written.getvalue()


def _cropped(shades: Image.Image) -> Image.Image:
    """Without the white around the drawing; paper is long enough."""
    box = shades.point([255 if shade < LIGHT else 0 for shade in range(256)]).getbbox()
    return shades.crop(box) if box else shades
