"""What people type about reports they keep."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from smartpos.core.admin import Form
from smartpos.core.admin.fields import EnumField
from smartpos.core.admin.loaders import parse_id
from smartpos.notifications.models import Channel
from smartpos.reports.models import ExportFormat, Rhythm, SavedReport
from smartpos.reports.operations.saved import LONGEST_NAME, Plan

WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)
NEVER = ""


class SavedReportForm(Form):
    """A name, who sees it, and when it is sent to whom."""

    name = StringField(_l("Name"), [DataRequired(_l("This must not be empty.")), Length(max=LONGEST_NAME)])
    is_shared = BooleanField(
        _l("Shared"), description=_l("Everybody who may see this report finds it among the saved ones.")
    )
    rhythm = SelectField(
        _l("Is sent"),
        choices=[
            (NEVER, _l("Not at all")),
            (Rhythm.DAILY.value, _l("Every day")),
            (Rhythm.WEEKLY.value, _l("Every week")),
            (Rhythm.MONTHLY.value, _l("Every month")),
        ],
        default=NEVER,
    )
    weekday = SelectField(_l("Day of the week"), choices=list(enumerate(WEEKDAYS)), coerce=int, default=0)
    monthday = IntegerField(_l("Day of the month"), [Optional()], default=1, description=_l("From 1 to 28"))
    send_at = TimeField(_l("Time"), [Optional()], description=_l("In the time of the shop"))
    format = EnumField(_l("File"), kind=ExportFormat, default=ExportFormat.XLSX)
    channels = SelectMultipleField(
        _l("How it is sent"),
        choices=[(Channel.EMAIL.value, _l("E-mail")), (Channel.TELEGRAM.value, _l("Telegram"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    recipients = HiddenField(_l("Receives it"))

    def plan(self) -> Plan:
        """What was wished; to be asked of a form that is valid in itself."""
        rhythm = Rhythm(self.rhythm.data) if self.rhythm.data else None
        day: int | None = None
        if rhythm is Rhythm.WEEKLY:
            day = self.weekday.data
        elif rhythm is Rhythm.MONTHLY:
            day = self.monthday.data
        return Plan(
            name=self.name.data or "",
            is_shared=bool(self.is_shared.data),
            format=self.format.data,
            rhythm=rhythm,
            send_day=day,
            send_at=self.send_at.data,
            channels=tuple(self.channels.data or ()),
            recipient_ids=tuple(self.chosen_people()),
        )

    def chosen_people(self) -> list[int]:
        """The numbers of those who were chosen; what cannot be one chooses nobody."""
        parts = (self.recipients.data or "")[:2000].split(",")
        return [number for number in map(parse_id, parts) if number is not None]

    def show(self, saved: SavedReport) -> None:
        """Fill the form with a saved report."""
        self.name.data, self.is_shared.data, self.format.data = saved.name, saved.is_shared, saved.format
        self.rhythm.data = saved.rhythm.value if saved.rhythm else NEVER
        if saved.rhythm is Rhythm.WEEKLY:
            self.weekday.data = saved.send_day
        elif saved.rhythm is Rhythm.MONTHLY:
            self.monthday.data = saved.send_day
        self.send_at.data = saved.send_at
        self.channels.data = list(saved.channels)
        self.recipients.data = ",".join(str(one.user_id) for one in saved.recipients)


def refuse(form: Any, errors: dict[str, list[str]]) -> bool:
    """Tell at its fields what an operation refused; False where it names none of them."""
    at_fields = [name for name in errors if name in form]
    for name in at_fields:
        form[name].errors = [*form[name].errors, *errors[name]]
    return bool(at_fields)
