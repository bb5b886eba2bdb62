"""Lists of customers with what a till or a page shows of them, in one statement however long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import func, select, tuple_

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db, utc_now
from smartpos.core.paging import AnySelect, Page, decode_cursor, encode_cursor, page
from smartpos.crm.models import Customer, CustomerWord
from smartpos.identity.actors import Actor
from smartpos.identity.models import AppSetting

SETTLED = timedelta(seconds=60)
"""A transaction that began before a sync may end after it; it is over by then, and what it changed is sent again."""

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
CREDIT_SETTING = "default_credit_limit"

SHOWN = (
    *("id", "client_uuid", "customer_number", "name", "type", "status", "phone", "email", "address"),
    *("company_name", "balance", "points", "credit_limit", "tier", "price_type_id", "payment_terms"),
    *("workspace_id", "created_at", "updated_at", "deleted_at"),
)


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what has changed, and the moment to ask from the next time."""

    items: Sequence[Any]
    next_cursor: str | None
    synced_at: datetime


@cache
def listing(*, with_words: bool = False) -> AnySelect:
    """The customers of lists; ``words`` are those under which a till finds them by itself."""
    statement = select(*(getattr(Customer, name) for name in SHOWN))
    if with_words:
        words = (
            select(func.array_agg(CustomerWord.word))
            .where(CustomerWord.customer_id == Customer.id)
            .correlate(Customer)
            .scalar_subquery()
        )
        statement = statement.add_columns(words.label("words"))
    return statement


def customers_by_ids(ids: Sequence[int]) -> list[Any]:
    """These customers in this order; those that do not exist are left out."""
    if not ids:
        return []
    rows = db.session.execute(listing().where(in_ids(Customer.id, ids), Customer.deleted_at.is_(None)))
    by_id = {row.id: row for row in rows}
    return [by_id[number] for number in ids if number in by_id]


def list_customers(*, limit: int, cursor: str | None = None) -> Page[Any]:
    """The customers that are not deleted, in the order in which they were made."""
    found = page(
        select(Customer.id).where(Customer.deleted_at.is_(None)), [Customer.id], limit=limit, cursor=cursor
    )
    return Page(customers_by_ids(found.items), found.next_cursor)


def changed_customers(*, since: datetime, limit: int, cursor: str | None = None) -> Changes:
    """Who has changed since a moment, deleted ones included, the earliest change first.

    A change of the account is one too, and a new credit limit for everybody changes everybody. Ask the next time from
    ``synced_at``, which is the same on every page: it lies a little back, so that nothing slips through that was still
    being written. Customers may therefore come more than once.
    """
    if cursor:
        synced_at, moment, last = decode_cursor(cursor, [datetime, datetime, int])
    else:
        synced_at, moment, last = utc_now() - SETTLED, max(since, FIRST_MOMENT), 0
        if _limit_has_changed(moment):
            moment = FIRST_MOMENT
    statement = (
        listing(with_words=True)
        .where(tuple_(Customer.updated_at, Customer.id) > tuple_(moment, last))
        .order_by(Customer.updated_at, Customer.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(statement).all()
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = encode_cursor([synced_at, rows[-1].updated_at, rows[-1].id])
    return Changes(rows, following, synced_at)


def _limit_has_changed(since: datetime) -> bool:
    question = select(AppSetting.id).where(AppSetting.key == CREDIT_SETTING, AppSetting.updated_at > since)
    return db.session.scalar(question.limit(1)) is not None


def effective_limit(credit_limit: Decimal | None, actor: Actor) -> Decimal:
    """What a customer may owe: their own limit, else the shop's for everybody."""
    default: Decimal = actor.setting(CREDIT_SETTING)
    return default if credit_limit is None else credit_limit
