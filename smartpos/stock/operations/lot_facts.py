"""Correcting what is written on a lot."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.stock.models import Batch
from smartpos.stock.operations.lots import check_number


def edit_lot(lot: Batch, *, number: str, expiration_date: date | None, actor: Actor) -> Batch:
    """Correct the number and the last day of sale of a lot, wherever it lies. The change is audited by trigger.

    Raises Invalid when the product has another lot of this number, or when there is no number left.
    """
    number = check_number(number)
    taken = select(Batch.id).where(
        Batch.product_id == lot.product_id, Batch.batch_number == number, Batch.id != lot.id
    )
    if db.session.execute(taken).first() is not None:
        sentence = _("The product has another lot of this number.")
        raise Invalid(sentence, errors={"batch_number": [sentence]})
    lot.batch_number = number
    lot.expiration_date = expiration_date
    db.session.flush()
    return lot
