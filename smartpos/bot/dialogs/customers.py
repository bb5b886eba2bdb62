"""What customers ask: balance and points, debts, receipts, addresses; and that the shop leaves them alone."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from smartpos.bot.chat import Chat
from smartpos.bot.menu import keys_of
from smartpos.bot.replies import Note, Paper, Press, Reply, Say
from smartpos.bot.words import LONGEST_LIST, amount, moment
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.figures import day_text, quantity_text
from smartpos.crm.models import CustomerTransaction
from smartpos.crm.queries.accounts import open_debts
from smartpos.identity.models import Branch, BranchKind
from smartpos.notifications.operations import telegram as links
from smartpos.sales.models import Sale, SaleType
from smartpos.sales.operations.copies import record_copy
from smartpos.sales.printing.papers import receipt_paper
from smartpos.sales.printing.pdf import paper_pdf
from smartpos.sales.queries import SoldSale, sold_sale

LATEST = 5
MOST_LINES = 40
SALE_ORIGIN = "sale"


def balance(chat: Chat) -> list[Reply]:
    """What the account stands at."""
    assert chat.customer is not None  # noqa: S101 - asked before
    customer = chat.customer
    if customer.balance < 0:
        first = _("You owe %(amount)s.", amount=amount(chat, customer.debt))
    elif customer.balance > 0:
        first = _("You have %(amount)s to your credit.", amount=amount(chat, customer.balance))
    else:
        first = _("You owe nothing.")
    points = _("Points: %(points)s", points=quantity_text(customer.points))
    return [Say(f"{first}\n{points}", keys=keys_of(chat))]


def debts(chat: Chat) -> list[Reply]:
    """What is open, and until when."""
    assert chat.customer is not None  # noqa: S101 - asked before
    found = open_debts(chat.customer.id, chat.actor)
    if not found:
        return [Say(_("You owe nothing."), keys=keys_of(chat))]
    lines = [_("You owe %(amount)s.", amount=amount(chat, chat.customer.debt)), ""]
    for debt in found[:LONGEST_LIST]:
        line = _("%(amount)s until %(day)s", amount=amount(chat, debt.open), day=day_text(debt.due_on))
        if debt.days_overdue > 0:
            late = ngettext("%(num)d day late", "%(num)d days late", debt.days_overdue)
            line = f"❗ {line} ({late})"
        lines.append(line)
    if len(found) > LONGEST_LIST:
        lines.append(_("and %(count)s more", count=len(found) - LONGEST_LIST))
    return [Say("\n".join(lines), keys=keys_of(chat))]


def receipts(chat: Chat) -> list[Reply]:
    """The latest receipts, each with its buttons."""
    assert chat.customer is not None  # noqa: S101 - asked before
    # Through the account, whose index finds the latest of one customer at once.
    latest = (
        select(CustomerTransaction.origin_id)
        .where(
            CustomerTransaction.customer_id == chat.customer.id,
            CustomerTransaction.origin_kind == SALE_ORIGIN,
        )
        .order_by(CustomerTransaction.occurred_at.desc(), CustomerTransaction.id.desc())
        .limit(LATEST * 4)
    )
    ids = list(dict.fromkeys(db.session.scalars(latest)))[:LATEST]
    rows = db.session.execute(
        select(Sale.id, Sale.number, Sale.sold_at, Sale.total_amount, Sale.type)
        .where(Sale.id.in_(ids), Sale.customer_id == chat.customer.id)
        .order_by(Sale.sold_at.desc(), Sale.id.desc())
    ).all()
    if not rows:
        return [Say(_("There are no receipts of yours yet."), keys=keys_of(chat))]
    presses = [
        [
            Press(
                f"{row.number} · {moment(chat, row.sold_at)} · {amount(chat, row.total_amount)}",
                f"r:{row.id}",
            ),
        ]
        for row in rows
    ]
    return [Say(_("Your latest receipts. Press one to read it."), presses)]


def receipt(chat: Chat, sale_id: int) -> list[Reply]:
    """One receipt as text, with the offer of a PDF."""
    sale = _own(chat, sale_id)
    head = _("Refund %(number)s") if sale.type is SaleType.REFUND else _("Receipt %(number)s")
    lines = [
        f"{chat.shop} · {sale.branch}",
        f"{head % {'number': sale.number}} · {moment(chat, sale.sold_at)}",
        "",
    ]
    for item in sale.items[:MOST_LINES]:
        lines.append(item.name)
        lines.append(
            f"    {quantity_text(item.quantity, item.unit)} × {amount(chat, item.price)} = {amount(chat, item.total)}"
        )
    if len(sale.items) > MOST_LINES:
        lines.append(_("and %(count)s more", count=len(sale.items) - MOST_LINES))
    lines.append("")
    if sale.discount:
        lines.append(_("Discount: %(amount)s", amount=amount(chat, sale.discount)))
    lines.append(_("Total: %(amount)s", amount=amount(chat, sale.total)))
    return [Note(""), Say("\n".join(lines), [[Press(_("Send as PDF"), f"p:{sale.id}")]])]


def receipt_file(chat: Chat, sale_id: int) -> list[Reply]:
    """One receipt as a PDF: a copy, recorded as one that a till gives out."""
    sale = _own(chat, sale_id)
    paper = receipt_paper(sale, actor=chat.actor, copy_at=utc_now())
    content = paper_pdf(paper, language=chat.locale)
    record_copy(sale, how="telegram", actor=chat.actor)
    return [Note(""), Paper(f"{sale.number}.pdf", content, _("Receipt %(number)s", number=sale.number))]


def _own(chat: Chat, sale_id: int) -> SoldSale:
    """A receipt of the customer who asks; anybody else's is not there. Raises NotFound."""
    if chat.customer is None or not 0 < sale_id < 2**63:
        raise NotFound
    sale = sold_sale(sale_id)
    if sale.buyer is None or sale.buyer.id != chat.customer.id:
        raise NotFound
    return sale


def addresses(chat: Chat) -> list[Reply]:
    """Where the shop is."""
    rows = db.session.execute(
        select(Branch.name, Branch.address, Branch.phone)
        .where(Branch.kind == BranchKind.STORE, Branch.is_active, Branch.deleted_at.is_(None))
        .order_by(Branch.name)
        .limit(LONGEST_LIST)
    ).all()
    places = ["\n".join(filter(None, (f"📍 {name}", address, phone))) for name, address, phone in rows]
    text = "\n\n".join(places) or _("The shop has not told its addresses.")
    return [Say(f"{chat.shop}\n\n{text}", keys=keys_of(chat))]


def stop(chat: Chat) -> list[Reply]:
    """No more messages that nobody asked for."""
    links.stop_messages(chat.link, stop=True)
    text = _("The shop sends you no more messages. What you ask for here is answered as before.")
    return [Say(text, keys=keys_of(chat))]


def resume(chat: Chat) -> list[Reply]:
    """Messages again."""
    links.stop_messages(chat.link, stop=False)
    return [Say(_("You get reminders and news of the shop again."), keys=keys_of(chat))]
