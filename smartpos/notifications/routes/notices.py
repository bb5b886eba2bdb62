"""One's own notices as a page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.core.admin.loaders import parse_id
from smartpos.identity.principal import me
from smartpos.notifications import queries
from smartpos.notifications.operations import reading
from smartpos.notifications.routes.blueprint import blueprint
from smartpos.notifications.shown import shown

ON_A_PAGE = 50


@blueprint.get("/notifications")
def inbox() -> str:
    """What one was told, the latest first; with ``unread=1`` only what one has not seen."""
    actor = me()
    unread = request.args.get("unread") == "1"
    found = queries.notices_page(
        actor, unread=unread, limit=ON_A_PAGE, cursor=request.args.get("cursor") or None
    )
    following = None
    if found.next_cursor:
        following = url_for(".inbox", cursor=found.next_cursor, unread="1" if unread else None)
    return render_template(
        "notifications/inbox.html",
        notices=[shown(row) for row in found.items],
        unread=unread,
        newest=found.items[0].id if found.items else None,
        next_url=following,
        first_url=url_for(".inbox", unread="1" if unread else None) if request.args.get("cursor") else None,
    )


@blueprint.get("/notifications/<int:notification_id>/open")
def open_notice(notification_id: int) -> ResponseReturnValue:
    """Go where a notice leads; it counts as read from here on."""
    row = reading.read_notice(notification_id, actor=me())
    # Links are written by us and lead to pages of ours; anything else would be a way out to strangers.
    if row.link and row.link.startswith("/") and not row.link.startswith(("//", "/\\")):
        return redirect(row.link)
    return redirect(url_for(".inbox"))


@blueprint.post("/notifications/<int:notification_id>/read")
def read_one(notification_id: int) -> ResponseReturnValue:
    """Note that one has seen a notice."""
    reading.read_notice(notification_id, actor=me())
    return redirect(url_for(".inbox", unread="1" if request.form.get("unread") else None))


@blueprint.post("/notifications/read")
def read_all() -> ResponseReturnValue:
    """Note that one has seen all notices that the page showed, and all before them."""
    up_to = parse_id(request.form.get("up_to", ""))
    count = reading.read_all(up_to=up_to, actor=me())
    if count:
        flash(ngettext("%(num)d notice marked as read.", "%(num)d notices marked as read.", count), "success")
    else:
        flash(_("There was nothing new."), "success")
    return redirect(url_for(".inbox"))
