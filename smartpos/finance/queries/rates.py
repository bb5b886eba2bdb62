"""Questions about exchange rates."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from smartpos.core.db import db, utc_now
from smartpos.core.paging import AnySelect
from smartpos.finance.models import ExchangeRate


def rates(currency: str | None = None) -> AnySelect:
    """All rates, past and future ones too, to be paged by ``(valid_from, id)``."""
    query = select(ExchangeRate)
    return query.where(ExchangeRate.currency == currency) if currency else query


def rate_in_force(currency: str, at: datetime | None = None) -> Decimal | None:
    """What one unit of a currency costs at a moment (by default now): the latest rate that has begun."""
    query = (
        select(ExchangeRate.rate)
        .where(ExchangeRate.currency == currency, ExchangeRate.valid_from <= (at or utc_now()))
        .order_by(ExchangeRate.valid_from.desc())
        .limit(1)
    )
    return db.session.execute(query).scalar_one_or_none()


def rates_in_force() -> dict[str, Decimal]:
    """The rate of every currency that has one, now."""
    query = (
        select(ExchangeRate.currency, ExchangeRate.rate)
        .where(ExchangeRate.valid_from <= utc_now())
        .ext(distinct_on(ExchangeRate.currency))
        .order_by(ExchangeRate.currency, ExchangeRate.valid_from.desc())
    )
    return dict(db.session.execute(query).all())
