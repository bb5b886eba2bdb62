"""What the machinery writes down becomes notices: core stands below and knows nobody to tell.

The events carry what the kinds show: ``job`` and ``error`` of a failure, ``count`` and ``lines`` of books that differ.
"""

from flask_babel import lazy_gettext as _l

from smartpos.core.events import Happened, describe_events, on
from smartpos.notifications.operations import notify
from smartpos.notifications.operations.notices import BACKUP_FAILED, BOOKS_DIFFER, JOB_FAILED

describe_events(
    {
        JOB_FAILED: _l("Work in the background failed"),
        BOOKS_DIFFER: _l("The books do not add up"),
        BACKUP_FAILED: _l("A backup failed"),
    }
)


def _tell_once_a_day(happened: Happened, what: object) -> None:
    notify(
        happened.name,
        facts=happened.facts,
        origin_kind=happened.origin_kind,
        origin_id=happened.origin_id,
        dedupe_key=f"{happened.name}:{what}:{happened.created_at:%Y-%m-%d}",
        link=happened.facts.get("link"),
    )


@on(JOB_FAILED)
def tell_of_failed_work(happened: Happened) -> None:
    """Each kind of work once a day, however often it fails."""
    _tell_once_a_day(happened, happened.facts.get("job"))


@on(BOOKS_DIFFER)
def tell_of_books_that_differ(happened: Happened) -> None:
    """Once a day."""
    _tell_once_a_day(happened, "books")


@on(BACKUP_FAILED)
def tell_of_failed_backup(happened: Happened) -> None:
    """Once a day."""
    _tell_once_a_day(happened, "backup")
