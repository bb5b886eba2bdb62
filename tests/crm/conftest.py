"""What the tests of customers start from."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.operations import create_customer, lock_customer, post_entry
from smartpos.sales.queries.books import verify_books
from tests.cast import Shop

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def add(shop: Shop) -> Callable[..., int]:
    """``add("Ali", phone="901234567")``: a customer made by the manager; gives its id."""

    def make(name: str = "Ali Valiyev", who: str = "manager", **facts: Any) -> int:
        with shop.inside(who):
            return create_customer(name=name, actor=shop.actor(who), **facts)[0].id

    return make


@pytest.fixture
def enter(shop: Shop) -> Callable[..., int]:
    """``enter(customer, "-500", day=3, due=date(…))``: a line of the account, ``day`` days after the first of March."""

    def post(
        customer_id: int,
        amount: str,
        *,
        day: int = 0,
        due: date | None = None,
        reverses: int | None = None,
        kind: str = "",
        **more: Any,
    ) -> int:
        value = Decimal(amount)
        chosen = CustomerEntryKind(kind or ("sale" if value < 0 else "payment"))
        with shop.inside("manager"):
            actor = shop.actor("manager")
            lock_customer(customer_id, actor=actor)
            return post_entry(
                customer_id,
                chosen,
                amount=value,
                due_date=due,
                reverses_id=reverses,
                origin_kind="test",
                origin_id=1,
                occurred_at=START + timedelta(days=day),
                actor=actor,
                **more,
            )

    return post


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[str]]:
    """``books()``: where the books do not agree, in words; empty when all is well."""

    def verify() -> list[str]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return [f"{one.check}: {one.subject} {one.recorded} {one.computed}" for one in verify_books()]

    return verify
