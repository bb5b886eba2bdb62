"""What waits for somebody's word: transfers and stock counts, decided by a button.

A button carries nothing but the kind and the number of the thing. Who presses it is looked up freshly, with the
rights and the workspaces of this moment, and the same operations decide as in the back office.
"""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from smartpos.bot.chat import Chat, as_staff
from smartpos.bot.menu import keys_of
from smartpos.bot.replies import Edit, Note, Press, Reply, Say
from smartpos.bot.words import amount
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.errors import Forbidden
from smartpos.core.figures import quantity_text
from smartpos.identity.actors import Actor
from smartpos.identity.models import User
from smartpos.notifications.operations import telegram as links
from smartpos.stock.errors import CountNotOpen, TransferInOtherState
from smartpos.stock.models import CountStatus, StockCount, StockTransfer, TransferStatus
from smartpos.stock.operations import counts as count_operations
from smartpos.stock.operations import transfers as transfer_operations
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries import counts as count_queries
from smartpos.stock.queries import transfers as transfer_queries

REJECT_STAGE = "reject:"
MOST = 10
MOST_LINES = 15

_TRANSFER_STATES = {
    TransferStatus.PENDING: ("⏳", _l("Waits for approval")),
    TransferStatus.APPROVED: ("✅", _l("Approved")),
    TransferStatus.IN_TRANSIT: ("🚚", _l("On the way")),
    TransferStatus.COMPLETED: ("📦", _l("Received")),
    TransferStatus.REJECTED: ("⛔", _l("Rejected")),
    TransferStatus.CANCELLED: ("✖️", _l("Cancelled")),
}
_COUNT_STATES = {
    CountStatus.COUNTING: ("⏳", _l("Being counted")),
    CountStatus.REVIEW: ("⏳", _l("Waits for approval")),
    CountStatus.POSTED: ("✅", _l("Posted")),
    CountStatus.CANCELLED: ("✖️", _l("Cancelled")),
}


def waiting(chat: Chat) -> list[Reply]:
    """Everything that waits for this person, each with its buttons."""
    with as_staff(chat) as who:
        found: list[Reply] = []
        if who.can(StockPermission.TRANSFER_APPROVE):
            pending = (
                select(StockTransfer)
                .where(StockTransfer.status == TransferStatus.PENDING, transfer_queries.seen_transfers())
                .order_by(StockTransfer.id)
                .limit(MOST)
            )
            found += [
                Say(_transfer_text(transfer), _transfer_presses(transfer))
                for transfer in db.session.scalars(pending)
            ]
        if who.can(StockPermission.COUNT_POST):
            review = count_queries.counts(status=CountStatus.REVIEW).order_by(StockCount.id).limit(MOST)
            found += [
                Say(_count_text(chat, count, who), _count_presses(count))
                for count in db.session.scalars(review)
            ]
    return found or [Say(_("Nothing waits for you."), keys=keys_of(chat))]


def decide(chat: Chat, act: str, number: int) -> list[Reply]:
    """A button was pressed: ``ta`` approves and ``tr`` refuses a transfer, ``cp`` posts a count. Raises NotFound."""
    if act == "cp":
        return _post_count(chat, number)
    with as_staff(chat) as who:
        _require(who, StockPermission.TRANSFER_APPROVE)
        transfer = transfer_queries.transfer_for(number)
        if act == "tr":
            if transfer.status is not TransferStatus.PENDING:
                return _too_late(transfer)
            links.select_shop(chat.link)  # what is written next is the reason, whichever shop answered before
            chat.link.stage = f"{REJECT_STAGE}{transfer.id}"
            text = _(
                "Why is transfer %(number)s refused? Write the reason, or /cancel.", number=transfer.number
            )
            return [Note(""), Say(text)]
        try:
            transfer = transfer_operations.approve_transfer(number, actor=who)
        except TransferInOtherState as error:
            return _too_late(transfer, error)
        return [Note(_("Approved")), Edit(_transfer_text(transfer))]


def refuse(chat: Chat) -> list[Reply]:
    """The reason for which a transfer is refused."""
    number = int((chat.link.stage or "").removeprefix(REJECT_STAGE))
    chat.link.stage = None
    with as_staff(chat) as who:
        _require(who, StockPermission.TRANSFER_APPROVE)
        reason = chat.incoming.text.strip()[: transfer_operations.LONGEST_REASON]
        try:
            transfer = transfer_operations.reject_transfer(number, reason=reason, actor=who)
        except TransferInOtherState as error:
            return [Say(str(error), keys=keys_of(chat))]
        return [Say(_transfer_text(transfer), keys=keys_of(chat))]


def _post_count(chat: Chat, number: int) -> list[Reply]:
    with as_staff(chat) as who:
        _require(who, StockPermission.COUNT_POST)
        count = count_queries.count_for(number)
        if count.status is CountStatus.COUNTING:
            return [Note(_("This stock count is still being counted."), alert=True)]
        try:
            count = count_operations.post_count(number, actor=who)
        except CountNotOpen as error:
            db.session.refresh(count)
            return [Note(_done_already(error), alert=True), Edit(_count_text(chat, count, who))]
        return [Note(_("Posted")), Edit(_count_text(chat, count, who))]


def _too_late(transfer: StockTransfer, error: Exception | None = None) -> list[Reply]:
    db.session.refresh(transfer)
    said = error or TransferInOtherState(transfer.number, transfer.status.value)
    return [Note(_done_already(said), alert=True), Edit(_transfer_text(transfer))]


def _done_already(error: Exception) -> str:
    return str(_("This is done already: %(what)s", what=str(error)))


def _require(who: Actor, permission: str) -> None:
    if not who.can(permission):
        raise Forbidden(permission=str(permission))


def _transfer_text(transfer: StockTransfer) -> str:
    sign, state = _TRANSFER_STATES[transfer.status]
    items = transfer_queries.transfer_items(transfer.id)
    lines = [
        _("Transfer %(number)s", number=transfer.number),
        f"{transfer.from_branch.name} → {transfer.to_branch.name}",
        "",
        *(f"• {item.product}: {quantity_text(item.quantity, item.unit)}" for item in items[:MOST_LINES]),
    ]
    if len(items) > MOST_LINES:
        lines.append(_("and %(count)s more", count=len(items) - MOST_LINES))
    if transfer.notes:
        lines += ["", transfer.notes]
    lines += ["", f"{sign} {state}{_by(transfer.closed_by or transfer.approved_by)}"]
    if transfer.reason:
        lines.append(transfer.reason)
    return "\n".join(lines)


def _transfer_presses(transfer: StockTransfer) -> list[list[Press]]:
    return [[Press(_("Approve"), f"ta:{transfer.id}"), Press(_("Reject"), f"tr:{transfer.id}")]]


def _count_text(chat: Chat, count: StockCount, who: Actor) -> str:
    sign, state = _COUNT_STATES[count.status]
    totals = count_queries.count_totals(count)
    differing = ngettext("%(num)d product differs", "%(num)d products differ", totals.differing)
    if who.can(CatalogPermission.COST_READ):  # the worth of what differs is a matter of purchase prices
        up, down = amount(chat, totals.up), amount(chat, abs(totals.down))
        differing += ": " + _("found %(up)s, missing %(down)s", up=up, down=down)
    return "\n".join(
        [
            _("Stock count %(number)s", number=count.number),
            count.branch.name,
            "",
            differing if totals.differing else _("Nothing differs."),
            "",
            f"{sign} {state}{_by(count.posted_by or count.cancelled_by)}",
        ]
    )


def _count_presses(count: StockCount) -> list[list[Press]]:
    return [[Press(_("Post"), f"cp:{count.id}")]]


def _by(user_id: int | None) -> str:
    user = db.session.get(User, user_id) if user_id is not None else None
    return f" · {user.display}" if user is not None else ""
