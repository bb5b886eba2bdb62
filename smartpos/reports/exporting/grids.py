"""A list of the back office as a source of rows: the view itself reads the address it was ordered from."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from smartpos.core.admin.exporting import Exporting
from smartpos.core.admin.navigation import EXTENSION
from smartpos.core.errors import Forbidden, Invalid, NotFound
from smartpos.identity.actors import Actor
from smartpos.reports.exporting.rows import Rows, Source


def find_grid(endpoint: str) -> Any:
    """The view of a list, which the person of this request may open. Raises NotFound, Forbidden."""
    for view in current_app.extensions[EXTENSION]._views:
        if view.endpoint == endpoint and isinstance(view, Exporting):
            if not view.is_accessible():
                raise Forbidden
            return view
    raise NotFound(_("There is no such list."))


def address_of(endpoint: str) -> str:
    """The address of a list, for a request that is made up; "/" for one that is not there."""
    for view in current_app.extensions[EXTENSION]._views:
        if view.endpoint == endpoint and isinstance(view, Exporting):
            return f"{view.url}/"
    return "/"


def kept_arguments(view: Any, args: Mapping[str, Any]) -> dict[str, list[str]]:
    """What of an address decides which rows its list shows, and in which order; pages do not."""
    plain = {"sort", "desc", "search", *view.kept_arguments}
    return {
        name: [str(value) for value in (values if isinstance(values, list) else [values])]
        for name, values in args.items()
        if name in plain or name.startswith("flt")
    }


def source_of_grid(endpoint: str, wanted: Sequence[str], *, title: str, actor: Actor) -> Source:
    """The rows of a list for the request in force, whose address says what is asked and whose person is the actor.

    Raises NotFound, Forbidden, Invalid.
    """
    rows = find_grid(endpoint).grid_rows()
    places = [place for place, column in enumerate(rows.columns) if not wanted or column.key in wanted]
    if not places:
        raise Invalid(_("This list has no such column."), field="columns")

    def pieces() -> Iterator[Rows]:
        if len(places) == len(rows.columns):
            yield from rows.pieces()
            return
        pick = itemgetter(*places, places[0])  # one more, so that a single column gives a tuple, too
        for piece in rows.pieces():
            yield [pick(row) for row in piece]

    return Source(
        title=title or rows.title,
        columns=[rows.columns[place] for place in places],
        pieces=pieces,
        count=rows.count,
        zone=actor.organization.zone,
        lines=rows.lines,
    )
