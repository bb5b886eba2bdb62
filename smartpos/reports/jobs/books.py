"""The nightly proof of all books."""

import structlog

from smartpos.core.jobs import periodic
from smartpos.core.tenancy import platform_scope
from smartpos.reports.queries.books import verify_books

log = structlog.get_logger(__name__)


@periodic("30 22 * * *", timeout=1800)
def prove_books() -> None:
    """Every night: say in the log where the books do not agree."""
    with platform_scope(reason="nightly proof of the books"):
        found = verify_books()
    for one in found:
        log.error(
            "books_differ",
            organization_id=one.organization_id,
            check=one.check,
            subject=one.subject,
            recorded=str(one.recorded),
            computed=str(one.computed),
        )
    log.info("books_verified", differences=len(found))
