"""Machines in the back office: the registry, and what happened to each."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from smartpos.core.admin import Form, ReadOnlyView, RemoteChoices, RowAction, Section, TenantView, describe
from smartpos.core.admin.fields import ChoicesField, WholeField
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import local_date, pill
from smartpos.core.admin.trail import Subject, describe_subjects
from smartpos.core.db import db
from smartpos.core.figures import day_text
from smartpos.core.permissions import can
from smartpos.identity.models import Branch, User
from smartpos.identity.principal import me
from smartpos.identity.queries import in_sight, is_workplace, sees_branch
from smartpos.production.errors import MachineNotFound
from smartpos.production.models import Machine, MachineEvent, MachineLog, MachineStatus
from smartpos.production.operations import machines as operations
from smartpos.production.operations.machines import LONGEST_NOTE, LONGEST_UPKEEP
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import machines as queries

describe(
    {
        MachineStatus.FREE: (_l("Free"), "good"),
        MachineStatus.BUSY: (_l("At work"), "info"),
        MachineStatus.MAINTENANCE: (_l("Maintenance"), "warn"),
        MachineStatus.OFF: _l("Off"),
    }
)
describe(
    {
        MachineEvent.STATUS: (_l("Status"), "info"),
        MachineEvent.UPKEEP: (_l("Upkeep"), "good"),
        MachineEvent.NOTE: _l("Note"),
    }
)
describe_subjects(
    {"machine_operators": Subject(_l("Who may run a machine"), fields={"machine_id": _l("Machine")})}
)


class NoteForm(Form):
    """Why a machine stands still, or what was done to it."""

    note = TextAreaField(_l("Note"), [Optional(), Length(max=LONGEST_NOTE)])


class UpkeepForm(Form):
    """When a machine was looked after."""

    done_on = DateField(_l("Done on"), [InputRequired()], default=lambda: me().organization.today)
    note = TextAreaField(_l("What was done"), [Optional(), Length(max=LONGEST_NOTE)])


class UpkeepIs(Filter):
    """Machines whose upkeep is late, due within a week, or not due."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(
            Machine.next_upkeep_on,
            _l("Upkeep"),
            options=[
                ("late", _l("Late")),
                ("today", _l("Due today or late")),
                ("none", _l("Without a schedule")),
            ],
        )

    def clean(self, value: str) -> Any:
        if value not in {"late", "today", "none"}:
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        today = me().organization.today
        if value == "none":
            return Machine.next_upkeep_on.is_(None)
        return Machine.next_upkeep_on < today if value == "late" else Machine.next_upkeep_on <= today


def _reporting(status: MachineStatus) -> Any:
    def report(row: Machine, form: NoteForm) -> str:
        operations.report_status(row.id, status, form.note.data, actor=me())
        return _("It is written down.")

    return report


def _upkeep(row: Machine, form: UpkeepForm) -> str:
    operations.log_upkeep(row.id, form.done_on.data, form.note.data, actor=me())
    return _("The upkeep is written down.")


def _to_page(row: Machine) -> Any:
    return redirect(url_for("production.machine", machine_id=row.id))


def upkeep_mark(row: Any) -> Any:
    """The day of the next upkeep, marked when it is due or late."""
    day = row.next_upkeep_on
    if day is None:
        return ""
    today = me().organization.today
    if day > today:
        return local_date(day)
    return pill(day_text(day), "bad" if day < today else "warn")


def order_link(row: MachineLog) -> Any:
    """The order behind a row of the history, as a link for those who may see orders."""
    number = getattr(row, "order_number", None)
    if number is None:
        return ""
    if not can(P.ORDER_READ):
        return number
    return Markup('<a href="{}">{}</a>').format(url_for("production.order", order_id=row.order_id), number)


class MachineView(TenantView):
    """Ovens, mixers, presses: what goods are made on."""

    permission_read, permission_write = P.MACHINE_READ, P.MACHINE_WRITE
    menu_icon, menu_order = "settings", 60
    populates_model = False
    new_title, new_label = _l("New machine"), _l("New machine")
    delete_question = _l(
        "Remove this machine? Its history stays. What orders or recipes need cannot be removed."
    )
    search_hint = _l("Name, code, kind or serial number")
    lead = _l("What goods are made on, who may run it, and when it is looked after.")
    column_list = ("name", "code", "branch", "kind", "status", "status_since", "next_upkeep_on", "runners")
    column_labels = {
        "name": _l("Name"),
        "code": _l("Code"),
        "branch": _l("Branch"),
        "kind": _l("Kind"),
        "status": _l("Status"),
        "status_since": _l("Since"),
        "production_line": _l("Production line"),
        "work_center": _l("Work center"),
        "manufacturer": _l("Manufacturer"),
        "serial_number": _l("Serial number"),
        "upkeep_every_days": _l("Upkeep every, days"),
        "last_upkeep_on": _l("Last upkeep"),
        "next_upkeep_on": _l("Next upkeep"),
        "people": _l("Who may run it"),
        "runners": _l("Who may run it"),
        "notes": _l("Notes"),
        "created_by": _l("Made by"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {"code": _l("As painted on it; operators scan it")}
    column_searchable_list = ("name", "code", "kind", "serial_number")
    column_sortable_list = ("name", "code", "status_since", "next_upkeep_on")
    column_default_sort = "name"
    column_wrap = ("name", "runners", "notes")
    column_filters = ("branch", "status", UpkeepIs(), "kind", "production_line", "work_center")
    column_formatters = {
        "next_upkeep_on": lambda view, context, row, name: upkeep_mark(row),
        "runners": lambda view, context, row, name: row.runners or _("Everybody who may work on orders"),
    }
    column_formatters_detail = column_formatters
    column_details_list = (
        *("name", "code", "branch", "kind", "status", "status_since", "runners", "notes"),
        *("upkeep_every_days", "last_upkeep_on", "next_upkeep_on"),
        *("production_line", "work_center", "manufacturer", "serial_number", "created_at", "updated_at"),
    )
    details_sections = (
        Section(_l("Upkeep"), ("upkeep_every_days", "last_upkeep_on", "next_upkeep_on")),
        Section(
            _l("More"),
            ("production_line", "work_center", "manufacturer", "serial_number", "created_at", "updated_at"),
        ),
    )
    form_columns = (
        *("name", "code", "branch", "kind", "people", "upkeep_every_days", "last_upkeep_on"),
        *("next_upkeep_on", "production_line", "work_center", "manufacturer", "serial_number", "notes"),
    )
    form_args = {
        "next_upkeep_on": {"description": _l("Empty: reckoned from the last one and the interval")},
        "kind": {"description": _l("For example: oven, mixer, press")},
    }
    form_sections = (
        Section(_l("Upkeep"), ("upkeep_every_days", "last_upkeep_on", "next_upkeep_on")),
        Section(_l("More"), ("production_line", "work_center", "manufacturer", "serial_number", "notes")),
    )
    row_actions = [
        RowAction("open", _l("Open"), "eye", P.MACHINE_READ, _to_page),
        RowAction(
            "maintenance",
            _l("Maintenance"),
            "settings",
            P.MACHINE_OPERATE,
            _reporting(MachineStatus.MAINTENANCE),
            form=NoteForm,
            visible=lambda row: row.status in {MachineStatus.FREE, MachineStatus.OFF},
            in_list=False,
        ),
        RowAction(
            "off",
            _l("Off"),
            "x",
            P.MACHINE_OPERATE,
            _reporting(MachineStatus.OFF),
            form=NoteForm,
            visible=lambda row: row.status in {MachineStatus.FREE, MachineStatus.MAINTENANCE},
            in_list=False,
        ),
        RowAction(
            "free",
            _l("Free again"),
            "check",
            P.MACHINE_OPERATE,
            _reporting(MachineStatus.FREE),
            form=NoteForm,
            visible=lambda row: row.status in {MachineStatus.OFF, MachineStatus.MAINTENANCE},
            in_list=False,
        ),
        RowAction(
            "upkeep",
            _l("Upkeep done"),
            "calendar",
            P.MACHINE_OPERATE,
            _upkeep,
            form=UpkeepForm,
            in_list=False,
        ),
    ]

    def __init__(self, model: type[Any], **options: Any) -> None:
        self.form_ajax_refs = {
            "branch": RemoteChoices("branch", Branch, where=lambda query: query.where(is_workplace())),
            "people": RemoteChoices(
                "people",
                User,
                ("full_name", "username"),
                where=lambda query: query.where(queries.may_work()),
                placeholder=_l("Nobody chosen: everybody who may work on orders"),
            ),
        }
        self.form_extra_fields = {
            "people": ChoicesField(
                self.form_ajax_refs["people"],
                _l("Who may run it"),
                [Optional()],
                description=_l("Empty: everybody who may work on production orders"),
            ),
            "upkeep_every_days": WholeField(
                _l("Upkeep every, days"),
                [Optional()],
                least=1,
                most=LONGEST_UPKEEP,
                description=_l("Empty: only on the day that is entered below"),
            ),
        }
        super().__init__(model, **options)

    def get_query(self) -> Any:
        """Machines of branches that the person sees."""
        return super().get_query().filter(in_sight(Machine.branch_id))

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The machine of that number; None for one of a branch that the person does not see."""
        row = super().get_one(id)
        return row if row is not None and sees_branch(row.branch_id) else None

    def enrich(self, rows: list[Any]) -> None:
        """Who may run each of them."""
        names = queries.operators_of_many([row.id for row in rows])
        for row in rows:
            row.runners = ", ".join(name for _number, name in names.get(row.id, ()))

    def on_form_prefill(self, form: Any, id: Any) -> None:  # noqa: A002 - Flask-Admin's name
        """The people who are listed now."""
        query = db.select(User).where(
            User.id.in_([number for number, _name in queries.operators_of(int(id))])
        )
        form.people.data = list(db.session.scalars(query.order_by(User.full_name, User.id)))

    def _facts(self, form: Any) -> dict[str, Any]:
        facts = self.keywords(form)
        facts["operator_ids"] = [person.id for person in facts.pop("people") or ()]
        return facts

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self._facts(form)
        if is_created:
            return operations.create_machine(actor=me(), **facts)
        return operations.change_machine(model, actor=me(), **facts)

    def remove(self, model: Any) -> None:
        if model is None:
            raise MachineNotFound
        operations.remove_machine(model, actor=me())


class MachineLogView(ReadOnlyView):
    """What happened to the machines."""

    permission_read = P.MACHINE_READ
    menu_icon, menu_order = "audit", 65
    lead = _l("Every change of what a machine does, every upkeep and note. Rows are added, never changed.")
    column_list = (
        "occurred_at",
        "machine",
        "machine.branch",
        "event",
        "status",
        "order_id",
        "note",
        "author",
    )
    column_labels = {
        "occurred_at": _l("Time"),
        "machine": _l("Machine"),
        "machine.branch": _l("Branch"),
        "event": _l("What"),
        "status": _l("Status"),
        "order_id": _l("Production order"),
        "note": _l("Note"),
        "author": _l("By"),
        "created_at": _l("Entered"),
    }
    column_formatters = {"order_id": lambda view, context, row, name: order_link(row)}
    column_formatters_detail = column_formatters
    column_wrap = ("note",)
    column_details_list = (*column_list, "created_at")
    column_filters = ("machine", "event", "status", "occurred_at", "author")

    def get_query(self) -> Any:
        """Of machines in branches that the person sees."""
        query = super().get_query().join(Machine, Machine.id == MachineLog.machine_id)
        return query.filter(in_sight(Machine.branch_id))

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number; None for one of a branch that the person does not see."""
        row = super().get_one(id)
        return row if row is not None and sees_branch(row.machine.branch_id) else None

    def enrich(self, rows: list[Any]) -> None:
        """The numbers of the orders behind them."""
        numbers = queries.order_numbers({row.order_id for row in rows if row.order_id})
        for row in rows:
            row.order_number = numbers.get(row.order_id)

    def extra_loads(self) -> list[Any]:
        return [joinedload(MachineLog.machine).joinedload(Machine.branch)]

    def title_of(self, model: Any) -> str:
        return f"{model.machine} · {model.id}"
