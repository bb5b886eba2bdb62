"""Statements that are compiled once: for the few that run on the path of every sale.

Building, guarding and compiling a select costs more than PostgreSQL needs to answer it. A ``Ready`` statement does all
that at its first use and sends the finished text afterwards, past the ORM; the tenant's criteria are part of it, so
the third wall stands as it does for every other select.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Numeric, bindparam
from sqlalchemy.orm import with_loader_criteria

from smartpos.core.db import TenantModel, TenantRoot, db
from smartpos.core.paging import AnySelect
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.core.tenancy import ScopeMissing

_MINE = "scope_organization_id"


class Ready:
    """A select of columns, given by a function so that nothing is built before it is needed.

    What varies is a ``bindparam`` with its type; its value is given to ``rows`` under the same name. Rows are named
    tuples with the values of their columns' Python types.
    """

    def __init__(self, build: Callable[[], AnySelect]) -> None:
        self._build = build
        self._text = ""
        self._fixed: dict[str, Any] = {}
        self._readers: list[tuple[int, Callable[[Any], Any]]] = []
        self._row: Any = None

    def rows(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Run it for the tenant in force. Raises ScopeMissing outside of a tenant."""
        organization_id = current_organization_id()
        if organization_id is None:
            raise ScopeMissing("this statement is for one tenant; use tenant_scope()")
        if not self._text:
            self._prepare(db.session.connection().dialect)
        values = {**self._fixed, **parameters, _MINE: organization_id}
        return [self._read(row) for row in send(self._text, values)]

    def _read(self, row: Any) -> Any:
        if not self._readers:
            return self._row._make(row)
        values = list(row)
        for place, read in self._readers:
            values[place] = read(values[place])
        return self._row._make(values)

    def _prepare(self, dialect: Any) -> None:
        mine = bindparam(_MINE, type_=BigInteger)
        statement = self._build().options(
            with_loader_criteria(TenantModel, lambda cls: cls.organization_id == mine, include_aliases=True),
            with_loader_criteria(TenantRoot, lambda cls: cls.id == mine, include_aliases=True),
        )
        compiled: Any = statement.compile(dialect=dialect)
        writers = compiled._bind_processors
        self._fixed = {
            name: writers[name](value) if name in writers and value is not None else value
            for name, value in compiled.params.items()
        }
        columns = compiled._result_columns
        # The driver reads numbers exactly; SQLAlchemy, not knowing that, would take them through floats.
        readers = [
            None if isinstance(column.type, Numeric) else column.type.result_processor(dialect, None)
            for column in columns
        ]
        self._readers = [(place, read) for place, read in enumerate(readers) if read is not None]
        self._row = namedtuple("ReadyRow", [column.keyname for column in columns])  # type: ignore[misc]
        self._text = compiled.string
