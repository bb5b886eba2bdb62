"""Prices and VAT rates in force.

The law of prices: of the rows of ``prices`` that are valid at the moment, the branch's own goes before the one for
all branches, then the later ``valid_from`` wins. Where there is none, the product's own price holds. A price type
without a row of its own falls back to the default type.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from smartpos.catalog.models import Price, PriceType, Product, VatCode, VatRate
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.identity.models import Organization

AT = bindparam("at", type_=DateTime(timezone=True))
BRANCH = bindparam("branch_id", type_=BigInteger)
PRICE_TYPE = bindparam("price_type_id", type_=BigInteger)
COUNTRY = bindparam("country", type_=Text)


def in_ids(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """``column`` is one of ``ids``, as one array parameter, so that the statement's text never varies."""
    return column == func.any(literal(list(ids), ARRAY(BigInteger)))  # type: ignore[no-any-return]


@cache
def price_in_force(*, of_type: bool = False, lasting: bool = False) -> ColumnElement[Decimal]:
    """The price of the ``Product`` of the enclosing statement, by the law of prices.

    The statement is executed with the parameters ``at`` and ``branch_id`` (None: of no branch in particular), and
    ``of_type`` asks for ``price_type_id`` too. Being parameters, they let statements be built once and kept.
    ``lasting`` leaves out prices that end by themselves: what a product costs when no offer holds.
    """
    default = select(PriceType.id).where(PriceType.is_default).scalar_subquery()
    most_special = _most_special()
    types: ColumnElement[bool] = Price.price_type_id == default
    if of_type:
        types = or_(Price.price_type_id == PRICE_TYPE, types)
        most_special.insert(0, Price.price_type_id != PRICE_TYPE)
    query = (
        select(Price.price)
        .where(
            Price.product_id == Product.id,
            types,
            *_in_force(),
            *((Price.valid_to.is_(None),) if lasting else ()),
        )
        .order_by(*most_special)
        .limit(1)
        .correlate(Product)
    )
    return func.coalesce(query.scalar_subquery(), Product.price)


def _in_force() -> list[ColumnElement[bool]]:
    return [
        or_(Price.valid_from.is_(None), Price.valid_from <= AT),
        or_(Price.valid_to.is_(None), Price.valid_to > AT),
        or_(Price.branch_id.is_(None), Price.branch_id == BRANCH),
    ]


def _most_special() -> list[ColumnElement[Any]]:
    return [Price.branch_id.is_(None), Price.valid_from.desc().nulls_last(), Price.id.desc()]


@cache
def prices_of_other_types() -> AnySelect:
    """``product_id``, ``price_type_id`` and ``price`` in force, of all price types but the default one.

    Executed with the parameters ``ids`` (of products), ``at`` and ``branch_id``. A type without a row for a product
    falls back to the default.
    """
    return (
        select(Price.product_id, Price.price_type_id, Price.price)
        .join(PriceType, PriceType.id == Price.price_type_id)
        .where(
            Price.product_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))),
            ~PriceType.is_default,
            *_in_force(),
        )
        .ext(distinct_on(Price.product_id, Price.price_type_id))
        .order_by(Price.product_id, Price.price_type_id, *_most_special())
    )


@cache
def vat_rate_in_force() -> ColumnElement[Decimal]:
    """The percentage of the VAT code of the ``Product`` of the enclosing statement; 0 where the law has none.

    The statement is executed with the parameters ``at`` and ``country``. The day is the one that ``at`` falls on in
    the tenant's time zone.
    """
    zone = select(Organization.timezone).scalar_subquery()
    day = cast(func.timezone(zone, AT), Date)
    query = (
        select(VatRate.rate)
        .where(
            VatRate.country == COUNTRY,
            VatRate.code == Product.vat_code,
            VatRate.valid_from <= day,
            or_(VatRate.valid_to.is_(None), VatRate.valid_to > day),
        )
        .order_by(VatRate.valid_from.desc())
        .limit(1)
        .correlate(Product)
    )
    return func.coalesce(query.scalar_subquery(), literal_column("0"))


@cache
def _price_list(*, of_type: bool) -> AnySelect:
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    return select(Product.id, price_in_force(of_type=of_type)).where(Product.id == func.any(ids))


def price_list(
    product_ids: Collection[int], *, branch_id: int | None, price_type_id: int | None = None, at: datetime
) -> dict[int, Decimal]:
    """The price in force of each product (those that do not exist are left out), by one statement."""
    facts = {"ids": list(product_ids), "branch_id": branch_id, "at": at}
    if price_type_id is not None:
        facts["price_type_id"] = price_type_id
    rows = db.session.execute(_price_list(of_type=price_type_id is not None), facts)
    return dict(rows.all())


def vat_rates_on(country: str, day: date) -> dict[VatCode, Decimal]:
    """The VAT rates of a country on a day. A code that is missing does not exist there."""
    query = select(VatRate.code, VatRate.rate).where(
        VatRate.country == country,
        VatRate.valid_from <= day,
        or_(VatRate.valid_to.is_(None), VatRate.valid_to > day),
    )
    return dict(db.session.execute(query).all())
