"""Queueing, sending and looking at messages."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.notifications.jobs import send_deliveries
from smartpos.notifications.models import Delivery
from smartpos.notifications.operations import send_message
from tests.cast import Shop


def queue_up(shop: Shop, **facts: Any) -> int | None:
    with shop.inside():
        return send_message(**facts)


def run(shop: Shop) -> None:
    with shop.app.app_context():
        send_deliveries(shop.organization_id)


def row(shop: Shop, number: int | None = None) -> Delivery:
    with shop.inside():
        query = select(Delivery).execution_options(populate_existing=True)
        if number is not None:
            query = query.where(Delivery.id == number)
        found = db.session.scalars(query).one()
        db.session.expunge(found)
        return found


def make_due(shop: Shop) -> None:
    with shop.inside():
        db.session.execute(update(Delivery).values(not_before=utc_now() - timedelta(seconds=1)))
