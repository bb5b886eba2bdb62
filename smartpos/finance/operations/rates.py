"""Exchange rates. One is never changed: a newer one takes its place."""

from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.money import COST_LIMIT
from smartpos.finance.errors import RateAlreadySet
from smartpos.finance.models import ExchangeRate
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField

CURRENCIES = ("USD", "EUR", "RUB", "KZT", "UZS", "KGS", "TJS", "TMT", "CNY", "TRY", "GBP")


def set_exchange_rate(
    *, currency: str, rate: Decimal, valid_from: datetime | None = None, actor: Actor
) -> ExchangeRate:
    """Tell what one unit of ``currency`` costs in the shop's own from a moment on; by default from now.

    Shifts that are open keep the rate they were opened with. Raises BadField and RateAlreadySet.
    """
    code = currency.strip().upper()
    if code not in CURRENCIES or code == actor.organization.currency:
        raise BadField("currency", _("Choose a foreign currency."))
    if not 0 < rate <= COST_LIMIT:
        raise BadField("rate", _("This must be more than zero."))
    moment = valid_from or utc_now()
    taken = select(ExchangeRate.id).where(ExchangeRate.currency == code, ExchangeRate.valid_from == moment)
    if db.session.scalar(taken) is not None:
        raise RateAlreadySet
    row = ExchangeRate(currency=code, rate=rate, valid_from=moment, created_by=actor.user_id)
    db.session.add(row)
    db.session.flush()
    return row
