"""Promotions as the engine of the till and of the server takes them (``sales.promotions``)."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from smartpos.catalog.models import CustomerTier, PromotionKind
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.core.tenancy import ScopeMissing


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """A promotion as facts alone. ``docs/money.md`` tells how it is applied.

    ``amount`` is taken off one base unit, or is the fixed price of one. ``product_ids`` and ``category_ids`` (with
    all categories below them) are what it is for; both empty: everything. ``weekdays`` are bits, Monday is 1.
    ``min_quantity`` is in base units of one line.
    """

    id: int
    name: str
    kind: PromotionKind
    percent: Decimal | None = None
    amount: Decimal | None = None
    buy_quantity: int | None = None
    pay_quantity: int | None = None
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    branch_id: int | None = None
    tier: CustomerTier | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    weekdays: int = 127
    time_from: time | None = None
    time_to: time | None = None
    min_quantity: Decimal = Decimal(0)
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ListedPromotion:
    """A promotion as lists and tills are told of it: the rule, and whether it still counts.

    ``target_category_ids`` are the categories it names, without those below them.
    """

    rule: PromotionRule
    is_active: bool
    is_deleted: bool
    updated_at: datetime
    target_category_ids: list[int]


# Sent as it is, because every sale asks it: where a tenant has no promotion running the recursion never begins.
_STATEMENT = """
WITH RECURSIVE chosen AS (
  SELECT id, name, kind, percent, amount, buy_quantity, pay_quantity, branch_id, tier, valid_from, valid_to,
         weekdays, time_from, time_to, min_quantity, priority, is_active, deleted_at IS NOT NULL, updated_at
  FROM promotions
  WHERE organization_id = %(organization_id)s AND {condition}
), below (promotion_id, category_id) AS (
  SELECT target.promotion_id, target.category_id
  FROM chosen
  JOIN promotion_targets AS target
    ON target.organization_id = %(organization_id)s AND target.promotion_id = chosen.id
  WHERE target.category_id IS NOT NULL
  UNION
  SELECT below.promotion_id, category.id
  FROM below
  JOIN categories AS category
    ON category.organization_id = %(organization_id)s AND category.parent_id = below.category_id
  WHERE category.deleted_at IS NULL
)
SELECT chosen.*,
  ARRAY(SELECT target.product_id FROM promotion_targets AS target
        WHERE target.organization_id = %(organization_id)s AND target.promotion_id = chosen.id
          AND target.product_id IS NOT NULL ORDER BY target.product_id),
  ARRAY(SELECT below.category_id FROM below WHERE below.promotion_id = chosen.id ORDER BY below.category_id),
  ARRAY(SELECT target.category_id FROM promotion_targets AS target
        WHERE target.organization_id = %(organization_id)s AND target.promotion_id = chosen.id
          AND target.category_id IS NOT NULL ORDER BY target.category_id)
FROM chosen
ORDER BY chosen.id
"""
_IN_FORCE = _STATEMENT.format(
    condition="""is_active AND deleted_at IS NULL
    AND (valid_to IS NULL OR valid_to > %(at)s) AND (valid_from IS NULL OR valid_from <= %(at)s)
    AND (branch_id IS NULL OR branch_id = %(branch_id)s)"""
)
# A promotion that went to another branch has changed, so that a till hears of it whatever its own branch is.
_FOR_TILLS = _STATEMENT.format(
    condition="""(is_active AND deleted_at IS NULL AND (valid_to IS NULL OR valid_to > %(at)s)
         AND (%(branch_id)s::bigint IS NULL OR branch_id IS NULL OR branch_id = %(branch_id)s)
         OR updated_at > %(since)s)"""
)
_ONE = _STATEMENT.format(condition="id = %(id)s")


def promotions_in_force(branch_id: int | None, at: datetime) -> list[PromotionRule]:
    """The promotions whose period holds ``at`` and that are for all branches or this one; one statement.

    Days of the week, hours and tiers are left to the engine. Categories are expanded to all that lie below them.
    """
    return [one.rule for one in _listed(_IN_FORCE, branch_id=branch_id, at=at)]


def promotions_for_tills(
    branch_id: int | None, *, at: datetime, since: datetime | None = None
) -> list[ListedPromotion]:
    """All promotions that hold now or may later, of a branch (None: of any); and whatever has changed since a moment.

    What may be used comes always, because its categories may have been moved without the promotion having changed.
    """
    return _listed(_FOR_TILLS, branch_id=branch_id, at=at, since=since)


def listed_promotion(promotion_id: int) -> ListedPromotion:
    """One promotion that exists."""
    (one,) = _listed(_ONE, id=promotion_id)
    return one


def _listed(statement: str, **facts: Any) -> list[ListedPromotion]:
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("this statement is for one tenant; use tenant_scope()")
    return [_read(row) for row in send(statement, {**facts, "organization_id": organization_id})]


def _read(row: tuple[Any, ...]) -> ListedPromotion:
    (number, name, kind, percent, amount, buy, pay, branch_id, tier, valid_from, valid_to) = row[:11]
    (weekdays, time_from, time_to, min_quantity, priority, is_active, is_deleted, updated_at) = row[11:19]
    (product_ids, category_ids, target_category_ids) = row[19:]
    rule = PromotionRule(
        id=number,
        name=name,
        kind=PromotionKind(kind),
        percent=percent,
        amount=amount,
        buy_quantity=buy,
        pay_quantity=pay,
        product_ids=frozenset(product_ids),
        category_ids=frozenset(category_ids),
        branch_id=branch_id,
        tier=None if tier is None else CustomerTier(tier),
        valid_from=valid_from,
        valid_to=valid_to,
        weekdays=weekdays,
        time_from=time_from,
        time_to=time_to,
        min_quantity=min_quantity,
        priority=priority,
    )
    return ListedPromotion(rule, is_active, is_deleted, updated_at, target_category_ids)
