"""Summaries are brought to date every five minutes, one tenant per job."""

from sqlalchemy import exists, func, select

from smartpos.core.db import db
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.models import Organization
from smartpos.reports.models import SummaryMark
from smartpos.reports.operations.summaries import refresh_summaries
from smartpos.sales.models import Sale


@job(timeout=600)
def refresh_summaries_of(organization_id: int) -> None:
    """Bring the summaries of a tenant to date."""
    with tenant_scope(organization_id):
        refresh_summaries(organization_id)


@periodic("*/5 * * * *", timeout=120)
def refresh_all_summaries() -> None:
    """Every five minutes: tenants to which receipts have come since their summaries were made."""
    with platform_scope(reason="bring summaries to date"):
        mark = (
            select(SummaryMark.last_sale_id)
            .where(SummaryMark.organization_id == Organization.id)
            .scalar_subquery()
        )
        newer = exists().where(Sale.organization_id == Organization.id, Sale.id > func.coalesce(mark, 0))
        behind = list(db.session.scalars(select(Organization.id).where(newer)))
    for organization_id in behind:
        enqueue_after_commit(refresh_summaries_of, organization_id)
