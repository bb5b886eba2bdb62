"""Promotions: what is sold for less, and when. ``sales.promotions`` is the law by which they are applied."""

from collections.abc import Iterable
from datetime import datetime, time
from functools import partial
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import (
    Category,
    CustomerTier,
    Product,
    Promotion,
    PromotionKind,
    PromotionTarget,
)
from smartpos.catalog.operations import values
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db, utc_now
from smartpos.core.money import HUNDRED, QUANTITY_LIMIT, ZERO
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch, BranchKind

MOST_TARGETS = 500
LARGEST_GROUP = 1000
HIGHEST_PRIORITY = 1000
ALL_WEEKDAYS = 127


class PromotionFacts(TypedDict, total=False):
    """What can be told about a promotion.

    ``percent`` belongs to the kind percent, ``amount`` to amount and fixed price, ``buy_quantity`` and
    ``pay_quantity`` to N for M. Without ``product_ids`` and ``category_ids`` it is for everything.
    """

    name: str
    kind: PromotionKind
    percent: Any
    amount: Any
    buy_quantity: Any
    pay_quantity: Any
    product_ids: Iterable[int]
    category_ids: Iterable[int]
    branch_id: int | None
    tier: CustomerTier | None
    valid_from: datetime | None
    valid_to: datetime | None
    weekdays: int
    time_from: time | None
    time_to: time | None
    min_quantity: Any
    priority: int
    is_active: bool


def create_promotion(*, actor: Actor, **facts: Unpack[PromotionFacts]) -> Promotion:
    """Make a promotion. Raises BadField, Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    promotion = Promotion(created_by=actor.user_id)
    given: dict[str, Any] = {"name": None, "kind": None, **facts}
    _apply(promotion, given)
    if promotion.valid_to is not None and promotion.valid_to <= utc_now():
        raise BadField("valid_to", _("This promotion would be over already."))
    db.session.add(promotion)
    db.session.flush()
    return promotion


def update_promotion(promotion: Promotion, *, actor: Actor, **changes: Unpack[PromotionFacts]) -> Promotion:
    """Change what is given; the whole must make sense afterwards. Raises BadField, Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    _apply(promotion, dict(changes))
    db.session.flush()
    return promotion


def end_promotion(promotion: Promotion, *, actor: Actor) -> Promotion:
    """Let a promotion hold no longer from now on; one that has not begun never will. Raises Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    now = utc_now().replace(microsecond=0)
    if promotion.valid_from is not None and promotion.valid_from >= now:
        promotion.is_active = False
    elif promotion.valid_to is None or promotion.valid_to > now:
        promotion.valid_to = now
    promotion.updated_at = utc_now()
    db.session.flush()
    return promotion


def delete_promotion(promotion: Promotion, *, actor: Actor) -> None:
    """Hide a promotion; receipts keep what it took off, tills take it off their lists. Raises Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    promotion.deleted_at = promotion.updated_at = utc_now()
    promotion.is_active = False
    db.session.flush()


_READERS: dict[str, Any] = {
    "name": partial(values.text, longest=200, needed=True),
    "kind": partial(values.choice, kind=PromotionKind),
    "percent": partial(values.number, digits=2, limit=HUNDRED, positive=True),
    "amount": values.price,
    "buy_quantity": values.whole,
    "pay_quantity": values.whole,
    "min_quantity": partial(values.number, digits=3, limit=QUANTITY_LIMIT),
    "is_active": values.yes_no,
}


def _apply(promotion: Promotion, given: dict[str, Any]) -> None:
    for field, read in _READERS.items():
        if field in given:
            setattr(promotion, field, read(given[field], field))
    if "tier" in given:
        tier = given["tier"]
        promotion.tier = None if tier in (None, "") else CustomerTier(_tier(tier))
    if "branch_id" in given:
        promotion.branch_id = _branch(given["branch_id"])
    for field in ("valid_from", "valid_to"):
        if field in given:
            setattr(promotion, field, _moment(given[field], field))
    for field in ("time_from", "time_to"):
        if field in given:
            setattr(promotion, field, _hour(given[field], field))
    if "weekdays" in given:
        promotion.weekdays = _weekdays(given["weekdays"])
    if "priority" in given:
        promotion.priority = _priority(given["priority"])
    promotion.min_quantity = promotion.min_quantity or ZERO
    _check_kind(promotion)
    _check_time(promotion)
    _aim(promotion, given)
    # A change of the targets alone is one of the promotion, too: open tills ask for what has changed.
    promotion.updated_at = utc_now()


def _check_kind(promotion: Promotion) -> None:
    """What the kind needs is there, and nothing of another kind stays behind."""
    kind = promotion.kind
    if kind is not PromotionKind.PERCENT:
        promotion.percent = None
    elif promotion.percent is None:
        raise BadField("percent", _("This must not be empty."))
    if kind not in (PromotionKind.AMOUNT, PromotionKind.FIXED_PRICE):
        promotion.amount = None
    elif promotion.amount is None:
        raise BadField("amount", _("This must not be empty."))
    elif kind is PromotionKind.AMOUNT and promotion.amount == 0:
        raise BadField("amount", _("This must be more than zero."))
    if kind is not PromotionKind.N_FOR_M:
        promotion.buy_quantity = promotion.pay_quantity = None
        return
    for field in ("buy_quantity", "pay_quantity"):
        if not getattr(promotion, field):
            raise BadField(field, _("This must be more than zero."))
    bought, paid = promotion.buy_quantity or 0, promotion.pay_quantity or 0
    if bought > LARGEST_GROUP:
        raise BadField("buy_quantity", _("At most %(most)s pieces make a group.", most=LARGEST_GROUP))
    if paid >= bought:
        raise BadField("pay_quantity", _("Fewer pieces must be paid for than are taken."))


def _check_time(promotion: Promotion) -> None:
    begins, ends = promotion.valid_from, promotion.valid_to
    if begins is not None and ends is not None and ends <= begins:
        raise BadField("valid_to", _("A promotion must end after it begins."))
    if (promotion.time_from is None) != (promotion.time_to is None):
        missing = "time_from" if promotion.time_from is None else "time_to"
        raise BadField(missing, _("Give both hours, or neither."))
    if promotion.time_from is not None and promotion.time_from == promotion.time_to:
        raise BadField("time_to", _("The hours must differ; leave both empty for the whole day."))


def _aim(promotion: Promotion, given: dict[str, Any]) -> None:
    """Replace the targets that are given; those that stay keep their rows."""
    for field, column, model in (
        ("product_ids", "product_id", Product),
        ("category_ids", "category_id", Category),
    ):
        if field not in given:
            continue
        wanted = _existing(given[field], field, model)
        kept = [one for one in promotion.targets if getattr(one, column) in (None, *wanted)]
        known = {getattr(one, column) for one in kept}
        fresh = [PromotionTarget(**{column: number}) for number in wanted if number not in known]
        promotion.targets = [*kept, *fresh]
    if promotion.kind is PromotionKind.AMOUNT:
        _refuse_below_zero(promotion)


def _refuse_below_zero(promotion: Promotion) -> None:
    """Goods named one by one must cost at least what is taken off; of others no more is taken than they cost."""
    named = [one.product_id for one in promotion.targets if one.product_id is not None]
    cheap = select(Product.name).where(in_ids(Product.id, named), Product.price < promotion.amount)
    name = db.session.scalar(cheap.order_by(Product.price, Product.id).limit(1)) if named else None
    if name is not None:
        raise BadField("amount", _("This is more than “%(name)s” costs.", name=name))


def _existing(given: Any, field: str, model: type[Product] | type[Category]) -> list[int]:
    if given is None:
        return []
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise BadField(field, _("This must be a list of numbers."))
    asked = list(given)
    if len(asked) > MOST_TARGETS:
        raise BadField(field, _("At most %(most)s entries fit here.", most=MOST_TARGETS))
    if not all(_is_id(number) for number in asked):
        raise BadField(field, _("This choice does not exist."))
    wanted = list(dict.fromkeys(asked))
    found = select(model.id).where(in_ids(model.id, wanted), model.deleted_at.is_(None))
    if len(set(db.session.scalars(found))) < len(wanted):
        raise BadField(field, _("This choice does not exist."))
    return wanted


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _tier(value: Any) -> Any:
    return values.choice(value, "tier", kind=CustomerTier)


def _branch(value: Any) -> int | None:
    if value in (None, ""):
        return None
    branch = db.session.get(Branch, value) if _is_id(value) else None
    if branch is None or branch.deleted_at is not None or branch.kind is BranchKind.TRANSIT:
        raise BadField("branch_id", _("This choice does not exist."))
    return branch.id


def _moment(value: Any, field: str) -> datetime | None:
    """A moment in whole seconds, as browsers know them, too."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise BadField(field, _("This is not a moment."))
    if value.tzinfo is None:
        raise BadField(field, _("This moment needs a time zone."))
    return value.replace(microsecond=0)


def _hour(value: Any, field: str) -> time | None:
    if value is None:
        return None
    if not isinstance(value, time) or value.tzinfo is not None:
        raise BadField(field, _("This is not a time of the day."))
    return value.replace(microsecond=0)


def _weekdays(value: Any) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= ALL_WEEKDAYS
    if not good:
        raise BadField("weekdays", _("This choice does not exist."))
    if value == 0:
        raise BadField("weekdays", _("Choose at least one day."))
    return int(value)


def _priority(value: Any) -> int:
    good = isinstance(value, int) and not isinstance(value, bool)
    if not good or abs(value) > HIGHEST_PRIORITY:
        raise BadField("priority", _("This must be a whole number up to %(most)s.", most=HIGHEST_PRIORITY))
    return int(value)
