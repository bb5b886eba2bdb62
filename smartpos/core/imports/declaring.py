"""What can be imported: each domain declares an ``Importer`` in its ``imports``, this is the table of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from smartpos.core.sheets import Cell, cell_as_text

if TYPE_CHECKING:
    from smartpos.core.imports.work import Work


@dataclass(frozen=True, slots=True)
class Field:
    """A column that an importer understands.

    ``aliases`` are further headers by which it is known, in any language; ``read`` turns a cell into a value (None for
    an empty cell) or raises Invalid with the sentence to show; ``kind`` is how the template types it (text, number,
    date); without ``permission``, where one is named, the column is not offered.
    """

    name: str
    label: Any
    aliases: tuple[str, ...] = ()
    read: Callable[[Cell], Any] = cell_as_text
    kind: str = "text"
    required: bool = False
    hint: Any = ""
    example: Any = ""
    permission: str | None = None


@dataclass(slots=True)
class Line:
    """A row of the sheet: its number there (from 1), its values by field, and the cells they were read from."""

    number: int
    values: dict[str, Any]
    cells: dict[str, Cell]

    def get(self, name: str) -> Any:
        """The value of a field; None when the cell is empty or wrong, or when there is no such column."""
        return self.values.get(name)


@dataclass(slots=True)
class Plan:
    """What an import would do, counted in rows of the sheet; ``steps`` belongs to the importer."""

    new: int = 0
    changed: int = 0
    same: int = 0
    steps: Any = None


class Importer:
    """Turns lines into rows. ``plan`` only looks and marks what is wrong; ``write`` does it; ``undo`` takes it back.

    ``one_of`` names the fields of which at least one column must be there, because rows are found again by them.
    """

    key: ClassVar[str]
    title: ClassVar[Any]
    lead: ClassVar[Any] = ""
    icon: ClassVar[str] = "upload"
    permission: ClassVar[str]
    fields: ClassVar[Sequence[Field]] = ()
    one_of: ClassVar[tuple[str, ...]] = ()
    endpoint: ClassVar[str] = ""

    def plan(self, lines: Sequence[Line], work: "Work") -> Plan:
        """Find out what the lines would do; what is wrong goes to ``work.problem``. Writes nothing."""
        raise NotImplementedError

    def write(self, plan: Plan, work: "Work") -> None:
        """Do what the plan says, telling ``work`` of every row that is made or changed."""
        raise NotImplementedError

    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: "Work") -> None:
        """Take back ``changes``: by table the id and what the row was before (None: it was made).

        Raises CannotUndo with every reason.
        """
        raise NotImplementedError


@dataclass(slots=True)
class _Table:
    known: dict[str, Importer] = field(default_factory=dict)


_table = _Table()


def register_importer(importer: Importer) -> None:
    """Offer an importer; a later one of the same key replaces it."""
    _table.known[importer.key] = importer


def importers() -> list[Importer]:
    """All of them, in the order of registration."""
    return list(_table.known.values())


def find_importer(key: str) -> Importer | None:
    """The importer of that key, or None."""
    return _table.known.get(key)
