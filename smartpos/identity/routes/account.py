"""One's own account: profile, password, PIN, two-step sign-in, sessions."""

from typing import Any

import segno
from cryptography.fernet import InvalidToken
from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from smartpos.core import crypto
from smartpos.core.errors import NotFound, SmartPOSError, Unavailable
from smartpos.core.phones import shown_phone
from smartpos.identity import operations
from smartpos.identity.forms import (
    ForcedPasswordForm,
    OwnPinForm,
    PasswordForm,
    PasswordOnlyForm,
    ProfileForm,
    TwoStepForm,
)
from smartpos.identity.operations import own_account
from smartpos.identity.principal import me as actor
from smartpos.identity.queries import open_sessions
from smartpos.identity.routes.blueprints import blueprint, home_of, refused
from smartpos.identity.throttling import per_person


@blueprint.route("/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Name, phone, e-mail and language; and the ways to everything else about oneself."""
    me = actor()
    user = operations.own_row(me)
    form = ProfileForm(obj=user)
    status = 200
    if not form.is_submitted():
        form.phone.data = shown_phone(user.phone_number)
        form.locale.data = user.locale or ""
    elif form.validate():
        try:
            changes = {name: form[name].data for name in ("full_name", "phone", "email", "locale")}
            operations.update_own_profile(changes, actor=me)
        except SmartPOSError as error:
            refused(error, form)
            user = operations.own_row(me)
            status = error.status
        else:
            session.pop("language", None)  # the person's own choice decides from now on
            flash(_("Saved."), "success")
            return redirect(url_for("identity.profile"))
    else:
        status = 422
    page = render_template(
        "identity/profile.html", form=form, user=user, codes_left=own_account.recovery_codes_left(user)
    )
    return page, status


@blueprint.route("/profile/password", methods=["GET", "POST"])
@per_person
def change_password() -> ResponseReturnValue:
    """Choose a new password; a page without a menu while the change is demanded."""
    me = actor()
    forced = me.must_change_password
    form: Any = ForcedPasswordForm() if forced else PasswordForm()
    template = "identity/forced_password.html" if forced else "identity/password.html"
    if not form.is_submitted():
        return render_template(template, form=form)
    if not form.validate():
        return render_template(template, form=form), 422
    try:
        current = None if forced else form.current_password.data
        own_account.change_own_password(form.new_password.data, current=current, actor=me)
    except SmartPOSError as error:
        refused(error, form)
        return render_template(template, form=form), error.status
    flash(_("Your password is changed. Everywhere else you are signed out."), "success")
    return redirect(home_of(me) if forced else url_for("identity.profile"))


@blueprint.route("/profile/pin", methods=["GET", "POST"])
@per_person
def change_pin() -> ResponseReturnValue:
    """Choose a PIN for known tills."""
    me = actor()
    form = OwnPinForm()
    if form.is_submitted() and form.validate():
        try:
            own_account.change_own_pin(form.pin.data or "", password=form.password.data or "", actor=me)
        except SmartPOSError as error:
            refused(error, form)
            return render_template("identity/own_pin.html", form=form), error.status
        flash(_("Your PIN is changed."), "success")
        return redirect(url_for("identity.profile"))
    return render_template("identity/own_pin.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/profile/two-step", methods=["GET", "POST"])
@per_person
def two_step() -> ResponseReturnValue:
    """Turn two-step sign-in on: scan, prove, keep the recovery codes."""
    me = actor()
    if operations.own_row(me).totp_secret is not None:
        return redirect(url_for("identity.profile"))
    form = TwoStepForm()
    if not form.is_submitted():
        secret = own_account.new_two_step_secret()
        # The secret is not kept before the phone has proven that it has it, so it travels sealed in the form.
        form.sealed.data = crypto.encrypt(f"{me.user_id}:{secret}").decode()
        return _two_step_page(form, secret, 200)
    secret = _unsealed(form.sealed.data or "", me.user_id)
    if not form.validate():
        return _two_step_page(form, secret, 422)
    try:
        codes = own_account.turn_on_two_step(
            secret, form.code.data or "", password=form.password.data or "", actor=me
        )
    except SmartPOSError as error:
        refused(error, form)
        return _two_step_page(form, secret, error.status)
    return render_template("identity/recovery_codes.html", codes=codes)


def _unsealed(sealed: str, user_id: int | None) -> str:
    try:
        owner, _colon, secret = crypto.decrypt(sealed.encode("utf-8", "replace")).partition(":")
    except (Unavailable, InvalidToken):
        raise NotFound from None
    if owner != str(user_id) or not secret:
        raise NotFound
    return secret


def _two_step_page(form: TwoStepForm, secret: str, status: int) -> ResponseReturnValue:
    address = own_account.two_step_address(secret, actor(), current_app.config["DISPLAY_NAME"])
    image = segno.make(address, micro=False).svg_inline(scale=5, border=2, dark="#16211f", light="#ffffff")
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    page = render_template(
        "identity/two_step.html",
        form=form,
        image=Markup(image),  # noqa: S704 - drawn by us from our own text
        secret=grouped,
        address=address,
    )
    return page, status


@blueprint.route("/profile/two-step/off", methods=["GET", "POST"])
@per_person
def two_step_off() -> ResponseReturnValue:
    """Turn two-step sign-in off, with the password."""
    me = actor()
    form = PasswordOnlyForm()
    if form.is_submitted() and form.validate():
        try:
            own_account.turn_off_own_two_step(password=form.password.data or "", actor=me)
        except SmartPOSError as error:
            refused(error, form)
            return render_template("identity/two_step_off.html", form=form), error.status
        flash(_("Two-step sign-in is off."), "success")
        return redirect(url_for("identity.profile"))
    return render_template("identity/two_step_off.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/profile/two-step/codes", methods=["GET", "POST"])
@per_person
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes, with the password."""
    me = actor()
    form = PasswordOnlyForm()
    if form.is_submitted() and form.validate():
        try:
            codes = own_account.renew_recovery_codes(password=form.password.data or "", actor=me)
        except SmartPOSError as error:
            refused(error, form)
            return render_template("identity/new_recovery_codes.html", form=form), error.status
        return render_template("identity/recovery_codes.html", codes=codes)
    return render_template("identity/new_recovery_codes.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/profile/sessions")
def sessions() -> ResponseReturnValue:
    """Where one is signed in."""
    me = actor()
    operations.own_row(me)
    rows = open_sessions(me.user_id or 0)
    return render_template("identity/sessions.html", sessions=rows, current=me.session_id)


@blueprint.post("/profile/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one of one's own sessions out."""
    me = actor()
    if session_id == me.session_id or session_id > 2**63 - 1:
        raise NotFound
    if not operations.revoke_sessions(me.user_id or 0, only=session_id):
        raise NotFound
    flash(_("That session is signed out."), "success")
    return redirect(url_for("identity.sessions"))


@blueprint.post("/profile/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """Sign all of one's other sessions out."""
    me = actor()
    ended = operations.revoke_sessions(me.user_id or 0, but=me.session_id)
    flash(
        ngettext("%(num)d other session is signed out.", "%(num)d other sessions are signed out.", ended)
        if ended
        else _("There were no other sessions."),
        "success",
    )
    return redirect(url_for("identity.sessions"))
