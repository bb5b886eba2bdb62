"""What the causes of ledger rows are called, and the pages where they can be looked at.

Foreign keys point down, so a movement knows its cause as a kind and a number only. Whoever stands above and writes
such causes says here how a person recognizes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from smartpos.core.admin.filters import Filter
from smartpos.core.admin.navigation import EXTENSION


@dataclass(frozen=True, slots=True)
class Origin:
    """A kind of cause: its name, and the admin view that shows one."""

    label: Any
    endpoint: str


_origins: dict[str, Origin] = {}


def register_origin(kind: str, label: Any, endpoint: str) -> None:
    """Name a kind of cause; ``endpoint`` is that of the admin view of such documents."""
    _origins[kind] = Origin(label, endpoint)


def known_origins() -> dict[str, Origin]:
    """All kinds of cause by name."""
    return dict(_origins)


def origin_choices() -> list[tuple[str, Any]]:
    """Pairs for a filter."""
    return [(kind, origin.label) for kind, origin in _origins.items()]


class OriginWords(Mapping[str, Any]):
    """What the kinds of cause are called, looked up when they are shown: for the columns and filters of reports."""

    def __getitem__(self, kind: str) -> Any:
        return _origins[kind].label

    def __iter__(self) -> Iterator[str]:
        return iter(_origins)

    def __len__(self) -> int:
        return len(_origins)


def origin_address(kind: str, number: int) -> str | None:
    """Where the cause of a row can be looked at; None for those who may not, and for causes that nobody has named."""
    origin = _origins.get(kind)
    panel: Any = current_app.extensions[EXTENSION]
    view = next((view for view in panel._views if origin and view.endpoint == origin.endpoint), None)
    if origin is None or view is None or not view.is_accessible():
        return None
    return url_for(f"{origin.endpoint}.details_view", id=number)


def origin_link(kind: str, number: int) -> Markup:
    """The cause of a row, as a link to it for those who may look at it."""
    origin = _origins.get(kind)
    if origin is None:
        return Markup("{} {}").format(kind, number)
    address = origin_address(kind, number)
    if address is None:
        return Markup("{} {}").format(origin.label, number)
    return Markup('<a href="{}">{} {}</a>').format(address, origin.label, number)


class CausedBy(Filter):
    """The kind of a row's cause."""

    control = "select"
    words = _l("is")

    def __init__(self, column: Any) -> None:
        super().__init__(column, _l("Cause"))

    def get_options(self, view: Any) -> Any:
        return origin_choices()

    def clean(self, value: str) -> Any:
        if value not in dict(origin_choices()):
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        return column == value


def caused_by(_view: Any, _context: Any, row: Any, _name: str) -> Markup:
    """The cause of a ledger row, for lists."""
    return origin_link(row.origin_kind, row.origin_id)
