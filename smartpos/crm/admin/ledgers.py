"""What the ledgers of customers' and of suppliers' accounts have in common in the back office."""

from collections.abc import Callable, Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import ReadOnlyView, RowAction
from smartpos.core.admin.formatters import money, pill
from smartpos.crm.admin.forms import ReasonForm
from smartpos.identity.principal import me


class LedgerView(ReadOnlyView):
    """Lines of accounts: they are added, and taken back by other lines, but never changed."""

    menu_icon = "movement"
    column_labels = {
        "occurred_at": _l("Time"),
        "branch": _l("Branch"),
        "transaction_type": _l("Kind"),
        "amount": _l("Change of the balance"),
        "due_date": _l("Due on"),
        "reverses_id": _l("Takes back line"),
        "origin_kind": _l("Cause"),
        "author": _l("By"),
        "note": _l("Note"),
        "created_at": _l("Created"),
    }
    column_wrap = ("note",)

    def title_of(self, model: Any) -> str:
        return _("Account line %(number)s", number=model.id)


def change(*, less: str, more: str) -> Callable[[Any, Any, Any, str], Any]:
    """A formatter of a line's amount: the tone of one that lowers the balance, and of one that raises it."""

    def shown(_view: Any, _context: Any, row: Any, _name: str) -> Any:
        if row.amount == 0:
            return money(row.amount)
        return pill(money(row.amount), less if row.amount < 0 else more)

    return shown


def taking_back(permission: str, work: Callable[..., Any], kinds: Collection[Any]) -> RowAction:
    """The button that takes back a line of ``kinds``; ``work(row, reason=, actor=)`` does it."""

    def take_back(row: Any, form: ReasonForm) -> str:
        work(row, reason=form.reason.data or "", actor=me())
        return _("The line is taken back by another one.")

    return RowAction(
        "take_back",
        _l("Take back"),
        "undo",
        permission,
        take_back,
        form=ReasonForm,
        tone="danger",
        visible=lambda row: row.transaction_type in kinds and row.reverses_id is None,
    )
