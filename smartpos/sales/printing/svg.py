"""Codes as the path of an SVG, for pages and PDF."""

from itertools import groupby

from smartpos.sales.printing.codes import barcode_modules, qr_modules


def barcode_path(words: str) -> tuple[int, str]:
    """The width in modules and the path of a Code 128, one unit high."""
    path, at = "", 0
    modules = barcode_modules(words)
    for dark, run in groupby(modules):
        length = len(list(run))
        if dark:
            path += f"M{at} 0h{length}v1h-{length}z"
        at += length
    return at, path


def qr_path(words: str) -> tuple[int, str]:
    """The width and height in modules and the path of a QR code."""
    modules = qr_modules(words)
    path = "".join(
        f"M{across} {down}h1v1h-1z"
        for down, line in enumerate(modules)
        for across, dark in enumerate(line)
        if dark
    )
    return len(modules), path


def svg_file(path: tuple[int, str], *, height: int | None = None) -> bytes:
    """The path as a file of its own; a barcode says how many units it is high."""
    width, drawn = path
    tall = height or width
    scale = "" if height is None else f' transform="scale(1 {height})"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" width="{width}" height="{tall}" '
        f'shape-rendering="crispEdges"><path d="{drawn}"{scale}/></svg>'
    ).encode()
