"""From a model's columns to form fields, with our own fields and limits instead of Flask-Admin's."""

from decimal import Decimal
from typing import Any

from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.model.form import converts
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, SmallInteger
from wtforms import DateField, StringField, TextAreaField, TimeField
from wtforms.validators import Length

from smartpos.core.admin import fields
from smartpos.core.admin.forms import stripped

LINE = 255
LONG_TEXT = 20_000
LONG_NAMES = frozenset({"description", "note", "notes", "comment", "reason", "address", "text", "body"})


def _empty_to_none(value: Any) -> Any:
    return value or None


class Converter(AdminModelConverter):
    """Reads limits off the column: precision and scale, the integer's width, the text's length."""

    def _model_select_field(self, prop: Any, multiple: Any, remote_model: Any, **options: Any) -> Any:
        loader = self.view._form_ajax_refs.get(prop.key)
        if loader is None:
            return super()._model_select_field(prop, multiple, remote_model, **options)
        return (fields.ChoicesField if multiple else fields.ChoiceField)(loader, **options)

    @converts("String", "Text", "CIText", "LowerText")
    def conv_text(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """One line, or several for columns that hold prose (by name, or listed in ``form_long_text``)."""
        long_names = LONG_NAMES | set(getattr(self.view, "form_long_text", ()))
        is_long = column.name in long_names
        most = getattr(column.type, "length", None) or (LONG_TEXT if is_long else LINE)
        field_args["validators"].append(Length(max=most, message=_l("At most %(max)d characters fit here.")))
        filters = [*field_args.get("filters", ()), stripped]
        field_args["filters"] = [*filters, _empty_to_none] if column.nullable else filters
        return TextAreaField(**field_args) if is_long else StringField(**field_args)

    @converts("sqlalchemy.sql.sqltypes.Enum")
    def convert_enum(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """A select with the labels of the enumeration."""
        return fields.EnumField(kind=column.type.enum_class, optional=bool(column.nullable), **field_args)

    @converts("Integer")
    def handle_integer_types(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """A whole number within the column's range."""
        bits = (
            63 if isinstance(column.type, BigInteger) else 15 if isinstance(column.type, SmallInteger) else 31
        )
        return fields.WholeField(least=-(2**bits), most=2**bits - 1, **field_args)

    @converts("Numeric")
    def handle_decimal_types(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """An exact number within the column's precision and scale."""
        digits = 2 if column.type.scale is None else column.type.scale
        precision = column.type.precision or 18
        limit = Decimal(10) ** (precision - digits) - Decimal(1).scaleb(-digits)
        return fields.ExactField(digits=digits, limit=limit, **field_args)

    @converts("DateTime")
    def convert_datetime(self, field_args: dict[str, Any], **extra: Any) -> Any:
        """A moment in the tenant's time zone."""
        return fields.LocalDateTimeField(**field_args)

    @converts("Date")
    def convert_date(self, field_args: dict[str, Any], **extra: Any) -> Any:
        """A date by the browser's own picker."""
        return DateField(**field_args)

    @converts("Time")
    def convert_time(self, field_args: dict[str, Any], **extra: Any) -> Any:
        """A time of day by the browser's own picker."""
        return TimeField(**field_args)

    @converts("JSON")
    def convert_json(self, field_args: dict[str, Any], **extra: Any) -> Any:
        """A JSON document as text."""
        return fields.ExactJSONField(**field_args)

    @converts("sqlalchemy.dialects.postgresql.base.ARRAY", "sqlalchemy.sql.sqltypes.ARRAY", "ARRAY")
    def conv_array(self, column: Any, field_args: dict[str, Any], **extra: Any) -> Any:
        """Words as chips."""
        field_args.setdefault("coerce", column.type.item_type.python_type)
        return fields.TagsField(**field_args)
