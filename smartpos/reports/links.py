"""Where the values of a report lead: pages that the person may open."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import current_app, url_for

from smartpos.core.admin.navigation import EXTENSION
from smartpos.core.admin.origins import origin_address
from smartpos.core.reports import CAUSE, Column

Link = Callable[[Mapping[str, Any]], str | None]


def links_of(columns: Sequence[Column]) -> dict[str, Link]:
    """By the key of a column, the address of a row's value; columns whose page is closed to the person have none."""
    found = {
        column.key: _cause(column.key, column.link[1]) if column.link[0] == CAUSE else _link(*column.link)
        for column in columns
        if column.link
    }
    return {key: link for key, link in found.items() if link is not None}


def _cause(kind: str, label: str) -> Link:
    def address(row: Mapping[str, Any]) -> str | None:
        if row[kind] is None or row[label] is None:
            return None
        return origin_address(row[kind], row[label])

    return address


def _link(endpoint: str, label: str) -> Link | None:
    if endpoint not in current_app.view_functions:
        return None
    panel: Any = current_app.extensions[EXTENSION]
    view = next((view for view in panel._views if view.endpoint == endpoint.split(".", maxsplit=1)[0]), None)
    if view is not None and not view.is_accessible():
        return None
    # A page of the back office takes the number as "id", others by the name in their address.
    rule = next(iter(current_app.url_map.iter_rules(endpoint)))
    name = "id" if view is not None else next(iter(rule.arguments), label)

    def address(row: Mapping[str, Any]) -> str | None:
        return None if row[label] is None else url_for(endpoint, **{name: row[label]})

    return address
