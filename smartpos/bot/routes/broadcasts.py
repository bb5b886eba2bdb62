"""Writing a message to customers, and watching it go out."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from smartpos.bot.jobs import begin_sending
from smartpos.bot.operations.broadcasts import send_broadcast
from smartpos.bot.queries.audiences import LONGEST_TAG, Audience, count_of, known_tags, read_audience
from smartpos.bot.routes.blueprint import blueprint
from smartpos.catalog.models import CustomerTier
from smartpos.core.admin import Form
from smartpos.core.admin.labels import label_of
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.permissions import can, require
from smartpos.identity.models import Branch
from smartpos.identity.principal import me
from smartpos.identity.queries import is_workplace
from smartpos.notifications.channels.telegram import is_on
from smartpos.notifications.operations.broadcasts import LONGEST_TEXT, cancel_broadcast, read_text
from smartpos.notifications.permissions import NotificationsPermission as P
from smartpos.notifications.queries.broadcasts import broadcast_for, progress_of

MOST_BRANCHES = 200
PARTS = (
    ("sent", _l("Sent")),
    ("waiting", _l("Waiting")),
    ("failed", _l("Failed")),
    ("blocked", _l("Have stopped the bot")),
    ("cancelled", _l("Cancelled")),
)


class BroadcastForm(Form):
    """What a message says, and to whom."""

    text = TextAreaField(_l("Text"), [InputRequired(), Length(max=LONGEST_TEXT)])
    tier = SelectField(_l("Tier"))
    branch = SelectField(_l("Have bought in"))
    tag = StringField(_l("Tag"), [Length(max=LONGEST_TAG)], render_kw={"autocomplete": "off"})
    with_debts = BooleanField(_l("Only who owes something"))
    client_uuid = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        tiers = [(tier.value, str(label_of(tier).text)) for tier in CustomerTier]
        self.tier.choices = [("", _("All tiers")), *tiers]
        query = select(Branch.id, Branch.name).where(is_workplace()).order_by(Branch.name)
        branches = db.session.execute(query.limit(MOST_BRANCHES)).all()
        self.branch.choices = [("", _("All branches")), *((str(row.id), row.name) for row in branches)]

    def audience(self) -> Audience:
        """Who gets it. Raises Invalid."""
        branch = str(self.branch.data or "")
        return read_audience(
            {
                "tier": self.tier.data or None,
                "tag": self.tag.data or None,
                "with_debts": bool(self.with_debts.data),
                "branch_id": int(branch) if branch.isdecimal() else None,
            }
        )


@blueprint.route("/broadcasts/new", methods=["GET", "POST"])
def new_broadcast() -> ResponseReturnValue:
    """Write a message; it is shown with the number of those who get it before it can be sent."""
    require(P.BROADCAST_SEND)
    form = BroadcastForm()
    if not form.is_submitted():
        form.client_uuid.data = str(uuid4())
        return _form_page(form), 200
    if not form.validate():
        return _form_page(form), 422
    try:
        audience = form.audience()
        text = read_text(form.text.data)
        if request.form.get("act") != "send":
            return _form_page(form, recipients=count_of(audience), preview=text), 200
        row, is_new = send_broadcast(text, audience, client_uuid=_uuid(form.client_uuid.data), actor=me())
    except SmartPOSError as error:
        db.session.rollback()
        flash(str(error), "error")
        return _form_page(form), error.status
    if is_new:
        begin_sending(row.organization_id, row.id)
    return redirect(url_for("bot.broadcast_page", broadcast_id=row.id))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _form_page(form: BroadcastForm, *, recipients: int | None = None, preview: str = "") -> str:
    return render_template(
        "bot/new_broadcast.html",
        form=form,
        recipients=recipients,
        preview=preview,
        tags=known_tags(),
        shop=_shop(),
        is_on=is_on(),
    )


def _shop() -> str:
    return str(me().setting("display_name") or me().organization.name)


@blueprint.get("/broadcasts/<int:broadcast_id>")
def broadcast_page(broadcast_id: int) -> str:
    """One message: what it says, to whom, and how far it is."""
    require(P.BROADCAST_SEND)
    row = broadcast_for(broadcast_id)
    progress = progress_of(row.id)
    return render_template(
        "bot/broadcast.html",
        row=row,
        progress=asdict(progress) | {"done": progress.done},
        parts=PARTS,
        audience=audience_words(row.audience),
        shop=_shop(),
        sees_deliveries=can(P.DELIVERY_READ),
    )


@blueprint.get("/broadcasts/<int:broadcast_id>/state")
def broadcast_state(broadcast_id: int) -> Response:
    """How far a message is, for the bar of its page."""
    require(P.BROADCAST_SEND)
    row = broadcast_for(broadcast_id)
    progress = progress_of(row.id)
    answer = jsonify(status=row.status.value, done=progress.done, **asdict(progress))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/broadcasts/<int:broadcast_id>/cancel")
def cancel(broadcast_id: int) -> ResponseReturnValue:
    """Send no more of a message."""
    require(P.BROADCAST_SEND)
    row = cancel_broadcast(broadcast_id, actor=me())
    flash(_("No more of this message is sent."), "success")
    return redirect(url_for("bot.broadcast_page", broadcast_id=row.id))


def audience_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """To whom a message goes, in words."""
    found = []
    if facts.get("tier") in set(CustomerTier):
        found.append((_("Tier"), str(label_of(CustomerTier(facts["tier"])).text)))
    if facts.get("tag"):
        found.append((_("Tag"), str(facts["tag"])))
    if facts.get("with_debts"):
        found.append((_("Debts"), _("Only who owes something")))
    if facts.get("branch_id"):
        branch = db.session.get(Branch, facts["branch_id"])
        found.append((_("Have bought in"), branch.name if branch else str(facts["branch_id"])))
    return found or [(_("Audience"), _("All who use the bot"))]
