"""What people are told about their downloads."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind
from smartpos.reports.permissions import ReportsPermission

EXPORT_READY = "reports.export_ready"
EXPORT_FAILED = "reports.export_failed"

declare_kind(
    Kind(
        EXPORT_READY,
        _l("A download is ready"),
        NoticeGroup.REPORTS,
        title=lambda facts: _("Ready to download: %(title)s", title=facts["title"]),
        text=lambda facts: _("Rows: %(rows)s", rows=facts["rows"]),
        level=Level.GOOD,
        permission=ReportsPermission.EXPORT_CREATE.value,
        icon="download",
        awaited=True,
    )
)
declare_kind(
    Kind(
        EXPORT_FAILED,
        _l("A download failed"),
        NoticeGroup.REPORTS,
        title=lambda facts: _("The download failed: %(title)s", title=facts["title"]),
        text=lambda facts: str(facts.get("message") or ""),
        level=Level.BAD,
        permission=ReportsPermission.EXPORT_CREATE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE},
        icon="warning",
        awaited=True,
    )
)
