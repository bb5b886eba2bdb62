"""Lists that an address can narrow to one shift: ``?shift_id=``."""

from typing import Any

from flask import request

from smartpos.core.admin import ReadOnlyView
from smartpos.core.admin.loaders import parse_id


def asked_shift() -> int | None:
    """The shift that the address of this request asks for."""
    return parse_id(request.args.get("shift_id", ""))


class OfShift(ReadOnlyView):
    """Rows with a ``shift_id``; the details of a shift lead here."""

    kept_arguments = ("shift_id",)

    def get_query(self) -> Any:
        """Narrowed to one shift where the address says so."""
        query = super().get_query()
        shift_id = asked_shift()
        return query if shift_id is None else query.filter(self.model.shift_id == shift_id)
