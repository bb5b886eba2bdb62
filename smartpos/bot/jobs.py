"""Sending broadcasts at the speed that Telegram allows, and reminding customers of what they owe."""

import secrets
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import structlog
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import select

from smartpos.bot.operations.reminders import remind_debtors
from smartpos.core.db import db
from smartpos.core.jobs import commit_step, enqueue_after_commit, job, periodic
from smartpos.core.redis import connection
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.queries import is_working, system_actor
from smartpos.identity.queries.organizations import working_organizations
from smartpos.notifications.channels import Outgoing, Retry
from smartpos.notifications.errors import NoSuchBroadcast
from smartpos.notifications.models import Broadcast, BroadcastStatus
from smartpos.notifications.operations.broadcasts import finish_broadcast
from smartpos.notifications.operations.delivering import keep_outcome, put_off, take_due, try_to_send

QUEUE = "exports"
TURN_SECONDS = 10.0
AT_ONCE = 50
HANDS = 8
# A broadcast has one chain of jobs. When none has been at work for so long, the sweep begins another.
CHAIN_SECONDS = 180

log = structlog.get_logger(__name__)


def begin_sending(organization_id: int, broadcast_id: int) -> None:
    """Have a broadcast sent once the transaction in force is committed."""
    chain = secrets.randbelow(2**31)
    try:
        connection().set(_key(broadcast_id), chain, ex=CHAIN_SECONDS)
    except (RedisError, OSError) as error:
        log.warning("broadcast_waits_for_redis", broadcast_id=broadcast_id, error=str(error))
        return
    enqueue_after_commit(send_broadcast, organization_id, broadcast_id, chain)


@job(queue=QUEUE, timeout=300)
def send_broadcast(organization_id: int, broadcast_id: int, chain: int) -> None:
    """Send a part of a broadcast and let others have a turn: it stands in the queue of slow work, again and again."""
    if not _is_mine(broadcast_id, chain):
        return
    ends = time.monotonic() + TURN_SECONDS
    with tenant_scope(organization_id):
        # The sweep goes on with the broadcast when the shop works again.
        while time.monotonic() < ends and is_working(organization_id):
            taken = take_due(limit=AT_ONCE, broadcast_id=broadcast_id)
            commit_step()
            if not taken:
                _end(broadcast_id)
                return
            pause = _send_all(taken)
            if not _is_mine(broadcast_id, chain):
                return
            if pause:
                time.sleep(min(pause, TURN_SECONDS))
        if is_working(organization_id):
            enqueue_after_commit(send_broadcast, organization_id, broadcast_id, chain)


def _send_all(messages: list[Outgoing]) -> float:
    """Send messages by several hands at once; gives the seconds for which Telegram wants to be left alone.

    A hand takes the next message when the outcome of its last one is committed. A worker that is killed leaves only
    what was in the air, at most one message per hand: Telegram may have taken it without our having heard of it. It
    goes out once more, because a message that comes twice does less harm than one that never comes.
    """
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]

    def send(message: Outgoing) -> Exception | None:
        with app.app_context():
            return try_to_send(message)

    pause = 0.0
    left = deque(messages)
    in_the_air: dict[Future[Exception | None], Outgoing] = {}
    with ThreadPoolExecutor(HANDS, "telegram") as hands:
        while left or in_the_air:
            while left and len(in_the_air) < HANDS and not pause:
                message = left.popleft()
                in_the_air[hands.submit(send, message)] = message
            if not in_the_air:
                break
            for done in wait(in_the_air, return_when=FIRST_COMPLETED).done:
                problem = done.result()
                keep_outcome(in_the_air.pop(done), problem)
                if isinstance(problem, Retry) and problem.everybody:
                    pause = max(pause, problem.seconds or 1.0)
                commit_step()
    if left:
        put_off(left, pause)
        commit_step()
    return pause


def _end(broadcast_id: int) -> None:
    """Nothing can be sent now: the broadcast is over, or what is left waits for another attempt."""
    try:
        is_over = finish_broadcast(broadcast_id)
    except NoSuchBroadcast:
        is_over = True
    commit_step()
    log.info("broadcast_at_rest", broadcast_id=broadcast_id, is_over=is_over)
    try:
        connection().delete(_key(broadcast_id))
    except (RedisError, OSError):
        return


def _key(broadcast_id: int) -> str:
    # Several installations may share a Redis.
    return f"broadcast:{db.engine.url.database}:{broadcast_id}"


def _is_mine(broadcast_id: int, chain: int) -> bool:
    """Whether this chain of jobs is the one that sends; it is from now on if there was none."""
    try:
        store = connection()
        store.set(_key(broadcast_id), chain, ex=CHAIN_SECONDS, nx=True)
        if store.get(_key(broadcast_id)) != str(chain).encode():
            return False
        store.expire(_key(broadcast_id), CHAIN_SECONDS)
    except (RedisError, OSError):
        return True
    return True


@periodic("* * * * *", timeout=55)
def sweep_broadcasts() -> None:
    """Every minute: broadcasts that nobody sends, because a job was lost or messages had to wait."""
    with platform_scope(reason="sweep broadcasts"):
        under_way = db.session.execute(
            select(Broadcast.organization_id, Broadcast.id).where(Broadcast.status == BroadcastStatus.SENDING)
        ).all()
    for organization_id, broadcast_id in under_way:
        try:
            at_work = connection().get(_key(broadcast_id)) is not None
        except (RedisError, OSError):
            return
        if not at_work:
            begin_sending(organization_id, broadcast_id)


@job(timeout=300)
def remind_customers(organization_id: int) -> None:
    """Queue the reminders of one tenant's day."""
    with tenant_scope(organization_id):
        count = remind_debtors(actor=system_actor(organization_id))
    if count:
        log.info("debtors_reminded", organization_id=organization_id, count=count)


@periodic("5 * * * *", timeout=300)
def remind_customers_by_hour() -> None:
    """Every hour: tenants whose hour of reminders has come; each debt is reminded of once a day whatever happens."""
    for organization_id in working_organizations():
        enqueue_after_commit(remind_customers, organization_id)
