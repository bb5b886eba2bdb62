"""The back office: base classes of admin views, the menu, formatters and the frame of all pages."""

from smartpos.core.admin.actions import RowAction, added_actions, register_details_part, register_row_action
from smartpos.core.admin.cells import DetailsTable, Section
from smartpos.core.admin.filters import filters_for
from smartpos.core.admin.forms import AdminForm, Form
from smartpos.core.admin.labels import describe
from smartpos.core.admin.loaders import RemoteChoices
from smartpos.core.admin.navigation import (
    order_groups,
    register_link,
    register_shortcut,
    register_start_page,
)
from smartpos.core.admin.panel import add_views, make_admin, require_to_enter
from smartpos.core.admin.views import ReadOnlyView, TenantView

__all__ = [
    "AdminForm",
    "DetailsTable",
    "Form",
    "ReadOnlyView",
    "RemoteChoices",
    "RowAction",
    "Section",
    "TenantView",
    "add_views",
    "added_actions",
    "describe",
    "filters_for",
    "make_admin",
    "order_groups",
    "register_details_part",
    "register_link",
    "register_row_action",
    "register_shortcut",
    "register_start_page",
    "require_to_enter",
]
