"""Making this device a known till, and an ordinary browser again."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.permissions import require
from smartpos.identity import authentication as doors
from smartpos.identity import operations
from smartpos.identity.forms import TillDeviceForm
from smartpos.identity.models import Till
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me as actor
from smartpos.identity.queries import tills_in_use
from smartpos.identity.routes.blueprints import blueprint


@blueprint.route("/till/register", methods=["GET", "POST"])
def register_till() -> ResponseReturnValue:
    """Choose which till this device is."""
    require(P.TILL_REGISTER)
    me = actor()
    tills = tills_in_use()
    form = TillDeviceForm()
    form.till_id.choices = [(till.id, f"{till.branch.name} · {till.name}") for till in tills]
    here = doors.known_till()
    if form.is_submitted() and form.validate():
        till = db.session.scalars(select(Till).where(Till.id == form.till_id.data)).one()
        secret = operations.register_till_device(till, actor=me)
        flash(_("This device is now the till %(till)s.", till=till.name), "success")
        answer = redirect(url_for("identity.register_till"))
        doors.remember_till(answer, me.organization.id, till.id, secret)
        return answer
    page = render_template("identity/register_till.html", form=form, tills=tills, here=here)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/till/forget")
def forget_till() -> ResponseReturnValue:
    """Make this device an ordinary browser again."""
    require(P.TILL_REGISTER)
    me = actor()
    here = doors.known_till()
    if here is not None and here.organization_id == me.organization.id:
        till = db.session.scalars(select(Till).where(Till.id == here.id)).one()
        operations.forget_till_device(till, actor=me)
    flash(_("This device is no longer a known till."), "success")
    answer = redirect(url_for("identity.register_till"))
    doors.forget_till(answer)
    return answer
