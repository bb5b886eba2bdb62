"""The staff in the back office."""

from typing import Any

from flask import Response, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length

from smartpos.core import crypto
from smartpos.core.admin import (
    Form,
    RemoteChoices,
    RowAction,
    Section,
    TenantView,
)
from smartpos.core.admin.fields import ChoicesField
from smartpos.core.db import utc_now
from smartpos.core.i18n import LANGUAGES
from smartpos.core.phones import shown_phone
from smartpos.identity import operations
from smartpos.identity.admin.common import id_of
from smartpos.identity.errors import BadField
from smartpos.identity.models import (
    Role,
    User,
    UserStatus,
    Workspace,
)
from smartpos.identity.passwords import LONGEST_PASSWORD, LONGEST_PIN, new_password
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me


class PinForm(Form):
    """A PIN for a colleague."""

    pin = StringField(
        _l("New PIN"),
        [Length(max=LONGEST_PIN)],
        description=_l("4 to 8 digits; leave empty to take the PIN away"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


def _reset_password(user: User) -> Response:
    password = operations.reset_password(user, actor=me())
    back = url_for("users.index_view")
    return Response(render_template("identity/password_once.html", user=user, password=password, back=back))


def _reset_pin(user: User, form: Any) -> str:
    operations.reset_pin(user, form.pin.data or None, actor=me())
    return _("The PIN of %(name)s is changed.", name=user.display)


def _lock(user: User) -> str:
    operations.lock_user(user, actor=me())
    return _("%(name)s is locked out.", name=user.display)


def _unlock(user: User) -> str:
    operations.unlock_user(user, actor=me())
    return _("%(name)s can sign in again.", name=user.display)


def _end_sessions(user: User) -> str:
    ended = operations.end_sessions(user, actor=me())
    return ngettext("%(num)d session ended.", "%(num)d sessions ended.", ended)


def _two_step_off(user: User) -> str:
    operations.turn_off_two_step(user, actor=me())
    return _("%(name)s signs in without a code now.", name=user.display)


def _is_locked(user: User) -> bool:
    now = utc_now()
    return user.status is UserStatus.SUSPENDED or any(
        until is not None and until > now for until in (user.locked_until, user.pin_locked_until)
    )


def _within_rank(user: User) -> bool:
    return user.role.rank <= me().rank


def _within_rank_other(user: User) -> bool:
    return _within_rank(user) and user.id != me().user_id


_ROLES = RemoteChoices(
    "role", Role, fields=("name",), where=lambda found: found.where(Role.rank <= me().rank)
)
_SPACES = RemoteChoices("spaces", Workspace)


class UserView(TenantView):
    """The staff."""

    permission_read, permission_write = P.USER_READ, P.USER_WRITE
    menu_icon, menu_order = "users", 15
    populates_model = False
    delete_question = _l("Remove this person? They are signed out at once; what they did stays.")
    column_list = ("full_name", "username", "role", "phone_number", "email", "status", "last_login_at")
    column_details_list = (
        "full_name", "username", "role", "status", "phone_number", "email", "default_branch", "locale",
        "job_title", "hired_date", "birth_date", "address", "must_change_password", "last_login_at", "locked_until",
        "created_at", "updated_at",
    )  # fmt: skip
    column_labels = {
        "full_name": _l("Name"),
        "username": _l("User name"),
        "role": _l("Role"),
        "phone_number": _l("Phone"),
        "email": _l("E-mail"),
        "status": _l("Status"),
        "last_login_at": _l("Last sign-in"),
        "default_branch": _l("Works at"),
        "locale": _l("Language"),
        "job_title": _l("Position"),
        "hired_date": _l("Hired"),
        "birth_date": _l("Born"),
        "address": _l("Address"),
        "must_change_password": _l("Must change the password"),
        "locked_until": _l("Locked until"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
    }
    column_formats = {"phone_number": shown_phone, "locale": lambda code: LANGUAGES.get(code, code)}
    column_searchable_list = ("full_name", "username", "phone_number", "email")
    column_filters = ("role", "status", "default_branch", "last_login_at")
    column_default_sort = "full_name"
    form_ajax_refs = {"role": _ROLES, "spaces": _SPACES}
    form_columns = (
        "full_name", "role", "default_branch", "status", "username", "phone_number", "email", "password", "pin",
        "job_title", "hired_date", "birth_date", "passport_data", "locale", "spaces", "address",
    )  # fmt: skip
    form_extra_fields = {
        "password": PasswordField(
            _l("First password"),
            [Length(max=LONGEST_PASSWORD)],
            description=_l("Leave empty to have one made. It must be changed at the first sign-in."),
            render_kw={"autocomplete": "new-password"},
        ),
        "pin": StringField(
            _l("PIN"),
            [Length(max=LONGEST_PIN)],
            description=_l("For tills, 4 to 8 digits; may stay empty"),
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
        ),
        "locale": SelectField(
            _l("Language"), choices=[("", _l("As the organization")), *LANGUAGES.items()], default=""
        ),
        "spaces": ChoicesField(
            _SPACES, label=_l("Only these workspaces"), description=_l("Empty: the whole organization")
        ),
        "passport_data": StringField(
            _l("Passport"),
            [Length(max=200)],
            description=_l("Kept encrypted"),
            render_kw={"autocomplete": "off"},
        ),
    }
    form_sections = (
        Section(_l("Signing in"), ("username", "phone_number", "email", "password", "pin")),
        Section(
            _l("More"),
            ("job_title", "hired_date", "birth_date", "passport_data", "locale", "spaces", "address"),
        ),
    )
    details_sections = (
        Section(_l("Work"), ("default_branch", "job_title", "hired_date", "locale")),
        Section(_l("Personal"), ("birth_date", "address")),
        Section(
            _l("History"),
            ("must_change_password", "last_login_at", "locked_until", "created_at", "updated_at"),
        ),
    )
    row_actions = [
        RowAction(
            "reset_password", _l("New password"), "key", P.USER_WRITE, _reset_password,
            _l("The person is signed out everywhere and must change the new password at the next sign-in."),
            visible=_within_rank_other, in_list=False,
        ),
        RowAction(
            "reset_pin", _l("PIN"), "till", P.USER_WRITE, _reset_pin, form=PinForm,
            visible=_within_rank, in_list=False,
        ),
        RowAction(
            "lock", _l("Lock out"), "lock", P.USER_WRITE, _lock,
            _l("The person is signed out at once and cannot sign in."),
            visible=lambda user: _within_rank_other(user) and user.status is UserStatus.ACTIVE, in_list=False,
        ),
        RowAction(
            "unlock", _l("Let in again"), "unlock", P.USER_WRITE, _unlock,
            visible=lambda user: _within_rank_other(user) and _is_locked(user),
        ),
        RowAction(
            "end_sessions", _l("Sign out everywhere"), "logout", P.USER_WRITE, _end_sessions,
            _l("All of this person's sessions end."), visible=_within_rank_other, in_list=False,
        ),
        RowAction(
            "two_step_off", _l("Turn two-step off"), "shield", P.USER_WRITE, _two_step_off,
            _l("For somebody who lost their phone: the password alone is enough from now on."),
            visible=lambda user: _within_rank_other(user) and user.totp_secret is not None, in_list=False,
        ),
    ]  # fmt: skip

    def edit_form(self, obj: Any = None) -> Any:
        form = super().edit_form(obj)
        for name in ("password", "pin"):
            del form[name]
        return form

    def on_form_prefill(self, form: Any, id: Any) -> None:  # noqa: A002 - Flask-Admin's name
        user = form._obj
        form.phone_number.data = shown_phone(user.phone_number)
        form.locale.data = user.locale or ""
        form.spaces.data = [row.workspace for row in user.workspaces]
        form.passport_data.data = crypto.decrypt(user.passport_data) if user.passport_data else ""

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        values = self.values(form)
        values["phone"] = values.pop("phone_number")
        values["default_branch_id"] = id_of(values.pop("default_branch"))
        values["workspace_ids"] = [space.id for space in values.pop("spaces") or ()]
        if values["role"] is None:
            raise BadField("role", _("Please choose a role."))
        if not is_created:
            return operations.update_user(model, values, actor=me())
        password = values.pop("password") or new_password()
        pin = values.pop("pin") or None
        user = operations.create_user(
            **values, password=password, pin=pin, must_change_password=True, actor=me()
        )
        if not form.password.data:
            flash(
                _(
                    "The first password of %(name)s is %(password)s. It is shown only now.",
                    name=user.display,
                    password=password,
                ),
                "warning",
            )
        return user

    def remove(self, model: Any) -> None:
        operations.delete_user(model, actor=me())
