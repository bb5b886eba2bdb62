"""Shapes of the levels that a branch should hold."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields, post_load, pre_load, validate

from smartpos.core.errors import Invalid
from smartpos.core.fields import IdField, QuantityField, has_more
from smartpos.stock.operations.levels import MOST_LEVELS, WantedLevels


class WantedLevelsIn(Schema):
    """At which quantity a product runs low, at which more is ordered, how far it is refilled."""

    product_id = IdField(required=True)
    min_quantity = QuantityField(minimum=0, required=True)
    reorder_point = QuantityField(minimum=0, load_default=None, allow_none=True)
    max_quantity = QuantityField(minimum=0, load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> WantedLevels:
        return WantedLevels(**line)


class LevelsIn(Schema):
    """The levels of several products of a branch, all or none."""

    branch_id = IdField(required=True)
    items = fields.List(fields.Nested(WantedLevelsIn), required=True, validate=validate.Length(min=1))

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        if has_more(body, "items", MOST_LEVELS):
            raise Invalid(_("At most %(most)s levels can be set at once.", most=MOST_LEVELS))
        return body


class LevelOut(Schema):
    """What is wanted of a product in a branch, and where its quantity stands."""

    product_id = fields.Integer()
    quantity = QuantityField()
    min_quantity = QuantityField()
    reorder_point = QuantityField(allow_none=True)
    max_quantity = QuantityField(allow_none=True)
    level_state = fields.String()


class LevelsOut(Schema):
    """The levels as they are now."""

    branch_id = fields.Integer()
    items = fields.List(fields.Nested(LevelOut))
