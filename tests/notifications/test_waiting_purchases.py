"""Purchases that were unloaded and not confirmed are told, once, to those who may confirm them."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.identity.models import AppSetting
from smartpos.identity.queries import system_actor
from smartpos.notifications.models import Notification
from smartpos.purchasing.models import Purchase
from smartpos.purchasing.operations import (
    PurchaseFacts,
    PurchaseLine,
    cancel_purchase,
    confirm_purchase,
    draft_purchase,
    receive_purchase,
)
from smartpos.purchasing.operations.notices import tell_of_waiting_purchases
from tests.cast import Shop
from tests.notifications.test_causes import _branch, told, unread
from tests.sales.counter import set_setting


def test_who_confirms_purchases_hears_what_was_unloaded_long_ago(shop: Shop) -> None:
    bread = shop.product("Non")
    line = PurchaseLine(product_id=bread, quantity=Decimal(5), price=Decimal(900))
    numbers = []
    for _purchase in range(3):
        with shop.inside("manager"):
            purchase = draft_purchase(PurchaseFacts(shop.branch_id, (line,)), actor=shop.actor("manager"))
            receive_purchase(purchase.id, actor=shop.actor("manager"))
            numbers.append(purchase.id)

    def hourly() -> int:
        with shop.inside():
            return tell_of_waiting_purchases(actor=system_actor(shop.organization_id))

    def unload(purchase_id: int, hours: int) -> None:
        with shop.inside():
            row = db.session.get_one(Purchase, purchase_id)
            row.received_at = utc_now() - timedelta(hours=hours)

    assert hourly() == 0
    unload(numbers[0], 25)
    unload(numbers[1], 25)
    assert hourly() == 2 * 4
    assert hourly() == 0, "once is enough"
    (title, text, people), _other = told(shop, "purchasing.purchase_waiting")
    assert title.startswith("Purchase ") and title.endswith(" waits for confirmation")
    assert "not in stock yet" in text and _branch(shop) in text
    assert people == {"owner", "admin", "manager", "warehouse"}
    with shop.inside():
        links = set(db.session.scalars(select(Notification.link)))
    assert f"/admin/purchases/details/?id={numbers[0]}" in links
    with shop.inside("manager"):
        confirm_purchase(numbers[0], actor=shop.actor("manager"))
        cancel_purchase(numbers[1], reason=None, actor=shop.actor("manager"))
    assert unread(shop, "purchasing.purchase_waiting") == 0
    set_setting(shop, "purchase_confirm_hours", 0)
    unload(numbers[2], 100)
    assert hourly() == 0, "it is switched off"
    for hours, heard in ((120, 0), (90, 4)):
        with shop.inside("owner"):
            kept = select(AppSetting).where(AppSetting.key == "purchase_confirm_hours")
            db.session.scalars(kept).one().value = hours
        assert hourly() == heard
