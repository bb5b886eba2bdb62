"""What was printed on network printers, and the designer of receipts in the menu."""

from typing import Any
from uuid import uuid4

from flask import Flask, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from smartpos.core.admin import ReadOnlyView, RowAction, add_views, register_link, register_row_action
from smartpos.core.admin.formatters import NOTHING
from smartpos.core.admin.labels import describe
from smartpos.core.admin.origins import register_origin
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.permissions import can
from smartpos.identity.models import Till
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.principal import me
from smartpos.sales.jobs import print_paper
from smartpos.sales.models import PrintJob, PrintKind, PrintStatus, PrintTrouble
from smartpos.sales.operations.printing import JOB_ORIGIN, PrintRequest, request_print, retry_print_job
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.printing.troubles import TROUBLES

describe(
    {
        PrintKind.RECEIPT: _l("Receipt"),
        PrintKind.COPY: _l("Copy"),
        PrintKind.REPORT: _l("Shift report"),
        PrintKind.DRAWER: _l("Cash drawer"),
        PrintKind.TEST: _l("Test page"),
    }
)
describe(
    {
        PrintStatus.WAITING: (_l("Waiting"), "info"),
        PrintStatus.DONE: (_l("Printed"), "good"),
        PrintStatus.FAILED: (_l("Not printed"), "bad"),
    }
)


def _reason(value: str | None) -> Any:
    return escape(str(TROUBLES[PrintTrouble(value)])) if value else NOTHING


def _again(job: PrintJob) -> str:
    retry_print_job(job, actor=me())
    enqueue_after_commit(print_paper, job.organization_id, job.id)
    return _("It is being printed.")


def _test_page(till: Till) -> Any:
    request = PrintRequest(uuid4(), PrintKind.TEST, till_id=till.id)
    job, _is_new = request_print(request, actor=me())
    enqueue_after_commit(print_paper, job.organization_id, job.id)
    said = _("The test page is being printed.")
    if not can(P.SALE_READ_ALL):
        return said
    flash(said, "success")
    # Where it is told what became of it.
    return redirect(url_for("print_jobs.details_view", id=job.id))


class PrintJobView(ReadOnlyView):
    """What tills gave their network printers to do."""

    permission_read = P.SALE_READ_ALL
    menu_icon, menu_order = "print", 80
    lead = _l("What tills gave their network printers to do. A printer that does not answer is tried again.")
    column_list = ("created_at", "till", "kind", "sale", "status", "attempts", "error", "author")
    column_labels = {
        "created_at": _l("Asked for"),
        "till": _l("Till"),
        "kind": _l("What"),
        "sale": _l("Receipt"),
        "shift": _l("Shift"),
        "status": _l("Status"),
        "attempts": _l("Attempts"),
        "error": _l("Reason"),
        "author": _l("By whom"),
        "due_at": _l("Next attempt"),
        "done_at": _l("Finished"),
        "client_uuid": _l("Number of the device"),
    }
    column_formats = {"error": _reason}
    column_wrap = ("error",)
    column_default_sort = ("id", True)
    column_sortable_list = ("created_at",)
    column_filters = ("status", "kind", "till", "created_at")
    row_actions = [
        RowAction(
            "again",
            _l("Print again"),
            "refresh",
            P.RECEIPT_REPRINT,
            _again,
            visible=lambda job: job.status is PrintStatus.FAILED and job.kind is not PrintKind.DRAWER,
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Print job %(number)s", number=model.id)


def register_paper(app: Flask) -> None:
    """Put the print jobs and the designer into the menu, and the test page beside the tills."""
    register_origin(JOB_ORIGIN, _l("Print job"), "print_jobs")
    view = PrintJobView(PrintJob, name=_l("Print jobs"), category=_l("Sales"), endpoint="print_jobs")
    add_views(app, [view])
    register_link(
        _l("Administration"),
        _l("Receipts and paper"),
        "sales.designer",
        "receipt",
        IdentityPermission.SETTING_READ,
        order=12,
    )
    register_row_action(
        "tills",
        RowAction(
            "test_page",
            _l("Print a test page"),
            "print",
            IdentityPermission.TILL_REGISTER,
            _test_page,
            visible=lambda till: till.printer_host is not None and till.deleted_at is None,
            in_list=False,
        ),
    )
