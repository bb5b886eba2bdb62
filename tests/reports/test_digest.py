"""In the evening the figures of the day come to those who may see them, once, and to each what they may see."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Role, RolePermission
from smartpos.identity.queries import actor_of_user
from smartpos.notifications.models import Notification
from smartpos.notifications.operations.kinds import kind_of
from smartpos.reports.operations.digest import tell_of_the_day
from smartpos.reports.operations.notices import DAILY_DIGEST
from smartpos.sales.operations import open_shift
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.counter import item, sold


def told(shop: Shop) -> dict[str, dict[str, object]]:
    by_id = {user_id: name for name, user_id in shop.users.items()}
    with shop.inside("owner"):
        rows = db.session.scalars(select(Notification).where(Notification.kind == DAILY_DIGEST)).all()
        return {by_id[row.user_id]: dict(row.facts) for row in rows}


def evening(shop: Shop) -> datetime:
    """Half past nine of the shop's own today."""
    with shop.inside("owner"):
        actor = actor_of_user(shop.users["owner"])
        assert actor is not None
        local = utc_now().astimezone(actor.organization.zone).replace(hour=21, minute=30)
    return local.astimezone(UTC)


@pytest.fixture
def busy(shop: Shop, api_of: Callable[..., Api]) -> Shop:
    """A shop in which a loaf that cost 2 500 was sold for 4 000, three times."""
    product = shop.product(name="Non", price="4000", cost="2500", stock="10")
    with shop.inside("cashier"):
        open_shift(till_id=shop.till_id, opening_cash=Decimal(0), actor=shop.actor("cashier"))
    cashier = api_of("cashier")
    for _turn in range(3):
        sold(cashier, item(product))
    return shop


def test_nobody_is_told_before_the_hour_and_once_after_it(busy: Shop) -> None:
    at = evening(busy)
    with busy.app.app_context():
        assert tell_of_the_day(busy.organization_id, at - timedelta(hours=1)) == 0
        first = tell_of_the_day(busy.organization_id, at)
        assert first > 0
        assert tell_of_the_day(busy.organization_id, at + timedelta(hours=1)) == 0
        db.session.commit()
    facts = told(busy)
    assert len(facts) == first
    assert facts["owner"]["receipts"] == 3
    assert facts["owner"]["revenue"] == "12000.00"
    assert "cashier" not in facts


def test_profit_is_for_those_who_may_see_costs(busy: Shop) -> None:
    with busy.inside("owner"):
        manager = select(Role.id).where(Role.key == RoleKey.MANAGER)
        rights = (RolePermission.permission == "catalog:cost:read", RolePermission.role_id.in_(manager))
        db.session.execute(
            delete(RolePermission).where(*rights), execution_options={"synchronize_session": False}
        )
    with busy.app.app_context():
        tell_of_the_day(busy.organization_id, evening(busy))
        db.session.commit()
    facts = told(busy)
    # 12 000 without its VAT of 12 per cent, less 7 500.
    assert Decimal(str(facts["owner"]["profit"])) == Decimal("3214.29")
    assert facts["manager"]["profit"] is None
    with busy.app.test_request_context():
        words = kind_of(DAILY_DIGEST)
        assert "12\u202f000" in words.title(facts["owner"])
        assert words.text(facts["owner"]).count("\n") > words.text(facts["manager"]).count("\n")


def test_a_day_without_sales_and_a_shop_next_door_are_not_told(busy: Shop, stranger: Shop) -> None:
    at = evening(busy)
    with busy.app.app_context():
        assert tell_of_the_day(stranger.organization_id, at) == 0
        assert tell_of_the_day(busy.organization_id, at + timedelta(days=1)) == 0
        db.session.commit()
    assert told(stranger) == told(busy) == {}
