"""Small texts that several dialogs say."""

from datetime import datetime
from decimal import Decimal

from smartpos.bot.chat import Chat
from smartpos.core.figures import money_text

LONGEST_LIST = 20


def amount(chat: Chat, value: Decimal) -> str:
    """Money in the currency of the shop."""
    return money_text(value, chat.actor.organization.currency)


def moment(chat: Chat, value: datetime) -> str:
    """A moment on the clock of the shop: ``20.11.2026 21:47``."""
    return f"{value.astimezone(chat.actor.organization.zone):%d.%m.%Y %H:%M}"
