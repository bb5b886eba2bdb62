"""The form of the panel: CSRF by Flask-WTF, texts from our catalogues, no characters the database cannot hold."""

from typing import Any

from flask import flash
from flask_admin.model.fields import InlineFieldList, InlineFormField
from flask_babel import get_domain, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import translations as library_texts
from wtforms import Field, FieldList, FormField
from wtforms.form import BaseForm
from wtforms.form import Form as PlainForm

from smartpos.core.errors import SmartPOSError

# What WTForms says by itself, named here so that the catalogues carry it in all our languages.
LIBRARY_TEXTS = (
    _l("This field is required."),
    _l("Not a valid choice."),
    _l("Not a valid choice"),
    _l("Not a valid date value."),
    _l("Not a valid datetime value."),
    _l("Not a valid time value."),
    _l("Not a valid integer value."),
    _l("Not a valid decimal value."),
    _l("Invalid email address."),
    _l("Invalid input."),
    _l("Invalid URL."),
    _l("Invalid IP address."),
    _l("Invalid Choice: could not coerce."),
    _l("Number must be at least %(min)s."),
    _l("Number must be at most %(max)s."),
    _l("Number must be between %(min)s and %(max)s."),
    _l("Field must be equal to %(other_name)s."),
)


class Texts:
    """The product's catalogue first, then WTForms' own."""

    def gettext(self, text: str) -> str:
        found = str(get_domain().get_translations().ugettext(text))
        return found if found != text else str(library_texts.gettext(text))

    def ngettext(self, one: str, many: str, count: int) -> str:
        # Not flask_babel.ngettext: WTForms fills in the variables itself, afterwards.
        found = str(get_domain().get_translations().ungettext(one, many, count))
        return found if found not in (one, many) else str(library_texts.ngettext(one, many, count))


TEXTS = Texts()


class Form(FlaskForm):
    """Base of the panel's forms; other pages may use it too."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return TEXTS

    def validate(self, extra_validators: Any = None) -> bool:
        """As usual, and no NUL character or lone surrogate in any text: PostgreSQL stores neither."""
        good = bool(super().validate(extra_validators))
        return not [field for field in self if not _storable(field)] and good


class LineForm(PlainForm):
    """Base of what repeats within a form."""

    class Meta(PlainForm.Meta):
        def get_translations(self, form: BaseForm) -> Any:
            return TEXTS


class LinesField(InlineFieldList):
    """Parts of a row, each a ``LineForm``, edited on the row's own form."""

    def __init__(self, line: type[LineForm], label: Any = None, **options: Any) -> None:
        super().__init__(InlineFormField(line), label=label, **options)
        self.type = "InlineFieldList"  # by which templates know how to draw it


class AdminForm(Form):
    """What Flask-Admin builds its forms on; it wants to find the edited object as ``_obj``."""

    def __init__(self, formdata: Any = None, obj: Any = None, prefix: str = "", **options: Any) -> None:
        self._obj = obj
        super().__init__(formdata=formdata, obj=obj, prefix=prefix, **options)


def stripped(value: Any) -> Any:
    """A filter for fields of text: without the spaces around it."""
    return value.strip() if isinstance(value, str) else value


def show_errors(error: SmartPOSError, form: Form) -> None:
    """Tell what an operation refused: at its fields, or where it names none above the page."""
    errors = error.facts.get("errors") or {}
    for name, sentences in errors.items():
        form[name].errors = [*form[name].errors, *sentences]
    if not errors:
        flash(str(error), "error")


def _storable(field: Field) -> bool:
    if isinstance(field, FieldList | FormField):
        return not [inner for inner in field if not _storable(inner)]
    texts = [
        part
        for part in (field.data if isinstance(field.data, list) else [field.data])
        if isinstance(part, str)
    ]
    if all(_is_clean(text) for text in texts):
        return True
    field.errors = [*field.errors, gettext("This contains characters that cannot be stored.")]
    return False


def _is_clean(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
