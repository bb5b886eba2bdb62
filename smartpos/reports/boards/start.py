"""The figures of the start page: what a person would look up first, as far as they may see it."""

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.core.admin.navigation import Notice
from smartpos.identity.principal import me
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.reports.boards.looking import Look, look
from smartpos.reports.boards.parts import amount, count
from smartpos.reports.boards.waiting import (
    birthday_lines,
    debts_link,
    overdue_note,
    payables_link,
    waiting_lines,
)
from smartpos.reports.queries.attention import (
    Matter,
    birthdays_of_customers,
    birthdays_of_staff,
    customers_debts,
    debts_to_suppliers,
    matters,
)
from smartpos.sales.permissions import SalesPermission
from smartpos.stock.permissions import StockPermission

# What waits for a yes, and whose yes it waits for.
_APPROVALS = {
    Matter.TRANSFERS_WAITING: StockPermission.TRANSFER_APPROVE,
    Matter.COUNTS_WAITING: StockPermission.COUNT_POST,
    Matter.PURCHASES_TO_CONFIRM: PurchasingPermission.PURCHASE_CONFIRM,
    Matter.RECEIPTS_FLAGGED: SalesPermission.SALE_READ_ALL,
}


def start_figures() -> list[Notice]:
    """Overdue debts, payments that are due, what runs low, what waits for approval, and whose birthday it is."""
    looked = look(me(), branch="", days="")
    counted = matters(looked.actor, looked.open_ids, (Matter.OUT, Matter.LOW, *_APPROVALS))
    return [*_money(looked), *_stock(looked, counted), *_approvals(looked, counted), *_birthdays(looked)]


def _money(looked: Look) -> list[Notice]:
    found = []
    owed = customers_debts(looked.actor, looked.branch_ids, everywhere=looked.sees_all)
    if owed is not None:
        tone = "bad" if owed.overdue else ""
        found.append(
            Notice(
                _("Overdue debts"),
                amount(owed.overdue),
                "wallet",
                note=overdue_note(owed),
                tone=tone,
                url=debts_link(looked),
            )
        )
    owing = debts_to_suppliers(looked.actor, looked.branch_ids, everywhere=looked.sees_all)
    if owing is not None:
        suppliers = owing.overdue_accounts + owing.soon_accounts
        found.append(
            Notice(
                _("To pay to suppliers"),
                amount(owing.overdue + owing.soon),
                "truck",
                note=ngettext("%(num)d supplier", "%(num)d suppliers", suppliers)
                if suppliers
                else _("in the next three days"),
                tone="bad" if owing.overdue else "",
                url=payables_link(looked),
            )
        )
    return found


def _stock(looked: Look, counted: dict[Matter, int]) -> list[Notice]:
    if Matter.LOW not in counted:
        return []
    out, low = counted[Matter.OUT], counted[Matter.LOW]
    lines = waiting_lines(looked, {Matter.OUT: out, Matter.LOW: low})
    return [
        Notice(
            _("Running low"),
            count(out + low),
            "warning",
            note=_("of it out of stock: %(number)s", number=count(out)) if out else "",
            tone="bad" if out else "warn" if low else "",
            url=lines[0]["link"] if lines else None,
        )
    ]


def _approvals(looked: Look, counted: dict[Matter, int]) -> list[Notice]:
    mine = {
        matter: counted[matter]
        for matter, permission in _APPROVALS.items()
        if matter in counted and looked.actor.can(permission)
    }
    if not mine:
        return []
    lines = waiting_lines(looked, mine)
    return [
        Notice(
            _("Waits for approval"),
            count(sum(mine.values())),
            "shield",
            note=" \u00b7 ".join(f"{line['label']}: {line['shown']}" for line in lines),
            tone="info" if lines else "",
            url=lines[0]["link"] if lines else None,
        )
    ]


def _birthdays(looked: Look) -> list[Notice]:
    lines = birthday_lines(birthdays_of_customers(looked.actor), birthdays_of_staff(looked.actor))
    return [
        Notice(
            line["label"], line["shown"], "calendar", note=line["note"], tone=line["tone"], url=line["link"]
        )
        for line in lines
    ]
