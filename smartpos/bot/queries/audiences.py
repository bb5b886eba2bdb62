"""Which customers a message goes to: those who sit in a chat of the shop and take messages, narrowed as asked."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Text, and_, any_, func, literal, select

from smartpos.catalog.models import CustomerTier
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.paging import AnySelect
from smartpos.crm.models import Customer, CustomerTransaction
from smartpos.identity.models import Branch
from smartpos.notifications.models import LinkStatus, TelegramLink

LONGEST_TAG = 100
KEYS = frozenset({"tier", "tag", "with_debts", "branch_id"})


@dataclass(frozen=True, slots=True)
class Audience:
    """Which of the linked customers; all of what is given must hold. Nothing given: all of them."""

    tier: CustomerTier | None = None
    tag: str | None = None
    with_debts: bool = False
    branch_id: int | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON, without what was not asked for."""
        named = {
            "tier": self.tier.value if self.tier else None,
            "tag": self.tag,
            "with_debts": self.with_debts or None,
            "branch_id": self.branch_id,
        }
        return {key: value for key, value in named.items() if value is not None}


class LinkedPeople(NamedTuple):
    """How many customers sit in chats of the shop: reached, with messages stopped, and with the bot stopped."""

    reached: int
    stopped: int
    blocked: int


def read_audience(facts: Any) -> Audience:
    """An audience as a client gives it. Raises Invalid for what nobody can be; a foreign branch does not exist."""
    if facts is None:
        return Audience()
    if not isinstance(facts, dict) or not facts.keys() <= KEYS:
        raise _wrong(_("An audience has tier, tag, with_debts and branch_id."))
    tier, tag, with_debts, branch_id = (facts.get(key) for key in ("tier", "tag", "with_debts", "branch_id"))
    if tier not in (None, "") and tier not in set(CustomerTier):
        raise _wrong(_("This choice does not exist."))
    if tag is not None and (not isinstance(tag, str) or len(tag) > LONGEST_TAG or "\x00" in tag):
        raise _wrong(_("This choice does not exist."))
    if with_debts is not None and not isinstance(with_debts, bool):
        raise _wrong(_("This choice does not exist."))
    if branch_id is not None and not _is_branch(branch_id):
        raise _wrong(_("There is no such branch."))
    return Audience(
        CustomerTier(tier) if tier else None, (tag or "").strip() or None, bool(with_debts), branch_id
    )


def _is_branch(branch_id: Any) -> bool:
    good = isinstance(branch_id, int) and not isinstance(branch_id, bool) and 0 < branch_id < 2**63
    return good and db.session.scalar(select(Branch.id).where(Branch.id == branch_id)) is not None


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"audience": [sentence]})


def chats_of(audience: Audience) -> AnySelect:
    """A select of (chat_id, customer_id) of everybody who gets the message."""
    return (
        select(TelegramLink.chat_id, TelegramLink.customer_id)
        .join(Customer, Customer.id == TelegramLink.customer_id)
        .where(
            TelegramLink.status == LinkStatus.ACTIVE,
            TelegramLink.stopped_at.is_(None),
            *_conditions(audience),
        )
    )


def count_of(audience: Audience) -> int:
    """How many chats get the message."""
    return db.session.scalar(select(func.count()).select_from(chats_of(audience).subquery())) or 0


def _conditions(audience: Audience) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Customer.deleted_at.is_(None)]
    if audience.tier is not None:
        found.append(Customer.tier == audience.tier)
    if audience.tag is not None:
        found.append(literal(audience.tag, Text) == any_(Customer.tags))
    if audience.with_debts:
        found.append(Customer.balance < 0)
    if audience.branch_id is not None:
        bought = select(CustomerTransaction.id).where(
            CustomerTransaction.customer_id == Customer.id,
            CustomerTransaction.branch_id == audience.branch_id,
        )
        found.append(bought.exists())
    return found


def linked_people() -> LinkedPeople:
    """How many customers use the bot."""
    link = TelegramLink
    reached = and_(link.status == LinkStatus.ACTIVE, link.stopped_at.is_(None))
    query: AnySelect = select(
        func.count().filter(reached),
        func.count().filter(link.status == LinkStatus.ACTIVE, link.stopped_at.is_not(None)),
        func.count().filter(link.status == LinkStatus.BLOCKED),
    ).where(link.customer_id.is_not(None))
    return LinkedPeople(*db.session.execute(query).one())


def known_tags(limit: int = 50) -> list[str]:
    """Tags in use among customers, for a field that proposes them."""
    tag = func.unnest(Customer.tags).label("tag")
    tags = (
        select(tag)
        .where(Customer.deleted_at.is_(None), func.cardinality(Customer.tags) > 0)
        .limit(10_000)
        .subquery()
    )
    return list(db.session.scalars(select(tags.c.tag).distinct().order_by(tags.c.tag).limit(limit)))
