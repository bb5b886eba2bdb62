"""Who is told, once, in which words, and what a notice costs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import ScopeMissing
from smartpos.identity.models import Branch, Role, User, UserStatus, UserWorkspace, Workspace
from smartpos.notifications.models import (
    Channel,
    Delivery,
    Level,
    LinkStatus,
    Mode,
    Notification,
    Subscription,
    TelegramLink,
)
from smartpos.notifications.operations import Kind, NoticeGroup, kinds, notify, words_of
from tests.cast import Shop

KIND = "test.shelf_fell"


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> Kind:
    """A kind for those who may write settings: owner and admin of the cast, and whoever is given it."""
    made = Kind(
        KIND,
        "Shelf",
        NoticeGroup.STOCK,
        title=lambda facts: f"Shelf {facts['number']}",
        text=lambda facts: f"fell {facts['times']} times",
        level=Level.WARN,
        permission="identity:setting:write",
        defaults={Channel.EMAIL: Mode.AT_ONCE, Channel.TELEGRAM: Mode.AT_ONCE},
    )
    monkeypatch.setattr(kinds, "_declared", kinds._declared | {KIND: made})
    return made


@pytest.fixture(autouse=True)
def outbox(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(shop.app.config, "OUTBOX", True)


def tell(**facts: Any) -> int:
    options = {
        "facts": {"number": 7, "times": 2} | facts.pop("facts", {}),
        "origin_kind": "shelf",
        "origin_id": 7,
        "dedupe_key": "shelf:7",
    }
    return notify(KIND, **(options | facts))


def told(shop: Shop) -> set[str]:
    names = {number: name for name, number in shop.users.items()}
    return {names[number] for number in db.session.scalars(select(Notification.user_id))}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engine = db.session.connection()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_those_who_hold_the_permission_are_told_once(shop: Shop, stranger: Shop) -> None:
    with shop.inside():
        assert tell() == 2
        assert told(shop) == {"owner", "admin"}
        row = db.session.scalars(select(Notification)).first()
        assert row is not None
        assert (row.level, row.read_at, row.origin_kind, row.origin_id) == (Level.WARN, None, "shelf", 7)
        assert words_of(row.kind, row.facts) == kinds.Worded("Shelf 7", "fell 2 times")
        assert tell(facts={"times": 3}) == 0
        assert tell(dedupe_key="shelf:8") == 2
    with stranger.inside():
        assert db.session.scalars(select(Notification)).all() == []


def test_an_owner_is_told_whatever_the_rows_of_the_role_say(shop: Shop) -> None:
    with shop.inside():
        role = db.session.scalars(select(Role).where(Role.key == RoleKey.OWNER.value)).one()
        role.permissions.clear()
        db.session.flush()
        assert tell() == 2
        assert "owner" in told(shop)


def test_who_was_dismissed_is_not_told(shop: Shop) -> None:
    with shop.inside():
        db.session.get_one(User, shop.users["admin"]).status = UserStatus.INACTIVE
        db.session.flush()
        assert tell() == 1
        assert told(shop) == {"owner"}


def test_the_named_are_told_and_nobody_of_another_shop(shop: Shop, stranger: Shop) -> None:
    with shop.inside():
        assert tell(user_ids=[shop.users["cashier"], stranger.users["stranger"]]) == 1
        assert told(shop) == {"cashier"}


def test_a_branch_of_a_workspace_is_no_business_of_others(shop: Shop) -> None:
    with shop.inside():
        mine, other = Workspace(name="Markaz"), Workspace(name="Filial")
        db.session.add_all([mine, other])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = mine.id
        db.session.add(UserWorkspace(user_id=shop.users["admin"], workspace_id=other.id))
        db.session.flush()
        assert tell(facts={"branch_id": shop.branch_id}) == 1
        assert told(shop) == {"owner"}
        db.session.add(UserWorkspace(user_id=shop.users["admin"], workspace_id=mine.id))
        db.session.flush()
        assert tell(facts={"branch_id": shop.branch_id}) == 1
        assert told(shop) == {"owner", "admin"}


def test_a_message_goes_where_the_person_is_reached(shop: Shop) -> None:
    with shop.inside():
        owner = db.session.get_one(User, shop.users["owner"])
        owner.email, owner.phone_number = "owner@example.org", "+998901112233"
        db.session.add(TelegramLink(chat_id=777, user_id=owner.id, status=LinkStatus.ACTIVE))
        db.session.add(TelegramLink(chat_id=778, user_id=shop.users["admin"], status=LinkStatus.BLOCKED))
        db.session.flush()
        tell(link="/somewhere")
        rows = db.session.execute(
            select(Delivery.channel, Delivery.address, Delivery.subject, Delivery.body, Delivery.user_id)
            .where(Delivery.user_id == owner.id)
            .order_by(Delivery.channel)
        ).all()
        assert [tuple(row) for row in rows] == [
            (Channel.EMAIL, "owner@example.org", "Shelf 7", "fell 2 times", owner.id),
            (Channel.TELEGRAM, "777", "Shelf 7", "fell 2 times", owner.id),
        ]
        assert not db.session.scalars(select(Delivery).where(Delivery.address == "778")).all()


def test_a_message_leads_to_the_page_where_the_installation_knows_its_address(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(shop.app.config, "PUBLIC_URL", "https://pos.example.org/")
    with shop.inside():
        db.session.get_one(User, shop.users["owner"]).email = "owner@example.org"
        db.session.flush()
        tell(link="/somewhere")
        body = db.session.scalars(select(Delivery.body).where(Delivery.address == "owner@example.org")).one()
        assert body == "fell 2 times\nhttps://pos.example.org/somewhere"


def test_a_channel_that_is_off_gets_no_messages(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(shop.app.config, "OUTBOX", False)
    with shop.inside():
        db.session.get_one(User, shop.users["owner"]).email = "owner@example.org"
        db.session.flush()
        assert tell() == 2
        assert not db.session.scalars(select(Delivery)).all()


def test_the_choice_of_a_person_holds(shop: Shop) -> None:
    owner, admin = shop.users["owner"], shop.users["admin"]
    with shop.inside():
        for who in (owner, admin):
            db.session.get_one(User, who).email = f"{who}@example.org"
        choose = {
            (owner, Channel.APP): Mode.OFF,
            (admin, Channel.APP): Mode.OFF,
            (admin, Channel.EMAIL): Mode.OFF,
            (admin, Channel.TELEGRAM): Mode.OFF,
        }
        for (who, channel), mode in choose.items():
            db.session.add(Subscription(user_id=who, kind=KIND, channel=channel, mode=mode))
        db.session.flush()
        # Who wants nothing has no row; without the bell there is one that asks for no attention.
        assert tell() == 1
        row = db.session.scalars(select(Notification)).one()
        assert row.user_id == owner
        assert row.read_at is not None
        assert db.session.scalars(select(Delivery.address)).all() == [f"{owner}@example.org"]


def test_an_address_that_refused_is_not_asked_again(shop: Shop) -> None:
    with shop.inside():
        db.session.get_one(User, shop.users["owner"]).email = "owner@example.org"
        db.session.flush()
        tell()
        row = db.session.scalars(select(Delivery)).one()
        db.session.execute(Delivery.__table__.update().values(status="blocked"))
        db.session.expire(row)
        tell(dedupe_key="shelf:9")
        assert len(db.session.scalars(select(Delivery.id)).all()) == 1


def test_words_are_made_in_the_language_of_each(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_babel import get_locale

    made = kinds._declared[KIND]
    speaking = Kind(
        KIND,
        made.label,
        made.group,
        title=lambda facts: str(get_locale()),
        buttons=lambda facts: [[{"text": f"{get_locale()}!", "data": "yes"}]],
        permission=made.permission,
        defaults=made.defaults,
    )
    monkeypatch.setitem(kinds._declared, KIND, speaking)
    with shop.inside():
        for who, locale in (("owner", "ru"), ("admin", None)):
            user = db.session.get_one(User, shop.users[who])
            user.email, user.locale = f"{who}@example.org", locale
        db.session.add(TelegramLink(chat_id=5, user_id=shop.users["owner"], status=LinkStatus.ACTIVE))
        db.session.flush()
        tell()
        found = {row.address: (row.subject, row.buttons) for row in db.session.scalars(select(Delivery))}
        # Buttons are for Telegram alone.
        assert found == {
            "owner@example.org": ("ru", []),
            "admin@example.org": ("uz", []),
            "5": ("ru", [[{"text": "ru!", "data": "yes"}]]),
        }


def test_a_notice_costs_the_same_for_two_hundred_people(shop: Shop) -> None:
    with shop.inside():
        db.session.get_one(User, shop.users["owner"]).email = "owner@example.org"
        db.session.flush()
        with counted() as few:
            assert tell() == 2
        role = db.session.scalars(select(Role.id).where(Role.key == RoleKey.ADMIN.value)).one()
        rows = [
            {
                "organization_id": shop.organization_id,
                "username": f"person{number}",
                "full_name": f"Person {number}",
                "role_id": role,
                "email": f"person{number}@example.org",
            }
            for number in range(200)
        ]
        db.session.execute(insert(User), rows)
        with counted() as many:
            assert tell(dedupe_key="shelf:many") == 202
        assert len(few) == len(many) == 3
        assert len(db.session.scalars(select(Delivery.id)).all()) == 202


def test_without_a_shop_nobody_is_told(shop: Shop) -> None:
    with shop.app.app_context(), pytest.raises(ScopeMissing):
        tell()


def test_a_kind_that_nobody_declared_is_a_mistake(shop: Shop) -> None:
    with shop.inside(), pytest.raises(LookupError):
        notify("test.nothing", facts={}, origin_kind="x", origin_id=1, dedupe_key="x")


def test_facts_of_an_older_version_still_have_a_title(shop: Shop) -> None:
    with shop.inside():
        assert words_of(KIND, {}) == kinds.Worded("Shelf", "")
        assert words_of("test.gone", json.loads("{}")).title == "test.gone"
