"""Fields of the API's schemas: numbers, texts and ids, checked so that the database can take them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from smartpos.core.errors import Invalid
from smartpos.core.money import COST_LIMIT, MONEY_LIMIT, QUANTITY_LIMIT, parse_decimal, plain
from smartpos.core.paging import DEFAULT_LIMIT, MOST

LARGEST_ID = 2**63 - 1
LONGEST_TEXT = 10_000
# PostgreSQL keeps moments beyond these too, but they cannot be read back in every time zone: one such row would close
# the lists in which it stands.
FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)


class DecimalText(fields.Field[Decimal]):
    """An exact number. Travels as text without exponent; a JSON number is accepted too, by its shortest text.

    Refuses NaN, infinities, booleans, more than ``digits`` decimal places and what is outside the bounds.
    """

    def __init__(
        self,
        *,
        digits: int,
        limit: Decimal,
        minimum: Decimal | int | None = None,
        above: Decimal | int | None = None,
        maximum: Decimal | int | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("metadata", {"type": "string", "format": "decimal"})
        super().__init__(**options)
        self.digits = digits
        self.limit = limit
        self.minimum = minimum
        self.above = above
        self.maximum = maximum

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else plain(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str | int | float | Decimal):
            raise ValidationError(_("This is not a number."))
        try:
            number = parse_decimal(value, limit=self.limit, digits=self.digits)
        except Invalid as error:
            raise ValidationError(str(error)) from None
        if self.above is not None and number <= self.above:
            raise ValidationError(_("This must be more than %(bound)s.", bound=self.above))
        if self.minimum is not None and number < self.minimum:
            raise ValidationError(_("This must be at least %(bound)s.", bound=self.minimum))
        if self.maximum is not None and number > self.maximum:
            raise ValidationError(_("This must be at most %(bound)s.", bound=self.maximum))
        return number


class MoneyField(DecimalText):
    """An amount of money, two digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"digits": 2, "limit": MONEY_LIMIT, **options})


class CostField(DecimalText):
    """A unit cost, four digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"digits": 4, "limit": COST_LIMIT, **options})


class QuantityField(DecimalText):
    """A quantity, three digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"digits": 3, "limit": QUANTITY_LIMIT, **options})


class PercentField(DecimalText):
    """Per cent, two digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"digits": 2, "limit": Decimal("999.99"), **options})


def storable_text(value: str) -> str:
    """The text with surrounding space removed. Raises ValidationError for what no database can store."""
    if "\x00" in value:
        raise ValidationError(_("A text may not contain the NUL character."))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValidationError(_("A text contains characters that do not exist.")) from None
    return value.strip()


class TextField(fields.String):
    """Text without NUL and half characters, stripped, at most ``longest`` characters.

    With ``blank_is_none`` an empty text means that nothing is given; otherwise ``shortest`` is what it needs.
    """

    def __init__(
        self, *, longest: int = 500, shortest: int = 0, blank_is_none: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.longest = min(longest, LONGEST_TEXT)
        self.shortest = shortest
        self.blank_is_none = blank_is_none
        if blank_is_none:
            self.allow_none = True

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = storable_text(super()._deserialize(value, attr, data, **kwargs))
        if not text and self.blank_is_none:
            return None
        if len(text) > self.longest:
            raise ValidationError(_("At most %(longest)s characters fit here.", longest=self.longest))
        if len(text) < self.shortest:
            raise ValidationError(_("This must not be empty."))
        return text


def _whole(field: fields.Field[Any], value: Any) -> Any:
    """The value as an integer where it is one: addresses carry digits, JSON carries numbers, 1.5 is neither."""
    if (
        isinstance(value, str)
        and value.isascii()
        and value.removeprefix("-").isdecimal()
        and len(value) <= 20
    ):
        return int(value)
    if isinstance(value, bool | str):
        raise field.make_error("invalid")
    return value


class IdField(fields.Integer):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"strict": True, "validate": validate.Range(1, LARGEST_ID), **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(_whole(self, value), attr, data, **kwargs)


class WholeField(fields.Integer):
    """A whole number that fits into the database's integer."""

    def __init__(self, *, minimum: int = 0, maximum: int = 2**31 - 1, **options: Any) -> None:
        super().__init__(**{"strict": True, "validate": validate.Range(minimum, maximum), **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(_whole(self, value), attr, data, **kwargs)


class MomentField(fields.AwareDateTime):
    """A moment, ISO 8601; one without a zone is taken as UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"format": "iso", "default_timezone": UTC, **options})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_MOMENT <= moment <= LAST_MOMENT:
            raise ValidationError(_("This date is out of range."))
        return moment


class CursorQuery(Schema):
    """What every list takes: where to go on, and how many rows at most."""

    cursor = TextField(longest=2000, load_default=None, allow_none=True)
    limit = WholeField(minimum=1, maximum=MOST, load_default=DEFAULT_LIMIT)


class StrictQuery(CursorQuery):
    """A list that refuses filters it does not know: whoever mistypes one must not take everything for the answer."""

    @validates_schema(pass_original=True)
    def _refuse_unknown(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        known = {field.data_key or name for name, field in self.fields.items()}
        unknown = [str(name)[:60] for name in original if name not in known]
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in unknown})


def has_more(body: Any, name: str, most: int) -> bool:
    """Whether a request's list has more entries than fit; asked before each of a million of them is looked at."""
    entries = body.get(name) if isinstance(body, dict) else None
    return isinstance(entries, list) and len(entries) > most
