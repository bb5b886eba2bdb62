"""Proving that cached balances equal the sums of their ledgers.

Each domain declares its checks next to its queries; the domain on the top floor runs them all
(``flask books verify``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from smartpos.core.db import db

ONLY = "(%(organization_id)s::bigint IS NULL OR organization_id = %(organization_id)s)"
"""What limits a statement of a check to one organization, or to none in particular."""


@dataclass(frozen=True, slots=True)
class Check:
    """One law of the books, and a statement that selects where it is broken.

    The statement selects ``organization_id``, ``subject`` (what a person can look up), ``recorded`` and ``computed``,
    and is set-based: one pass over the tables, however many rows they have.
    """

    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the books do not agree."""

    check: str
    organization_id: int
    subject: str
    recorded: Any
    computed: Any


def differences(checks: Iterable[Check], organization_id: int | None = None) -> Iterator[Difference]:
    """What is wrong in the books of one organization or of all; to be called in the platform scope."""
    connection = db.session.connection()
    # Sums over a million rows are made in memory rather than on disk.
    connection.exec_driver_sql("SET LOCAL work_mem = '128MB'")
    for check in checks:
        for row in connection.exec_driver_sql(check.statement, {"organization_id": organization_id}):
            yield Difference(check.name, *row)
