"""The lines of a product's form."""

import json
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import FileInput

from smartpos.core.admin.fields import ExactField
from smartpos.core.admin.forms import LineForm, stripped
from smartpos.core.money import QUANTITY_LIMIT


class BarcodeLine(LineForm):
    """A barcode; how many base units a pack holds, what it is called, and its own price if it has one."""

    barcode = StringField(_l("Barcode"), [InputRequired(), Length(max=64)], filters=[stripped])
    multiplier = ExactField(_l("Pieces in the pack"), digits=3, limit=QUANTITY_LIMIT, default=Decimal(1))
    title = StringField(_l("Pack"), [Length(max=60)], filters=[stripped])
    price = ExactField(_l("Pack price"), digits=2)


class PicturesInput(FileInput):
    """Takes several pictures at once, from the camera too."""

    def __init__(self) -> None:
        super().__init__(multiple=True)

    def __call__(self, field: Any, **attributes: Any) -> Any:
        attributes.setdefault("accept", "image/png,image/jpeg,image/webp,image/gif,image/bmp")
        return super().__call__(field, **attributes)


class PicturesField(MultipleFileField):
    """Pictures to add."""

    widget = PicturesInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [file for file in valuelist if getattr(file, "filename", "")]

    def populate_obj(self, obj: Any, name: str) -> None:
        """Nothing: pictures are added by their own operation."""


class PairsField(TextAreaField):
    """A small object of names and values, one ``name: value`` per line."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{name}: {_shown(value)}" for name, value in (self.data or {}).items())

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        before = self.object_data if isinstance(self.object_data, dict) else {}
        pairs: dict[str, Any] = {}
        for line in str(valuelist[0]).splitlines():
            if not line.strip():
                continue
            name, colon, text = (part.strip() for part in line.partition(":"))
            if not name or not colon:
                raise ValueError(_("Write one “name: value” per line."))
            # A value that nobody touched stays what it was, be it a number or a list.
            kept = name in before and _shown(before[name]) == text
            pairs[name] = before[name] if kept else text
        self.data = pairs


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
