"""What may be looked at as a whole, and downloaded. Each report names a permission of its own domain besides."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class ReportsPermission(Permission):
    DASHBOARD_READ = "reports:dashboard:read"
    STATS_READ = "reports:stats:read"
    EXPORT_CREATE = "reports:export:create"
    SAVED_SHARE = "reports:saved:share"
    SAVED_SCHEDULE = "reports:saved:schedule"


P = ReportsPermission

_MANAGER = {P.DASHBOARD_READ, P.STATS_READ, P.EXPORT_CREATE, P.SAVED_SHARE, P.SAVED_SCHEDULE}

declare(
    {
        P.DASHBOARD_READ: _l("See the dashboards"),
        P.STATS_READ: _l("See the figures of the day"),
        P.EXPORT_CREATE: _l("Download lists and reports"),
        P.SAVED_SHARE: _l("Share saved reports with others"),
        P.SAVED_SCHEDULE: _l("Have reports sent regularly"),
    },
    {
        RoleKey.MANAGER: _MANAGER,
        RoleKey.ACCOUNTANT: _MANAGER,
        RoleKey.CASHIER: {P.STATS_READ},
        RoleKey.WAREHOUSE_MANAGER: {P.DASHBOARD_READ, P.EXPORT_CREATE},
    },
)

# How many days the file of a download is kept.
KEEP_DAYS = "export_keep_days"

declare_setting(
    Setting(
        KEEP_DAYS,
        SettingKind.WHOLE,
        7,
        _l("Days for which downloads are kept"),
        _l("After so many days the file is removed; it can be made again."),
    )
)

declare_setting(
    Setting(
        "digest_hour",
        SettingKind.WHOLE,
        21,
        _l("Hour at which the figures of the day are told"),
        _l("From 0 to 23, in the organization's time zone; 24 switches it off."),
    )
)
