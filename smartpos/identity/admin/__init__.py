"""The back office of identity: workspaces, branches, tills, people, roles and their sessions."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views, describe
from smartpos.core.admin.panel import require_to_enter
from smartpos.core.models import Event
from smartpos.identity.admin.common import ADMINISTRATION
from smartpos.identity.admin.events import EventView
from smartpos.identity.admin.people import UserView
from smartpos.identity.admin.places import BranchView, TillView, WorkspaceView
from smartpos.identity.admin.roles import RoleView
from smartpos.identity.admin.sessions import SessionView
from smartpos.identity.models import (
    Branch,
    BranchKind,
    OrganizationStatus,
    Role,
    SessionKind,
    Till,
    User,
    UserSession,
    UserStatus,
    Workspace,
    WorkspaceStatus,
    WorkspaceType,
)
from smartpos.identity.permissions import IdentityPermission as P

describe(
    {
        BranchKind.STORE: _l("Shop"),
        BranchKind.WAREHOUSE: _l("Warehouse"),
        BranchKind.WORKSHOP: _l("Workshop"),
        BranchKind.OFFICE: _l("Office"),
        BranchKind.TRANSIT: _l("On the way"),
    }
)
describe(
    {
        WorkspaceType.MAIN: _l("Main"),
        WorkspaceType.DIVISION: _l("Division"),
        WorkspaceType.PROJECT: _l("Project"),
        WorkspaceType.BRANCH: _l("Branch"),
    }
)
describe(
    {
        WorkspaceStatus.ACTIVE: (_l("Active"), "good"),
        WorkspaceStatus.INACTIVE: _l("Inactive"),
        WorkspaceStatus.ARCHIVED: _l("Archived"),
    }
)
describe(
    {
        UserStatus.PENDING: (_l("Expected"), "info"),
        UserStatus.ACTIVE: (_l("Active"), "good"),
        UserStatus.INACTIVE: _l("Left the company"),
        UserStatus.SUSPENDED: (_l("Locked out"), "bad"),
    }
)
describe(
    {
        OrganizationStatus.ACTIVE: (_l("Active"), "good"),
        OrganizationStatus.INACTIVE: _l("Inactive"),
        OrganizationStatus.SUSPENDED: (_l("Suspended"), "bad"),
    }
)
describe(
    {
        SessionKind.WEB: _l("Browser"),
        SessionKind.PIN: (_l("PIN at a till"), "info"),
        SessionKind.API: (_l("Program"), "accent"),
    }
)


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    require_to_enter(app, P.ADMIN_ENTER)
    add_views(
        app,
        [
            UserView(User, name=_l("Staff"), category=ADMINISTRATION, endpoint="users"),
            RoleView(Role, name=_l("Roles"), category=ADMINISTRATION, endpoint="roles"),
            BranchView(Branch, name=_l("Branches"), category=ADMINISTRATION, endpoint="branches"),
            TillView(Till, name=_l("Tills"), category=ADMINISTRATION, endpoint="tills"),
            WorkspaceView(Workspace, name=_l("Workspaces"), category=ADMINISTRATION, endpoint="workspaces"),
            SessionView(UserSession, name=_l("Sessions"), category=ADMINISTRATION, endpoint="sessions"),
            EventView(Event, name=_l("Events"), category=ADMINISTRATION, endpoint="events"),
        ],
    )
