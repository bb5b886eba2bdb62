"""Shapes of expense categories and exchange rates."""

from marshmallow import Schema, fields

from smartpos.core.fields import CostField, CursorQuery, IdField, MomentField, TextField
from smartpos.finance.operations.categories import LONGEST_NAME


class ExpenseCategoriesQuery(CursorQuery):
    """Which categories: those in use, or ``all``."""

    all = fields.Boolean(load_default=False)


class ExpenseCategoryIn(Schema):
    """A new category of expenses."""

    name = TextField(required=True, longest=LONGEST_NAME, shortest=1)
    is_active = fields.Boolean(load_default=True)


class ExpenseCategoryChange(Schema):
    """What changes of a category."""

    name = TextField(longest=LONGEST_NAME, shortest=1)
    is_active = fields.Boolean()


class ExpenseCategoryOut(Schema):
    """A category of expenses."""

    id = fields.Integer()
    name = fields.String()
    is_active = fields.Boolean()


class ExpenseCategoryPage(Schema):
    """A page of categories, by name."""

    items = fields.List(fields.Nested(ExpenseCategoryOut))
    next_cursor = fields.String(allow_none=True)


class RatesQuery(CursorQuery):
    """Which rates."""

    currency = TextField(longest=3, load_default=None)


class RateIn(Schema):
    """What one unit of ``currency`` costs, from ``valid_from`` on (by default from now)."""

    currency = TextField(required=True, longest=3, shortest=3)
    rate = CostField(required=True, above=0)
    valid_from = MomentField(load_default=None, allow_none=True)


class RateOut(Schema):
    """An exchange rate."""

    id = fields.Integer()
    currency = fields.String()
    rate = CostField()
    valid_from = fields.DateTime()
    created_by = IdField(allow_none=True)


class RatePage(Schema):
    """A page of rates, the latest first; ``current`` is what is in force now, by currency."""

    items = fields.List(fields.Nested(RateOut))
    next_cursor = fields.String(allow_none=True)
    current = fields.Dict(keys=fields.String(), values=CostField())
