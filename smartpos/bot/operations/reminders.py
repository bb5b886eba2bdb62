"""Reminding customers of what they owe: before it is due, on the day, and after it."""

import json
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.bot.operations.broadcasts import stop_buttons
from smartpos.core.db import utc_now
from smartpos.core.figures import day_text, money_text
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.sql import send
from smartpos.crm.queries.accounts import CUSTOMERS
from smartpos.identity.actors import Actor
from smartpos.notifications import channels
from smartpos.notifications.models import Channel
from smartpos.notifications.operations import describe_messages
from smartpos.notifications.operations.messages import send_after_commit

KIND = "crm.debt_reminder"
# By then nobody wants to hear of debts any more, if the morning was missed.
LATEST_HOUR = 21

describe_messages({KIND: _l("Reminder of a debt")})

# Of those who owe, only who sits in a chat that takes messages.
_REACHED = """
AND id IN (
    SELECT customer_id FROM telegram_links
    WHERE organization_id = %(organization_id)s AND status = 'active' AND stopped_at IS NULL AND customer_id IS NOT NULL
) AND deleted_at IS NULL
"""
# Three, two and one day before, on the day; one, three and seven days after, then every week.
_DUE = """
SELECT link.locale, due.account_id, link.chat_id, due.due_on, due.open
FROM (
    SELECT account_id, due_on, sum(open) AS open FROM debt
    WHERE due_on - %(today)s BETWEEN 0 AND 3 OR %(today)s - due_on IN (1, 3)
       OR (due_on < %(today)s AND mod(%(today)s - due_on, 7) = 0)
    GROUP BY account_id, due_on
) AS due
JOIN telegram_links AS link
  ON link.organization_id = %(organization_id)s AND link.customer_id = due.account_id AND link.status = 'active'
 AND link.stopped_at IS NULL
ORDER BY link.locale, due.account_id, due.due_on, link.id
"""
_QUEUE = """
INSERT INTO notification_deliveries (organization_id, channel, kind, customer_id, address, subject, body, buttons,
                                     dedupe_key, is_digest, status, attempts, not_before, created_at)
SELECT %(organization_id)s, 'telegram', %(kind)s, new.customer_id, new.address, %(subject)s, new.body,
       %(buttons)s::jsonb, new.dedupe_key, false, 'waiting', 0, %(now)s, %(now)s
FROM unnest(%(customers)s::bigint[], %(addresses)s::text[], %(bodies)s::text[], %(keys)s::text[])
  AS new (customer_id, address, body, dedupe_key)
ON CONFLICT (organization_id, dedupe_key) DO NOTHING
RETURNING id
"""


def remind_debtors(*, actor: Actor, now: datetime | None = None) -> int:
    """Queue today's reminders of the tenant in force once its hour has come; gives how many are new.

    May be called as often as one likes: a debt is reminded of once a day. Nobody hears of it who has stopped messages.
    """
    moment = now or utc_now()
    local = moment.astimezone(actor.organization.zone)
    hour = actor.setting("telegram_reminder_hour")
    if not actor.setting("telegram_reminders") or not channels.is_on(Channel.TELEGRAM):
        return 0
    if not hour <= local.hour < max(LATEST_HOUR, hour + 1):
        return 0
    today = local.date()
    here = {
        "organization_id": actor.organization.id,
        "zone": actor.organization.timezone,
        "today": today,
    }
    due = send(CUSTOMERS.open_of_all(_REACHED, _DUE), here)
    count = 0
    buttons = stop_buttons(actor.organization.id)
    for spoken, rows in groupby(due, key=lambda row: row[0]):
        locale = next(
            (one for one in (spoken, actor.organization.locale) if one in LANGUAGES), DEFAULT_LANGUAGE
        )
        with force_locale(locale):
            count += _queue(list(rows), today, moment, buttons=buttons[locale], actor=actor)
    if count:
        send_after_commit()
    return count


def _queue(
    rows: list[tuple[Any, ...]], today: date, now: datetime, *, buttons: list[Any], actor: Actor
) -> int:
    currency = actor.organization.currency
    made = send(
        _QUEUE,
        {
            "organization_id": actor.organization.id,
            "kind": KIND,
            "subject": str(actor.setting("display_name") or actor.organization.name),
            "buttons": json.dumps(buttons),
            "now": now,
            "customers": [row[1] for row in rows],
            "addresses": [str(row[2]) for row in rows],
            "bodies": [words(row[4], row[3], today, currency) for row in rows],
            "keys": [f"{KIND}:{row[1]}:{row[2]}:{row[3]}:{today}" for row in rows],
        },
    )
    return len(made)


def words(amount: Decimal, due_on: date, today: date, currency: str) -> str:
    """What a reminder says, in the language in force."""
    money, day, days = money_text(amount, currency), day_text(due_on), (due_on - today).days
    if days == 0:
        return str(_("%(amount)s is due today.", amount=money))
    if days > 0:
        told = ngettext(
            "%(amount)s is due in %(num)d day, on %(day)s.",
            "%(amount)s is due in %(num)d days, on %(day)s.",
            days,
            amount=money,
            day=day,
        )
    else:
        told = ngettext(
            "%(amount)s was due %(num)d day ago, on %(day)s.",
            "%(amount)s was due %(num)d days ago, on %(day)s.",
            -days,
            amount=money,
            day=day,
        )
    return str(told)
