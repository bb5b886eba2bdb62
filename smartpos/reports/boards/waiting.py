"""What waits for somebody: the same sentences on the dashboards and on the start page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.crm.permissions import CrmPermission
from smartpos.identity.permissions import IdentityPermission
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.reports.boards.looking import Look
from smartpos.reports.boards.parts import Widget, amount, count, list_link, report_link, rows, tile
from smartpos.reports.queries.attention import (
    Birthdays,
    Due,
    Matter,
    birthdays_of_customers,
    birthdays_of_staff,
    customers_debts,
    debts_to_suppliers,
    matters,
    open_shifts,
)
from smartpos.sales.permissions import SalesPermission
from smartpos.stock.permissions import StockPermission

OF_STOCK = (
    *(
        Matter.OUT,
        Matter.LOW,
        Matter.EXPIRED,
        Matter.EXPIRING,
        Matter.TRANSFERS_WAITING,
        Matter.TRANSFERS_COMING,
    ),
    *(Matter.COUNTS_WAITING, Matter.COUNTS_OPEN, Matter.PURCHASES_TO_CONFIRM, Matter.PURCHASES_EXPECTED),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """How a matter is told: its words, how loud, the report about it, else the list of it."""

    label: Any
    tone: str
    report: str
    endpoint: str
    permission: str
    in_panel: bool = True


def _told() -> dict[Matter, _Line]:
    stock, transfers, counts = (
        StockPermission.STOCK_READ,
        StockPermission.TRANSFER_READ,
        StockPermission.COUNT_READ,
    )
    purchases = PurchasingPermission.PURCHASE_READ
    return {
        Matter.OUT: _Line(_("Out of stock"), "bad", "inventory-status", "running_low.low", stock, False),
        Matter.LOW: _Line(_("Running low"), "warn", "inventory-status", "running_low.low", stock, False),
        Matter.EXPIRED: _Line(
            _("Lots past their date"),
            "bad",
            "expiring-lots",
            "batch_stocks.index_view",
            StockPermission.BATCH_READ,
        ),
        Matter.EXPIRING: _Line(
            _("Lots about to expire"),
            "warn",
            "expiring-lots",
            "batch_stocks.index_view",
            StockPermission.BATCH_READ,
        ),
        Matter.TRANSFERS_WAITING: _Line(
            _("Transfers to approve"), "info", "", "stock_transfers.index_view", transfers
        ),
        Matter.TRANSFERS_COMING: _Line(
            _("Transfers under way"), "", "", "stock_transfers.index_view", transfers
        ),
        Matter.COUNTS_WAITING: _Line(
            _("Stock counts to post"), "info", "", "stock_counts.index_view", counts
        ),
        Matter.COUNTS_OPEN: _Line(_("Stock counts going on"), "", "", "stock_counts.index_view", counts),
        Matter.PURCHASES_TO_CONFIRM: _Line(
            _("Purchases to confirm"), "info", "", "purchases.index_view", purchases
        ),
        Matter.PURCHASES_EXPECTED: _Line(
            _("Orders that should be here"), "warn", "", "purchases.index_view", purchases
        ),
        Matter.RECEIPTS_FLAGGED: _Line(
            _("Receipts to look at"), "warn", "", "attention.index_view", SalesPermission.SALE_READ_ALL
        ),
        Matter.SHIFTS_OPEN: _Line(
            _("Open shifts"), "", "", "shifts.index_view", SalesPermission.SHIFT_READ_ALL
        ),
    }


def attention(look: Look) -> Widget:
    """The list of what waits and whose birthday it is; what nobody waits for is left out."""
    found = waiting_lines(look, matters(look.actor, look.open_ids))
    found += birthday_lines(birthdays_of_customers(look.actor), birthdays_of_staff(look.actor))
    return rows("attention", _("Needs attention"), found, empty=_("Nothing waits. Well done."))


def waiting_lines(look: Look, counted: dict[Matter, int]) -> list[dict[str, Any]]:
    """A row for each matter of which there is any, shifts that are open apart."""
    told = _told()
    found = []
    for matter, number in counted.items():
        if not number or matter is Matter.SHIFTS_OPEN:
            continue
        line = told[matter]
        found.append(
            {"label": line.label, "shown": count(number), "tone": line.tone, "link": _link(look, line)}
        )
    return found


def birthday_lines(customers: Birthdays | None, staff: Birthdays | None) -> list[dict[str, Any]]:
    """Whose birthday it is."""
    found = []
    for born, label, endpoint, permission in (
        (customers, _("Customers' birthdays today"), "customers", CrmPermission.CUSTOMER_READ),
        (staff, _("Colleagues' birthdays today"), "users", IdentityPermission.USER_READ),
    ):
        if born is None or not born.count:
            continue
        names = ", ".join(name for _number, name in born.people)
        if born.count > len(born.people):
            names += " \u2026"
        one = born.count == 1
        link = (
            list_link(f"{endpoint}.details_view", permission, id=born.people[0][0])
            if one
            else list_link(f"{endpoint}.index_view", permission)
        )
        found.append(
            {"label": label, "note": names, "shown": count(born.count), "tone": "accent", "link": link}
        )
    return found


def debt_tiles(look: Look) -> list[Widget]:
    """What customers owe and what is owed to suppliers, as far as the person may see it."""
    owed = customers_debts(look.actor, look.branch_ids, everywhere=look.sees_all)
    owing = debts_to_suppliers(look.actor, look.branch_ids, everywhere=look.sees_all)
    tiles = []
    if owed is not None:
        tiles.append(
            tile(
                "overdue",
                _("Overdue debts"),
                amount(owed.overdue),
                owed.overdue,
                note=overdue_note(owed),
                link=debts_link(look),
                tone="bad" if owed.overdue else "",
            )
        )
    if owing is not None:
        tiles.append(
            tile(
                "payable",
                _("To pay to suppliers"),
                amount(owing.overdue + owing.soon),
                owing.overdue + owing.soon,
                note=_("of it overdue: %(amount)s", amount=amount(owing.overdue))
                if owing.overdue
                else _("in the next three days"),
                link=payables_link(look),
                tone="bad" if owing.overdue else "",
            )
        )
    return tiles


def overdue_note(owed: Due) -> str:
    """By how many, since when, and what follows."""
    parts = []
    if owed.overdue_accounts:
        parts.append(ngettext("%(num)d customer", "%(num)d customers", owed.overdue_accounts))
        if owed.oldest_days:
            parts.append(ngettext("oldest %(num)d day", "oldest %(num)d days", owed.oldest_days))
    if owed.soon:
        parts.append(_("in three days: %(amount)s", amount=amount(owed.soon)))
    return " \u00b7 ".join(parts) or _("all debts: %(amount)s", amount=amount(owed.total))


def debts_link(look: Look) -> str | None:
    """Where customers' debts are looked at."""
    return report_link("debts-ageing", look.actor, branch_id=look.branch_id) or list_link(
        "crm.debts", CrmPermission.ACCOUNT_READ, in_panel=False
    )


def payables_link(look: Look) -> str | None:
    """Where debts to suppliers are looked at."""
    return report_link("expected-payments", look.actor, branch_id=look.branch_id) or list_link(
        "crm_suppliers.debts", CrmPermission.SUPPLIER_ACCOUNT_READ, in_panel=False
    )


def shifts(look: Look, now: datetime) -> Widget | None:
    """Who is at the tills; None for those who may not see shifts."""
    found = open_shifts(look.actor, look.open_ids)
    if found is None:
        return None
    zone = look.actor.organization.zone
    lines = []
    for one in found:
        opened = one.opened_at.astimezone(zone)
        since = opened.strftime("%H:%M" if opened.date() == now.astimezone(zone).date() else "%d.%m %H:%M")
        lines.append(
            {
                "label": f"{one.branch} \u00b7 {one.till}",
                "note": _("%(name)s, since %(time)s", name=one.cashier, time=since),
                "shown": ngettext("%(num)d receipt", "%(num)d receipts", one.receipts),
                "link": list_link("shifts.details_view", SalesPermission.SHIFT_READ_ALL, id=one.id),
            }
        )
    link = list_link("shifts.index_view", SalesPermission.SHIFT_READ_ALL)
    return rows("shifts", _("Open shifts"), lines, empty=_("No till is open."), link=link)


def _link(look: Look, line: _Line) -> str | None:
    if line.report:
        found = report_link(line.report, look.actor, branch_id=look.branch_id)
        if found:
            return found
    values: dict[str, Any] = {}
    if line.endpoint == "running_low.low" and look.branch_id is not None:
        values["branch"] = look.branch_id
    return list_link(line.endpoint, line.permission, in_panel=line.in_panel, **values)
