"""The keyboard under the field for writing: what each of its keys means, in whatever language it was drawn."""

from enum import StrEnum
from functools import cache

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from smartpos.bot.chat import Chat
from smartpos.bot.replies import Keys
from smartpos.core.i18n import LANGUAGES
from smartpos.reports.permissions import ReportsPermission
from smartpos.stock.permissions import StockPermission


class Item(StrEnum):
    """What may be asked of the bot; the value is the command as well."""

    BALANCE = "balance"
    DEBTS = "debts"
    RECEIPTS = "receipts"
    ADDRESSES = "addresses"
    LANGUAGE = "language"
    STOP = "stop"
    RESUME = "messages"
    SHOPS = "shops"
    TODAY = "today"
    WAITING = "waiting"
    DISCONNECT = "disconnect"
    HELP = "help"
    CANCEL = "cancel"


_LABELS = {
    Item.BALANCE: ("💰", _l("Balance and points")),
    Item.DEBTS: ("📅", _l("My debts")),
    Item.RECEIPTS: ("🧾", _l("My receipts")),
    Item.ADDRESSES: ("📍", _l("Addresses of the shop")),
    Item.LANGUAGE: ("🌐", _l("Language")),
    Item.STOP: ("🔕", _l("Stop messages")),
    Item.RESUME: ("🔔", _l("Send me messages")),
    Item.SHOPS: ("🏬", _l("My shops")),
    Item.TODAY: ("📊", _l("Today's figures")),
    Item.WAITING: ("✅", _l("Waiting for approval")),
}


def label(item: Item) -> str:
    """What the key of an item says, in the language in force."""
    sign, text = _LABELS[item]
    return f"{sign} {text}"


@cache
def _meanings() -> dict[str, Item]:
    found = {}
    for locale in LANGUAGES:
        with force_locale(locale):
            for item in _LABELS:
                found[label(item).casefold()] = item
    return found


def item_of(text: str) -> Item | None:
    """The item whose key says this text, in any language: a keyboard stays as it was drawn."""
    return _meanings().get(text.strip().casefold())


def item_of_command(command: str) -> Item | None:
    """The item of a command, or None."""
    return Item(command) if command in set(Item) else None


def keys_of(chat: Chat) -> Keys:
    """The keyboard of a chat: what its people may ask."""
    rows: list[list[Item]] = []
    if chat.staff is not None:
        first = []
        if chat.staff.can(ReportsPermission.STATS_READ):
            first.append(Item.TODAY)
        if chat.staff.can(StockPermission.TRANSFER_APPROVE) or chat.staff.can(StockPermission.COUNT_POST):
            first.append(Item.WAITING)
        rows.append(first)
    if chat.customer is not None:
        rows += [[Item.BALANCE, Item.DEBTS], [Item.RECEIPTS, Item.ADDRESSES]]
        rows.append([Item.LANGUAGE, Item.RESUME if chat.link.stopped_at else Item.STOP])
    elif chat.staff is not None:
        rows.append([Item.ADDRESSES, Item.LANGUAGE])
    if len(chat.shops) > 1:
        rows.append([Item.SHOPS])
    return Keys([[label(item) for item in row] for row in rows if row])
