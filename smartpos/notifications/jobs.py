"""Sending what waits: after each commit that made messages, and every minute for what was put off."""

import time
from datetime import timedelta

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.jobs import PENDING, commit_step, enqueue_after_commit, job, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.queries import is_working
from smartpos.notifications import channels
from smartpos.notifications.channels import Outgoing, Retry
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus
from smartpos.notifications.operations.delivering import (
    FIRST_WAIT,
    keep_outcome,
    put_off,
    take_due,
    try_to_send,
)
from smartpos.notifications.operations.digests import fold_digests
from smartpos.notifications.operations.messages import sent_by
from smartpos.notifications.operations.reading import forget_old

# A broadcast to thousands must not keep the worker from everybody else's work: after this, others have a turn.
TURN_SECONDS = 40.0
TIMEOUT = 300
KEEP_DAYS = 180


@job(timeout=TIMEOUT)
def send_deliveries(organization_id: int) -> None:
    """Send what waits at a tenant and may go out now."""
    ends = time.monotonic() + TURN_SECONDS
    resting: set[Channel] = set()
    with tenant_scope(organization_id):
        # What was queued before a shop was suspended waits until it works again.
        if not is_working(organization_id):
            return
        fold_digests()
        commit_step()
        while True:
            taken = take_due(without=resting)
            commit_step()
            if not taken:
                return
            if _send_all(taken, resting, ends):
                break
        enqueue_after_commit(send_deliveries, organization_id)


def _send_all(taken: list[Outgoing], resting: set[Channel], ends: float) -> bool:
    """Send some messages; gives whether the turn is over. ``resting`` gains the channels that ask for a pause."""
    for place, message in enumerate(taken):
        if message.channel in resting:
            continue
        if time.monotonic() >= ends:
            rest = [later for later in taken[place:] if later.channel not in resting]
            put_off(rest, 0)
            commit_step()
            return True
        begun = time.monotonic()
        problem = try_to_send(message)
        keep_outcome(message, problem)
        if isinstance(problem, Retry) and problem.everybody:
            resting.add(message.channel)
            others = [later for later in taken[place + 1 :] if later.channel is message.channel]
            put_off(others, problem.seconds or FIRST_WAIT)
        commit_step()
        _keep_pace(message.channel, begun)
    return False


def _keep_pace(channel: Channel, begun: float) -> None:
    way = channels.registered(channel)
    if way is not None and way.is_on():
        time.sleep(max(0.0, 1 / way.per_second - (time.monotonic() - begun)))


@periodic("* * * * *", timeout=55)
def sweep_deliveries() -> None:
    """Every minute: tenants with messages whose time has come, or whose job was lost."""
    with platform_scope(reason="sweep messages"):
        waiting = list(
            db.session.scalars(
                select(Delivery.organization_id)
                .where(
                    Delivery.status == DeliveryStatus.WAITING,
                    Delivery.not_before <= utc_now(),
                    Delivery.broadcast_id.is_(None),
                )
                .distinct()
            )
        )
    for organization_id in waiting:
        enqueue_after_commit(send_deliveries, organization_id)


@periodic("10 4 * * *", timeout=600)
def forget_notices() -> None:
    """Every night: what was read and sent long ago is forgotten; refusals stay, so that nobody is asked again."""
    with platform_scope(reason="forget notices and messages of long ago"):
        forget_old(utc_now() - timedelta(days=KEEP_DAYS))


def _send_after_commit(organization_id: int) -> None:
    # One job serves all messages of a transaction.
    name = f"{send_deliveries.__module__}.{send_deliveries.__name__}"
    if (name, (organization_id,)) not in db.session().info.get(PENDING, ()):
        enqueue_after_commit(send_deliveries, organization_id)


sent_by(_send_after_commit)
