"""The log of the tills in the back office, and the report of it by person."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_admin.model.base import ViewArgs
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.core.admin import Section
from smartpos.core.admin.filters import ChoiceIs, Filter, FromDay, RowIs, UntilDay
from smartpos.core.admin.formatters import NOTHING, local_datetime, pill, tenant_zone
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db
from smartpos.identity.models import Branch
from smartpos.sales.admin.counter import OfBranches
from smartpos.sales.admin.of_shift import OfShift
from smartpos.sales.models import Approval, TillEvent, TillEventKind
from smartpos.sales.operations.events import CLOCK, SENT_BY, UNKNOWN, WITHOUT_RIGHT
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.events import events_by_person, summed

LONGEST_PERIOD = timedelta(days=92)


class HadRight(Filter):
    """Events that somebody had no right to."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(
            TillEvent.details, _l("Right"), options=[("0", _l("Without the right")), ("1", _l("Allowed"))]
        )

    def clean(self, value: str) -> bool:
        if value not in {"0", "1"}:
            raise ValueError(value)
        return value == "1"

    def test(self, column: Any, value: Any) -> Any:
        missing = column.has_key(WITHOUT_RIGHT)
        return ~missing if value else missing


def _right(_view: Any, _context: Any, row: TillEvent, _name: str) -> Any:
    if row.details.get(WITHOUT_RIGHT):
        return pill(_("Without the right"), "bad")
    if row.approval is not None:
        who = row.approval.approver.display
        return pill(_("Allowed by %(person)s", person=who), "good")
    return NOTHING


def _event_sale(_view: Any, _context: Any, row: TillEvent, _name: str) -> Any:
    if row.sale is None:
        return NOTHING
    address = url_for("receipts.details_view", id=row.sale_id)
    return Markup('<a href="{}">{}</a>').format(address, row.sale.number)


def _more(_view: Any, _context: Any, row: TillEvent, _name: str) -> Any:
    """What else is known, the server's own notes in words."""
    told = []
    for name, value in row.details.items():
        if name == WITHOUT_RIGHT:
            continue
        if name == CLOCK:
            told.append(_clock(value))
        elif name == SENT_BY:
            told.append(_("Sent in by somebody else"))
        elif name == UNKNOWN:
            told.append(_("Mentions goods or a receipt that are not known here"))
        else:
            told.append(Markup("<b>{}</b>: {}").format(name, value))
    return Markup("<br>").join(told) if told else NOTHING


def _clock(value: Any) -> Any:
    try:
        moment = local_datetime(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        moment = str(value)
    return Markup("{}: {}").format(_("The till's clock said"), moment)


class TillEventView(OfShift, OfBranches):
    """What was done at tills and left no receipt."""

    permission_read = P.TILL_EVENT_READ
    menu_icon, menu_order = "audit", 80
    lead = _l(
        "Removed lines, given up receipts, reprints and the like. Nothing here can be edited or removed."
    )
    list_template = "sales/till_log.html"
    column_list = (
        "occurred_at",
        "kind",
        "user",
        "till",
        "product_name",
        "quantity",
        "amount",
        "reason",
        "right",
    )
    column_details_list = (
        "kind",
        "occurred_at",
        "user",
        "branch",
        "till",
        "shift",
        "product_name",
        "product",
        "quantity",
        "amount",
        "sale",
        "reason",
        "right",
        "more",
        "created_at",
        "client_uuid",
    )
    column_labels = {
        "occurred_at": _l("Time"),
        "kind": _l("What"),
        "user": _l("Who"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "shift": _l("Shift"),
        "product_name": _l("Goods"),
        "product": _l("Product"),
        "quantity": _l("Quantity"),
        "amount": _l("Amount"),
        "sale": _l("Receipt"),
        "reason": _l("Reason"),
        "right": _l("Right"),
        "more": _l("Further"),
        "created_at": _l("Arrived"),
        "client_uuid": _l("Number of the device"),
    }
    column_formatters = {"right": _right, "sale": _event_sale, "more": _more}
    column_wrap = ("product_name", "more")
    column_sortable_list = ("occurred_at", "amount")
    column_default_sort = ("occurred_at", True)
    column_filters = ("occurred_at", "kind", "user", "till", "branch", "amount", HadRight(), "product")
    details_sections = (
        Section(
            _l("What happened"), ("kind", "occurred_at", "user", "branch", "till", "shift", "right", "reason")
        ),
        Section(_l("About what"), ("product_name", "product", "quantity", "amount", "sale", "more")),
        Section(_l("How it reached us"), ("created_at", "client_uuid")),
    )

    def extra_loads(self) -> list[Any]:
        return [joinedload(TillEvent.approval).joinedload(Approval.approver)]

    def title_of(self, model: Any) -> str:
        return str(label_of(model.kind).text)

    @expose("/by-person/")
    def people_view(self) -> Any:
        """How much of it everybody did in a period."""
        asked = Period.of(request.args)
        lines = []
        if asked.is_good:
            since, until = asked.edges
            lines = events_by_person(
                since, until, first=asked.first, last=asked.last, branch_id=asked.branch_id
            )
        kinds = [kind for kind in TillEventKind if any(kind in line.kinds for line in lines)]
        page = self.render(
            "sales/till_log_people.html",
            asked=asked,
            lines=lines,
            whole=summed(lines),
            kinds=kinds,
            kind_label=lambda kind: label_of(kind).text,
            branches=db.session.scalars(
                select(Branch).where(Branch.choosable()).order_by(Branch.name).limit(500)
            ).all(),
            log_url=lambda line, kind=None: self.list_url(asked, line.user_id, kind),
            back_url=self.get_url(".index_view"),
            here_url=self.get_url(".people_view"),
        )
        return (page, 200) if asked.is_good else (page, 422)

    def list_url(self, asked: "Period", user_id: int | None, kind: TillEventKind | None) -> str:
        """The address of the list narrowed to what a number of the report counts."""
        wanted: list[tuple[type[Filter], str, str]] = [
            (FromDay, "occurred_at", asked.first.isoformat()),
            (UntilDay, "occurred_at", asked.last.isoformat()),
        ]
        if user_id is not None:
            wanted.append((RowIs, "user_id", str(user_id)))
        if kind is not None:
            wanted.append((ChoiceIs, "kind", kind.value))
        if asked.branch_id is not None:
            wanted.append((RowIs, "branch_id", str(asked.branch_id)))
        chosen = [
            (index, str(used.name), value)
            for kind_of_filter, column, value in wanted
            for index, used in enumerate(self._filters)
            if type(used) is kind_of_filter and getattr(used.column, "key", None) == column
        ]
        return str(self._get_list_url(ViewArgs(filters=chosen)))


class Period:
    """The days and the branch that a report is asked for; ``problem`` is a sentence when it cannot be."""

    def __init__(self, first: date, last: date, branch_id: int | None, problem: str = "") -> None:
        self.first, self.last, self.branch_id, self.problem = first, last, branch_id, problem

    @classmethod
    def of(cls, given: Any) -> "Period":
        """Read from an address; by default this month."""
        today = datetime.now(tenant_zone()).date()
        first, last = today.replace(day=1), today
        branch_id = parse_id(given.get("branch")) if given.get("branch") else None
        try:
            last = date.fromisoformat(given["until"]) if given.get("until") else last
            first = date.fromisoformat(given["since"]) if given.get("since") else min(first, last)
        except ValueError:
            return cls(first, last, branch_id, _("This is not a date."))
        if not (1900 <= first.year <= 2200 and 1900 <= last.year <= 2200):
            return cls(today, today, branch_id, _("This is not a date."))
        if first > last:
            return cls(first, last, branch_id, _("This is before the first day."))
        if last - first > LONGEST_PERIOD:
            return cls(first, last, branch_id, _("Choose at most three months."))
        return cls(first, last, branch_id)

    @property
    def is_good(self) -> bool:
        """Whether it can be answered."""
        return not self.problem

    @property
    def edges(self) -> tuple[datetime, datetime]:
        """The first moment of the period and the first one after it."""
        zone = tenant_zone()
        since = datetime.combine(self.first, time(), zone)
        until = datetime.combine(self.last + timedelta(days=1), time(), zone)
        return since.astimezone(UTC), until.astimezone(UTC)
