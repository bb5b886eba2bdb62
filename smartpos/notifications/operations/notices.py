"""What the machinery tells: periodic work that failed, books that do not add up, a backup that was not made."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.figures import grouped
from smartpos.identity.permissions import IdentityPermission
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations.kinds import Facts, Kind, NoticeGroup, declare_kind

JOB_FAILED = "core.job_failed"
BOOKS_DIFFER = "core.books_differ"
BACKUP_FAILED = "core.backup_failed"

_LONGEST = 500
_LOUD = {Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.AT_ONCE}


def _error(facts: Facts) -> str:
    return str(facts.get("error") or "")[:_LONGEST]


def _books(facts: Facts) -> str:
    return "\n".join(str(line) for line in list(facts.get("lines") or ())[:10])


declare_kind(
    Kind(
        JOB_FAILED,
        _l("Work in the background failed"),
        NoticeGroup.SYSTEM,
        title=lambda facts: _("Failed: %(job)s", job=facts["job"]),
        text=_error,
        level=Level.BAD,
        permission=IdentityPermission.PLATFORM_JOBS.value,
        defaults=_LOUD,
        icon="warning",
    )
)
declare_kind(
    Kind(
        BOOKS_DIFFER,
        _l("The books do not add up"),
        NoticeGroup.SYSTEM,
        title=lambda facts: _(
            "The books do not add up: differences found: %(count)s", count=grouped(facts["count"], 0)
        ),
        text=_books,
        level=Level.BAD,
        permission=IdentityPermission.ORGANIZATION_WRITE.value,
        defaults=_LOUD,
        icon="warning",
    )
)
declare_kind(
    Kind(
        BACKUP_FAILED,
        _l("A backup failed"),
        NoticeGroup.SYSTEM,
        title=lambda facts: _("The backup was not made"),
        text=_error,
        level=Level.BAD,
        permission=IdentityPermission.PLATFORM_JOBS.value,
        defaults=_LOUD,
        icon="warning",
    )
)
