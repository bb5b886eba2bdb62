"""Long choices are searched on the server, a page at a time; nothing is ever loaded whole."""

from typing import Any

from flask_admin.contrib.sqla.ajax import QueryAjaxModelLoader
from sqlalchemy import String, Text, cast, inspect, or_, select
from sqlalchemy.orm import selectinload

from smartpos.core.db import LowerText, db

PAGE_LIMIT = 50
OFFSET_LIMIT = 2_000
TERM_LIMIT = 100
NAME_COLUMNS = ("name", "title", "full_name", "username", "number", "code")


def parse_id(value: Any) -> int | None:
    """A row's number out of an address or form; None for what cannot be one."""
    text = str(value)
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number < 2**63 else None


class RemoteChoices(QueryAjaxModelLoader):
    """Rows of ``model`` found by the words in ``fields`` (attributes or their names).

    Options: ``order_by``, ``where`` (a function that narrows the select), ``load`` (relationships the text of a row
    needs), ``placeholder``, ``everything``. Deleted rows are not offered, nor those that the model's ``choosable()``
    leaves out, unless ``everything`` asks for these (a filter may, a form may not). A subclass may override ``find`` to
    search its own way.
    """

    def __init__(self, name: str, model: type[Any], fields: Any = None, **options: Any) -> None:
        found = fields or default_fields(model)
        super().__init__(name, db, model, fields=found, **options)
        self.where = options.get("where")
        self.choosable = None if options.get("everything") else getattr(model, "choosable", None)
        self.load = options.get("load", ())

    def get_one(self, pk: Any) -> Any:
        number = parse_id(pk)
        if number is None:
            return None
        with db.session.no_autoflush:
            if self.choosable is None:
                return db.session.get(self.model, number)
            return db.session.scalar(select(self.model).where(self.model.id == number, self.choosable()))

    def get_list(self, term: str | None, offset: int | None = 0, limit: int = 10) -> list[Any]:
        words = (term or "").replace("\x00", "")[:TERM_LIMIT].split()
        statement = self.find(select(self.model), words)
        if hasattr(self.model, "deleted_at"):
            statement = statement.where(self.model.deleted_at.is_(None))
        if self.choosable is not None:
            statement = statement.where(self.choosable())
        if self.where is not None:
            statement = self.where(statement)
        if self.load:
            statement = statement.options(*(selectinload(getattr(self.model, name)) for name in self.load))
        order = self.order_by if self.order_by is not None else self._cached_fields[0]
        if isinstance(order, str):
            order = getattr(self.model, order)
        statement = statement.order_by(order, getattr(self.model, self.pk))
        start = min(max(offset or 0, 0), OFFSET_LIMIT)
        return list(db.session.scalars(statement.offset(start).limit(min(max(limit, 1), PAGE_LIMIT))))

    def find(self, statement: Any, words: list[str]) -> Any:
        """Narrow the select to rows that contain every word in one of the fields."""
        for word in words:
            tests = [
                (field if _is_text(field) else cast(field, String)).icontains(word, autoescape=True)
                for field in self._cached_fields
            ]
            statement = statement.where(or_(*tests))
        return statement


def _is_text(field: Any) -> bool:
    return isinstance(getattr(field, "type", None), String | Text | LowerText)


def default_fields(model: type[Any]) -> tuple[str, ...]:
    """The columns by which people look for rows of this table."""
    columns = inspect(model).columns.keys()
    found = tuple(name for name in NAME_COLUMNS if name in columns)
    return found or ("id",)
