"""The papers there are: a receipt, and what else is printed about a shift and a till. Ready to be drawn."""

from dataclasses import dataclass
from datetime import datetime

from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till
from smartpos.sales.bodies import sale_body
from smartpos.sales.printing.blocks import RULE, Block, Language, Look, receipt_blocks, row, text
from smartpos.sales.queries import SoldSale, sold_sale
from smartpos.sales.queries.look import receipt_look
from smartpos.sales.receipt_texts import receipt_texts


@dataclass(frozen=True, slots=True)
class Paper:
    """Blocks, the look they were composed with, and the title of the document. ``width`` is in millimetres."""

    title: str
    blocks: list[Block]
    look: Look
    width: int


def language_of(actor: Actor) -> Language:
    """The words in force and the clock of the actor's shop."""
    return Language(receipt_texts(), actor.organization.zone)


def receipt_paper(sale: SoldSale, *, actor: Actor, copy_at: datetime | None = None) -> Paper:
    """The paper of a receipt that the actor may see; with ``copy_at`` it says that it is a copy."""
    look = receipt_look(actor, db.session.get(Branch, sale.branch_id))
    till = db.session.get(Till, sale.till_id)
    blocks = receipt_blocks(sale_body(sale), look, language_of(actor), copy_at=copy_at)
    return Paper(sale.number, blocks, look, till.receipt_width if till else 80)


def paper_of_sale(sale_id: int, *, actor: Actor, copy: bool) -> Paper:
    """The same by the number of the sale, for a job: who may see it was asked when the job was made."""
    return receipt_paper(sold_sale(sale_id), actor=actor, copy_at=utc_now() if copy else None)


def test_paper(till: Till, *, actor: Actor) -> Paper:
    """What shows whether a printer prints all there is: letters of every language, a barcode, a QR code."""
    look = receipt_look(actor, db.session.get(Branch, till.branch_id))
    language = language_of(actor)
    blocks: list[Block] = [
        *([{"kind": "logo"}] if look.logo else []),
        text("shop", look.name),
        text("title", language.t("slip_test")),
        RULE,
        row(language.t("slip_till"), till.name, "strong"),
        row(language.t("slip_printer"), f"{till.printer_host}:{till.printer_port}"),
        row(language.t("slip_paper"), f"{till.receipt_width} mm"),
        row(language.t("slip_date"), language.time(utc_now())),
        RULE,
        text("name", "Oʻzbekcha: oʻ gʻ sh ch ng maʼno"),
        text("name", "Ўзбекча: ў ғ қ ҳ Ў Ғ Қ Ҳ"),
        text("name", "Русский: ё ж щ ъ ы э ю я"),
        text("name", "Қазақша: ә ғ қ ң ө ұ ү һ і"),
        row("1 234 567,89", "№ × − ₸ $"),
        RULE,
        text("qr", "SmartPOS"),
        text("barcode", "1-2-00345"),
    ]
    return Paper(language.t("slip_test"), blocks, look, till.receipt_width)
