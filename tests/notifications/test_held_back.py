"""Messages that must not go out: of a suspended shop, and those that kill whoever sends them."""

from sqlalchemy import text, update

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus
from smartpos.notifications.operations import send_message
from smartpos.notifications.operations.delivering import MOST_ATTEMPTS
from tests.cast import Shop
from tests.notifications.posting import row, run
from tests.notifications.servers import MailServer

LETTER = {"channel": Channel.EMAIL, "address": "ali@example.org", "body": "Salom", "kind": "test.message"}


def set_status(shop: Shop, status: str) -> None:
    with shop.app.app_context():
        with platform_scope(reason="test"):
            statement = text("UPDATE organizations SET status = :status WHERE id = :id")
            db.session.execute(statement, {"status": status, "id": shop.organization_id})
        db.session.commit()


def test_a_suspended_shop_sends_nothing_until_it_works_again(shop: Shop, mail: MailServer) -> None:
    with shop.inside("owner"):
        send_message(**LETTER)
    set_status(shop, "suspended")
    run(shop)
    assert mail.letters == []
    waits = row(shop)
    assert (waits.status, waits.attempts) == (DeliveryStatus.WAITING, 0)
    set_status(shop, "active")
    run(shop)
    assert len(mail.letters) == 1


def test_a_message_whose_workers_die_comes_to_an_end(shop: Shop, mail: MailServer) -> None:
    with shop.inside("owner"):
        send_message(**LETTER)
        db.session.execute(update(Delivery).values(attempts=MOST_ATTEMPTS))
    run(shop)
    assert mail.letters == []
    assert row(shop).status is DeliveryStatus.FAILED
