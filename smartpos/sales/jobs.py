"""Work of selling that nobody waits for: printing."""

import time

import structlog

from smartpos.core.jobs import commit_step, enqueue_after_commit, job, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.sales.models import PrintTrouble
from smartpos.sales.operations.printing import (
    claim_print_job,
    finish_print_job,
    forget_print_jobs,
    waiting_print_jobs,
)
from smartpos.sales.printing.errands import errand_of
from smartpos.sales.printing.transport import PrinterFailed, send_to_printer

SECOND_TRY_SECONDS = 2.0

log = structlog.get_logger(__name__)


@job(timeout=120)
def print_paper(organization_id: int, job_id: int) -> None:
    """Bring one paper to its printer: twice at once, because the first connection wakes some printers up."""
    with tenant_scope(organization_id):
        claimed = claim_print_job(job_id)
        if claimed is None:
            return
        commit_step()
        trouble: PrintTrouble | None = None
        try:
            host, port, content = errand_of(claimed)
            commit_step()
            _send(host, port, content)
        except PrinterFailed as failure:
            trouble = failure.trouble
        finish_print_job(job_id, trouble)
    log.info("paper_printed" if trouble is None else "paper_not_printed", job_id=job_id, trouble=trouble)


def _send(host: str, port: int, content: bytes) -> None:
    try:
        send_to_printer(host, port, content)
    except PrinterFailed as failure:
        # What was interrupted has perhaps been printed in part; it comes again later, when somebody has looked.
        if failure.trouble is not PrintTrouble.UNREACHABLE:
            raise
        time.sleep(SECOND_TRY_SECONDS)
        send_to_printer(host, port, content)


@periodic("* * * * *", timeout=55)
def sweep_print_jobs() -> None:
    """Every minute: papers that wait for another attempt, or whose job was lost."""
    with platform_scope(reason="sweep print jobs"):
        due = waiting_print_jobs()
    for organization_id, job_id in due:
        enqueue_after_commit(print_paper, organization_id, job_id)


@periodic("50 2 * * *", timeout=300)
def clear_print_jobs() -> None:
    """Every night: what was printed long ago is forgotten."""
    with platform_scope(reason="forget print jobs of long ago"):
        forget_print_jobs()
