"""Who is at work in the panel, and small helpers of its views."""

from typing import Any

from flask_babel import lazy_gettext as _l

ADMINISTRATION = _l("Administration")


def id_of(row: Any) -> int | None:
    return row.id if row is not None else None
