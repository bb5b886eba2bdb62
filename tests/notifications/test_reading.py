"""One's own notices: over HTTP, as a page, and the settings of how one is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from sqlalchemy import text as sql

from smartpos.core.db import db, utc_now
from smartpos.identity.models import User
from smartpos.notifications.jobs import forget_notices
from smartpos.notifications.models import (
    Broadcast,
    Channel,
    Delivery,
    DeliveryStatus,
    Mode,
    Notification,
    NotificationPreference,
    Subscription,
)
from smartpos.notifications.operations import notify
from smartpos.notifications.queries.broadcasts import progress_of
from tests.cast import Shop
from tests.conftest import Api, csrf_of

KIND = "core.books_differ"


def tell(shop: Shop, number: int = 1, who: tuple[str, ...] = ("owner",), link: str | None = None) -> None:
    with shop.inside():
        for name in who:
            db.session.get_one(User, shop.users[name]).locale = "en"
        notify(
            KIND,
            facts={"count": number, "lines": [f"line {number}"]},
            origin_kind="books",
            origin_id=number,
            dedupe_key=f"books:{number}",
            link=link,
            user_ids=[shop.users[name] for name in who],
        )


def post(client: FlaskClient, url: str, **form: Any) -> Any:
    return client.post(url, data=form | {"csrf_token": csrf_of(client)})


def test_one_reads_ones_own_notices_over_http(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    for number in range(1, 4):
        tell(shop, number, ("owner", "manager"))
    owner = api_of("owner")
    body = owner.get("/api/notifications?limit=2").json
    assert [item["title"] for item in body["items"]] == [
        "The books do not add up: differences found: 3",
        "The books do not add up: differences found: 2",
    ]
    first = body["items"][0]
    assert (first["text"], first["level"], first["read_at"], first["kind"]) == ("line 3", "bad", None, KIND)
    assert body["unread"] == 3
    rest = owner.get(f"/api/notifications?limit=2&cursor={body['next_cursor']}").json
    assert len(rest["items"]) == 1
    assert rest["next_cursor"] is None
    # Read one, twice; then those up to the second.
    once = owner.post(f"/api/notifications/{first['id']}/read").json
    again = owner.post(f"/api/notifications/{first['id']}/read").json
    assert once == again
    assert once["unread"] == 2
    assert [item["id"] for item in owner.get("/api/notifications?unread=1").json["items"]] == [
        body["items"][1]["id"],
        rest["items"][0]["id"],
    ]
    assert owner.post("/api/notifications/read", {"up_to": rest["items"][0]["id"]}).json == {
        "read": 1,
        "unread": 1,
    }
    assert owner.post("/api/notifications/read", {}).json == {"read": 1, "unread": 0}
    assert owner.post("/api/notifications/read", {}).json == {"read": 0, "unread": 0}
    # The manager's are unread still, and nobody reads those of others.
    assert api_of("manager").get("/api/notifications").json["unread"] == 3
    assert api_of("cashier").post(f"/api/notifications/{first['id']}/read").status_code == 404
    far = api_of("stranger", "navruz")
    assert far.get("/api/notifications").json == {"items": [], "next_cursor": None, "unread": 0}
    assert far.post(f"/api/notifications/{first['id']}/read").status_code == 404


def test_bad_questions_are_refused(shop: Shop, api_of: Callable[..., Api]) -> None:
    owner = api_of("owner")
    for query in ("limit=0", "limit=x", "cursor=%00", "cursor=abc", "unread=perhaps"):
        assert owner.get(f"/api/notifications?{query}").status_code == 422, query
    assert owner.post("/api/notifications/read", {"up_to": -1}).status_code == 422
    assert owner.post("/api/notifications/99999999/read").status_code == 404


def test_the_page_shows_marks_and_leads_on(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    tell(shop, 1, link="/profile")
    tell(shop, 2, link="//evil.example.org")
    tell(shop, 3)
    client = client_of("owner")
    page = client.get("/notifications").get_data(as_text=True)
    assert page.count("notice unread") == 3
    assert "data-bell-count>3<" in page
    with shop.inside():
        first, second, third = db.session.scalars(select(Notification.id).order_by(Notification.id))
    assert client.get(f"/notifications/{first}/open").location == "/profile"
    assert client.get(f"/notifications/{second}/open").location == "/notifications"
    assert client.get("/notifications?unread=1").get_data(as_text=True).count("notice unread") == 1
    assert post(client, f"/notifications/{third}/read", unread="1").location == "/notifications?unread=1"
    page = client.get("/notifications").get_data(as_text=True)
    assert page.count("notice read") == 3
    assert "data-bell-count hidden" in page
    tell(shop, 4)
    assert post(client, "/notifications/read", up_to=str(third)).status_code == 302
    assert "data-bell-count>1<" in client.get("/profile").get_data(as_text=True)
    assert post(client, "/notifications/read", up_to="rubbish").status_code == 302
    assert "data-bell-count hidden" in client.get("/profile").get_data(as_text=True)


def test_somebody_elses_notice_is_not_there(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    tell(shop)
    with shop.inside():
        number = db.session.scalars(select(Notification.id)).one()
    client = client_of("manager")
    assert client.get(f"/notifications/{number}/open").status_code == 404
    assert post(client, f"/notifications/{number}/read").status_code == 404
    assert "notice-" not in client.get("/notifications").get_data(as_text=True).replace("notice-icon", "")


def test_ten_thousand_notices_make_no_page_slower(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    """The count and the list read a few entries of an index, however many notices there are."""
    owner = shop.users["owner"]
    with shop.inside():
        row = {
            "organization_id": shop.organization_id,
            "user_id": owner,
            "kind": KIND,
            "facts": {"count": 1, "lines": []},
            "origin_kind": "books",
            "origin_id": 1,
        }
        rows = [
            row | {"dedupe_key": f"x{number}", "read_at": None if number > 5000 else utc_now()}
            for number in range(10_000)
        ]
        db.session.execute(insert(Notification), rows)
        db.session.execute(sql("ANALYZE notifications"))
        plans = {}
        for name, query in {
            "count": "SELECT count(*) FROM (SELECT id FROM notifications WHERE organization_id = :o AND user_id = :u "
            "AND read_at IS NULL ORDER BY id LIMIT 100) AS few",
            "list": "SELECT * FROM notifications WHERE organization_id = :o AND user_id = :u ORDER BY id DESC LIMIT 51",
        }.items():
            found = db.session.execute(
                sql("EXPLAIN (ANALYZE, FORMAT JSON) " + query), {"o": shop.organization_id, "u": owner}
            ).scalar_one()
            plans[name] = _read_rows(found[0]["Plan"])
        assert plans == {"count": 100, "list": 51}
    assert "data-bell-count>99+<" in client_of("owner").get("/notifications").get_data(as_text=True)


def _read_rows(plan: dict[str, Any]) -> float:
    """How many rows the plan's scans have read."""
    below = plan.get("Plans", ())
    if not below:
        assert "Index" in plan["Node Type"], plan
        return float(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
    return sum(_read_rows(child) for child in below)


def test_who_looks_in_from_outside_has_no_bell(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    assert 'id="bell"' in client_of("manager").get("/profile").get_data(as_text=True)
    assert 'id="bell"' not in shop.app.test_client().get("/login").get_data(as_text=True)


@pytest.fixture
def settings(shop: Shop, client_of: Callable[..., FlaskClient]) -> FlaskClient:
    with shop.inside():
        db.session.get_one(User, shop.users["owner"]).locale = "en"
    return client_of("owner")


def test_how_one_is_told_is_kept(shop: Shop, settings: FlaskClient) -> None:
    page = settings.get("/profile/notifications").get_data(as_text=True)
    assert "Off: this installation is not set up for it." in page
    assert f'name="{KIND}:email"' in page
    chosen = {f"{KIND}:email": "digest", f"{KIND}:telegram": "at_once", f"{KIND}:app": "off"}
    hours = {"is_quiet": "1", "quiet_from": "22:30", "quiet_until": "06:00", "digest_at": "18:15"}
    assert post(settings, "/profile/notifications", **chosen, **hours).status_code == 302
    with shop.inside():
        rows = db.session.execute(select(Subscription.channel, Subscription.mode)).all()
        # Telegram stays at the usual and needs no row.
        assert {tuple(row) for row in rows} == {(Channel.EMAIL, Mode.DIGEST), (Channel.APP, Mode.OFF)}
        kept = db.session.scalars(select(NotificationPreference)).one()
        assert (f"{kept.quiet_from:%H:%M}", f"{kept.quiet_until:%H:%M}", f"{kept.digest_at:%H:%M}") == (
            "22:30",
            "06:00",
            "18:15",
        )
    page = settings.get("/profile/notifications").get_data(as_text=True)
    assert 'value="22:30"' in page
    assert '<option value="digest" selected>' in page
    # Back again, and without quiet hours.
    chosen[f"{KIND}:email"] = "at_once"
    assert post(settings, "/profile/notifications", **chosen, digest_at="09:00").status_code == 302
    with shop.inside():
        assert (
            db.session.scalars(select(Subscription.mode).where(Subscription.channel == "email")).one()
            is Mode.AT_ONCE
        )
        assert db.session.scalars(select(NotificationPreference.quiet_from)).one() is None


@pytest.mark.parametrize(
    "given",
    [
        {f"{KIND}:app": "digest", "digest_at": "09:00"},
        {f"{KIND}:email": "loudly", "digest_at": "09:00"},
        {"digest_at": "25:00"},
        {"digest_at": ""},
        {"digest_at": "09:00", "is_quiet": "1", "quiet_from": "22:00", "quiet_until": "22:00"},
        {"digest_at": "09:00", "is_quiet": "1", "quiet_from": "rubbish", "quiet_until": "22:00"},
        {"digest_at": "09:00+05:00"},
    ],
)
def test_settings_that_make_no_sense_change_nothing(
    shop: Shop, settings: FlaskClient, given: dict[str, str]
) -> None:
    answer = post(settings, "/profile/notifications", **{f"{KIND}:sms": "at_once"} | given)
    assert answer.status_code == 422
    assert 'class="alert bad"' in answer.get_data(as_text=True)
    with shop.inside():
        assert not db.session.scalars(select(Subscription)).all()
        assert not db.session.scalars(select(NotificationPreference)).all()


def test_a_kind_that_is_not_ones_own_is_not_offered(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    page = client_of("cashier").get("/profile/notifications").get_data(as_text=True)
    assert KIND not in page


def test_the_office_sees_what_was_told(
    shop: Shop, settings: FlaskClient, client_of: Callable[..., FlaskClient]
) -> None:
    tell(shop, 7)
    with shop.inside():
        number = db.session.scalars(select(Notification.id)).one()
        db.session.add(
            Subscription(user_id=shop.users["owner"], kind=KIND, channel=Channel.EMAIL, mode=Mode.DIGEST)
        )
    assert "differences found: 7" in settings.get("/admin/notices/").get_data(as_text=True)
    assert "line 7" in settings.get(f"/admin/notices/details/?id={number}").get_data(as_text=True)
    assert "In the digest" in settings.get("/admin/subscriptions/").get_data(as_text=True)
    # Who looks after messages sees that it was told, and not what: it may be of profits.
    with shop.inside():
        db.session.get_one(User, shop.users["manager"]).locale = "en"
        db.session.add(
            Delivery(
                channel=Channel.EMAIL,
                kind=KIND,
                user_id=shop.users["owner"],
                address="owner@example.org",
                subject="secret subject",
                body="secret body",
            )
        )
        db.session.add(
            Delivery(channel=Channel.SMS, kind="to.customer", address="+998901112233", body="Your receipt")
        )
        db.session.flush()
        sent, other = db.session.scalars(select(Delivery.id).order_by(Delivery.id))
    manager = client_of("manager")
    for page, hidden in (
        ("/admin/notices/", "differences found"),
        (f"/admin/notices/details/?id={number}", "line 7"),
        ("/admin/deliveries/", "secret"),
        (f"/admin/deliveries/details/?id={sent}", "secret"),
    ):
        text = manager.get(page).get_data(as_text=True)
        assert "for the receiver alone" in text, page
        assert hidden not in text, page
    assert "Your receipt" in manager.get(f"/admin/deliveries/details/?id={other}").get_data(as_text=True)
    assert "secret body" in settings.get(f"/admin/deliveries/details/?id={sent}").get_data(as_text=True)


def test_what_was_read_long_ago_is_forgotten(shop: Shop) -> None:
    with shop.inside():
        for days, read, key in ((200, True, "old"), (200, False, "unread"), (100, True, "young")):
            moment = utc_now() - timedelta(days=days)
            db.session.add(
                Notification(
                    user_id=shop.users["owner"],
                    kind=KIND,
                    facts={},
                    origin_kind="books",
                    origin_id=1,
                    dedupe_key=key,
                    created_at=moment,
                    read_at=moment if read else None,
                )
            )
            db.session.add(
                Delivery(
                    channel=Channel.EMAIL,
                    kind=KIND,
                    address=f"{key}@example.org",
                    body="",
                    created_at=moment,
                    status=DeliveryStatus.SENT if read else DeliveryStatus.BLOCKED,
                )
            )
    with shop.app.app_context():
        forget_notices()
        db.session.commit()
    with shop.inside():
        assert set(db.session.scalars(select(Notification.dedupe_key))) == {"unread", "young"}
        kept = set(db.session.scalars(select(Delivery.address)))
        assert kept == {"unread@example.org", "young@example.org"}


def test_a_broadcast_tells_how_it_went_after_its_messages_are_forgotten(shop: Shop, stranger: Shop) -> None:
    old, young = utc_now() - timedelta(days=200), utc_now() - timedelta(days=100)
    numbers = {}
    for one, messages in (
        (shop, {DeliveryStatus.SENT: 3, DeliveryStatus.FAILED: 2, DeliveryStatus.BLOCKED: 1}),
        (stranger, {DeliveryStatus.CANCELLED: 4}),
    ):
        with one.inside():
            row = Broadcast(client_uuid=uuid4(), content_hash="x", text="Salom", audience={}, recipients=7)
            db.session.add(row)
            db.session.flush()
            numbers[one.domain] = row.id
            for status, count in messages.items():
                for _number in range(count):
                    facts = {"channel": Channel.TELEGRAM, "kind": "broadcast", "address": "1", "body": ""}
                    db.session.add(Delivery(**facts, broadcast_id=row.id, status=status, created_at=old))
            sent = DeliveryStatus.SENT
            facts = {"channel": Channel.TELEGRAM, "kind": "broadcast", "address": "1", "body": ""}
            db.session.add(Delivery(**facts, broadcast_id=row.id, status=sent, created_at=young))

    def told(one: Shop) -> tuple[int, ...]:
        with one.inside():
            found = progress_of(numbers[one.domain])
            return found.sent, found.failed, found.blocked, found.cancelled, found.done

    before = told(shop), told(stranger)
    assert before == ((4, 2, 1, 0, 7), (1, 0, 0, 4, 5))
    for _night in range(2):
        with shop.app.app_context():
            forget_notices()
            db.session.commit()
        assert (told(shop), told(stranger)) == before
    with shop.inside():
        left = select(func.count()).where(Delivery.broadcast_id == numbers[shop.domain])
        assert db.session.scalar(left) == 2, "the refusal and what is young"
