"""Approvals and parked sales in the back office: to be read, hardly ever to be acted on."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from smartpos.core.admin import ReadOnlyView, RowAction
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import NOTHING, pill, quantity
from smartpos.core.admin.origins import origin_link
from smartpos.core.admin.trail import Subject, describe_subjects
from smartpos.core.db import utc_now
from smartpos.core.permissions import declared_permissions
from smartpos.identity.models import Branch
from smartpos.identity.principal import me
from smartpos.sales.models import Approval, HeldSale, HeldSaleStatus
from smartpos.sales.operations.held import put_back, void_held
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.held import is_stale

MOST_SHOWN_LINES = 60


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
    column_list = ("created_at", "action", "requester", "approver", "used_for", "branch", "reason")
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
    column_wrap = ("action",)
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
        "holder",
        "held_at",
        "finisher",
    )
    column_details_list = (*column_list, "finished_at", "till", "cart", "client_uuid")
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
