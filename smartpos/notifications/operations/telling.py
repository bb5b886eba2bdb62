"""Telling people: one notice for everybody whom it concerns, and a message for each channel they have chosen."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale

from smartpos.core.db import utc_now
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.core.tenancy import ScopeMissing
from smartpos.notifications import channels
from smartpos.notifications.models import Channel, Mode
from smartpos.notifications.operations.kinds import Facts, Kind, kind_of, words_of
from smartpos.notifications.operations.messages import address_of_page, send_after_commit
from smartpos.notifications.operations.times import after_quiet, next_digest
from smartpos.notifications.queries.people import Receiver, receivers

_NOTICES = """
INSERT INTO notifications (organization_id, user_id, kind, level, facts, link, origin_kind, origin_id, dedupe_key,
                           created_at, read_at)
SELECT %(organization_id)s, new.user_id, %(kind)s, %(level)s, %(facts)s::jsonb, %(link)s, %(origin_kind)s,
       %(origin_id)s, %(dedupe_key)s, %(now)s, CASE WHEN new.is_shown THEN NULL ELSE %(now)s END
FROM unnest(%(user_ids)s::bigint[], %(shown)s::boolean[]) AS new (user_id, is_shown)
ON CONFLICT (organization_id, user_id, dedupe_key) DO NOTHING
RETURNING user_id, id
"""
# Whoever refused messages at an address is not asked again; a link to Telegram remembers that by itself.
_MESSAGES = """
INSERT INTO notification_deliveries (organization_id, channel, kind, notification_id, user_id, address, subject, body,
                                     buttons, dedupe_key, is_digest, status, attempts, not_before, created_at)
SELECT %(organization_id)s, new.channel, %(kind)s, new.notification_id, new.user_id, new.address, new.subject, new.body,
       new.buttons, 'notice:' || new.notification_id || ':' || new.channel, new.is_digest, 'waiting', 0,
       new.not_before, %(now)s
FROM unnest(%(channels)s::text[], %(notices)s::bigint[], %(user_ids)s::bigint[], %(addresses)s::text[],
            %(subjects)s::text[], %(bodies)s::text[], %(buttons)s::jsonb[], %(digests)s::boolean[],
            %(moments)s::timestamptz[])
  AS new (channel, notification_id, user_id, address, subject, body, buttons, is_digest, not_before)
WHERE NOT EXISTS (
    SELECT 1 FROM notification_deliveries AS refused
    WHERE refused.organization_id = %(organization_id)s AND refused.status = 'blocked'
      AND refused.channel = new.channel AND refused.address = new.address AND refused.channel <> 'telegram'
)
ON CONFLICT (organization_id, dedupe_key) DO NOTHING
"""
OUTSIDE = (Channel.TELEGRAM, Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True, slots=True)
class _Message:
    channel: Channel
    user_id: int
    address: str
    subject: str
    body: str
    buttons: str
    is_digest: bool
    not_before: datetime


def notify(
    kind: str,
    *,
    facts: Facts,
    origin_kind: str,
    origin_id: int,
    dedupe_key: str,
    link: str | None = None,
    user_ids: Iterable[int] | None = None,
    without: Iterable[int] = (),
    whole: bool = False,
) -> int:
    """Tell people of the tenant in force about something; gives how many were told who had not been told before.

    Without ``user_ids`` all are told who hold the kind's permission and, where ``facts["branch_id"]`` names a branch,
    may see its workspace; with ``whole`` only who sees the whole organization. Those in ``without`` know it already.
    ``facts`` fit into JSON; amounts and days are text. ``dedupe_key`` names the cause: a person
    is told of it once. ``link`` is a path of this product. Three statements, however many people. Flushes, commits
    nothing. Raises LookupError for a kind that nobody declared, ScopeMissing outside of a tenant.
    """
    declared = kind_of(kind)
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("notices belong to a tenant")
    people = receivers(
        kind,
        permission=declared.permission,
        branch_id=facts.get("branch_id"),
        user_ids=user_ids,
        without=without,
        whole=whole,
    )
    now = utc_now()
    modes = {person.user_id: _modes(declared, person) for person in people}
    told = [
        person for person in people if any(mode is not Mode.OFF for mode in modes[person.user_id].values())
    ]
    if not told:
        return 0
    shared = {"organization_id": organization_id, "kind": kind, "now": now}
    new = dict(
        send(
            _NOTICES,
            shared
            | {
                "level": declared.level_of(facts).value,
                "facts": json.dumps(dict(facts), default=str),
                "link": link,
                "origin_kind": origin_kind,
                "origin_id": origin_id,
                "dedupe_key": dedupe_key,
                "user_ids": [person.user_id for person in told],
                "shown": [modes[person.user_id][Channel.APP] is not Mode.OFF for person in told],
            },
        )
    )
    fresh = [(person, modes[person.user_id]) for person in told if person.user_id in new]
    messages = _messages(declared, facts, link, fresh, now)
    if messages:
        send(
            _MESSAGES,
            shared
            | {
                "channels": [message.channel.value for message in messages],
                "notices": [new[message.user_id] for message in messages],
                "user_ids": [message.user_id for message in messages],
                "addresses": [message.address for message in messages],
                "subjects": [message.subject for message in messages],
                "bodies": [message.body for message in messages],
                "buttons": [message.buttons for message in messages],
                "digests": [message.is_digest for message in messages],
                "moments": [message.not_before for message in messages],
            },
        )
        send_after_commit()
    return len(fresh)


def _modes(kind: Kind, person: Receiver) -> dict[Channel, Mode]:
    return {channel: person.chosen.get(channel, kind.default(channel)) for channel in Channel}


def _messages(
    kind: Kind,
    facts: Facts,
    link: str | None,
    people: list[tuple[Receiver, dict[Channel, Mode]]],
    now: datetime,
) -> list[_Message]:
    """A message for each person and channel; the words are made once for each language."""
    live = [channel for channel in OUTSIDE if channels.is_on(channel)]
    wording: dict[str, tuple[str, str, str]] = {}
    found = []
    for person, modes in people:
        for channel in live:
            mode, address = modes[channel], person.addresses.get(channel)
            if mode is Mode.OFF or address is None:
                continue
            if person.locale not in wording:
                with force_locale(person.locale):
                    words = words_of(kind.key, facts)
                    offered = json.dumps(kind.buttons(facts) if kind.buttons else [])
                wording[person.locale] = (words.title, words.text, offered)
            title, text, buttons = wording[person.locale]
            is_digest = mode is Mode.DIGEST
            page = None if is_digest else address_of_page(link, person.host)
            body = "\n".join(filter(None, (text, page)))
            found.append(
                _Message(
                    channel,
                    person.user_id,
                    address,
                    title,
                    body,
                    buttons if channel is Channel.TELEGRAM and not is_digest else "[]",
                    is_digest,
                    _moment(kind, person, now, is_digest=is_digest),
                )
            )
    return found


def _moment(kind: Kind, person: Receiver, now: datetime, *, is_digest: bool) -> datetime:
    if is_digest:
        return next_digest(now, person.zone, person.digest_at)
    if kind.awaited:
        return now
    return after_quiet(now, person.zone, person.quiet_from, person.quiet_until)
