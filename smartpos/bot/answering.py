"""From what came in to what is answered: finds the shop and the dialog. One transaction for each update."""

from collections.abc import Callable

import structlog
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from smartpos.bot import unit
from smartpos.bot.chat import Chat, entered, guess
from smartpos.bot.dialogs import approvals, customers, entrance, staff
from smartpos.bot.incoming import Incoming
from smartpos.bot.menu import Item, item_of, item_of_command, keys_of
from smartpos.bot.replies import Note, Reply, Say
from smartpos.core.db import db
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.notifications.operations import telegram as links
from smartpos.notifications.queries.telegram import ChatShop, shops_of_chat

log = structlog.get_logger(__name__)

Dialog = Callable[[Chat], list[Reply]]

OF_CUSTOMERS: dict[Item, Dialog] = {
    Item.BALANCE: customers.balance,
    Item.DEBTS: customers.debts,
    Item.RECEIPTS: customers.receipts,
    Item.STOP: customers.stop,
    Item.RESUME: customers.resume,
}
OF_STAFF: dict[Item, Dialog] = {
    Item.TODAY: staff.today,
    Item.WAITING: approvals.waiting,
    Item.DISCONNECT: entrance.disconnect,
}
OF_ALL: dict[Item, Dialog] = {
    Item.ADDRESSES: customers.addresses,
    Item.LANGUAGE: entrance.choose_language,
    Item.SHOPS: entrance.choose_shop,
}


def answer(app: Flask, incoming: Incoming) -> list[Reply]:
    """What the bot says to this. Never raises: whatever goes wrong, the person hears of it in their language."""
    try:
        return unit.run(app, lambda: _answered(incoming))
    except Exception:
        log.exception("update_failed", chat_id=incoming.chat_id)
        with app.app_context(), force_locale(guess(incoming.language)):
            return _told(incoming, _("Something went wrong. Please try again in a minute."))


def slow_down(app: Flask, incoming: Incoming) -> list[Reply]:
    """What somebody hears who sends too much; once."""
    with app.app_context(), force_locale(guess(incoming.language)):
        return _told(incoming, _("That was a lot at once. Please wait half a minute."))


def leave(app: Flask, chat_id: int) -> None:
    """The person has stopped the bot."""
    unit.run(app, lambda: links.block_chat_everywhere(chat_id))


def _answered(incoming: Incoming) -> list[Reply]:
    try:
        if incoming.command == "start" and incoming.argument:
            return entrance.come_in(incoming)
        shops = shops_of_chat(incoming.chat_id)
        return _pressed(incoming, shops) if incoming.data is not None else _written(incoming, shops)
    except SmartPOSError as error:
        # Nothing half done stays behind; what was refused is said.
        db.session.rollback()
        with force_locale(guess(incoming.language)):
            return _told(incoming, str(error))


def _told(incoming: Incoming, text: str) -> list[Reply]:
    return [Note(text[:190], alert=True)] if incoming.data is not None else [Say(text)]


def _written(incoming: Incoming, shops: list[ChatShop]) -> list[Reply]:
    if not shops:
        with force_locale(guess(incoming.language)):
            return [entrance.nobody(incoming)]
    shop = shops[0]
    if not shop.is_open and incoming.command != Item.SHOPS:
        with force_locale(guess(incoming.language, shop.locale)):
            return [entrance.closed(shop.name)]
    with entered(shop, shops, incoming) as chat:
        return [entrance.nobody(incoming)] if chat is None else _guarded(chat, _talk)


def _guarded(chat: Chat, dialog: Dialog) -> list[Reply]:
    """A dialog whose refusals are said in the language of the chat."""
    try:
        with db.session.begin_nested():
            replies = dialog(chat)
            db.session.flush()
    except NotFound:
        raise
    except SmartPOSError as error:
        return _told(chat.incoming, str(error))
    return replies


def _talk(chat: Chat) -> list[Reply]:
    """Words, a command, a contact, or something the bot does not understand."""
    incoming = chat.incoming
    if incoming.contact is not None:
        return entrance.take_contact(chat)
    item = item_of_command(incoming.command) if incoming.command is not None else item_of(incoming.text)
    if item is None and incoming.command is None and incoming.text.strip():
        awaited = _awaited(chat)
        if awaited is not None:
            return awaited(chat)
    if chat.link.stage and (item is not None or incoming.command is not None):
        chat.link.stage = None  # they have turned to something else
    dialog = _dialog_of(chat, item)
    if dialog is not None:
        return dialog(chat)
    if item is Item.CANCEL or incoming.command == "start":
        return [entrance.welcome(chat)]
    return [Say(_("Please choose from the keyboard below."), keys=keys_of(chat))]


def _awaited(chat: Chat) -> Dialog | None:
    """Who waits for what was written."""
    stage = chat.link.stage or ""
    if stage.startswith(entrance.NAME_STAGE) and chat.customer is None:
        return entrance.take_name
    if stage.startswith(approvals.REJECT_STAGE) and chat.staff is not None:
        return approvals.refuse
    return None


def _dialog_of(chat: Chat, item: Item | None) -> Dialog | None:
    """What answers an item for the people of this chat."""
    if item is not None and item in OF_ALL:
        return OF_ALL[item]
    if item is not None and item in OF_STAFF and chat.staff is not None:
        return OF_STAFF[item]
    if chat.customer is not None:
        return OF_CUSTOMERS.get(item) if item is not None else None
    if chat.staff is None or item in OF_CUSTOMERS:
        return lambda chat: [entrance.ask_phone(chat)]
    return None


def _pressed(incoming: Incoming, shops: list[ChatShop]) -> list[Reply]:
    """A button below a message, perhaps an old one, perhaps made up."""
    act, _colon, value = (incoming.data or "").partition(":")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
    # A number of a thing belongs to one shop of the chat, which need not be the one that answers now.
    for shop in shops:
        if not shop.is_open or (act in {"s", "q"} and shop.organization_id != number):
            continue
        with entered(shop, shops, incoming) as chat:
            replies = None if chat is None else _press(chat, act, number, value)
        if replies is not None:
            return replies
    with force_locale(guess(incoming.language, shops[0].locale if shops else None)):
        return [Note(_("This button is no longer good."), alert=True)]


def _press(chat: Chat, act: str, number: int, value: str) -> list[Reply] | None:
    """What a button does in this shop; None when what it names is not here."""
    dialog: Dialog
    if act == "l":
        dialog = lambda chat: entrance.language_chosen(chat, value)  # noqa: E731
    elif act == "s":
        dialog = entrance.shop_chosen
    elif act == "q" and chat.customer is not None:
        dialog = lambda chat: [Note(""), *customers.stop(chat)]  # noqa: E731
    elif act in {"r", "p"} and chat.customer is not None:
        show = customers.receipt if act == "r" else customers.receipt_file
        dialog = lambda chat: show(chat, number)  # noqa: E731
    elif act in {"ta", "tr", "cp"} and chat.staff is not None:
        dialog = lambda chat: approvals.decide(chat, act, number)  # noqa: E731
    else:
        return None
    try:
        return _guarded(chat, dialog)
    except NotFound:
        return None
