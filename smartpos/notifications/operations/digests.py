"""The digest: what a person wants to hear of once a day becomes one message for each channel."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask_babel import force_locale, ngettext
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.scope import current_organization_id
from smartpos.identity.models import Organization, User
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus
from smartpos.notifications.operations.kinds import label_of_kind, more
from smartpos.notifications.operations.messages import address_of_page
from smartpos.notifications.queries.people import is_at_work

KIND = "notifications.digest"
MOST_PARTS = 5000
SHOWN_OF_A_KIND = 10
PAGE = "/notifications"


def fold_digests() -> int:
    """Make one message out of all that waits for the digest of a person and channel and whose hour has come.

    Gives how many messages were made; for those who left the shop none is. The notices themselves stay; only what was
    to be said of each goes.
    """
    parts = (
        select(Delivery.id)
        .where(
            Delivery.status == DeliveryStatus.WAITING,
            Delivery.is_digest.is_(True),
            Delivery.not_before <= utc_now(),
            Delivery.broadcast_id.is_(None),
        )
        .order_by(Delivery.user_id, Delivery.channel, Delivery.id)
        .limit(MOST_PARTS)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(parts))
    if not ids:
        return 0
    rows = db.session.execute(
        select(
            Delivery.id,
            Delivery.user_id,
            Delivery.channel,
            Delivery.address,
            Delivery.kind,
            Delivery.subject,
            func.coalesce(User.locale, Organization.locale).label("locale"),
            Organization.host,
        )
        .join(Organization, Organization.id == Delivery.organization_id)
        .join(User, User.id == Delivery.user_id)
        .where(Delivery.id.in_(ids), is_at_work())
        .order_by(Delivery.user_id, Delivery.channel, Delivery.kind, Delivery.id)
    ).all()
    made = [
        _digest(user_id, channel, list(group))
        for (user_id, channel), group in groupby(rows, key=lambda row: (row.user_id, row.channel))
    ]
    gone = delete(Delivery).where(Delivery.id.in_(ids)).execution_options(synchronize_session=False)
    db.session.execute(gone)
    if made:
        db.session.execute(
            insert(Delivery)
            .values(made)
            .on_conflict_do_nothing(index_elements=["organization_id", "dedupe_key"])
        )
    return len(made)


def _digest(user_id: int, channel: Channel, parts: Sequence[Any]) -> dict[str, Any]:
    locale = parts[0].locale if parts[0].locale in LANGUAGES else DEFAULT_LANGUAGE
    with force_locale(locale):
        subject = ngettext("%(num)s notice", "%(num)s notices", len(parts))
        paragraphs = []
        for kind, group in groupby(parts, key=lambda part: part.kind):
            of_kind = list(group)
            lines = [f"{label_of_kind(kind)}: {len(of_kind)}"]
            lines += [f"• {part.subject}" for part in of_kind[:SHOWN_OF_A_KIND]]
            if len(of_kind) > SHOWN_OF_A_KIND:
                lines.append(more(len(of_kind) - SHOWN_OF_A_KIND))
            paragraphs.append("\n".join(lines))
        page = address_of_page(PAGE, parts[0].host)
        if page:
            paragraphs.append(page)
    return {
        "organization_id": current_organization_id(),
        "channel": channel,
        "kind": KIND,
        "user_id": user_id,
        # Where the person was reached last.
        "address": max(parts, key=lambda part: part.id).address,
        "subject": subject,
        "body": "\n\n".join(paragraphs),
        "dedupe_key": f"digest:{channel.value}:{min(part.id for part in parts)}",
        "not_before": utc_now(),
    }
