"""Where people are signed in."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from smartpos.core.admin import (
    ReadOnlyView,
    RowAction,
    formatters,
)
from smartpos.identity import operations
from smartpos.identity.devices import device_of
from smartpos.identity.models import (
    User,
    UserSession,
)
from smartpos.identity.permissions import IdentityPermission as P
from smartpos.identity.principal import me


def _end_session(row: UserSession) -> str:
    operations.end_one_session(row, actor=me())
    return _("The session is ended.")


class SessionView(ReadOnlyView):
    """Where people are signed in."""

    permission_read = P.USER_READ
    menu_icon, menu_order = "laptop", 50
    lead = _l("Where people are, and were, signed in.")
    column_list = ("user", "kind", "device", "ip_address", "till", "created_at", "last_seen_at", "state")
    column_labels = {
        "user": _l("Person"),
        "kind": _l("Way in"),
        "device": _l("Device"),
        "ip_address": _l("Address"),
        "till": _l("Till"),
        "created_at": _l("Signed in"),
        "last_seen_at": _l("Last used"),
        "state": _l("State"),
        "expires_at": _l("Ends at the latest"),
        "revoked_at": _l("Ended"),
        "user_agent": _l("Browser"),
    }
    column_details_list = (
        "user", "kind", "device", "user_agent", "ip_address", "till", "state", "created_at", "last_seen_at",
        "expires_at", "revoked_at",
    )  # fmt: skip
    column_formatters = {
        "device": lambda view, context, row, name: device_of(row.user_agent).name,
        "state": lambda view, context, row, name: formatters.pill(
            _("Signed in") if row.is_open else _("Ended"), "good" if row.is_open else ""
        ),
        "ip_address": lambda view, context, row, name: str(row.ip_address or "") or None,
    }
    column_formatters_detail = column_formatters
    column_filters = ("user", "kind", "till", "created_at")
    column_sortable_list = ("last_seen_at", "created_at")
    column_default_sort = ("last_seen_at", True)
    row_actions = [
        RowAction(
            "end", _l("Sign out"), "logout", P.USER_WRITE, _end_session,
            visible=lambda row: row.is_open and row.user.role.rank <= me().rank,
        )
    ]  # fmt: skip

    def title_of(self, model: Any) -> str:
        return str(model.user)

    def get_query(self) -> Any:
        return super().get_query().options(joinedload(UserSession.user).joinedload(User.role))
