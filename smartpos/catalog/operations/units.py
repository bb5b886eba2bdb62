"""Units of measure."""

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


def create_unit(*, name: str, title: str = "", digits: int = 0, actor: Actor) -> Unit:
    """Make a unit. ``digits`` says how finely a quantity may be divided. Raises BadField, AlreadyTaken."""
    unit = Unit()
    _apply(unit, name, title, digits)
    db.session.add(unit)
    db.session.flush()
    return unit


def update_unit(
    unit: Unit,
    *,
    name: str | None = None,
    title: str | None = None,
    digits: int | None = None,
    actor: Actor,
) -> Unit:
    """Change a unit; what is None stays.

    Raises InUse when quantities that already exist could no longer be written in it.
    """
    finer = unit.digits if digits is None else digits
    if finer < unit.digits and db.session.scalar(
        select(Product.id).where(Product.unit_id == unit.id).limit(1)
    ):
        raise InUse(_("Products are counted in this unit; it cannot become coarser."), uses=["products"])
    _apply(unit, unit.name if name is None else name, unit.title if title is None else title, finer)
    touch_products(Product.unit_id == unit.id)
    db.session.flush()
    return unit


def delete_unit(unit: Unit, *, actor: Actor) -> None:
    """Remove a unit that nothing is counted in. Raises InUse."""
    uses = uses_of("units", unit.id)
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
