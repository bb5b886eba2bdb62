"""People of the tests of the bot."""

from itertools import count

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.crm.operations import create_customer
from smartpos.notifications.models import LinkStatus, TelegramLink
from tests.bot.server import Person
from tests.cast import Shop

_phones = count(1_000_000)


def new_phone() -> str:
    return f"+99890{next(_phones)}"


def make_customer(shop: Shop, phone: str, name: str = "Aziza Karimova", **facts: object) -> int:
    with shop.inside("owner"):
        return create_customer(name=name, phone=phone, actor=shop.actor(), **facts)[0].id  # type: ignore[arg-type]


def link_of(shop: Shop, person: Person) -> TelegramLink:
    """The chat's row, as it is now."""
    with shop.inside():
        link = db.session.scalars(select(TelegramLink).where(TelegramLink.chat_id == person.chat_id)).one()
        db.session.expunge(link)
        return link


def come_in(shop: Shop, person: Person, phone: str) -> None:
    """A customer whose number the shop knows."""
    person.writes(f"/start {shop.domain}")
    person.shares(phone)


def seat(shop: Shop, chat_id: int, customer_id: int, **facts: object) -> None:
    """A customer in a chat, without their having written anything."""
    with shop.inside():
        link = TelegramLink(chat_id=chat_id, customer_id=customer_id, status=LinkStatus.ACTIVE, locale="en")
        for name, value in facts.items():
            setattr(link, name, value)
        db.session.add(link)
