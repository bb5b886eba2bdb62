"""Which branch a row of a spreadsheet is about."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.imports import Field, Line, Work
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace


def branch_field() -> Field:
    """The column with the name of a branch."""
    return Field(
        "branch",
        _l("Branch"),
        ("filial", "dokon", "doʻkon", "ombor", "филиал", "магазин", "склад", "warehouse", "store"),
        hint=_l("Left empty, your own branch."),
    )


def branches_of(lines: Sequence[Line], work: Work) -> dict[int, int]:
    """The branch of each line, by the line's number; lines without one are marked."""
    query = select(Branch).where(is_workplace()).order_by(Branch.id.desc())
    branches = {row.name.casefold(): row.id for row in db.session.scalars(query)}
    ids = set(branches.values())
    own = work.actor.default_branch_id if work.actor.default_branch_id in ids else None
    if own is None and len(ids) == 1:
        own = next(iter(ids))
    found: dict[int, int] = {}
    for line in lines:
        named = line.get("branch")
        branch_id = branches.get(named.casefold()) if named else own
        if branch_id is None:
            work.problem(
                line, "branch", _("There is no branch of this name.") if named else _("Name the branch.")
            )
        else:
            found[line.number] = branch_id
    return found
