"""What the causes of ledger rows are called, and the pages where they can be looked at.

Foreign keys point down, so a movement knows its cause as a kind and a number only. Whoever stands above and writes
such causes says here how a person recognizes them.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

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


def origin_link(kind: str, number: int) -> Markup:
    """The cause of a row, as a link to it for those who may look at it."""
    origin = _origins.get(kind)
    if origin is None:
        return Markup("{} {}").format(kind, number)
    panel: Any = current_app.extensions[EXTENSION]
    view = next((view for view in panel._views if view.endpoint == origin.endpoint), None)
    if view is None or not view.is_accessible():
        return Markup("{} {}").format(origin.label, number)
    address = url_for(f"{origin.endpoint}.details_view", id=number)
    return Markup('<a href="{}">{} {}</a>').format(address, origin.label, number)
