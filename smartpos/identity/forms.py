"""What people type to sign in and about themselves."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from smartpos.core.admin import Form
from smartpos.core.i18n import LANGUAGES
from smartpos.identity.passwords import LONGEST_PASSWORD, LONGEST_PIN

_NEEDED = _l("This must not be empty.")


def _password(label: Any, autocomplete: str, **options: Any) -> PasswordField:
    # InputRequired: a password may begin and end with spaces, so it is not stripped and not judged by its strip.
    return PasswordField(
        label,
        [InputRequired(_NEEDED), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": autocomplete},
        **options,
    )


class LoginForm(Form):
    """Name and password; the organization only when the name alone does not tell it."""

    name = StringField(
        _l("User name, e-mail or phone"),
        [DataRequired(_NEEDED), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = _password(_l("Password"), "current-password")
    organization = StringField(
        _l("Organization"),
        [Length(max=63)],
        render_kw={"autocapitalize": "none", "autocomplete": "organization"},
    )
    next = HiddenField(validators=[Length(max=2000)])


class CodeForm(Form):
    """The second step."""

    code = StringField(
        _l("Code"),
        [DataRequired(_NEEDED), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class PinForm(Form):
    """Who, and their PIN; for browsers that run no scripts."""

    user_id = SelectField(_l("Who are you?"), coerce=int)
    pin = PasswordField(
        _l("PIN"),
        [InputRequired(_NEEDED), Length(max=LONGEST_PIN)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    next = HiddenField(validators=[Length(max=2000)])


class ForcedPasswordForm(Form):
    """A new password, demanded right after signing in with one that somebody else had chosen."""

    new_password = _password(_l("New password"), "new-password", description=_l("At least 8 characters"))
    repeated = PasswordField(
        _l("New password once more"),
        [EqualTo("new_password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(ForcedPasswordForm):
    """A new password of one's own accord."""

    current_password = _password(_l("Present password"), "current-password")


class OwnPinForm(Form):
    """A PIN for known tills."""

    pin = PasswordField(
        _l("New PIN"),
        [InputRequired(_NEEDED), Length(max=LONGEST_PIN)],
        description=_l("4 to 8 digits"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    password = _password(_l("Your password"), "current-password")


class PasswordOnlyForm(Form):
    """A password as consent."""

    password = _password(_l("Your password"), "current-password")


class TwoStepForm(PasswordOnlyForm):
    """Proof that the authenticator has the secret."""

    sealed = HiddenField(validators=[DataRequired(_NEEDED), Length(max=400)])
    code = StringField(
        _l("Code from the app"),
        [DataRequired(_NEEDED), Length(max=12)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class ProfileForm(Form):
    """What people may change about themselves."""

    full_name = StringField(
        _l("Name"), [DataRequired(_NEEDED), Length(max=200)], render_kw={"autocomplete": "name"}
    )
    phone = StringField(
        _l("Phone"),
        [Length(max=40)],
        description=_l("You can sign in with it"),
        render_kw={"type": "tel", "autocomplete": "tel"},
    )
    email = StringField(
        _l("E-mail"),
        [Length(max=254)],
        description=_l("You can sign in with it"),
        render_kw={"type": "email", "autocomplete": "email"},
    )
    locale = SelectField(_l("Language"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.locale.choices = [("", _l("As the organization")), *LANGUAGES.items()]


class TillDeviceForm(Form):
    """Which till this device shall be."""

    till_id = SelectField(_l("Till"), coerce=int)


class ReasonForm(Form):
    """Why; kept in the audit trail."""

    reason = TextAreaField(_l("Reason"), [DataRequired(_NEEDED), Length(max=500)], render_kw={"rows": 3})
