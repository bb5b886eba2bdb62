"""Events: what has happened is written in the transaction in which it happens, and reacted to afterwards.

An operation calls ``record``; a domain's ``reactions`` module declares with ``@on(name)`` what is to follow. After
the commit one job per tenant is sent; a sweep every minute finds what a dead Redis, a lost job or a failed reaction has
left.
Rows are taken with ``FOR UPDATE SKIP LOCKED``, one per transaction, so two dispatchers never do the same work at once.

A reaction runs inside the tenant, in a savepoint of its own; it may run twice and must be safe to repeat. When one
fails the others run all the same, the error is kept with the event, and the event comes again: after one minute, three,
seven and so on, ten times within nine hours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy import ColumnElement, column, delete, event, func, literal, select, table, update
from sqlalchemy.orm import Session, SessionTransaction

from smartpos.core.db import db, utc_now
from smartpos.core.jobs import commit_step, enqueue_after_commit, job, periodic
from smartpos.core.models import Event
from smartpos.core.scope import current_organization_id
from smartpos.core.tenancy import ScopeMissing, platform_scope, tenant_scope

MOST_ATTEMPTS = 10
MOST_OF_A_JOB = 1000
KEEP_DAYS = 180
MOST_AT_ONCE = 10_000
_LONGEST_ERROR = 2000
_ASKED = "smartpos_events_asked"

log = structlog.get_logger(__name__)


class SomebodyActing(Protocol):
    """Whoever caused an event: an ``Actor`` of identity, which machinery does not know."""

    @property
    def user_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as reactions see it. ``created_by`` is the user who caused it, if it was a person."""

    id: int
    name: str
    facts: dict[str, Any]
    origin_kind: str
    origin_id: int
    created_by: int | None
    created_at: datetime


Reaction = Callable[[Happened], Any]

_organizations = table("organizations", column("id"), column("status"))

_reactions: dict[str, list[Reaction]] = {}
_labels: dict[str, Any] = {}


def on(name: str) -> Callable[[Reaction], Reaction]:
    """Declare a function as a reaction to events of a name: ``@on("stock.level_fell_below")``."""

    def register(reaction: Reaction) -> Reaction:
        _reactions.setdefault(name, []).append(reaction)
        return reaction

    return register


def describe_events(labels: dict[str, Any]) -> None:
    """Say what events of these names are called where people read them (lazy texts)."""
    _labels.update(labels)


def event_label(name: str) -> str:
    """What an event is called; its bare name where nobody has said."""
    return str(_labels.get(name, name))


def event_names() -> list[tuple[str, Any]]:
    """Pairs for a filter: all events that have been given a name for people."""
    return list(_labels.items())


def record(
    name: str, *, origin_kind: str, origin_id: int, facts: dict[str, Any], actor: SomebodyActing
) -> Event:
    """Write an event into the transaction in force; it is gone when that is rolled back.

    ``facts`` must fit into JSON. Raises ScopeMissing outside of a tenant.
    """
    row = Event(
        name=name, origin_kind=origin_kind, origin_id=origin_id, facts=facts, created_by=actor.user_id
    )
    db.session.add(row)
    dispatch_after_commit()
    return row


def dispatch_after_commit() -> None:
    """Have the tenant's events dispatched once this transaction is committed; for those who write events by SQL."""
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("events belong to a tenant")
    asked = db.session().info.setdefault(_ASKED, set())
    if organization_id not in asked:
        asked.add(organization_id)
        enqueue_after_commit(dispatch_events, organization_id)


@event.listens_for(Session, "after_transaction_end")
def _forget_asked(session: Session, transaction: SessionTransaction) -> None:
    # One job serves all events of a transaction; the next transaction asks again.
    if transaction.parent is None:
        session.info.pop(_ASKED, None)


@job(timeout=300)
def dispatch_events(organization_id: int) -> None:
    """React to what has happened at a tenant, the oldest first, one event per transaction."""
    with tenant_scope(organization_id):
        if not db.session.scalar(select(_is_working(literal(organization_id)))):
            return
        _pass_over_unheard()
        commit_step()
        for _turn in range(MOST_OF_A_JOB):
            row = _take_next()
            if row is None:
                return
            event_id, attempt = row.id, row.attempts + 1
            # Kept before anything is done: an event that kills its worker must wait its turn like one that fails.
            row.attempts = attempt
            commit_step()
            again = _take_again(event_id, attempt)
            if again is not None:
                _react(again)
            commit_step()
        dispatch_after_commit()  # there is more; somebody else may have a turn before


@periodic("* * * * *", timeout=55)
def sweep_events() -> None:
    """Every minute: tenants with events that wait, because a job was lost or a reaction has failed.

    What has happened at a shop that is suspended waits until it works again.
    """
    with platform_scope(reason="sweep events"):
        due = select(Event.organization_id).where(*_is_due(), _is_working(Event.organization_id)).distinct()
        waiting = list(db.session.scalars(due))
    for organization_id in waiting:
        enqueue_after_commit(dispatch_events, organization_id)


@periodic("20 3 * * *", timeout=600)
def clear_events() -> None:
    """Every night: what was reacted to long ago is forgotten."""
    with platform_scope(reason="forget events of long ago"):
        long_ago = utc_now() - timedelta(days=KEEP_DAYS)
        db.session.execute(delete(Event).where(Event.dispatched_at < long_ago))


def _is_working(organization_id: Any) -> ColumnElement[bool]:
    """A condition: the tenant is not suspended. Machinery knows of tenants only that they have a state."""
    found = select(_organizations.c.id).where(
        _organizations.c.id == organization_id, _organizations.c.status == "active"
    )
    return found.exists()


def _is_due() -> tuple[Any, ...]:
    # The wait doubles with each failure and counts from the beginning, so it needs no column of its own.
    wait = (func.power(2, Event.attempts) - 1) * literal(timedelta(minutes=1))
    return (
        Event.dispatched_at.is_(None),
        Event.attempts < MOST_ATTEMPTS,
        Event.created_at + wait <= utc_now(),
    )


def _pass_over_unheard() -> None:
    """Events nobody reacts to are done with; they stay to be read."""
    waiting = (
        select(Event.id)
        .where(
            Event.dispatched_at.is_(None), Event.attempts < MOST_ATTEMPTS, Event.name.not_in(list(_reactions))
        )
        .order_by(Event.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(waiting))
    if ids:
        statement = update(Event).where(Event.id.in_(ids)).values(dispatched_at=utc_now())
        db.session.execute(statement, execution_options={"synchronize_session": False})


def _take_next() -> Event | None:
    statement = (
        select(Event)
        .where(*_is_due(), Event.name.in_(list(_reactions)))
        .order_by(Event.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _take_again(event_id: int, attempt: int) -> Event | None:
    """The row locked for this attempt; None when another dispatcher has taken it in between."""
    statement = (
        select(Event)
        .where(Event.id == event_id, Event.attempts == attempt, Event.dispatched_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _react(row: Event) -> None:
    happened = Happened(
        row.id, row.name, dict(row.facts), row.origin_kind, row.origin_id, row.created_by, row.created_at
    )
    problems = []
    for reaction in _reactions[happened.name]:
        try:
            with db.session.begin_nested():
                reaction(happened)
                db.session.flush()
        except JobTimeoutException:
            raise  # the worker's clock rings once; whoever swallows it works on without an end
        except (
            Exception
        ) as error:  # whatever it was, the other reactions and events are not to suffer from it
            named = f"{reaction.__module__}.{getattr(reaction, '__name__', reaction)}"
            problems.append(f"{named}: {type(error).__name__}: {error}")
            log.exception("reaction_failed", event_id=happened.id, event_name=happened.name, reaction=named)
    values: dict[str, Any]
    if problems:
        # PostgreSQL's text holds no NUL, and an error may say anything.
        values = {"error": "\n".join(problems).replace("\x00", "")[:_LONGEST_ERROR]}
    else:
        values = {"error": None, "dispatched_at": utc_now()}
    statement = update(Event).where(Event.id == happened.id).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})
