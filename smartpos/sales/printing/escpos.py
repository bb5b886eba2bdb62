"""What is sent to a receipt printer: ESC/POS, with the paper as a picture."""

from collections.abc import Sequence

from escpos.printer import Dummy

from smartpos.sales.printing.blocks import Block
from smartpos.sales.printing.raster import paper_picture

DRAWER_PIN = 2
# A head of 576 dots that cuts and takes pictures line by line, as nearly all do; narrower paper only uses less of it.
PROFILE = "TM-T20II"


def drawer_bytes() -> bytes:
    """The pulse that opens a cash drawer."""
    printer = Dummy(profile=PROFILE)
    printer.hw("INIT")
    printer.cashdraw(DRAWER_PIN)
    return bytes(printer.output)


def paper_bytes(
    blocks: Sequence[Block], width: int, *, logo: bytes | None = None, copies: int = 1, drawer: bool = False
) -> bytes:
    """The paper of these blocks on ``width`` millimetres, cut, as often as ``copies`` says.

    The drawer opens first: nobody waits for the paper before giving change.
    """
    printer = Dummy(profile=PROFILE)
    printer.hw("INIT")
    if drawer:
        printer.cashdraw(DRAWER_PIN)
    picture = paper_picture(blocks, width, logo=logo)
    for _copy in range(copies):
        # Small pieces: a printer of little memory prints the first while the next arrives.
        printer.image(picture, impl="bitImageRaster", fragment_height=240)
        printer.cut()
    return bytes(printer.output)
