"""Choosing how one is told: the mode of each kind and channel, quiet hours, the hour of the digest."""

from collections.abc import Mapping
from datetime import time

from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Mode, NotificationPreference, Subscription
from smartpos.notifications.operations.kinds import find_kind
from smartpos.notifications.queries.chosen import modes_of

Choices = Mapping[tuple[str, Channel], Mode]


def choose_modes(choices: Choices, *, actor: Actor) -> int:
    """Keep what a person chose where it differs from what held for them; gives how many choices are new.

    Raises Invalid for a kind that is not theirs to choose, and for a digest in the bell, which is read at any time.
    """
    before = modes_of(actor.user_id)
    rows = []
    for (key, channel), mode in choices.items():
        kind = find_kind(key)
        if kind is None or not kind.is_open_to(actor.permissions):
            raise Invalid(_("There is no such kind of notice."), field=f"{key}:{channel.value}")
        if channel is Channel.APP and mode is Mode.DIGEST:
            raise Invalid(_("The bell knows no digest."), field=f"{key}:{channel.value}")
        if mode is not before.get((key, channel), kind.default(channel)):
            rows.append(
                {
                    "organization_id": actor.organization.id,
                    "user_id": actor.user_id,
                    "kind": key,
                    "channel": channel,
                    "mode": mode,
                    "updated_at": utc_now(),
                }
            )
    if rows:
        statement = insert(Subscription).values(rows)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["organization_id", "user_id", "kind", "channel"],
                set_={"mode": statement.excluded.mode, "updated_at": statement.excluded.updated_at},
            )
        )
    return len(rows)


def choose_hours(
    *, quiet_from: time | None, quiet_until: time | None, digest_at: time | None, actor: Actor
) -> None:
    """Keep a person's quiet hours (None: none) and the hour of the digest. Raises Invalid for half of quiet hours."""
    if (quiet_from is None) != (quiet_until is None):
        raise Invalid(_("Quiet hours need a beginning and an end."), field="quiet")
    if quiet_from is not None and quiet_from == quiet_until:
        raise Invalid(_("Quiet hours begin and end at different times."), field="quiet")
    values = {"quiet_from": quiet_from, "quiet_until": quiet_until, "digest_at": digest_at}
    statement = insert(NotificationPreference).values(
        organization_id=actor.organization.id, user_id=actor.user_id, updated_at=utc_now(), **values
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["organization_id", "user_id"], set_=values | {"updated_at": utc_now()}
        )
    )
