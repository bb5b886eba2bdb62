"""Messages to customers in Telegram: the audience is found here, the rest is done by notifications."""

from typing import Any
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _

from smartpos.bot.queries.audiences import Audience, chats_of
from smartpos.core.i18n import LANGUAGES
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Broadcast
from smartpos.notifications.operations.broadcasts import start_broadcast


def stop_buttons(organization_id: int) -> dict[str, list[Any]]:
    """The button below a message that nobody asked for, in each language."""
    found = {}
    for locale in LANGUAGES:
        with force_locale(locale):
            label = _("Stop messages")
            found[locale] = [[{"text": f"🔕 {label}", "data": f"q:{organization_id}"}]]
    return found


def send_broadcast(
    text: str, audience: Audience, *, client_uuid: UUID | None = None, actor: Actor
) -> tuple[Broadcast, bool]:
    """Queue a message for an audience and tell whether it is new. Raises Invalid, BroadcastUuidReused, NobodyToTell."""
    return start_broadcast(
        text,
        chats=chats_of(audience),
        audience=audience.facts(),
        stop_buttons=stop_buttons(actor.organization.id),
        client_uuid=client_uuid,
        actor=actor,
    )
