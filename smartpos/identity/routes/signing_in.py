"""Pages before somebody is signed in: password, code, PIN; and the way out."""

import time
from typing import Any

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from smartpos.core.errors import SmartPOSError
from smartpos.core.i18n import LANGUAGES
from smartpos.core.tenancy import tenant_scope
from smartpos.core.web import wants_json
from smartpos.identity import authentication as doors
from smartpos.identity import operations
from smartpos.identity.errors import CodeNeeded, OrganizationNeeded
from smartpos.identity.forms import CodeForm, LoginForm, PinForm
from smartpos.identity.operations.signing_in import HalfEntry
from smartpos.identity.principal import me as actor
from smartpos.identity.queries import till_people
from smartpos.identity.routes.blueprints import TILL_PAGE, blueprint, home_of, local_path
from smartpos.identity.throttling import per_address, per_name

LOOKING = frozenset({"GET", "HEAD"})
HALF = "half_signed_in"
HALF_SECONDS = 300


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """To where the person's work is, or to the log-in page."""
    return redirect(home_of(actor()))


@blueprint.route("/login", methods=["GET", "POST"])
@per_address
@per_name("name")
def login() -> ResponseReturnValue:
    """Sign in by user name, e-mail or phone, and password."""
    if g.get("principal") is not None and request.method in LOOKING:
        return redirect(local_path(request.args.get("next")) or home_of(actor()))
    till = doors.known_till()
    target = local_path(request.values.get("next"))
    if till is not None and request.method in LOOKING and target and target.startswith(TILL_PAGE):
        return redirect(url_for("identity.pin_login", next=target))
    form = LoginForm()
    if request.method in LOOKING:
        form.next.data = target or ""
        form.organization.data = request.args.get("organization", "")[:63]
        return _login_page(form, None, 200)
    if not form.validate():
        return _login_page(form, None, 422)
    return _sign_in(form, target)


def _sign_in(form: LoginForm, target: str | None) -> ResponseReturnValue:
    try:
        entry = operations.sign_in(
            form.name.data or "",
            form.password.data or "",
            organization=form.organization.data,
            host=request.host.partition(":")[0],
            device=doors.device(),
        )
    except CodeNeeded as needed:
        half: HalfEntry = needed.person
        session[HALF] = [half.organization_id, half.user_id, half.stamp, int(time.time()), target or ""]
        return redirect(url_for("identity.code"))
    except SmartPOSError as error:
        # Returned, not raised: the count of wrong attempts must be kept.
        return _login_page(form, error, error.status)
    person = doors.begin_browser_session(entry)
    return redirect(target or home_of(person))


def _login_page(form: LoginForm, error: SmartPOSError | None, status: int) -> ResponseReturnValue:
    asks = bool(form.organization.data) or isinstance(error, OrganizationNeeded)
    page = render_template(
        "identity/login.html", form=form, asks_organization=asks, error=error, till=doors.known_till()
    )
    return page, status


@blueprint.route("/login/code", methods=["GET", "POST"])
@per_address
def code() -> ResponseReturnValue:
    """The second step: a code from the authenticator, or a recovery code."""
    kept: Any = session.get(HALF)
    if not isinstance(kept, list) or len(kept) != 5 or time.time() - kept[3] > HALF_SECONDS:
        session.pop(HALF, None)
        return redirect(url_for("identity.login"))
    form = CodeForm()
    if not form.is_submitted():
        return render_template("identity/code.html", form=form, error=None)
    if not form.validate():
        return render_template("identity/code.html", form=form, error=None), 422
    try:
        entry = operations.finish_sign_in(HalfEntry(*kept[:3]), form.code.data or "", device=doors.device())
    except SmartPOSError as error:
        return render_template("identity/code.html", form=form, error=error), error.status
    person = doors.begin_browser_session(entry)
    return redirect(local_path(kept[4]) or home_of(person))


@blueprint.route("/login/pin", methods=["GET", "POST"])
@per_address
def pin_login() -> ResponseReturnValue:
    """Who works at this till, and the pad for their PIN."""
    till = doors.known_till()
    if till is None:
        return redirect(url_for("identity.login"))
    target = local_path(request.values.get("next"))
    with tenant_scope(till.organization_id):
        people = till_people()
    form = PinForm()
    form.user_id.choices = [(person.id, person.name) for person in people]
    error: SmartPOSError | None = None
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                entry = operations.sign_in_with_pin(
                    form.user_id.data, form.pin.data or "", device=doors.device()
                )
            except SmartPOSError as refusal:
                error, status = refusal, refusal.status
            else:
                doors.begin_browser_session(entry)
                return redirect(target or TILL_PAGE)
        else:
            status = 422
    else:
        form.next.data = target or ""
    return render_template("identity/pin.html", form=form, people=people, till=till, error=error), status


@blueprint.get("/logout")
def confirm_logout() -> ResponseReturnValue:
    """Ask; a link alone must not sign anybody out."""
    actor()
    return render_template("identity/logout.html")


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign this browser out."""
    doors.end_browser_session()
    return redirect(url_for("identity.login"))


@blueprint.post("/till/lock")
def lock_till() -> ResponseReturnValue:
    """End the session at the till; the next person signs in by PIN."""
    doors.end_browser_session()
    target = url_for("identity.pin_login" if doors.known_till() else "identity.login", next=TILL_PAGE)
    if wants_json():
        return {"location": target, "csrf_token": doors.fresh_csrf_token()}
    return redirect(target)


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Choose the language of this browser, and of the person if one is signed in."""
    chosen = request.form.get("locale", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        person = g.get("principal")
        if person is not None and not person.visit_reason:
            operations.update_own_profile({"locale": chosen}, actor=person)
    return redirect(local_path(request.form.get("next")) or "/")
