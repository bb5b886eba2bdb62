"""The organization's details and settings."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from smartpos.core.admin import Form, register_link
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.core.figures import grouped
from smartpos.core.i18n import LANGUAGES
from smartpos.core.permissions import can, require
from smartpos.core.phones import shown_phone
from smartpos.core.settings import Setting, SettingKind, declared_settings
from smartpos.identity import operations
from smartpos.identity.checks import time_zones
from smartpos.identity.models import Organization
from smartpos.identity.operations.tenants import COUNTRIES, CURRENCIES
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me as actor
from smartpos.identity.routes.blueprints import blueprint, refused

COUNTRY_NAMES = {
    "UZ": _l("Uzbekistan"),
    "KZ": _l("Kazakhstan"),
    "KG": _l("Kyrgyzstan"),
    "TJ": _l("Tajikistan"),
    "TM": _l("Turkmenistan"),
}
NEAR_ZONES = (
    "Asia/Tashkent",
    "Asia/Samarkand",
    "Asia/Almaty",
    "Asia/Aqtau",
    "Asia/Aqtobe",
    "Asia/Atyrau",
    "Asia/Oral",
    "Asia/Qostanay",
    "Asia/Qyzylorda",
    "Asia/Bishkek",
    "Asia/Dushanbe",
    "Asia/Ashgabat",
)


def zones(present: str = "") -> list[str]:
    """The time zones to offer: those of the region, and the one in use."""
    offered = [zone for zone in NEAR_ZONES if zone in time_zones()]
    return offered if not present or present in offered else [present, *offered]


class OrganizationForm(Form):
    """How an organization describes itself."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=200)])
    legal_name = StringField(_l("Legal name"), [Length(max=500)])
    bin = StringField(_l("STIR or BIN"), [Length(max=500)], description=_l("The tax number of the business"))
    tax_id = StringField(_l("VAT payer code"), [Length(max=500)])
    registration_number = StringField(_l("Registration number"), [Length(max=500)])
    industry = StringField(_l("Industry"), [Length(max=500)])
    employee_count = StringField(
        _l("Number of employees"), [Length(max=12)], render_kw={"inputmode": "numeric"}
    )
    phone = StringField(_l("Phone"), [Length(max=40)], render_kw={"type": "tel"})
    email = StringField(_l("E-mail"), [Length(max=254)], render_kw={"type": "email"})
    website = StringField(_l("Website"), [Length(max=500)])
    address = TextAreaField(_l("Address"), [Length(max=500)], render_kw={"rows": 2})
    description = TextAreaField(_l("Description"), [Length(max=500)], render_kw={"rows": 3})
    country = SelectField(_l("Country"), choices=[(code, COUNTRY_NAMES[code]) for code in COUNTRIES])
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES])
    timezone = SelectField(_l("Time zone"), description=_l("A business day begins and ends by this clock"))
    locale = SelectField(_l("Language"), choices=list(LANGUAGES.items()))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        present = getattr(options.get("obj"), "timezone", "")
        self.timezone.choices = [(zone, zone) for zone in zones(present)]
        # A request without this field leaves what the row holds, which is no text.
        kept: object = self.employee_count.data
        if isinstance(kept, int):
            self.employee_count.data = str(kept)


@blueprint.route("/settings/organization", methods=["GET", "POST"])
def organization() -> ResponseReturnValue:
    """The organization's name, legal data, contacts, currency, time zone and language."""
    require(P.ORGANIZATION_READ)
    me = actor()
    row = db.session.get_one(Organization, me.organization.id)
    form = OrganizationForm(obj=row)
    status = 200
    if form.is_submitted():
        require(P.ORGANIZATION_WRITE)
        status = 422
        if form.validate():
            changes = {field.short_name: field.data for field in form if field.short_name != "csrf_token"}
            try:
                operations.update_organization(changes, actor=me)
            except SmartPOSError as error:
                refused(error, form)
                status = error.status
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("identity.organization"))
    else:
        form.phone.data = shown_phone(row.phone)
    return render_template(
        "identity/organization.html", form=form, writable=can(P.ORGANIZATION_WRITE)
    ), status


def _field(setting: Setting) -> Any:
    if setting.kind is SettingKind.BOOLEAN:
        return BooleanField(setting.label, description=setting.help)
    if setting.kind is SettingKind.TEXT:
        long = setting.key.endswith(("_header", "_footer", "_text"))
        kind = TextAreaField if long else StringField
        rows = {"rows": 3} if long else {}
        return kind(setting.label, [Length(max=1000)], description=setting.help, render_kw=rows)
    mode = "decimal" if setting.kind is SettingKind.MONEY else "numeric"
    return StringField(
        setting.label,
        [DataRequired(), Length(max=40)],
        description=setting.help,
        render_kw={"inputmode": mode},
    )


def _form_class() -> type[Form]:
    return type("SettingsForm", (Form,), {setting.key: _field(setting) for setting in _offered()})


def _offered() -> list[Setting]:
    return [setting for setting in declared_settings() if not setting.own_page]


def _shown(setting: Setting, value: Any) -> Any:
    if setting.kind is SettingKind.MONEY:
        return grouped(value, 2)
    return value if setting.kind is SettingKind.BOOLEAN else str(value)


@blueprint.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """How the product behaves for this organization."""
    require(P.SETTING_READ)
    me = actor()
    declared = _offered()
    form = _form_class()(data={item.key: _shown(item, me.setting(item.key)) for item in declared})
    status = 200
    if form.is_submitted():
        require(P.SETTING_WRITE)
        status = 422
        if form.validate():
            try:
                operations.save_settings({item.key: form[item.key].data for item in declared}, actor=me)
            except SmartPOSError as error:
                refused(error, form)
                status = error.status
            else:
                flash(_("Saved."), "success")
                return redirect(url_for("identity.settings"))
    groups = [
        (
            _("Amounts and texts"),
            [form[item.key] for item in declared if item.kind is not SettingKind.BOOLEAN],
        ),
        (_("Rules"), [form[item.key] for item in declared if item.kind is SettingKind.BOOLEAN]),
    ]
    page = render_template("identity/settings.html", form=form, groups=groups, writable=can(P.SETTING_WRITE))
    return page, status


def register_menu() -> None:
    """Put the pages into the menu."""
    register_link(
        _l("Administration"), _l("Settings"), "identity.settings", "settings", P.SETTING_READ, order=10
    )
    register_link(
        _l("Administration"),
        _l("Organization"),
        "identity.organization",
        "building",
        P.ORGANIZATION_READ,
        order=11,
    )
