"""The ways into the bot: one's own link in the profile, and the shop's link with its QR code for customers."""

import io
from dataclasses import dataclass

import segno
from flask import Response, flash, jsonify, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from smartpos.bot.queries.audiences import linked_people
from smartpos.bot.routes.blueprint import blueprint
from smartpos.core.permissions import can, require
from smartpos.crm.permissions import CrmPermission
from smartpos.identity.principal import me
from smartpos.notifications.channels.telegram import bot_name, deep_link, is_on
from smartpos.notifications.models import LinkStatus
from smartpos.notifications.operations import telegram as links
from smartpos.notifications.permissions import NotificationsPermission as P
from smartpos.notifications.queries.telegram import link_of_user

DARK, LIGHT = "#16211f", "#ffffff"


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether a member of staff is reached in Telegram, and under which name there."""

    is_on: bool
    is_connected: bool = False
    is_blocked: bool = False
    name: str = ""


def telegram_of(user_id: int | None) -> Connection:
    """How it stands with somebody's Telegram."""
    if not is_on():
        return Connection(is_on=False)
    link = link_of_user(user_id or 0)
    if link is None:
        return Connection(is_on=True)
    name = f"@{link.username}" if link.username else link.name or ""
    return Connection(True, True, link.status is LinkStatus.BLOCKED, name)


@blueprint.get("/profile/telegram")
def my_telegram() -> ResponseReturnValue:
    """Connect one's Telegram: a link that is good for a quarter of an hour and for one chat."""
    actor = me()
    state = telegram_of(actor.user_id)
    address = deep_link(links.staff_argument(actor)) if state.is_on else None
    page = make_response(
        render_template(
            "bot/my_telegram.html", state=state, address=address, image=_picture(address), bot=bot_name()
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/profile/telegram/state")
def my_telegram_state() -> Response:
    """Whether the chat is connected by now, for the page that waits for it."""
    state = telegram_of(me().user_id)
    answer = jsonify(connected=state.is_connected and not state.is_blocked, name=state.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/profile/telegram/disconnect")
def disconnect_telegram() -> ResponseReturnValue:
    """Alerts no longer go to one's Telegram."""
    links.unlink_staff(me().user_id or 0)
    flash(_("Telegram is disconnected."), "success")
    return redirect(url_for("identity.profile"))


@blueprint.get("/telegram")
def shop_page() -> ResponseReturnValue:
    """The bot for customers: its link and QR code, how many use it, and the messages sent to them."""
    require(P.BROADCAST_SEND)
    actor = me()
    address = deep_link(actor.organization.domain)
    return render_template(
        "bot/shop.html",
        is_on=is_on(),
        address=address,
        image=_picture(address),
        people=linked_people(),
        bot=bot_name(),
        may_remind=can(CrmPermission.ACCOUNT_READ),
        reminders=actor.setting("telegram_reminders"),
        hour=actor.setting("telegram_reminder_hour"),
    )


@blueprint.get("/telegram/qr.svg")
def shop_code() -> Response:
    """The QR code of the shop's link as a picture to be printed."""
    require(P.BROADCAST_SEND)
    address = deep_link(me().organization.domain)
    if address is None:
        return Response(status=404)
    picture = io.BytesIO()
    segno.make(address, micro=False, error="q").save(picture, kind="svg", scale=10, border=4, light=LIGHT)
    answer = Response(picture.getvalue(), mimetype="image/svg+xml")
    answer.headers["Content-Disposition"] = 'attachment; filename="telegram.svg"'
    return answer


def _picture(address: str | None) -> Markup | None:
    if address is None:
        return None
    drawn = segno.make(address, micro=False).svg_inline(scale=5, border=2, dark=DARK, light=LIGHT)
    return Markup(drawn)  # noqa: S704 - drawn by us from our own text
