"""Units of measure."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.errors import InUse
from smartpos.catalog.models import Product, Unit
from smartpos.catalog.operations import values
from smartpos.catalog.operations.products import touch_products
from smartpos.catalog.queries.usage import uses_of
from smartpos.core.db import db
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField

FINEST = 3
FACTOR_LIMIT = Decimal(999_999_999_999)
_KEEP: Any = object()


def create_unit(
    *,
    name: str,
    title: str = "",
    digits: int = 0,
    base_unit_id: int | None = None,
    factor: Any = None,
    actor: Actor,
) -> Unit:
    """Make a unit. ``digits`` says how finely a quantity may be divided.

    With ``base_unit_id`` one of it is ``factor`` of that unit: a gram is 0.001 of a kilogram. Raises BadField,
    AlreadyTaken.
    """
    unit = Unit()
    _apply(unit, name, title, digits)
    _lead_to(unit, base_unit_id, factor)
    db.session.add(unit)
    db.session.flush()
    return unit


def update_unit(
    unit: Unit,
    *,
    name: str | None = None,
    title: str | None = None,
    digits: int | None = None,
    base_unit_id: int | None = _KEEP,
    factor: Any = _KEEP,
    actor: Actor,
) -> Unit:
    """Change a unit; what is None stays, but for ``base_unit_id`` and ``factor``: None means that it leads to none.

    Raises InUse when quantities that already exist could no longer be written in it, BadField, AlreadyTaken.
    """
    finer = unit.digits if digits is None else digits
    if finer < unit.digits and db.session.scalar(
        select(Product.id).where(Product.unit_id == unit.id).limit(1)
    ):
        raise InUse(_("Products are counted in this unit; it cannot become coarser."), uses=["products"])
    _apply(unit, unit.name if name is None else name, unit.title if title is None else title, finer)
    if base_unit_id is not _KEEP or factor is not _KEEP:
        base = unit.base_unit_id if base_unit_id is _KEEP else base_unit_id
        _lead_to(unit, base, unit.factor if factor is _KEEP else factor)
    touch_products(Product.unit_id == unit.id)
    db.session.flush()
    return unit


def delete_unit(unit: Unit, *, actor: Actor) -> None:
    """Remove a unit that nothing is counted in. Raises InUse."""
    uses = uses_of("units", unit.id)
    if uses == ["units"]:
        raise InUse(_("Other units are parts or multiples of “%(name)s”.", name=unit.name), uses=uses)
    if uses:
        raise InUse(_("Products are counted in “%(name)s”.", name=unit.name), uses=uses)
    db.session.delete(unit)
    db.session.flush()


def _apply(unit: Unit, name: str, title: str, digits: int) -> None:
    read = values.whole(digits, "digits")
    if read is None or read > FINEST:
        raise BadField("digits", _("A quantity has 0 to 3 decimal places."))
    unit.digits = read
    unit.title = values.text(title, "title", longest=100) or ""
    cleaned = str(values.text(name, "name", longest=20, needed=True))
    taken = select(Unit.id).where(Unit.name == cleaned, Unit.id.is_distinct_from(unit.id))
    if db.session.scalar(taken) is not None:
        sentence = _("There is already a unit of this name.")
        raise AlreadyTaken(sentence, errors={"name": [sentence]})
    unit.name = cleaned


def _lead_to(unit: Unit, base_unit_id: int | None, factor: Any) -> None:
    """Make a unit a part or a multiple of another. A base has no base itself, so that two steps are always enough."""
    number = values.number(factor, "factor", digits=6, limit=FACTOR_LIMIT, positive=True)
    if base_unit_id is None:
        if number is not None:
            raise BadField("base_unit", _("Say of which unit it is a part or a multiple."))
        unit.base_unit_id = unit.factor = None
        return
    if number is None:
        raise BadField("factor", _("Say how much of the other unit one of this is."))
    base = db.session.get(Unit, base_unit_id) if 0 < base_unit_id < 2**63 else None
    if base is None:
        raise BadField("base_unit", _("This choice does not exist."))
    if base.id == unit.id:
        raise BadField("base_unit", _("A unit is no part of itself."))
    if base.base_unit_id is not None:
        raise BadField(
            "base_unit",
            _("“%(name)s” leads to another unit itself; choose that one.", name=base.name),
        )
    if unit.id is not None and db.session.scalar(
        select(Unit.id).where(Unit.base_unit_id == unit.id).limit(1)
    ):
        raise BadField("base_unit", _("Other units lead to this one; it cannot lead to another itself."))
    unit.base_unit_id, unit.factor = base.id, number
