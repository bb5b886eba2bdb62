"""The menu of the back office: views of the panel and registered pages, grouped, and only what a person may open.

Domains register pages that are not admin views with ``register_link`` and what a person does daily with
``register_shortcut``; both may be called again with the same endpoint, the later call wins.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for
from flask_admin.base import BaseView
from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import can, holder

EXTENSION = "smartpos_panel"
DEFAULT_ORDER = 100


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu. ``badge`` is a number or short text that asks for attention, in ``tone``."""

    label: str
    url: str
    icon: str
    active: bool = False
    badge: Any = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A titled part of the menu; the first group has no title."""

    title: str
    items: list[NavItem]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A large button of the start page."""

    label: str
    url: str
    icon: str
    hint: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class _Link:
    group: Any
    label: Any
    endpoint: str
    icon: str
    permission: str | Collection[str] | None
    order: int = DEFAULT_ORDER
    badge: Callable[[], Any] | None = None
    tone: str = ""
    hint: Any = ""
    primary: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A figure of the start page that leads on: how many debts are overdue, whose birthday it is."""

    label: str
    shown: str
    icon: str
    note: str = ""
    tone: str = ""
    url: str | None = None


_start_pages: dict[str, Callable[[Any], bool]] = {}
_notices: list[Callable[[], list[Notice]]] = []
_links: dict[str, _Link] = {}
_shortcuts: dict[str, _Link] = {}
_group_order: list[Any] = []


def register_link(
    group: Any,
    label: Any,
    endpoint: str,
    icon: str,
    permission: str | Collection[str] | None = None,
    *,
    order: int = DEFAULT_ORDER,
    badge: Callable[[], Any] | None = None,
    tone: str = "",
) -> None:
    """Put a page into the menu. ``group`` is the title of its group ("" for the top), texts are lazy.

    Without ``permission`` everybody who is signed in sees it; of several, one is enough. ``order`` sorts within the
    group (views have 100).
    """
    _links[endpoint] = _Link(group, label, endpoint, icon, permission, order, badge, tone)


def register_shortcut(
    label: Any,
    endpoint: str,
    icon: str,
    permission: str | None = None,
    *,
    hint: Any = "",
    primary: bool = False,
    order: int = DEFAULT_ORDER,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Put a large button on the start page for those who hold the permission."""
    _shortcuts[endpoint] = _Link(
        "", label, endpoint, icon, permission, order, hint=hint, primary=primary, values=values or {}
    )


def register_start_page(endpoint: str, is_home_of: Callable[[Any], bool]) -> None:
    """Let people begin on a page of their own: those for whom ``is_home_of(actor)`` says so."""
    _start_pages[endpoint] = is_home_of


def start_page_of(person: Any) -> str | None:
    """The page on which a person's work is, if one was registered for people like them."""
    found = next((endpoint for endpoint, is_home in _start_pages.items() if is_home(person)), None)
    return None if found is None else url_for(found)


def register_notices(notices: Callable[[], list[Notice]]) -> None:
    """Put figures above the start page: a function that gives those the person of the request may see."""
    if notices not in _notices:
        _notices.append(notices)


def start_notices() -> list[Notice]:
    """The figures of the start page for the person of this request."""
    return [notice for give in _notices for notice in give()] if holder() is not None else []


def order_groups(*titles: Any) -> None:
    """The order of the menu's groups; those not named come last, in the order of registration."""
    _group_order[:] = titles


def navigation() -> list[NavGroup]:
    """The menu for the person of this request. Empty when nobody is signed in."""
    if holder() is None:
        return []
    groups: dict[str, list[tuple[int, NavItem]]] = {"": []}
    for title in _group_order:
        groups.setdefault(str(title), [])
    panel: Any = current_app.extensions.get(EXTENSION)
    for view in panel._views if panel else ():
        if not view.is_accessible() or not view.is_visible() or getattr(view, "menu_hidden", False):
            continue
        if view is panel.index_view:
            home = NavItem(
                str(_l("Home")), view.get_url(f"{view.endpoint}.index"), "home", _is_current(view.endpoint)
            )
            groups[""].append((0, home))
        else:
            groups.setdefault(str(view.category or ""), []).append(
                (getattr(view, "menu_order", DEFAULT_ORDER), _item_of_view(view))
            )
    for link in _links.values():
        if _may_open(link):
            groups.setdefault(str(link.group or ""), []).append((link.order, _item_of_link(link)))
    return [
        NavGroup(title, [item for _order, item in sorted(items, key=lambda pair: pair[0])])
        for title, items in groups.items()
        if items
    ]


def shortcuts() -> list[Shortcut]:
    """The start page's buttons for the person of this request."""
    return [
        Shortcut(
            str(link.label), url_for(link.endpoint, **link.values), link.icon, str(link.hint), link.primary
        )
        for link in sorted(_shortcuts.values(), key=lambda link: link.order)
        if _may_open(link)
    ]


def _may_open(link: _Link) -> bool:
    if link.endpoint not in current_app.view_functions:
        return False
    if link.permission is None:
        return True
    needed = [link.permission] if isinstance(link.permission, str) else link.permission
    return any(can(permission) for permission in needed)


def _is_current(endpoint: str) -> bool:
    if "." in endpoint:
        return request.endpoint == endpoint
    return request.blueprint == endpoint


def _item_of_view(view: BaseView) -> NavItem:
    count = getattr(view, "menu_badge", None)
    return NavItem(
        label=str(view.name),
        url=view.get_url(f"{view.endpoint}.{view._default_view}"),
        icon=getattr(view, "menu_icon", "") or "chevron-right",
        active=_is_current(view.endpoint),
        badge=count() if callable(count) else None,
        tone=getattr(view, "menu_badge_tone", ""),
    )


def _item_of_link(link: _Link) -> NavItem:
    return NavItem(
        label=str(link.label),
        url=url_for(link.endpoint),
        icon=link.icon,
        active=_is_current(link.endpoint),
        badge=link.badge() if link.badge else None,
        tone=link.tone,
    )
