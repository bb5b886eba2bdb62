"""Giving a till's network printer something to do, and keeping what became of it.

A job is written in the transaction that asks for it and sent after the commit. Trying takes three steps, so that
nothing is locked while a printer is slow: ``claim_print_job``, bringing the paper there, ``finish_print_job``. Whoever
claims it has a minute; after that the next one may try.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Conflict, Invalid, NotFound
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.errors import NoPrinter
from smartpos.sales.models import PrintJob, PrintKind, PrintStatus, PrintTrouble, TillEventKind
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.copies import record_copy
from smartpos.sales.operations.events import write_event
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import SoldSale, WorkPlace, sale_for, shift_for, work_place

JOB_ORIGIN = "print_job"
# When the next attempt is due after so many; paper that comes later than a quarter of an hour helps nobody.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 2, 4, 7))
# A drawer opens while somebody stands before it, or not at all.
DRAWER_WAITS = timedelta(seconds=30)
KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """What a till wants printed. Without ``till_id`` on the printer of the till where the actor works."""

    client_uuid: UUID
    kind: PrintKind
    till_id: int | None = None
    sale_id: int | None = None
    shift_id: int | None = None
    approvals: Sequence[UUID] = ()


def request_print(request: PrintRequest, *, actor: Actor) -> tuple[PrintJob, bool]:
    """Write down a print job; True when it is new. The receipt of a sale that was printed before becomes a copy, which
    is recorded, as is a drawer that opens without a sale.

    Raises NotFound, Forbidden (an approval may help), NoPrinter, Invalid, and Conflict for a ``client_uuid`` that was
    used for something else.
    """
    known = _known(request)
    if known is not None:
        return known, False
    approvals = Approvals(request.approvals, request.client_uuid, actor)
    till = _till(request, actor)
    kind = request.kind
    sale: SoldSale | None = None
    if kind in {PrintKind.RECEIPT, PrintKind.COPY}:
        if request.sale_id is None:
            raise _lacking("sale_id")
        sale = sale_for(actor, request.sale_id)
        kind = PrintKind.COPY if kind is PrintKind.COPY or _was_printed(sale.id) else PrintKind.RECEIPT
    if kind is PrintKind.COPY:
        approvals.require(SalesPermission.RECEIPT_REPRINT)
    elif kind is PrintKind.DRAWER:
        approvals.require(SalesPermission.DRAWER_OPEN)
    elif kind is PrintKind.TEST:
        approvals.require(IdentityPermission.TILL_REGISTER)
    elif kind is PrintKind.REPORT:
        if request.shift_id is None:
            raise _lacking("shift_id")
        shift_for(actor, request.shift_id)
    job = _write(request, kind, till, actor)
    if job is None:  # the same request a moment ago
        known = _known(request)
        if known is None:
            raise NotFound
        return known, False
    _record(job, sale, till, approvals, actor)
    return job, True


def retry_print_job(job: PrintJob, *, actor: Actor) -> PrintJob:
    """Try a job again that was given up. Raises Conflict for one that waits or is done, and for a drawer."""
    if job.status is not PrintStatus.FAILED or job.kind is PrintKind.DRAWER:
        raise Conflict(_("This is not possible any more."))
    if job.till.printer_host is None:
        raise NoPrinter
    job.status, job.attempts, job.due_at = PrintStatus.WAITING, 0, utc_now()
    db.session.flush()
    return job


def claim_print_job(job_id: int) -> PrintJob | None:
    """Take a job that is due, for a minute; None when somebody else has it or it is not waiting any more."""
    now = utc_now()
    taken = (
        update(PrintJob)
        .where(PrintJob.id == job_id, PrintJob.status == PrintStatus.WAITING, PrintJob.due_at <= now)
        .values(attempts=PrintJob.attempts + 1, due_at=now + PAUSES[0])
        .returning(PrintJob.id)
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(taken).scalar_one_or_none() is None:
        return None
    return db.session.get_one(PrintJob, job_id, populate_existing=True)


def finish_print_job(job_id: int, trouble: PrintTrouble | None) -> None:
    """Keep what became of a claimed job: done, to be tried again later, or given up with the reason."""
    job = db.session.get_one(PrintJob, job_id, populate_existing=True)
    now = utc_now()
    if trouble is None:
        job.status, job.error, job.done_at = PrintStatus.DONE, None, now
    else:
        job.error = trouble.value
        hopeless = trouble in {
            PrintTrouble.NO_PRINTER,
            PrintTrouble.NOT_ALLOWED,
            PrintTrouble.TOO_LATE,
            PrintTrouble.GONE,
        }
        if hopeless or job.attempts > len(PAUSES) or (job.kind is PrintKind.DRAWER and not in_time(job, now)):
            job.status, job.done_at = PrintStatus.FAILED, now
        else:
            job.due_at = now + PAUSES[min(job.attempts, len(PAUSES)) - 1]
    db.session.flush()


def in_time(job: PrintJob, now: datetime) -> bool:
    """Whether the drawer may still open for this job."""
    return now - job.created_at <= DRAWER_WAITS


def waiting_print_jobs(most: int = 200) -> list[tuple[int, int]]:
    """Organization and id of the jobs that are due, the oldest first. Across tenants."""
    query = (
        select(PrintJob.organization_id, PrintJob.id)
        .where(PrintJob.status == PrintStatus.WAITING, PrintJob.due_at <= utc_now())
        .order_by(PrintJob.due_at)
        .limit(most)
    )
    return [(organization_id, number) for organization_id, number in db.session.execute(query)]


def forget_print_jobs() -> int:
    """Forget what was printed long ago; gives how many."""
    old = delete(PrintJob).where(
        PrintJob.status != PrintStatus.WAITING, PrintJob.created_at < utc_now() - KEPT
    )
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]


def _known(request: PrintRequest) -> PrintJob | None:
    query = select(PrintJob).where(PrintJob.client_uuid == request.client_uuid)
    job: PrintJob | None = db.session.execute(query).scalar_one_or_none()
    if job is None:
        return None
    same_kind = job.kind is request.kind or {job.kind, request.kind} == {PrintKind.RECEIPT, PrintKind.COPY}
    if not same_kind or (job.sale_id, job.shift_id) != (request.sale_id, request.shift_id):
        raise Conflict(_("This number was used for something else."))
    return job


def _till(request: PrintRequest, actor: Actor) -> Till:
    number = request.till_id or actor.till_id or work_place(actor).till_id
    # The branch is joined for the sake of the wall between workspaces.
    query = (
        select(Till)
        .join(Branch, Branch.id == Till.branch_id)
        .where(Till.id == number, Till.deleted_at.is_(None))
    )
    till: Till | None = db.session.execute(query).scalar_one_or_none()
    if till is None:
        raise NotFound
    if till.printer_host is None or (request.kind is PrintKind.DRAWER and not till.has_drawer):
        raise NoPrinter
    return till


def _was_printed(sale_id: int) -> bool:
    query = select(PrintJob.id).where(
        PrintJob.sale_id == sale_id,
        PrintJob.kind == PrintKind.RECEIPT,
        PrintJob.status != PrintStatus.FAILED,
    )
    return db.session.execute(query.limit(1)).first() is not None


def _write(request: PrintRequest, kind: PrintKind, till: Till, actor: Actor) -> PrintJob | None:
    statement = (
        insert(PrintJob)
        .values(
            organization_id=actor.organization.id,
            client_uuid=request.client_uuid,
            till_id=till.id,
            kind=kind,
            sale_id=request.sale_id,
            shift_id=request.shift_id,
            due_at=utc_now(),
            created_by=actor.user_id,
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "client_uuid"])
        .returning(PrintJob.id)
    )
    number = db.session.execute(statement).scalar_one_or_none()
    return None if number is None else db.session.get_one(PrintJob, number)


def _record(job: PrintJob, sale: SoldSale | None, till: Till, approvals: Approvals, actor: Actor) -> None:
    if job.kind is PrintKind.COPY and sale is not None:
        approval = approvals.taken_for(SalesPermission.RECEIPT_REPRINT)
        record_copy(sale, how="printer", actor=actor, client_uuid=job.client_uuid, approval_id=approval)
    elif job.kind is PrintKind.DRAWER:
        here = work_place(actor)
        write_event(
            TillEventKind.DRAWER_OPENED,
            client_uuid=job.client_uuid,
            place=WorkPlace(till.branch_id, till.id, here.shift_id if here.till_id == till.id else None),
            user_id=actor.user_id,
            approval_id=approvals.taken_for(SalesPermission.DRAWER_OPEN),
            details={"how": "printer"},
            occurred_at=utc_now(),
            actor=actor,
        )
    approvals.use(JOB_ORIGIN, job.id)


def _lacking(field: str) -> Invalid:
    return Invalid(errors={field: [_("This must not be empty.")]})
