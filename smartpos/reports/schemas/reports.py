"""Shapes of reports: what there is to ask, and what comes of it."""

from marshmallow import EXCLUDE, Schema, fields

from smartpos.core.fields import CursorQuery, TextField


class ReportQuery(CursorQuery):
    """Where to go on, and what is asked: the report's own filters are arguments by their names."""

    class Meta:
        unknown = EXCLUDE

    since = fields.String(
        data_key="from", metadata={"description": "first day of the period, where the report has one"}
    )
    until = fields.String(data_key="to", metadata={"description": "last day of the period"})
    period = fields.String(
        metadata={
            "description": "instead of two days: `today`, `yesterday`, `last_7_days`, `this_month`, ..."
        }
    )
    sort = TextField(metadata={"description": "key of a column, `-` before it to descend"})


class ChoiceOut(Schema):
    """One of the values of a choice."""

    value = fields.String()
    label = fields.String()


class FilterOut(Schema):
    """Something a report may be narrowed by.

    A filter of kind `period` is given as `from` and `to`, or as `period`; one of kind `row` as an id.
    """

    name = fields.String()
    label = fields.String()
    kind = fields.String()
    required = fields.Boolean()
    choices = fields.List(fields.Nested(ChoiceOut), allow_none=True)
    minimum = fields.Integer(allow_none=True)
    maximum = fields.Integer(allow_none=True)
    longest = fields.Integer(allow_none=True, metadata={"description": "days that a period may have"})


class ColumnOut(Schema):
    """A column. Numbers of kind `money`, `cost`, `quantity` and `percent` travel as text."""

    key = fields.String()
    label = fields.String()
    kind = fields.String()
    has_total = fields.Boolean()
    choices = fields.List(fields.Nested(ChoiceOut), allow_none=True)


class ReportOut(Schema):
    """A report that may be asked for."""

    slug = fields.String()
    title = fields.String()
    note = fields.String()
    group = fields.String()
    group_label = fields.String()
    filters = fields.List(fields.Nested(FilterOut))
    columns = fields.List(fields.Nested(ColumnOut))


class ReportList(Schema):
    """Every report the person may see."""

    items = fields.List(fields.Nested(ReportOut))


class ReportPage(Schema):
    """Some rows of a report. Totals, and the number of rows as ``count``, come with the first page."""

    slug = fields.String()
    title = fields.String()
    filters = fields.Dict(keys=fields.String(), metadata={"description": "what was asked, in full"})
    columns = fields.List(fields.Nested(ColumnOut))
    items = fields.List(fields.Dict(keys=fields.String()))
    next_cursor = fields.String(allow_none=True)
    totals = fields.Dict(keys=fields.String(), allow_none=True)
