"""How a column is shown when nobody says otherwise, by its type."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import ARRAY, JSON, Boolean, Date, DateTime, Enum, Float, Integer, Numeric, inspect
from sqlalchemy.orm import joinedload

from smartpos.core.admin import formatters

Format = Callable[[Any], Any]

NUMBERS: frozenset[Format] = frozenset(
    {formatters.money, formatters.unit_cost, formatters.quantity, formatters.percent, formatters.number}
)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled card of a form or of a details page with the fields in it."""

    title: Any
    fields: tuple[str, ...]
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class DetailsTable:
    """Lines shown under a row's details: ``attribute`` is the relationship that holds them.

    ``columns`` are attributes or dotted paths of a line, ``labels`` their titles, ``formats`` functions of a value.
    """

    attribute: str
    title: Any
    columns: tuple[str, ...]
    labels: dict[str, Any] = field(default_factory=dict)
    formats: dict[str, Format] = field(default_factory=dict)


def column_of(model: type[Any], path: str) -> Any:
    """The table column behind an attribute path, or None for properties and relationships."""
    attribute: Any = None
    prop: Any = None
    for name in path.split("."):
        attribute = getattr(model, name, None)
        prop = getattr(attribute, "property", None)
        if prop is not None and hasattr(prop, "mapper"):
            model = prop.mapper.class_
    columns = getattr(prop, "columns", None)
    return columns[0] if columns else None


def format_of(column: Any) -> Format | None:
    """The formatter that suits a column's type."""
    kind = getattr(column, "type", None)
    if isinstance(kind, Float):
        return formatters.number
    if isinstance(kind, Numeric):
        if kind.scale == 2:
            return formatters.percent if (kind.precision or 18) <= 7 else formatters.money
        return formatters.quantity if kind.scale == 3 else formatters.unit_cost
    by_type: tuple[tuple[Any, Format], ...] = (
        (Integer, formatters.number),
        (Boolean, formatters.yes_no),
        (Enum, formatters.pill),
        (DateTime, formatters.local_datetime),
        (Date, formatters.local_date),
        (JSON, formatters.mapping),
        (ARRAY, formatters.plain_list),
    )
    return next((format_ for type_, format_ in by_type if isinstance(kind, type_)), None)


def loads_for(model: type[Any], paths: Iterable[str]) -> list[Any]:
    """Loader options for the many-to-one relationships that showing these paths touches, at any depth."""
    loads = []
    for chain in dict.fromkeys(_relations_on(model, path) for path in paths):
        if chain:
            load = joinedload(chain[0])
            for attribute in chain[1:]:
                load = load.joinedload(attribute)
            loads.append(load)
    return loads


def _relations_on(model: type[Any], path: str) -> tuple[Any, ...]:
    chain = []
    for name in path.split("."):
        relation = inspect(model).relationships.get(name)
        if relation is None or relation.uselist:
            break
        chain.append(getattr(model, name))
        model = relation.mapper.class_
    return tuple(chain)


def shown(value: Any, format_: Format | None) -> Any:
    """A value through its formatter; nothing as a dash, everything else as escaped text."""
    if value is None or value == "":
        return formatters.NOTHING
    if format_ is not None:
        return format_(value)
    if isinstance(value, Markup):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return formatters.plain_list(value)
    if isinstance(value, dict):
        return formatters.mapping(value)
    return formatters.nothing_as_dash(value)


def read_path(row: Any, path: str) -> Any:
    """The value at a dotted path; None as soon as a part is missing."""
    for name in path.split("."):
        if row is None:
            return None
        row = getattr(row, name, None)
    return row
