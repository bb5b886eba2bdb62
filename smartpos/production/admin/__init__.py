"""Production in the back office."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views
from smartpos.production.admin.common import PRODUCTION
from smartpos.production.admin.machines import MachineLogView, MachineView
from smartpos.production.models import Machine, MachineLog


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    add_views(
        app,
        [
            MachineView(Machine, name=_l("Machines"), category=PRODUCTION, endpoint="machines"),
            MachineLogView(
                MachineLog, name=_l("Machine history"), category=PRODUCTION, endpoint="machine_logs"
            ),
        ],
    )
