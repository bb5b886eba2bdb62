"""Printing: jobs for a till's network printer, and receipts as PDF."""

from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.i18n import select_locale
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.pdf import pdf_answer
from smartpos.core.permissions import needs, require
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import moment_text
from smartpos.sales.jobs import print_paper
from smartpos.sales.models import PrintJob, PrintTrouble
from smartpos.sales.operations.copies import record_copy
from smartpos.sales.operations.printing import request_print
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.printing.papers import receipt_paper
from smartpos.sales.printing.pdf import paper_pdf
from smartpos.sales.printing.troubles import trouble_in_words
from smartpos.sales.queries import sale_for
from smartpos.sales.schemas.printing import PrintIn, PrintJobOut


@blueprint.post("/print-jobs")
@needs(IdentityPermission.TILL_USE)
@blueprint.arguments(PrintIn)
@blueprint.response(201, PrintJobOut)
@blueprint.alt_response(200, schema=PrintJobOut, description="This client_uuid was sent before")
def print_job(body: dict[str, Any]) -> Response:
    """Print a receipt, a copy, the report of a shift or a test page on a till's network printer, or open its drawer.

    Answers at once; what became of it is told by the job. A printer that cannot print is tried again for a quarter of
    an hour. Copies and drawers are recorded. Without the right a manager's approval helps.
    """
    request = PrintIn.request(body | {"approvals": tuple(body["approvals"])})
    job, is_new = request_print(request, actor=g.principal)
    if is_new:
        enqueue_after_commit(print_paper, g.principal.organization.id, job.id)
    return make_response(jsonify(_body(job)), 201 if is_new else 200)


@blueprint.get("/print-jobs/<int:job_id>")
@needs(IdentityPermission.TILL_USE)
@blueprint.response(200, PrintJobOut)
def get_print_job(job_id: int) -> Response:
    """What became of a print job of one's own, of one's till, or of anybody with the permission to see all sales."""
    actor = g.principal
    job = db.session.get(PrintJob, job_id)
    is_near = job is not None and (
        job.created_by == actor.user_id
        or job.till_id == actor.till_id
        or actor.can(SalesPermission.SALE_READ_ALL)
    )
    if job is None or not is_near:
        raise NotFound
    return jsonify(_body(job))


@blueprint.get("/sales/<int:sale_id>/receipt.pdf")
@blueprint.response(200, content_type="application/pdf")
def receipt_pdf(sale_id: int) -> Response:
    """A receipt as a PDF, marked as a copy and recorded as one: one's own, or any with the permission."""
    require(SalesPermission.SALE_READ)
    actor = g.principal
    sale = sale_for(actor, sale_id)
    record_copy(sale, how="pdf", actor=actor)
    paper = receipt_paper(sale, actor=actor, copy_at=utc_now())
    return pdf_answer(paper_pdf(paper, language=select_locale()), f"{sale.number}.pdf")


def _body(job: PrintJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "client_uuid": str(job.client_uuid),
        "till_id": job.till_id,
        "kind": job.kind.value,
        "sale_id": job.sale_id,
        "shift_id": job.shift_id,
        "status": job.status.value,
        "attempts": job.attempts,
        "error": job.error,
        "detail": trouble_in_words(PrintTrouble(job.error)) if job.error else None,
        "created_at": moment_text(job.created_at),
        "done_at": _moment(job.done_at),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else moment_text(value)
