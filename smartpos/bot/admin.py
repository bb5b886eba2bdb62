"""Messages to customers and the chats of the bot in the back office."""

from typing import Any

from flask import Flask, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from smartpos.core.admin import ReadOnlyView, RowAction, add_views
from smartpos.core.admin.formatters import NOTHING
from smartpos.core.admin.labels import describe
from smartpos.core.admin.trail import describe_subjects
from smartpos.core.db import db
from smartpos.core.i18n import LANGUAGES
from smartpos.crm.models import Customer
from smartpos.notifications.models import Broadcast, BroadcastStatus, LinkStatus, TelegramLink
from smartpos.notifications.permissions import NotificationsPermission as P

CUSTOMERS = _l("Customers")

describe(
    {
        BroadcastStatus.SENDING: (_l("Being sent"), "info"),
        BroadcastStatus.DONE: (_l("Sent"), "good"),
        BroadcastStatus.CANCELLED: _l("Cancelled"),
    }
)
describe(
    {
        LinkStatus.PENDING: (_l("Has not said who they are"), "info"),
        LinkStatus.ACTIVE: (_l("Connected"), "good"),
        LinkStatus.BLOCKED: (_l("Has stopped the bot"), "warn"),
    }
)


def _watch(row: Broadcast) -> Response:
    return redirect(url_for("bot.broadcast_page", broadcast_id=row.id))


class BroadcastView(ReadOnlyView):
    """Messages to many customers."""

    permission_read = P.BROADCAST_SEND
    menu_icon, menu_order = "mail", 140
    lead = _l("Messages to customers who use the bot, the latest first.")
    list_template = "bot/broadcasts.html"
    column_list = ("created_at", "text", "status", "recipients", "author", "finished_at")
    column_labels = {
        "created_at": _l("Time"),
        "text": _l("Text"),
        "status": _l("Status"),
        "audience": _l("Audience"),
        "recipients": _l("Recipients"),
        "author": _l("By"),
        "finished_at": _l("Ended"),
        "forgotten_sent": _l("Sent and not listed any more"),
        "forgotten_failed": _l("Failed and not listed any more"),
        "forgotten_cancelled": _l("Cancelled and not listed any more"),
    }
    column_wrap = ("text",)
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = ("status", "created_at", "author")
    row_actions = [RowAction("progress", _l("Progress"), "chart", P.BROADCAST_SEND, _watch)]

    def title_of(self, model: Any) -> str:
        return _("Message %(number)s", number=model.id)


def _customer(_view: Any, _context: Any, row: TelegramLink, _name: str) -> Any:
    name = getattr(row, "customer_name", None)
    return name if name else NOTHING


def _language(_view: Any, _context: Any, row: TelegramLink, _name: str) -> Any:
    return LANGUAGES.get(row.locale or "", NOTHING)


class LinkView(ReadOnlyView):
    """Who sits in which chat of the bot."""

    permission_read = P.DELIVERY_READ
    menu_icon, menu_order = "users", 141
    lead = _l("Chats of the bot with customers and people of the shop.")
    column_list = ("name", "username", "customer_id", "user", "status", "locale", "stopped_at", "created_at")
    column_labels = {
        "name": _l("Name in Telegram"),
        "username": _l("User name in Telegram"),
        "chat_id": _l("Telegram chat"),
        "stage": _l("What the bot has asked"),
        "customer_id": _l("Customer"),
        "user": _l("Member of staff"),
        "status": _l("Status"),
        "locale": _l("Language"),
        "stopped_at": _l("Messages stopped"),
        "created_at": _l("Since"),
        "selected_at": _l("Last chosen"),
    }
    column_details_list = (
        "name", "username", "customer_id", "user", "status", "locale", "stopped_at", "created_at", "selected_at",
    )  # fmt: skip
    column_formatters = {"customer_id": _customer, "locale": _language}
    column_formatters_detail = column_formatters
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = ("status", "user", "created_at", "stopped_at")

    def enrich(self, rows: list[Any]) -> None:
        """The names of the customers of a page, by one statement."""
        ids = [row.customer_id for row in rows if row.customer_id is not None]
        found = db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids))).all()
        names = {row.id: row.name for row in found}
        for row in rows:
            row.customer_name = names.get(row.customer_id)

    def title_of(self, model: Any) -> str:
        return str(model.name or _("Chat %(number)s", number=model.id))


def init_app(app: Flask) -> None:
    """Register the views."""
    add_views(
        app,
        [
            BroadcastView(
                Broadcast, name=_l("Messages to customers"), category=CUSTOMERS, endpoint="broadcasts"
            ),
            LinkView(TelegramLink, name=_l("Telegram chats"), category=CUSTOMERS, endpoint="telegram_links"),
        ],
    )
    describe_subjects({"broadcasts": _l("Message to customers"), "telegram_links": _l("Telegram chat")})
