"""Row actions: buttons of a row that call one operation each, by POST, after a question if one is given.

Upper floors add actions, and cards of the details page, to views of floors that do not know them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from smartpos.core.admin.forms import AdminForm
from smartpos.core.errors import NotFound
from smartpos.core.permissions import can, require


@dataclass(frozen=True, slots=True)
class RowAction:
    """What may be done with a row.

    ``handler(row)`` or, with ``form``, ``handler(row, form)`` calls one operation and returns a sentence to show, a
    response, or nothing. ``confirm_text`` is asked first. ``form`` (a subclass of ``Form``) asks for more on a page of
    its own. ``visible(row)`` tells where the action makes sense; elsewhere it is not shown and does nothing.
    """

    name: str
    label: Any
    icon: str
    permission: str
    handler: Callable[..., Any]
    confirm_text: Any = ""
    tone: str = ""
    form: type[Any] | None = None
    visible: Callable[[Any], bool] | None = None
    in_list: bool = True

    def applies_to(self, row: Any) -> bool:
        """Whether the person may do this with the row now."""
        return can(self.permission) and (self.visible is None or self.visible(row))


_added: dict[str, list[RowAction]] = {}


def register_row_action(endpoint: str, action: RowAction) -> None:
    """Offer an action in a view of a lower floor, which does not know whoever stands above it."""
    actions = _added.setdefault(endpoint, [])
    actions[:] = [*(one for one in actions if one.name != action.name), action]


def added_actions(endpoint: str) -> list[RowAction]:
    """What upper floors have added to a view, for pages about the same rows that stand next to it."""
    return list(_added.get(endpoint, ()))


_parts: dict[str, list[Callable[[Any], Any]]] = {}


def register_details_part(endpoint: str, show: Callable[[Any], Any]) -> None:
    """Put a card under the details in a view of a lower floor: ``show(row)`` gives its HTML, or nothing."""
    parts = _parts.setdefault(endpoint, [])
    parts[:] = [*(one for one in parts if one.__qualname__ != show.__qualname__), show]


class RowActions:
    """The part of a view that offers row actions, in the list and on the details page."""

    row_actions: list[RowAction] = []
    action_template = "admin/model/action.html"

    def actions_for(self, row: Any, *, in_list: bool = False) -> list[RowAction]:
        """The actions to show for a row."""
        return [
            action
            for action in self.all_row_actions()
            # What a list does not offer is not asked about its rows, which might cost a statement for each of them.
            if (action.in_list or not in_list) and action.applies_to(row)
        ]

    def all_row_actions(self: Any) -> list[RowAction]:
        """The view's own actions, and those that upper floors have added."""
        return [*self.row_actions, *added_actions(self.endpoint)]

    def details_parts(self: Any, row: Any) -> list[Any]:
        """The cards that upper floors have added to the details page."""
        return [part for show in _parts.get(self.endpoint, ()) if (part := show(row))]

    @expose("/act/<name>/", methods=("GET", "POST"))
    def act_view(self: Any, name: str) -> ResponseReturnValue:
        """Perform a row action; one with a form shows it first."""
        action = next((action for action in self.all_row_actions() if action.name == name), None)
        if action is None:
            raise NotFound
        require(action.permission)
        row = self.row_or_404(request.values.get("id"))
        return_url = get_redirect_target() or self.get_url(".index_view")
        if not action.applies_to(row):
            flash(_("This is no longer possible: the record has changed."), "error")
            return redirect(return_url)
        if action.form is None and request.method != "POST":
            abort(405)
        form = (action.form or AdminForm)(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.attempt(lambda: _outcome(action, row, form), form)
            if isinstance(done, Response):
                return done
            if done is not None:
                flash(done, "success")
                return redirect(return_url)
            if action.form is None:
                return redirect(return_url)
        elif request.method == "POST" and action.form is None:
            abort(400)
        return self.render(self.action_template, action=action, form=form, model=row, return_url=return_url)


def _outcome(action: RowAction, row: Any, form: Any) -> Any:
    result = action.handler(row) if action.form is None else action.handler(row, form)
    if isinstance(result, Response):
        return result
    return str(result) if result else _("Done.")
