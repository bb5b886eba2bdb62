"""Workspaces, branches and tills in the back office."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from smartpos.core.admin import (
    RowAction,
    TenantView,
    formatters,
)
from smartpos.core.admin.fields import WholeField
from smartpos.core.phones import shown_phone
from smartpos.identity import authentication as doors
from smartpos.identity import operations
from smartpos.identity.admin.common import id_of
from smartpos.identity.models import Branch, BranchKind, Till
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me


class WorkspaceView(TenantView):
    """Parts of the organization."""

    permission_read, permission_write = P.BRANCH_READ, P.BRANCH_WRITE
    menu_icon, menu_order = "category", 40
    populates_model = False
    lead = _l(
        "Parts of the organization. Whoever is limited to one sees its branches and what has no workspace."
    )
    column_list = ("name", "type", "status", "description")
    column_labels = {
        "name": _l("Name"),
        "type": _l("Kind"),
        "status": _l("Status"),
        "description": _l("Description"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
    }
    column_searchable_list = ("name",)
    column_filters = ("type", "status")
    column_wrap = ("description",)
    column_default_sort = "name"
    form_columns = ("name", "type", "status", "description")

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        values = self.values(form)
        if is_created:
            return operations.create_workspace(**values, actor=me())
        return operations.update_workspace(model, values, actor=me())

    def remove(self, model: Any) -> None:
        operations.delete_workspace(model, actor=me())


class BranchView(TenantView):
    """Shops, warehouses, workshops, offices."""

    permission_read, permission_write = P.BRANCH_READ, P.BRANCH_WRITE
    menu_icon, menu_order = "branch", 20
    populates_model = False
    column_list = ("name", "kind", "address", "phone", "manager", "workspace", "is_active")
    column_labels = {
        "name": _l("Name"),
        "kind": _l("Kind"),
        "address": _l("Address"),
        "phone": _l("Phone"),
        "manager": _l("Manager"),
        "workspace": _l("Workspace"),
        "is_active": _l("In use"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
    }
    column_formats = {"phone": shown_phone}
    column_searchable_list = ("name", "address")
    column_filters = ("kind", "is_active", "workspace")
    column_wrap = ("address",)
    column_default_sort = "name"
    form_columns = ("name", "kind", "phone", "manager", "workspace", "is_active", "address")
    form_args = {"kind": {"only": tuple(kind for kind in BranchKind if kind is not BranchKind.TRANSIT)}}

    def get_query(self) -> Any:
        return super().get_query().filter(Branch.choosable())

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number; nobody looks after the place of what is on its way."""
        row = super().get_one(id)
        return None if row is not None and row.kind is BranchKind.TRANSIT else row

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        values = self.values(form)
        values["manager_id"] = id_of(values.pop("manager"))
        values["workspace_id"] = id_of(values.pop("workspace"))
        if is_created:
            return operations.create_branch(**values, actor=me())
        return operations.update_branch(model, values, actor=me())

    def remove(self, model: Any) -> None:
        operations.delete_branch(model, actor=me())


def _register_here(till: Till) -> Any:
    secret = operations.register_till_device(till, actor=me())
    flash(_("This device is now the till %(till)s.", till=till.name), "success")
    answer = redirect(url_for("tills.index_view"))
    doors.remember_till(answer, me().organization.id, till.id, secret)
    return answer


def _forget_device(till: Till) -> str:
    operations.forget_till_device(till, actor=me())
    return _("The device of %(till)s is forgotten.", till=till.name)


class TillView(TenantView):
    """Cash registers."""

    permission_read, permission_write = P.BRANCH_READ, P.BRANCH_WRITE
    menu_icon, menu_order = "till", 30
    populates_model = False
    column_list = ("name", "number", "branch", "receipt_width", "is_registered", "is_active")
    column_labels = {
        "name": _l("Name"),
        "number": _l("Number"),
        "branch": _l("Branch"),
        "receipt_width": _l("Receipt, mm"),
        "is_registered": _l("Device known"),
        "printer_host": _l("Printer's address"),
        "printer_port": _l("Printer's port"),
        "has_drawer": _l("Cash drawer"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
        "is_active": _l("In use"),
    }
    column_descriptions = {
        "number": _l("The first part of its receipt numbers"),
        "has_drawer": _l("The printer opens it when cash is paid"),
    }
    column_formats = {"is_registered": formatters.yes_no}
    column_searchable_list = ("name",)
    column_filters = ("branch", "is_active")
    form_columns = (
        "branch",
        "name",
        "number",
        "receipt_width",
        "printer_host",
        "printer_port",
        "has_drawer",
        "is_active",
    )
    form_extra_fields = {
        "number": WholeField(
            _l("Number"),
            [Optional()],
            least=1,
            most=99_999,
            description=_l("Begins its receipt numbers; leave empty for the next free one"),
        ),
        "receipt_width": SelectField(
            _l("Receipt, mm"),
            choices=[(80, "80"), (58, "58")],
            coerce=int,
            default=lambda: me().setting("receipt_width"),
        ),
        "printer_host": StringField(
            _l("Printer's address"),
            [Length(max=253)],
            description=_l("Of a network printer, as 192.168.1.50; empty: the browser prints"),
        ),
        "printer_port": WholeField(
            _l("Printer's port"),
            [Optional()],
            least=1,
            most=65_535,
            description=_l("Usually 9100"),
            default=9100,
        ),
    }
    row_actions = [
        RowAction(
            "register",
            _l("Make this device the till"),
            "laptop",
            P.TILL_REGISTER,
            _register_here,
            _l("On this device people will sign in by PIN. The device it was before is forgotten."),
            visible=lambda till: till.is_active,
            in_list=False,
        ),
        RowAction(
            "forget",
            _l("Forget the device"),
            "offline",
            P.TILL_REGISTER,
            _forget_device,
            _l("Nobody will be able to sign in by PIN there."),
            visible=lambda till: till.is_registered,
            in_list=False,
        ),
    ]

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        values = self.values(form)
        values["branch_id"] = id_of(values.pop("branch"))
        if is_created:
            return operations.create_till(**values, actor=me())
        if values["number"] is None:
            values.pop("number")
        return operations.update_till(model, values, actor=me())

    def remove(self, model: Any) -> None:
        operations.delete_till(model, actor=me())
