"""Coming in: by a shop's link, by a colleague's link, by sharing one's phone number; and choosing among shops."""

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.bot.chat import Chat, as_staff, chat_of, guess
from smartpos.bot.incoming import Incoming
from smartpos.bot.menu import keys_of
from smartpos.bot.replies import Edit, Keys, Note, Press, Reply, Say
from smartpos.core.db import db
from smartpos.core.i18n import LANGUAGES
from smartpos.core.phones import normal_phone
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.errors import PhoneTaken
from smartpos.crm.models import Customer
from smartpos.crm.operations import create_customer
from smartpos.identity.errors import BadField
from smartpos.identity.queries import actor_of_user
from smartpos.notifications.models import TelegramLink
from smartpos.notifications.operations import telegram as links
from smartpos.notifications.operations.telegram import BadToken
from smartpos.notifications.queries.telegram import shop_by_domain, shops_of_chat

NAME_STAGE = "name:"
SHORTEST_NAME, LONGEST_NAME = 2, 100


def come_in(incoming: Incoming) -> list[Reply]:
    """``/start`` with the argument of a link: a shop's short name, or what a member of staff was given."""
    door = shop_by_domain(incoming.argument.lower())
    if door is None and incoming.argument.startswith(links.STAFF_PREFIX):
        return _come_in_as_staff(incoming)
    if door is None:
        with force_locale(guess(incoming.language)):
            return [Say(_("This link leads to no shop. Please ask the shop for its link or QR code."))]
    locale = guess(incoming.language, door.locale)
    if not door.is_open:
        with force_locale(locale):
            return [closed(door.name)]
    with tenant_scope(door.organization_id):
        _greet(incoming, locale)
        chat = _chat(incoming)
        with force_locale(chat.locale):
            known = chat.customer is not None or chat.staff is not None
            if chat.customer is None:
                return [*([welcome(chat)] if known else []), ask_phone(chat)]
            return [welcome(chat)]


def _come_in_as_staff(incoming: Incoming) -> list[Reply]:
    with force_locale(guess(incoming.language)):
        organization_id, named = links.read_staff_argument(incoming.argument)
        with tenant_scope(organization_id):
            known = links.lock_link(incoming.chat_id)
            # The same update may come twice; what it has done is not undone by its link being used up.
            if known is None or known.user_id != named:
                user_id = links.check_staff_argument(incoming.argument)
                who = actor_of_user(user_id)
                if who is None:
                    raise BadToken
                locale = who.locale or guess(incoming.language, who.organization.locale)
                links.link_staff(_greet(incoming, locale), user_id)
            chat = _chat(incoming)
            with force_locale(chat.locale):
                text = _(
                    "%(name)s, this chat is connected to “%(shop)s”. What you should know comes here now.",
                    name=chat.staff.name if chat.staff else "",
                    shop=chat.shop,
                )
                return [Say(text, keys=keys_of(chat))]


def _greet(incoming: Incoming, locale: str) -> TelegramLink:
    return links.greet_chat(incoming.chat_id, username=incoming.username, name=incoming.name, locale=locale)


def _chat(incoming: Incoming) -> Chat:
    """The chat within the tenant in force, whose link is there."""
    # Looking across tenants empties the session, so it comes first.
    shops = shops_of_chat(incoming.chat_id)
    link = links.lock_link(incoming.chat_id)
    assert link is not None  # noqa: S101 - made just now, or there before
    return chat_of(link, shops, incoming)


def closed(name: str) -> Say:
    """A shop that is suspended answers nothing else."""
    return Say(_("“%(shop)s” does not answer at the moment.", shop=name))


def nobody(incoming: Incoming) -> Say:
    """A chat that has not come by a link of a shop."""
    return Say(
        _("Welcome! Open the link or scan the QR code of your shop, and I will tell you about your account.")
    )


def ask_phone(chat: Chat) -> Say:
    """Who are you?"""
    text = _(
        "Welcome to “%(shop)s”! Share your phone number with the button below, and I will show you your balance, "
        "your points, your debts and your receipts.",
        shop=chat.shop,
    )
    return Say(text, keys=Keys(contact=_("Share my phone number")))


def welcome(chat: Chat) -> Say:
    """The menu, with a name."""
    name = chat.customer.name if chat.customer else chat.staff.name if chat.staff else ""
    return Say(_("“%(shop)s” at your service, %(name)s!", shop=chat.shop, name=name), keys=keys_of(chat))


def take_contact(chat: Chat) -> list[Reply]:
    """A phone number that was shared: the person's own, and nobody else's."""
    contact = chat.incoming.contact
    assert contact is not None  # noqa: S101 - asked before
    if chat.customer is not None:
        return [welcome(chat)]
    if contact.user_id != chat.incoming.sender_id:
        text = _("This is somebody else's contact. Please share your own number with the button below.")
        return [Say(text, keys=Keys(contact=_("Share my phone number")))]
    digits = "".join(sign for sign in contact.phone if sign.isascii() and sign.isdigit())
    phone = normal_phone(f"+{digits}", chat.actor.organization.country)
    if phone is None:
        return [Say(_("I cannot read this phone number. Please tell it to the shop's staff."))]
    # Within this shop alone: whatever the number is to another shop is not looked at.
    known = select(Customer.id).where(Customer.phone == phone, Customer.deleted_at.is_(None))
    customer_id = db.session.execute(known).scalar_one_or_none()
    if customer_id is not None:
        return _let_in(chat, customer_id)
    chat.link.stage = NAME_STAGE + phone
    suggested = chat.incoming.name.strip()[:LONGEST_NAME]
    return [Say(_("Thank you! What is your name?"), keys=Keys([[suggested]] if suggested else []))]


def take_name(chat: Chat) -> list[Reply]:
    """The name of somebody whose number the shop did not know: they become a customer."""
    phone = (chat.link.stage or "").removeprefix(NAME_STAGE)
    name = " ".join(chat.incoming.text.split())
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME or not any(sign.isalpha() for sign in name):
        return [Say(_("Please write your name, in 2 to 100 letters."))]
    try:
        customer, _made = create_customer(name=name, phone=phone, source="telegram", actor=chat.actor)
    except PhoneTaken as error:  # somebody at a till was faster
        return _let_in(chat, int(error.facts["customer"]["id"]))
    except BadField as error:
        return [Say(str(error))]
    return _let_in(chat, customer.id)


def _let_in(chat: Chat, customer_id: int) -> list[Reply]:
    links.link_customer(chat.link, customer_id)
    chat.customer = db.session.get_one(Customer, customer_id)
    return [welcome(chat)]


def choose_language(chat: Chat) -> list[Reply]:
    """Which languages there are."""
    rows = [[Press(name, f"l:{code}")] for code, name in LANGUAGES.items()]
    return [Say(_("Choose the language"), rows)]


def language_chosen(chat: Chat, code: str) -> list[Reply]:
    """A language was pressed."""
    links.choose_language(chat.link, code)
    with force_locale(code):
        return [Edit(_("I speak English now.")), Note(""), welcome(chat)]


def choose_shop(chat: Chat) -> list[Reply]:
    """Several shops in one chat: which one is to answer?"""
    rows = [
        [Press(("● " if shop.link_id == chat.link.id else "") + shop.name, f"s:{shop.organization_id}")]
        for shop in chat.shops
        if shop.is_open
    ]
    return [Say(_("Which shop shall answer?"), rows)]


def shop_chosen(chat: Chat) -> list[Reply]:
    """A shop was pressed: this chat's."""
    links.select_shop(chat.link)
    name = _("“%(shop)s” answers now.", shop=chat.shop)
    if chat.customer is None and chat.staff is None:
        return [Edit(name), Note(""), ask_phone(chat)]
    return [Edit(name), Note(""), welcome(chat)]


def disconnect(chat: Chat) -> list[Reply]:
    """A member of staff wants no alerts in this chat any more."""
    if chat.staff is None:
        return [welcome(chat)] if chat.customer is not None else [ask_phone(chat)]
    with as_staff(chat) as who:
        links.unlink_staff(who.user_id or 0)
    return [Say(_("This chat is no longer connected to your account."), keys=Keys())]
