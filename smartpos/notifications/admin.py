"""Notices, messages and what people chose, for those who may see what was sent."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from smartpos.core.admin import ReadOnlyView, RowAction, add_views
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.labels import describe
from smartpos.core.permissions import RoleKey
from smartpos.identity.principal import me
from smartpos.notifications.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    Level,
    Mode,
    Notification,
    Subscription,
)
from smartpos.notifications.operations import retry_delivery
from smartpos.notifications.operations.kinds import label_of_kind, labels_of_kinds, words_of
from smartpos.notifications.permissions import NotificationsPermission as P

ADMINISTRATION = _l("Administration")

describe(
    {
        Channel.APP: _l("The bell"),
        Channel.TELEGRAM: _l("Telegram"),
        Channel.EMAIL: _l("E-mail"),
        Channel.SMS: _l("SMS"),
    }
)
describe(
    {
        Level.INFO: (_l("Note"), "info"),
        Level.GOOD: (_l("Good news"), "good"),
        Level.WARN: (_l("Warning"), "warn"),
        Level.BAD: (_l("Trouble"), "bad"),
    }
)
describe(
    {
        Mode.AT_ONCE: (_l("At once"), "good"),
        Mode.DIGEST: (_l("In the digest"), "info"),
        Mode.OFF: _l("Off"),
    }
)
describe(
    {
        DeliveryStatus.WAITING: (_l("Waiting"), "info"),
        DeliveryStatus.SENT: (_l("Sent"), "good"),
        DeliveryStatus.FAILED: (_l("Failed"), "bad"),
        DeliveryStatus.BLOCKED: (_l("Refused"), "warn"),
        DeliveryStatus.CANCELLED: _l("Cancelled"),
    }
)


class OfKind(Filter):
    """Notices or messages of one kind."""

    control = "select"
    words = _l("is")

    def __init__(self, column: Any) -> None:
        super().__init__(column, _l("What"))

    def get_options(self, view: Any) -> Any:
        return labels_of_kinds()

    def clean(self, value: str) -> Any:
        if value not in dict(labels_of_kinds()):
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        return column == value


def _kind(_view: Any, _context: Any, row: Any, _name: str) -> str:
    return label_of_kind(row.kind)


def _may_read(row: Notification | Delivery) -> bool:
    """Whether the person may read the words: what the owner hears of profits is no business of who looks after mail."""
    actor = me()
    if row.user_id is None or row.user_id == actor.user_id:
        return True
    return actor.role_key == RoleKey.OWNER and not actor.visit_reason


def _hidden() -> Markup:
    return Markup('<span class="faint">{}</span>').format(_("for the receiver alone"))


def _title(_view: Any, _context: Any, row: Notification, _name: str) -> Any:
    return Markup("<b>{}</b>").format(words_of(row.kind, row.facts).title) if _may_read(row) else _hidden()


def _text(_view: Any, _context: Any, row: Notification, _name: str) -> Any:
    return escape(words_of(row.kind, row.facts).text) if _may_read(row) else _hidden()


def _words(_view: Any, _context: Any, row: Delivery, name: str) -> Any:
    return escape(getattr(row, name) or "") if _may_read(row) else _hidden()


def _again(row: Delivery) -> str:
    retry_delivery(row.id)
    return _("The message is being sent again.")


class NoticeView(ReadOnlyView):
    """Who was told what."""

    permission_read = P.DELIVERY_READ
    menu_icon, menu_order = "bell", 130
    lead = _l("What people of the shop were told, the latest first.")
    column_list = ("created_at", "user", "kind", "title", "level", "read_at")
    column_details_list = (
        "created_at", "user", "kind", "title", "text", "level", "link", "read_at",
    )  # fmt: skip
    column_labels = {
        "created_at": _l("Time"),
        "user": _l("Whom"),
        "kind": _l("What"),
        "title": _l("Title"),
        "text": _l("Text"),
        "level": _l("Weight"),
        "link": _l("Page"),
        "read_at": _l("Read"),
    }
    column_formatters = {"kind": _kind, "title": _title, "text": _text}
    column_formatters_detail = column_formatters
    column_wrap = ("title",)
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = (OfKind(Notification.kind), "user", "level", "created_at", "read_at")

    def title_of(self, model: Any) -> str:
        return _("Notice %(number)s", number=model.id)


class DeliveryView(ReadOnlyView):
    """Messages, and what has become of them."""

    permission_read = P.DELIVERY_READ
    menu_icon, menu_order = "mail", 131
    lead = _l(
        "Messages by Telegram, e-mail and SMS, and what has become of them. One that fails is tried again, later each "
        "time."
    )
    column_list = ("created_at", "channel", "kind", "address", "subject", "status", "attempts", "error")
    column_details_list = (
        "created_at", "channel", "kind", "user", "address", "subject", "body", "status", "attempts", "not_before",
        "sent_at", "error", "is_digest", "broadcast",
    )  # fmt: skip
    column_labels = {
        "created_at": _l("Time"),
        "channel": _l("Channel"),
        "kind": _l("What"),
        "user": _l("Whom"),
        "address": _l("Address"),
        "subject": _l("Subject"),
        "body": _l("Text"),
        "status": _l("Status"),
        "attempts": _l("Attempts"),
        "not_before": _l("Not before"),
        "sent_at": _l("Sent"),
        "error": _l("What went wrong"),
        "is_digest": _l("Waits for the digest"),
        "broadcast": _l("Broadcast"),
    }
    column_formatters = {"kind": _kind, "subject": _words, "body": _words}
    column_formatters_detail = column_formatters
    column_wrap = ("subject", "error")
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = ("status", "channel", OfKind(Delivery.kind), "user", "address", "created_at")
    row_actions = [
        RowAction(
            "again",
            _l("Send again"),
            "refresh",
            P.DELIVERY_READ,
            _again,
            visible=lambda row: row.status in {DeliveryStatus.FAILED, DeliveryStatus.BLOCKED},
        )
    ]

    def title_of(self, model: Any) -> str:
        return _("Message %(number)s", number=model.id)


class SubscriptionView(ReadOnlyView):
    """What people chose; where nothing is chosen a kind's own default holds."""

    permission_read = P.DELIVERY_READ
    menu_icon, menu_order = "settings", 132
    lead = _l("What people chose to be told of and how. Where nothing is chosen, the usual holds.")
    column_list = ("user", "kind", "channel", "mode", "updated_at")
    column_labels = {
        "user": _l("Who"),
        "kind": _l("What"),
        "channel": _l("Channel"),
        "mode": _l("When"),
        "updated_at": _l("Chosen"),
    }
    column_formatters = {"kind": _kind}
    column_formatters_detail = column_formatters
    column_sortable_list = ()
    column_default_sort = ("id", True)
    column_filters = (OfKind(Subscription.kind), "user", "channel", "mode")

    def title_of(self, model: Any) -> str:
        return _("Choice %(number)s", number=model.id)


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    add_views(
        app,
        [
            NoticeView(Notification, name=_l("Sent notices"), category=ADMINISTRATION, endpoint="notices"),
            DeliveryView(Delivery, name=_l("Messages"), category=ADMINISTRATION, endpoint="deliveries"),
            SubscriptionView(
                Subscription, name=_l("Choices of notices"), category=ADMINISTRATION, endpoint="subscriptions"
            ),
        ],
    )
