"""Roles in the back office, with the matrix of permissions."""

from collections.abc import Container
from typing import Any

from flask import g, render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import InputRequired, Optional

from smartpos.core.admin import (
    Section,
    TenantView,
    formatters,
)
from smartpos.core.admin.fields import WholeField
from smartpos.core.permissions import RoleKey, declared_permissions
from smartpos.identity import operations
from smartpos.identity.models import (
    Role,
)
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me
from smartpos.identity.queries import permissions_of_role, role_counts

DOMAINS = {
    "identity": _l("Organization and people"),
    "catalog": _l("Catalog"),
    "crm": _l("Customers"),
    "stock": _l("Stock"),
    "finance": _l("Money"),
    "sales": _l("Sales"),
    "platform": _l("Platform"),
}


class PermissionsInput:
    """Permissions as checkboxes, grouped by domain; what the editor does not hold cannot be ticked."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        return Markup(  # noqa: S704 - a template of ours, escaped
            render_template(
                "identity/permissions.html",
                field=field,
                groups=_by_domain(_editable()),
                chosen=frozenset(field.data or ()),
                held=me().permissions,
            )
        )


class PermissionsField(Field):
    """A set of permission names."""

    widget = PermissionsInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = sorted({str(value) for value in valuelist[:1000]})


def _by_domain(names: Container[str]) -> list[tuple[Any, list[Any]]]:
    """The permissions of that name, in groups with titles."""
    groups: dict[str, list[Any]] = {}
    for permission in declared_permissions():
        if permission.name in names:
            groups.setdefault(permission.name.partition(":")[0], []).append(permission)
    return [(DOMAINS.get(domain, domain.capitalize()), items) for domain, items in groups.items()]


def _editable() -> frozenset[str]:
    """The permissions a role of this organization may have."""
    return frozenset(
        permission.name
        for permission in declared_permissions()
        if me().organization.is_platform or not permission.name.startswith("platform:")
    )


def _counts() -> tuple[dict[int, int], dict[int, int]]:
    """People and permissions per role, asked once per page."""
    if "role_counts" not in g:
        g.role_counts = role_counts()
    counts: tuple[dict[int, int], dict[int, int]] = g.role_counts
    return counts


class RoleView(TenantView):
    """Roles and what they may do."""

    permission_read, permission_write = P.ROLE_READ, P.ROLE_WRITE
    menu_icon, menu_order = "role", 16
    populates_model = False
    lead = _l("What people may do hangs on their role. Nobody gives away what they may not do themselves.")
    column_list = ("title", "rank", "people", "granted")
    column_labels = {
        "title": _l("Name"),
        "name": _l("Name"),
        "rank": _l("Rank"),
        "max_discount_percent": _l("Largest discount, per cent"),
        "people": _l("People"),
        "granted": _l("Permissions"),
        "created_at": _l("Added"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {"rank": _l("Nobody gives or edits a role above their own rank")}
    column_default_sort = ("rank", True)
    column_sortable_list = ("rank",)
    column_formatters = {
        "people": lambda view, context, row, name: _counts()[0].get(row.id, 0),
        "granted": lambda view, context, row, name: (
            len(_editable()) if row.key == RoleKey.OWNER else _counts()[1].get(row.id, 0)
        ),
    }
    column_formatters_detail = column_formatters
    form_columns = ("name", "rank", "max_discount_percent", "permissions")
    form_extra_fields = {
        "rank": WholeField(
            _l("Rank"),
            [InputRequired()],
            least=1,
            most=100,
            default=10,
            description=_l("1 to 100; the owner has 90, a cashier 20"),
        ),
        "max_discount_percent": WholeField(
            _l("Largest discount, per cent"),
            [Optional()],
            least=0,
            most=100,
            description=_l("At the till without a manager's PIN; empty: the limit in the settings"),
        ),
        "permissions": PermissionsField(_l("Permissions")),
    }
    form_wide = ("permissions",)
    form_sections = (Section(_l("What the role allows"), ("permissions",)),)
    column_formats = {"people": formatters.number, "granted": formatters.number}
    create_template = "identity/role_create.html"
    edit_template = "identity/role_edit.html"
    details_template = "identity/role_details.html"

    def allowed(self, role: Role) -> list[tuple[Any, list[Any]]]:
        """What a role allows, in groups, for its page."""
        return _by_domain(permissions_of_role(role))

    def title_of(self, model: Any) -> str:
        return str(model.title)

    def edit_form(self, obj: Any = None) -> Any:
        form = super().edit_form(obj)
        if obj is not None and obj.key is not None:
            del form["rank"]
        return form

    def on_form_prefill(self, form: Any, id: Any) -> None:  # noqa: A002 - Flask-Admin's name
        role = form._obj
        form["name"].data = role.title
        form.permissions.data = sorted(permissions_of_role(role))

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        values = self.values(form)
        if is_created:
            return operations.create_role(**values, actor=me())
        if values["name"] == model.title:
            values.pop("name")  # a translated name that was not touched is not a new name
        present = {row.permission for row in model.permissions}
        wanted = set(values.pop("permissions") or ())
        if model.key == RoleKey.OWNER:
            wanted = present
        # Boxes that could not be ticked are not sent; what they stand for stays.
        wanted |= present - me().permissions
        if wanted != present:
            values["permissions"] = wanted
        return operations.update_role(model, values, actor=me())

    def remove(self, model: Any) -> None:
        operations.delete_role(model, actor=me())
