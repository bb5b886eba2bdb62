"""Paper as a PDF."""

from smartpos.core.pdf import render_pdf
from smartpos.sales.printing.papers import Paper
from smartpos.sales.printing.svg import barcode_path, qr_path, svg_file

BARCODE_UNITS = 24


def paper_pdf(paper: Paper, *, language: str) -> bytes:
    """The paper as a PDF of one page, as wide as the paper and as long as what stands on it."""
    pictures: dict[str, bytes] = {}
    if paper.look.logo:
        pictures["logo"] = paper.look.logo
    for place, block in enumerate(paper.blocks):
        if block["kind"] == "barcode":
            pictures[f"code-{place}"] = svg_file(barcode_path(block["text"]), height=BARCODE_UNITS)
        elif block["kind"] == "qr":
            pictures[f"code-{place}"] = svg_file(qr_path(block["text"]))
    data = {"title": paper.title, "width": paper.width, "blocks": paper.blocks}
    return render_pdf("sales/receipt.typ", data, language=language, pictures=pictures)
