"""What has happened and been told to other parts of the product, for those who may read the audit trail."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import ReadOnlyView, formatters
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.origins import caused_by
from smartpos.core.events import MOST_ATTEMPTS, event_label, event_names
from smartpos.core.models import Event
from smartpos.identity.permissions import IdentityPermission as P


class Named(Filter):
    """What has happened."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Event.name, _l("What"))

    def get_options(self, view: Any) -> Any:
        return event_names()

    def clean(self, value: str) -> Any:
        if value not in dict(event_names()):
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        return column == value


def _state(_view: Any, _context: Any, row: Event, _name: str) -> Any:
    if row.dispatched_at is not None:
        return formatters.pill(_("Done"), "good")
    if row.attempts >= MOST_ATTEMPTS:
        return formatters.pill(_("Given up"), "bad")
    return (
        formatters.pill(_("Failed, comes again"), "warn") if row.attempts else formatters.pill(_("Waiting"))
    )


class EventView(ReadOnlyView):
    """Events, and what has become of them."""

    permission_read = P.AUDIT_READ
    menu_icon, menu_order = "bell", 120
    lead = _l("What has happened and was passed on to other parts of the product, the latest first.")
    column_list = ("created_at", "name", "origin_kind", "facts", "state", "attempts")
    column_details_list = (
        "created_at", "name", "origin_kind", "facts", "state", "dispatched_at", "attempts", "error",
    )  # fmt: skip
    column_labels = {
        "created_at": _l("Time"),
        "name": _l("What"),
        "origin_kind": _l("Cause"),
        "facts": _l("Facts"),
        "state": _l("State"),
        "dispatched_at": _l("Passed on"),
        "attempts": _l("Attempts"),
        "error": _l("What went wrong"),
    }
    column_formatters = {
        "name": lambda view, context, row, name: event_label(row.name),
        "origin_kind": caused_by,
        "state": _state,
    }
    column_formatters_detail = column_formatters
    column_wrap = ("facts",)
    column_sortable_list = ()
    column_filters = (Named(), "created_at")

    def title_of(self, model: Any) -> str:
        return f"{event_label(model.name)} · {model.id}"
