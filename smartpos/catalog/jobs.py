"""Imports at work: looked at, written and taken back by the worker, in the name of whoever asked."""

from collections.abc import Callable
from typing import Any

import structlog

from smartpos.core.imports import check_import, execute_import, undo_import, waiting_imports
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.models import ImportStatus
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.queries import actor_of_user

# Two hundred thousand rows take a few minutes; a worker that needs longer than this has lost its database.
SECONDS = 1800

log = structlog.get_logger(__name__)


def _in_the_name_of(user_id: int, organization_id: int, work: Callable[..., None], run_id: int) -> None:
    with tenant_scope(organization_id, user_id=user_id):
        actor = actor_of_user(user_id)
        if actor is None:
            log.warning("import_without_person", run_id=run_id, user_id=user_id)
            return
        with tenant_scope(organization_id, user_id=user_id, workspace_ids=actor.workspace_ids):
            work(run_id, actor=actor)


@job(timeout=SECONDS)
def check_sheet(organization_id: int, run_id: int, user_id: int) -> None:
    """Look at every row of a spreadsheet."""
    _in_the_name_of(user_id, organization_id, check_import, run_id)


@job(timeout=SECONDS)
def write_sheet(organization_id: int, run_id: int, user_id: int) -> None:
    """Write a spreadsheet that was looked at and approved."""
    _in_the_name_of(user_id, organization_id, execute_import, run_id)


@job(timeout=SECONDS)
def take_sheet_back(organization_id: int, run_id: int, user_id: int) -> None:
    """Take an import back."""
    _in_the_name_of(user_id, organization_id, undo_import, run_id)


BY_STATE: dict[str, Any] = {
    ImportStatus.CHECKING.value: check_sheet,
    ImportStatus.RUNNING.value: write_sheet,
    ImportStatus.UNDOING.value: take_sheet_back,
}


@periodic("* * * * *", timeout=55)
def sweep_imports() -> None:
    """Every minute: send lost jobs again, and say of those whose worker was killed that they failed."""
    with platform_scope(reason="sweep imports"):
        lost = waiting_imports()
    for organization_id, run_id, state, user_id in lost:
        if user_id is not None:
            enqueue_after_commit(BY_STATE[state], organization_id, run_id, user_id)
