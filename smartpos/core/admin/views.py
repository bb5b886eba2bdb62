"""The base classes of admin views. ``docs`` for authors: see the class attributes of the mixed-in parts.

A view of reference data names its columns, its form fields and two permissions, and calls an operation in ``save``
and ``remove``. Documents and ledgers use ``ReadOnlyView``: what may be done with them are row actions.
"""

from typing import Any

from flask_admin.contrib.sqla import ModelView

from smartpos.core.admin.actions import RowActions
from smartpos.core.admin.editing import Editing
from smartpos.core.admin.forms import AdminForm
from smartpos.core.admin.guard import Guard
from smartpos.core.admin.listing import Listing
from smartpos.core.db import db


class TenantView(Guard, RowActions, Editing, Listing, ModelView):
    """A table of the tenant: listed, searched, filtered and, where permitted, edited.

    ``TenantView(Model, name=_l("Products"), category=_l("Catalog"), endpoint="products")``
    """

    menu_icon = ""
    menu_order = 100
    menu_hidden = False
    menu_badge_tone = "warn"

    def __init__(self, model: type[Any], **options: Any) -> None:
        """``options``: name, category, endpoint, url as in Flask-Admin; texts are lazy."""
        if not self.permission_read:
            raise TypeError(f"{type(self).__name__} must say who may read it (permission_read)")
        if not self.column_list:
            raise TypeError(
                f"{type(self).__name__} must name its columns (column_list): nothing is shown by accident"
            )
        if self.is_edited and not (self.form_columns or self.form_extra_fields or self.form):
            raise TypeError(f"{type(self).__name__} must name its form fields (form_columns)")
        super().__init__(model, db, **options)

    @property
    def is_edited(self) -> bool:
        """Whether the view has forms at all."""
        return any((self.permission_write, self.permission_create, self.permission_edit))

    def menu_badge(self) -> Any:
        """A number or short text that asks for attention in the menu; None for nothing."""
        return None

    def scaffold_form(self) -> type[Any]:
        """The form class; a view that edits nothing has an empty one."""
        return super().scaffold_form() if self.is_edited else AdminForm


class ReadOnlyView(TenantView):
    """Documents and ledgers: looked at, never edited. Only columns named in ``column_sortable_list`` sort."""

    column_sortable_list: Any = ()

    def may(self, what: str) -> bool:
        """Nobody creates, edits or deletes here, whatever their permissions."""
        return False
