"""Form fields as people of the region fill them in: numbers with spaces and commas, local time, long choices."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_admin.form import JSONField, Select2TagsField
from flask_admin.helpers import get_url
from flask_admin.model.fields import AjaxSelectField, AjaxSelectMultipleField
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import DateTimeLocalField, Field, IntegerField, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput, html_params

from smartpos.core.admin.formatters import tenant_zone
from smartpos.core.admin.labels import choices
from smartpos.core.errors import Invalid
from smartpos.core.figures import MINUS, grouped
from smartpos.core.money import parse_decimal


class NumberInput(TextInput):
    """A text input with a numeric keyboard; a number input would refuse ``24 500`` and ``24,5``."""

    def __call__(self, field: Field, **attributes: Any) -> Markup:
        attributes["class"] = f"{attributes.get('class', '')} num".strip()
        attributes.setdefault("inputmode", "decimal" if getattr(field, "digits", 0) else "numeric")
        attributes.setdefault("autocomplete", "off")
        return super().__call__(field, **attributes)


class ExactField(Field):
    """A decimal number, exact: at most ``digits`` decimal places and ``limit`` in size; NaN is not a number."""

    widget = NumberInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        digits: int = 2,
        limit: Decimal = Decimal("9999999999999999.99"),
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.digits = digits
        self.limit = limit

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        least = 2 if self.digits >= 2 and self.data != self.data.to_integral_value() else 0
        return grouped(self.data, self.digits, least)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0]).strip().replace(MINUS, "-")
        self.data = None
        if not text:
            return
        try:
            self.data = parse_decimal(text, limit=self.limit, digits=self.digits)
        except Invalid as problem:
            raise ValueError(str(problem)) from None


class WholeField(IntegerField):
    """A whole number within the range of its column."""

    widget = NumberInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        least: int = -(2**31),
        most: int = 2**31 - 1,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.least = least
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = "".join(str(valuelist[0]).split())
        self.data = None
        if not text:
            return
        try:
            value = int(text) if len(text) <= 20 else None
        except ValueError:
            raise ValueError(_("This is not a whole number.")) from None
        if value is None or not self.least <= value <= self.most:
            raise ValueError(_("This number is out of range."))
        self.data = value


class LocalDateTimeField(DateTimeLocalField):
    """A moment, typed and shown in the tenant's time zone, kept in UTC."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("format", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
        super().__init__(label, validators, **options)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        if self.data is None:
            return ""
        moment = self.data if self.data.tzinfo else self.data.replace(tzinfo=UTC)
        return str(moment.astimezone(tenant_zone()).strftime("%Y-%m-%dT%H:%M"))

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and not str(valuelist[0]).strip():
            self.data = None
            return
        super().process_formdata(valuelist)
        if isinstance(self.data, datetime):
            try:
                self.data = self.data.replace(tzinfo=tenant_zone()).astimezone(UTC)
            except (OverflowError, ValueError):
                self.data = None
                raise ValueError(_("This date is out of range.")) from None


class EnumField(SelectField):
    """A choice among the members of an enumeration, shown with their labels."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        kind: type[Enum],
        optional: bool = False,
        only: tuple[Enum, ...] = (),
        **options: Any,
    ) -> None:
        pairs = [pair for pair in choices(kind) if not only or kind(pair[0]) in only]
        if optional:
            pairs.insert(0, ("", "\u2013"))
        super().__init__(
            label, validators, choices=pairs, coerce=lambda value: _member(kind, value), **options
        )
        self.optional = optional

    def pre_validate(self, form: Any) -> None:
        if self.optional and self.data is None:
            return
        super().pre_validate(form)


def _member(kind: type[Enum], value: Any) -> Enum | None:
    return None if value in (None, "") else kind(value)


class ChoiceInput:
    """The hidden input that ``choice.js`` turns into a search field."""

    def __init__(self, *, multiple: bool = False) -> None:
        self.multiple = multiple

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        attributes.pop("class", None)
        attributes.setdefault("id", field.id)
        attributes["data-choice-url"] = get_url(".ajax_lookup", name=field.loader.name)
        attributes["data-choice-placeholder"] = str(
            field.loader.options.get("placeholder") or _("Type to search")
        )
        if self.multiple:
            pairs = [field.loader.format(row) for row in field.data or ()]
            attributes["value"] = ",".join(str(key) for key, _text in pairs)
            attributes["data-choice-multiple"] = True
            attributes["data-choice-json"] = json.dumps(pairs)
        else:
            pair = field.loader.format(field.data)
            if pair:
                attributes["value"], attributes["data-choice-text"] = pair
            if field.allow_blank:
                attributes["data-choice-optional"] = True
        return Markup("<input {}>").format(
            Markup(html_params(type="hidden", name=field.name, **attributes))  # noqa: S704 - html_params escapes
        )


class ChoiceField(AjaxSelectField):
    """One row of another table, searched on the server."""

    widget = ChoiceInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self._asked = str(valuelist[0]).strip()
        if not self._asked or self._asked == "__None":
            self.data = None
        else:
            super().process_formdata([self._asked])

    def pre_validate(self, form: Any) -> None:
        if getattr(self, "_asked", "") and self.data is None:
            raise ValidationError(_("This choice does not exist."))


class ChoicesField(AjaxSelectMultipleField):
    """Several rows of another table, searched on the server."""

    widget = ChoiceInput(multiple=True)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([part for value in valuelist for part in str(value).split(",") if part])


class TagsInput(TextInput):
    """The input that ``choice.js`` turns into chips."""

    def __call__(self, field: Field, **attributes: Any) -> Markup:
        attributes.setdefault("data-tags", True)
        return super().__call__(field, **attributes)


class TagsField(Select2TagsField):
    """Free words, separated by commas, kept as a list."""

    widget = TagsInput()

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options.setdefault("save_as_list", True)
        super().__init__(label, validators, **options)


class ExactJSONField(JSONField):
    """A JSON value; the names that JSON does not know (NaN, Infinity) are refused."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = str(valuelist[0]).strip()
        if not text:
            self.data = None
            return
        try:
            self.data = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ValueError(_("This is not valid JSON.")) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
