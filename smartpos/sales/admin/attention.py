"""Receipts to be looked at: accepted because they had happened, with the reasons as pills."""

from typing import Any

from flask import flash, g
from flask_admin.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from smartpos.core.admin import RowAction
from smartpos.core.admin.editing import MASS_LIMIT
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import NOTHING, local_datetime, pill
from smartpos.core.admin.labels import choices
from smartpos.core.admin.trail import describe_reasons
from smartpos.identity.principal import me
from smartpos.sales.admin.counter import OfBranches
from smartpos.sales.models import Sale, SaleFlag
from smartpos.sales.operations.attention import tick_off
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.attention import (
    MOST_COUNTED,
    SEEN,
    Circumstances,
    circumstances_of,
    has_flag,
    is_flagged,
    unseen_count,
    was_seen,
)

describe_reasons({SEEN: _l("Looked at")})


class HasFlag(Filter):
    """One reason among several."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Sale.flags, _l("Reason"), options=choices(SaleFlag))

    def clean(self, value: str) -> str:
        return SaleFlag(value).value

    def test(self, column: Any, value: Any) -> Any:
        return has_flag(value)


class WasSeen(Filter):
    """Whether somebody has looked at it."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(Sale.id, _l("Looked at"), options=[("0", _l("No")), ("1", _l("Yes"))])

    def clean(self, value: str) -> bool:
        if value not in {"0", "1"}:
            raise ValueError(value)
        return value == "1"

    def test(self, column: Any, value: Any) -> Any:
        return was_seen() if value else ~was_seen()


def _known(row: Sale) -> Circumstances:
    """What else is known about the receipt; loaded for a whole page at once."""
    known: dict[int, Circumstances] = g.setdefault("sale_circumstances", {})
    if row.id not in known:
        known.update(circumstances_of([row.id]))
    return known.get(row.id, Circumstances())


def _reasons(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    known = [pill(SaleFlag(flag)) for flag in row.flags if flag in set(SaleFlag)]
    return Markup(" ").join(known) if known else NOTHING


def _seen(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    known = _known(row)
    if known.seen_at is None:
        return pill(_("New"), "accent") if row.flags else NOTHING
    return Markup("{} {}").format(
        pill(known.seen_by or _("The system"), "good"), local_datetime(known.seen_at)
    )


def _claimed(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    return local_datetime(_known(row).claimed_at)


def _sender(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    return _known(row).sent_by or NOTHING


def _tick_off(row: Sale) -> str:
    tick_off(row, actor=me())
    return _("Noted: somebody has looked at %(number)s.", number=row.number)


class AttentionView(OfBranches):
    """Receipts with flags. A receipt never changes, so what was looked at is told by the trail."""

    permission_read = P.SALE_READ_ALL
    menu_icon, menu_order = "bell", 15
    lead = _l(
        "Receipts that were accepted because they had happened, though something about them is unusual. Tick off what "
        "you have looked at."
    )
    column_list = ("number", "reasons", "seen", "sold_at", "branch", "cashier", "total_amount")
    column_details_list = (
        "number",
        "reasons",
        "seen",
        "type",
        "sold_at",
        "claimed",
        "created_at",
        "branch",
        "till",
        "shift",
        "cashier",
        "sender",
        "customer",
        "total_amount",
    )
    column_labels = {
        "number": _l("Receipt"),
        "reasons": _l("Why"),
        "sold_at": _l("Sold"),
        "claimed": _l("The till's clock said"),
        "created_at": _l("Arrived"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "shift": _l("Shift"),
        "cashier": _l("Cashier"),
        "sender": _l("Sent in by"),
        "customer": _l("Customer"),
        "type": _l("Kind"),
        "total_amount": _l("Total"),
        "business_date": _l("Business day"),
        "seen": _l("Looked at"),
    }
    column_formatters = {
        "number": lambda _view, _context, row, _name: Markup("<b>{}</b>").format(row.number),
        "reasons": _reasons,
        "seen": _seen,
        "claimed": _claimed,
        "sender": _sender,
    }
    column_wrap = ("reasons",)
    column_sortable_list = ("sold_at",)
    column_default_sort = ("sold_at", True)
    column_filters = (HasFlag(), WasSeen(), "business_date", "branch", "cashier", "till", "total_amount")
    row_actions = [
        RowAction(
            "seen",
            _l("Tick off"),
            "check",
            P.SALE_READ_ALL,
            _tick_off,
            visible=lambda row: bool(row.flags) and _known(row).seen_at is None,
        )
    ]

    def menu_badge(self) -> Any:
        count = unseen_count()
        return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else count or None

    def get_query(self) -> Any:
        return super().get_query().filter(is_flagged())

    def enrich(self, rows: list[Any]) -> None:
        """What else is known about the receipts."""
        g.setdefault("sale_circumstances", {}).update(circumstances_of([row.id for row in rows]))

    @action("seen", _l("Tick off"))
    def action_seen(self, ids: list[str]) -> None:
        """Tick off the selected receipts."""
        rows = [row for row in (self.get_one(key) for key in ids[:MASS_LIMIT]) if row is not None]
        done = self.attempt(lambda: sum(tick_off(row, actor=me()) for row in rows))
        g.pop("sale_circumstances", None)
        if done:
            flash(ngettext("%(num)d receipt ticked off.", "%(num)d receipts ticked off.", done), "success")

    def title_of(self, model: Any) -> str:
        return _("Receipt %(number)s", number=model.number)
