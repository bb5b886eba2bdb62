"""What is typed about an order: for a new one, for one that changes, for its time."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from smartpos.core.admin import Form
from smartpos.core.admin.fields import EnumField, ExactField, LocalDateTimeField
from smartpos.core.admin.forms import stripped
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.production.models import OrderPriority
from smartpos.production.queries import office

LONGEST_TEXT = 5000
LONGEST_WORD = 100


def row_id(value: Any) -> int | None:
    """A number of a row, or None for the empty choice."""
    return int(value) if value not in (None, "", "None") else None


class PeopleField(SelectMultipleField):
    """Several people, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OrderForm(Form):
    """What is common to a new order and one that changes."""

    quantity_to_produce = ExactField(_l("Quantity"), [InputRequired()], digits=3)
    priority = EnumField(_l("Priority"), kind=OrderPriority, default=OrderPriority.NORMAL)
    machine_id = SelectField(_l("Machine"), coerce=row_id)
    operator_id = SelectField(_l("Operator"), coerce=row_id, description=_l("Left empty: whoever starts it"))
    team = PeopleField(_l("Team"), coerce=int)
    due_at = LocalDateTimeField(_l("Due"), [Optional()])
    shift = StringField(_l("Shift"), [Length(max=LONGEST_WORD)], filters=[stripped])
    production_line = StringField(_l("Line"), [Length(max=LONGEST_WORD)], filters=[stripped])
    work_center = StringField(_l("Work centre"), [Length(max=LONGEST_WORD)], filters=[stripped])
    notes = TextAreaField(_l("Notes"), [Length(max=LONGEST_TEXT)], filters=[stripped])

    def offer(self, branch_id: int | None = None) -> None:
        """Fill in who and what may be chosen; ``branch_id``: machines of that branch alone."""
        nothing = ("", "\u2013")
        machines = office.machine_choices(branch_id)
        people = office.people_choices()
        self.machine_id.choices = [nothing, *((row.id, f"{row.name} · {row.code}") for row in machines)]
        self.operator_id.choices = [nothing, *people]
        self.team.choices = people

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return {
            "quantity_to_produce": self.quantity_to_produce.data,
            "priority": self.priority.data,
            "machine_id": self.machine_id.data,
            "operator_id": self.operator_id.data,
            "team": tuple(self.team.data or ()),
            "due_at": self.due_at.data,
            "shift": self.shift.data or None,
            "production_line": self.production_line.data or None,
            "work_center": self.work_center.data or None,
            "notes": self.notes.data or None,
        }


class NewOrderForm(OrderForm):
    """What is to be made, where and by which recipe."""

    client_uuid = HiddenField()
    product_id = HiddenField(_l("Product"), [InputRequired()])
    branch_id = SelectField(_l("Branch"), [InputRequired()], coerce=int)
    bom_id = SelectField(_l("Recipe"), coerce=row_id, validate_choice=False)
    planned_start_at = LocalDateTimeField(
        _l("Planned start"), [Optional()], description=_l("Left empty: it is planned later")
    )

    @property
    def named(self) -> UUID:
        """The name that makes sending twice harmless."""
        try:
            return UUID(self.client_uuid.data or "")
        except ValueError:
            return uuid4()


class ChangeForm(OrderForm):
    """What may change of an order that has not ended."""

    instructions = TextAreaField(_l("How it is made"), [Length(max=LONGEST_TEXT)], filters=[stripped])

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return super().facts() | {"instructions": self.instructions.data or None}


class ScheduleForm(Form):
    """When, on what and by whom an order is made."""

    start = LocalDateTimeField(_l("Planned start"), [InputRequired()])
    end = LocalDateTimeField(
        _l("Planned end"), [Optional()], description=_l("Left empty: as long as the recipe takes")
    )
    machine_id = SelectField(_l("Machine"), coerce=row_id)
    operator_id = SelectField(_l("Operator"), coerce=row_id)


# By which name an operation tells of a field, and what the field is called here.
_OTHER_NAMES = {"planned_start_at": "start", "planned_end_at": "end"}


def refuse(error: SmartPOSError, form: Form) -> None:
    """Take back what was done and show the refusal: at the fields it is about, else as a message."""
    db.session.rollback()
    told = error.facts.get("errors")
    shown = False
    for name, sentences in told.items() if isinstance(told, dict) else ():
        field = name if name in form else _OTHER_NAMES.get(name, "")
        if field in form:
            form[field].errors = [*form[field].errors, *sentences]
            shown = True
    if not shown:
        flash(str(error), "error")
