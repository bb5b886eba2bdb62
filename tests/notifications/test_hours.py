"""Nobody is woken, and what belongs into the digest comes as one message a day."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.identity.models import User
from smartpos.notifications.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    Mode,
    Notification,
    NotificationPreference,
    Subscription,
)
from smartpos.notifications.operations import notify, telling
from tests.cast import Shop
from tests.notifications.posting import make_due, run
from tests.notifications.servers import MailServer

KIND = "core.books_differ"


def tell(shop: Shop, number: int, who: str = "owner") -> None:
    with shop.inside():
        notify(
            KIND,
            facts={"count": number, "lines": []},
            origin_kind="books",
            origin_id=number,
            dedupe_key=f"books:{number}",
            user_ids=[shop.users[who]],
        )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``clock("22:30")``: it is that time in Tashkent, on the tenth of March."""

    def put(text: str) -> None:
        now = datetime.fromisoformat(f"2026-03-10T{text}").replace(tzinfo=ZoneInfo("Asia/Tashkent"))
        monkeypatch.setattr(telling, "utc_now", lambda: now)

    return put


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('Asia/Tashkent')):%d %H:%M}"


def test_nobody_is_woken(shop: Shop, mail: MailServer, clock: Callable[[str], None]) -> None:
    with shop.inside():
        owner = db.session.get_one(User, shop.users["owner"])
        owner.email = "owner@example.org"
        db.session.add(
            NotificationPreference(user_id=owner.id, quiet_from=time(22, 0), quiet_until=time(7, 30))
        )
    for moment, number, expected in (
        ("21:59", 1, "10 21:59"),
        ("22:30", 2, "11 07:30"),
        ("03:00", 3, "10 07:30"),
    ):
        clock(moment)
        tell(shop, number)
        with shop.inside():
            kept = db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
            assert local(kept.not_before) == expected
            # The bell is silent and has it at once.
            assert (
                db.session.scalars(select(Notification.read_at).where(Notification.origin_id == number)).one()
                is None
            )


def test_what_belongs_into_the_digest_comes_as_one_message(
    shop: Shop, mail: MailServer, clock: Callable[[str], None]
) -> None:
    with shop.inside():
        for who, locale in (("owner", "en"), ("admin", "en")):
            user = db.session.get_one(User, shop.users[who])
            user.email, user.locale = f"{who}@example.org", locale
            db.session.add(Subscription(user_id=user.id, kind=KIND, channel=Channel.EMAIL, mode=Mode.DIGEST))
            db.session.add(NotificationPreference(user_id=user.id, digest_at=time(18, 0)))
    clock("12:00")
    for number in range(1, 14):
        tell(shop, number)
    tell(shop, 99, "admin")
    with shop.inside():
        moments = {local(moment) for moment in db.session.scalars(select(Delivery.not_before))}
        assert moments == {"10 18:00"}
        db.session.execute(update(Delivery).values(not_before=utc_now() + timedelta(hours=1)))
    run(shop)
    assert mail.letters == []
    make_due(shop)
    run(shop)
    run(shop)
    letters = {letter["To"]: letter for letter in mail.letters}
    assert len(mail.letters) == 2
    assert letters["owner@example.org"]["Subject"] == "13 notices"
    assert letters["admin@example.org"]["Subject"] == "1 notice"
    body = letters["owner@example.org"].get_body()
    assert body is not None
    lines = body.get_content().splitlines()
    assert lines[0] == "The books do not add up: 13"
    assert lines[1] == "• The books do not add up: differences found: 1"
    assert lines[11] == "and 3 more"
    with shop.inside():
        rows = db.session.execute(select(Delivery.kind, Delivery.status, Delivery.is_digest)).all()
        assert {tuple(one) for one in rows} == {("notifications.digest", DeliveryStatus.SENT, False)}
        assert len(rows) == 2
