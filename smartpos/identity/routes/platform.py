"""The platform's pages: organizations of this installation."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from smartpos.core.admin import Form, register_link
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.core.i18n import LANGUAGES
from smartpos.core.oversight import periodic_work, retry_failed_job
from smartpos.core.permissions import require
from smartpos.identity import operations
from smartpos.identity.forms import ReasonForm
from smartpos.identity.operations.tenants import COUNTRIES, CURRENCIES
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me as actor
from smartpos.identity.queries import OrganizationLine, all_organizations
from smartpos.identity.routes.blueprints import platform_blueprint, refused
from smartpos.identity.routes.settings import COUNTRY_NAMES, zones


class NewOrganizationForm(Form):
    """An organization and its first owner."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=200)])
    domain = StringField(
        _l("Short name"),
        [DataRequired(), Length(max=63)],
        description=_l(
            "People type it when their user name exists in several organizations, for example: bahor"
        ),
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    host = StringField(
        _l("Own web address"), [Length(max=253)], description=_l("If it has one, for example: pos.bahor.uz")
    )
    country = SelectField(_l("Country"), choices=[(code, COUNTRY_NAMES[code]) for code in COUNTRIES])
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES])
    timezone = SelectField(_l("Time zone"))
    locale = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
    owner_name = StringField(_l("Owner's name"), [DataRequired(), Length(max=200)])
    owner_username = StringField(
        _l("Owner's user name"),
        [DataRequired(), Length(max=64)],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    owner_phone = StringField(_l("Owner's phone"), [Length(max=40)], render_kw={"type": "tel"})
    owner_email = StringField(_l("Owner's e-mail"), [Length(max=254)], render_kw={"type": "email"})

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.timezone.choices = [(zone, zone) for zone in zones()]


@platform_blueprint.get("/")
def organizations() -> ResponseReturnValue:
    """All organizations: state, people, since when."""
    require(P.PLATFORM_ORGANIZATIONS)
    return render_template("identity/platform/organizations.html", organizations=all_organizations())


@platform_blueprint.route("/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Open an organization with its first owner; the password is shown once."""
    require(P.PLATFORM_ORGANIZATIONS)
    form = NewOrganizationForm()
    if not form.is_submitted():
        return render_template("identity/platform/create.html", form=form)
    if not form.validate():
        return render_template("identity/platform/create.html", form=form), 422
    facts = {
        name: form[name].data
        for name in ("name", "domain", "host", "country", "currency", "timezone", "locale")
    }
    owner = {
        "username": form.owner_username.data,
        "full_name": form.owner_name.data,
        "phone": form.owner_phone.data,
        "email": form.owner_email.data,
    }
    try:
        opened = operations.open_organization(facts, owner, by=actor().user_id)
    except SmartPOSError as error:
        _rename(error, {"username": "owner_username", "phone": "owner_phone", "email": "owner_email"})
        refused(error, form)
        return render_template("identity/platform/create.html", form=form), error.status
    return render_template("identity/platform/opened.html", opened=opened)


def _rename(error: SmartPOSError, names: dict[str, str]) -> None:
    """Point a refusal at the fields of this form."""
    told = error.facts.get("errors")
    if isinstance(told, dict):
        error.facts["errors"] = {names.get(name, name): sentences for name, sentences in told.items()}


def _line(organization_id: int) -> OrganizationLine:
    found = next(
        (line for line in all_organizations() if line.id == organization_id and not line.is_platform), None
    )
    if found is None:
        raise NotFound(_("There is no such organization."))
    return found


@platform_blueprint.route("/<int:organization_id>/suspend", methods=["GET", "POST"])
def suspend(organization_id: int) -> ResponseReturnValue:
    """Shut an organization out, with a reason its people will read."""
    require(P.PLATFORM_ORGANIZATIONS)
    line = _line(organization_id)
    form = ReasonForm()
    if form.is_submitted() and form.validate():
        operations.suspend_organization(organization_id, form.reason.data or "", actor=actor())
        flash(_("%(name)s is suspended. Its people are out.", name=line.name), "success")
        return redirect(url_for("platform.organizations"))
    page = render_template("identity/platform/reason.html", form=form, line=line, act="suspend")
    return page, 422 if form.is_submitted() else 200


@platform_blueprint.post("/<int:organization_id>/resume")
def resume(organization_id: int) -> ResponseReturnValue:
    """Let a suspended organization work again."""
    require(P.PLATFORM_ORGANIZATIONS)
    line = _line(organization_id)
    operations.resume_organization(organization_id, actor=actor())
    flash(_("%(name)s works again.", name=line.name), "success")
    return redirect(url_for("platform.organizations"))


@platform_blueprint.route("/<int:organization_id>/visit", methods=["GET", "POST"])
def visit(organization_id: int) -> ResponseReturnValue:
    """Look into an organization, with a reason that its own audit trail keeps."""
    require(P.PLATFORM_VISIT)
    line = _line(organization_id)
    form = ReasonForm()
    if form.is_submitted() and form.validate():
        operations.begin_visit(organization_id, form.reason.data or "", actor=actor())
        return redirect("/admin/")
    page = render_template("identity/platform/reason.html", form=form, line=line, act="visit")
    return page, 422 if form.is_submitted() else 200


@platform_blueprint.post("/leave")
def leave() -> ResponseReturnValue:
    """Come back from looking in."""
    me = actor()
    if me.visit_reason is not None:
        home_id = int(str(current_user.id).partition(".")[0])
        operations.end_visit(home_id, me.session_id)
    return redirect(url_for("platform.organizations"))


@platform_blueprint.get("/jobs")
def jobs() -> ResponseReturnValue:
    """How periodic work goes: what ran when, what failed, what waits."""
    require(P.PLATFORM_JOBS)
    return render_template("identity/platform/jobs.html", **periodic_work())


@platform_blueprint.post("/jobs/<string:job_key>/retry")
def retry_job(job_key: str) -> ResponseReturnValue:
    """Have a failed job done once more; somebody else may have had the same thought."""
    require(P.PLATFORM_JOBS)
    try:
        retry_failed_job(job_key)
    except SmartPOSError as error:
        flash(str(error), "error")
    else:
        flash(_("The job is on its way again."), "success")
    return redirect(url_for("platform.jobs"))


def register_menu() -> None:
    """Put the pages into the menu."""
    register_link(
        _l("Platform"), _l("Organizations"), "platform.organizations", "building", P.PLATFORM_ORGANIZATIONS
    )
    register_link(_l("Platform"), _l("Periodic work"), "platform.jobs", "clock", P.PLATFORM_JOBS)
