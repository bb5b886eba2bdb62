"""A chat within the shop that answers it: who sits there, in which language, with which rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import force_locale

from smartpos.bot.incoming import Incoming
from smartpos.core.db import db
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.models import Customer
from smartpos.identity.actors import Actor
from smartpos.identity.queries import actor_of_user, system_actor
from smartpos.notifications.models import TelegramLink
from smartpos.notifications.operations import telegram as links
from smartpos.notifications.queries.telegram import ChatShop


@dataclass
class Chat:
    """Inside the tenant of one shop. ``actor`` is the shop itself, ``staff`` the member of staff who sits there, if
    one does; ``customer`` is None for a chat that has not said who it is."""

    incoming: Incoming
    link: TelegramLink
    shops: list[ChatShop]
    actor: Actor
    customer: Customer | None
    staff: Actor | None
    locale: str

    @property
    def shop(self) -> str:
        """What the shop is called."""
        return str(self.actor.setting("display_name") or self.actor.organization.name)


@contextmanager
def entered(shop: ChatShop, shops: list[ChatShop], incoming: Incoming) -> Iterator[Chat | None]:
    """The chat within a shop, its link locked; None when the link has gone meanwhile."""
    with tenant_scope(shop.organization_id):
        link = links.lock_link(incoming.chat_id)
        if link is None:
            yield None
            return
        chat = chat_of(link, shops, incoming)
        with force_locale(chat.locale):
            yield chat


def chat_of(link: TelegramLink, shops: list[ChatShop], incoming: Incoming) -> Chat:
    """Who sits there now: a customer who was deleted and a colleague who has left are let go of. In the tenant."""
    actor = system_actor(link.organization_id)
    staff = actor_of_user(link.user_id) if link.user_id is not None else None
    if link.user_id is not None and staff is None:
        link.user_id = None
    customer = db.session.get(Customer, link.customer_id) if link.customer_id is not None else None
    if link.customer_id is not None and (customer is None or customer.deleted_at is not None):
        links.link_customer(link, None)
        customer = None
    spoken = link.locale or (staff.locale if staff else None)
    locale = spoken if spoken in LANGUAGES else guess(incoming.language, actor.organization.locale)
    return Chat(incoming, link, shops, actor, customer, staff, locale)


@contextmanager
def as_staff(chat: Chat) -> Iterator[Actor]:
    """In the name of the member of staff, who sees no more than in the back office."""
    assert chat.staff is not None  # noqa: S101 - asked before
    who = chat.staff
    with tenant_scope(who.organization.id, user_id=who.user_id, workspace_ids=who.workspace_ids):
        yield who


def guess(language: str | None, fallback: str | None = None) -> str:
    """The language of somebody who has not chosen one: that of their Telegram where we speak it, else the shop's."""
    code = (language or "").partition("-")[0].lower()
    if code in LANGUAGES:
        return code
    return fallback if fallback in LANGUAGES else DEFAULT_LANGUAGE
