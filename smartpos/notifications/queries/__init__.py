"""Questions about notices and messages."""

from smartpos.notifications.queries.people import Receiver, receivers, telegram_chat

__all__ = ["Receiver", "receivers", "telegram_chat"]
