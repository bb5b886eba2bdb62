"""Reports that are sent regularly: every five minutes those whose time has come."""

from flask_babel import force_locale

from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.queries import system_actor
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.operations.sending import send_due_report
from smartpos.reports.queries.saved import due_reports


@periodic("*/5 * * * *", timeout=120)
def sweep_schedules() -> None:
    """Every five minutes: each report that is due gets a job of its own, so that one in trouble keeps none waiting."""
    with platform_scope(reason="saved reports that are due"):
        due = due_reports()
    for organization_id, saved_id in due:
        enqueue_after_commit(send_saved_report, organization_id, saved_id)


@job(timeout=120)
def send_saved_report(organization_id: int, saved_id: int) -> None:
    """Order the files of a saved report that is due; does nothing for any other, and is safe to repeat."""
    with tenant_scope(organization_id):
        with force_locale(system_actor(organization_id).organization.locale):
            runs = send_due_report(saved_id)
        for run in runs:
            enqueue_after_commit(run_export, organization_id, run.id)
