"""The nightly proof of all books."""

from itertools import groupby

import structlog

from smartpos.core import events
from smartpos.core.books import Difference
from smartpos.core.jobs import periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.queries import system_actor
from smartpos.identity.queries.organizations import working_organizations
from smartpos.reports.queries.books import verify_books

MOST_TOLD = 10

log = structlog.get_logger(__name__)


@periodic("30 22 * * *", timeout=1800)
def prove_books() -> None:
    """Every night: say in the log, and to the tenant, where the books do not agree.

    Shops that are suspended are left alone until they work again; nobody there could do anything about it.
    """
    working = set(working_organizations())
    with platform_scope(reason="nightly proof of the books"):
        found = [one for one in verify_books() if one.organization_id in working]
    for one in found:
        log.error(
            "books_differ",
            organization_id=one.organization_id,
            check=one.check,
            subject=one.subject,
            recorded=str(one.recorded),
            computed=str(one.computed),
        )
    by_tenant = sorted(found, key=lambda one: one.organization_id)
    for organization_id, its in groupby(by_tenant, key=lambda one: one.organization_id):
        _tell(organization_id, list(its))
    log.info("books_verified", differences=len(found))


def _tell(organization_id: int, found: list[Difference]) -> None:
    lines = [f"{one.check}: {one.subject}: {one.recorded} ≠ {one.computed}" for one in found[:MOST_TOLD]]
    with tenant_scope(organization_id):
        events.record(
            "core.books_differ",
            origin_kind="organization",
            origin_id=organization_id,
            facts={"count": len(found), "lines": lines},
            actor=system_actor(organization_id),
        )
