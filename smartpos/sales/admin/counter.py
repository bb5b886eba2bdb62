"""Approvals, parked sales and the tills' log in the back office: to be read, hardly ever to be acted on."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import g, request, url_for
from flask_admin import expose
from flask_admin.model.base import ViewArgs
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import defer, joinedload

from smartpos.core.admin import ReadOnlyView, RowAction, Section
from smartpos.core.admin.filters import ChoiceIs, Filter, FromDay, RowIs, UntilDay
from smartpos.core.admin.formatters import NOTHING, local_datetime, pill, quantity, tenant_zone
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.admin.origins import origin_link
from smartpos.core.admin.trail import Subject, describe_subjects
from smartpos.core.db import db, utc_now
from smartpos.core.permissions import declared_permissions
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.sales.models import Approval, HeldSale, HeldSaleStatus, TillEvent, TillEventKind
from smartpos.sales.operations.events import CLOCK, SENT_BY, UNKNOWN, WITHOUT_RIGHT
from smartpos.sales.operations.held import put_back, void_held
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.events import events_by_person, summed
from smartpos.sales.queries.held import is_stale

MOST_SHOWN_LINES = 60
LONGEST_PERIOD = timedelta(days=92)


def me() -> Actor:
    """Who is at work in the panel."""
    actor: Actor = g.principal
    return actor


def action_label(name: str) -> Any:
    """What a permission allows, in words."""
    return next((given.label for given in declared_permissions() if given.name == name), name)


describe_subjects(
    {
        Approval.__tablename__: Subject(
            _l("Approvals"), lambda row: action_label(row.action), {"action": action_label}
        )
    }
)


class OfBranches(ReadOnlyView):
    """Rows of the branches that the person sees; what belongs to no branch is everybody's."""

    def get_query(self) -> Any:
        seen = select(Branch.id)
        branch = self.model.branch_id
        mine = branch.in_(seen)
        return super().get_query().filter(or_(branch.is_(None), mine) if branch.nullable else mine)

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, unless its branch is out of sight."""
        row = super().get_one(id)
        is_hidden = row is not None and row.branch_id is not None and row.branch is None
        return None if is_hidden else row


# --- Approvals --------------------------------------------------------------------------------------------------------


class WhatFor(Filter):
    """What was approved."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Approval.action, _l("What for"))

    def get_options(self, view: Any) -> Any:
        return [
            (given.name, given.label) for given in declared_permissions() if given.name.startswith("sales:")
        ]

    def test(self, column: Any, value: Any) -> Any:
        return column == value


class WasUsed(Filter):
    """Whether anything came of an approval."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Approval.used_at, _l("Used"), options=[("1", _l("Yes")), ("0", _l("No"))])

    def clean(self, value: str) -> bool:
        if value not in {"0", "1"}:
            raise ValueError(value)
        return value == "1"

    def test(self, column: Any, value: Any) -> Any:
        return column.is_not(None) if value else column.is_(None)


def _used_for(_view: Any, _context: Any, row: Approval, _name: str) -> Any:
    if row.origin_kind is not None and row.origin_id is not None:
        return origin_link(row.origin_kind, row.origin_id)
    if row.expires_at > utc_now():
        return pill(_("Not used yet"), "info")
    return pill(_("Never used"), "warn")


class ApprovalView(OfBranches):
    """Who allowed whom what."""

    permission_read = P.APPROVAL_READ
    menu_icon, menu_order = "shield", 60
    lead = _l("What managers allowed at the till by their PIN: once each, for one thing.")
    column_list = ("created_at", "action", "requester", "approver", "used_for", "reason", "branch", "till")
    column_details_list = (
        "action",
        "requester",
        "approver",
        "used_for",
        "used_at",
        "reason",
        "facts",
        "branch",
        "till",
        "created_at",
        "expires_at",
        "subject_uuid",
    )
    column_labels = {
        "action": _l("What for"),
        "requester": _l("Asked by"),
        "approver": _l("Allowed by"),
        "used_for": _l("Used for"),
        "used_at": _l("Used"),
        "reason": _l("Reason"),
        "facts": _l("What the manager was shown"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "created_at": _l("Time"),
        "expires_at": _l("Valid until"),
        "subject_uuid": _l("Number of the device"),
        "requested_by": _l("Asked by"),
        "approved_by": _l("Allowed by"),
    }
    column_formatters = {
        "action": lambda _view, _context, row, _name: action_label(row.action),
        "used_for": _used_for,
    }
    column_wrap = ("action", "reason")
    column_sortable_list = ("created_at",)
    column_filters = ("created_at", "requester", "approver", WhatFor(), WasUsed(), "branch", "till")

    def title_of(self, model: Any) -> str:
        return str(action_label(model.action))


# --- Parked sales -----------------------------------------------------------------------------------------------------


def _held_status(_view: Any, _context: Any, row: HeldSale, _name: str) -> Any:
    return pill(_("Forgotten"), "bad") if is_stale(row) else pill(row.status)


def _held_name(_view: Any, _context: Any, row: HeldSale, _name: str) -> Any:
    return Markup("<b>{}</b>").format(row.name or _("Without a name"))


def _cart(_view: Any, _context: Any, row: HeldSale, _name: str) -> Any:
    """The goods of a cart as far as its shape is known here; it is the till's own."""
    lines = row.cart.get("lines")
    told = [_cart_line(line) for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    if not told:
        return NOTHING
    more = (
        [_("and %(count)s more", count=len(told) - MOST_SHOWN_LINES)] if len(told) > MOST_SHOWN_LINES else []
    )
    return Markup("<br>").join([*told[:MOST_SHOWN_LINES], *more])


def _cart_line(line: dict[str, Any]) -> str:
    name, count = line.get("name"), line.get("quantity")
    text = name if isinstance(name, str) else "–"
    if isinstance(count, int) and not isinstance(count, bool) and abs(count) < 10**15:
        text += f" × {quantity(Decimal(count) / 1000)}"
    return text


def _put_back(row: HeldSale) -> str:
    put_back(row, actor=me())
    return _("The receipt waits again; it can be taken up at any till of the branch.")


def _give_up(row: HeldSale) -> str:
    void_held(row.id, actor=me())
    return _("The receipt is given up; the till log tells of it.")


class HeldSaleView(OfBranches):
    """Receipts that wait, were taken up or given up."""

    permission_read = P.HELD_SALE_USE
    menu_icon, menu_order = "clock", 70
    lead = _l("Receipts that cashiers parked. They are in no book until they are taken up and paid.")
    column_list = (
        "name",
        "status",
        "customer",
        "line_count",
        "total_amount",
        "branch",
        "till",
        "holder",
        "held_at",
        "finisher",
        "finished_at",
    )
    column_details_list = (*column_list, "cart", "client_uuid")
    column_labels = {
        "name": _l("Name"),
        "status": _l("Status"),
        "customer": _l("Customer"),
        "line_count": _l("Lines"),
        "total_amount": _l("Total"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "holder": _l("Parked by"),
        "held_at": _l("Parked"),
        "finisher": _l("Ended by"),
        "finished_at": _l("Ended"),
        "cart": _l("Goods"),
        "client_uuid": _l("Number of the device"),
    }
    column_formatters = {"name": _held_name, "status": _held_status, "cart": _cart}
    column_wrap = ("cart",)
    column_sortable_list = ("held_at", "total_amount")
    column_filters = ("status", "branch", "till", "holder", "held_at", "total_amount")
    column_searchable_list = ("name",)
    search_hint = _l("Name of the parked receipt")
    row_actions = [
        RowAction(
            "put_back",
            _l("Let it wait again"),
            "undo",
            P.HELD_SALE_USE,
            _put_back,
            confirm_text=_l(
                "Only when the till that took it up has lost it: otherwise it would be sold twice."
            ),
            visible=lambda row: row.status is HeldSaleStatus.TAKEN,
            in_list=False,
        ),
        RowAction(
            "give_up",
            _l("Give up"),
            "x",
            P.CART_VOID,
            _give_up,
            confirm_text=_l("Give up this parked receipt?"),
            tone="danger",
            visible=lambda row: row.status is HeldSaleStatus.HELD,
        ),
    ]

    def extra_loads(self) -> list[Any]:
        return [defer(HeldSale.cart)]

    def title_of(self, model: Any) -> str:
        return model.name or _("Parked receipt %(number)s", number=model.id)


# --- The log of the tills ---------------------------------------------------------------------------------------------


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


class TillEventView(OfBranches):
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
        "right",
        "reason",
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
    column_wrap = ("product_name", "reason", "more")
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
            branches=db.session.scalars(select(Branch).order_by(Branch.name).limit(500)).all(),
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
