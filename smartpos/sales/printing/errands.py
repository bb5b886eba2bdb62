"""What a print job brings to its printer."""

from contextlib import AbstractContextManager

from flask_babel import force_locale

from smartpos.core.db import utc_now
from smartpos.core.errors import SmartPOSError
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.identity.actors import Actor
from smartpos.identity.queries import actor_of_user, system_actor
from smartpos.sales.models import PaymentMethod, PrintJob, PrintKind, PrintTrouble
from smartpos.sales.operations.printing import in_time
from smartpos.sales.printing.escpos import drawer_bytes, paper_bytes
from smartpos.sales.printing.papers import Paper, receipt_paper, test_paper
from smartpos.sales.printing.reports import report_paper
from smartpos.sales.printing.transport import PrinterFailed
from smartpos.sales.queries import SoldSale, sold_sale


def errand_of(job: PrintJob) -> tuple[str, int, bytes]:
    """Where a claimed job goes, and the bytes. Raises PrinterFailed when there is nothing to send or nowhere to go."""
    till = job.till
    if till.printer_host is None:
        raise PrinterFailed(PrintTrouble.NO_PRINTER)
    # In the words of whoever asked for it, and with what they may see.
    actor = (actor_of_user(job.created_by) if job.created_by else None) or system_actor(job.organization_id)
    with _language(actor):
        return till.printer_host, till.printer_port, _content(job, actor)


def _content(job: PrintJob, actor: Actor) -> bytes:
    if job.kind is PrintKind.DRAWER:
        if not in_time(job, utc_now()):
            raise PrinterFailed(PrintTrouble.TOO_LATE)
        return drawer_bytes()
    try:
        paper, sale = _paper(job, actor)
    except SmartPOSError:
        raise PrinterFailed(PrintTrouble.GONE) from None
    is_first = job.kind is PrintKind.RECEIPT
    opens = (
        is_first and job.till.has_drawer and in_time(job, utc_now()) and sale is not None and _has_cash(sale)
    )
    return paper_bytes(
        paper.blocks,
        paper.width,
        logo=paper.look.logo,
        copies=paper.look.copies if is_first else 1,
        drawer=opens,
    )


def _paper(job: PrintJob, actor: Actor) -> tuple[Paper, SoldSale | None]:
    if job.kind is PrintKind.TEST:
        return test_paper(job.till, actor=actor), None
    if job.kind is PrintKind.REPORT:
        if job.shift_id is None:
            raise PrinterFailed(PrintTrouble.GONE)
        return report_paper(job.shift_id, actor=actor), None
    if job.sale_id is None:
        raise PrinterFailed(PrintTrouble.GONE)
    sale = sold_sale(job.sale_id)
    copy_at = utc_now() if job.kind is PrintKind.COPY else None
    paper = receipt_paper(sale, actor=actor, copy_at=copy_at)
    # The paper in this printer, whichever till sold it.
    return Paper(paper.title, paper.blocks, paper.look, job.till.receipt_width), sale


def _has_cash(sale: SoldSale) -> bool:
    return any(one.method is PaymentMethod.CASH for one in sale.payments)


def _language(actor: Actor) -> AbstractContextManager[None]:
    wanted = actor.locale or actor.organization.locale
    chosen: AbstractContextManager[None] = force_locale(wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE)
    return chosen
