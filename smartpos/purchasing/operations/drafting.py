"""Entering purchases, ordering them and calling them off: nothing here touches stock or money."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.idempotency import lock_client_uuid
from smartpos.core.numbers import next_number
from smartpos.crm.errors import SupplierNotFound
from smartpos.crm.models import Supplier
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.purchasing.errors import ClientUuidReused, WrongStatus
from smartpos.purchasing.models import Purchase, PurchaseCost, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.facts import PurchaseFacts
from smartpos.purchasing.operations.notices import forget_waiting
from smartpos.purchasing.operations.reckoning import check_day, read_lines, reckon
from smartpos.purchasing.queries.purchases import purchase_by_client_uuid, purchase_of
from smartpos.stock.errors import BranchNotFound

EDITABLE = frozenset({PurchaseStatus.DRAFT, PurchaseStatus.ORDERED})
OPEN = EDITABLE | {PurchaseStatus.RECEIVED}


def draft_purchase(facts: PurchaseFacts, *, actor: Actor) -> Purchase:
    """Enter a purchase; flushed, with its number. The same ``client_uuid`` again gives the first one.

    Raises ClientUuidReused, BranchNotFound, SupplierNotFound, UnknownGoods, UnknownCodes, ExpiryInThePast,
    PurchaseTooLarge, Invalid and BadField.
    """
    known = drafted_before(facts, facts.fingerprint())
    if known is not None:
        return known
    return write_draft(facts, facts.fingerprint(), actor=actor)


def drafted_before(facts: PurchaseFacts, content_hash: str) -> Purchase | None:
    """What a client has sent before under this ``client_uuid``, or None. Raises ClientUuidReused."""
    if facts.client_uuid is None:
        return None
    lock_client_uuid(facts.client_uuid)
    known = purchase_by_client_uuid(facts.client_uuid)
    if known is not None and known.content_hash != content_hash:
        raise ClientUuidReused(purchase_id=known.id)
    return known


def write_draft(facts: PurchaseFacts, content_hash: str, *, actor: Actor) -> Purchase:
    """Enter a purchase that nobody has entered yet. Raises as ``draft_purchase`` does."""
    now = utc_now()
    purchase = Purchase(
        type=PurchaseType.PURCHASE,
        status=PurchaseStatus.DRAFT,
        # One moment for both: a purchase that was changed later than it was made was changed by somebody.
        created_at=now,
        updated_at=now,
        client_uuid=facts.client_uuid,
        content_hash=content_hash,
        raw_text=facts.raw_text,
        processed_data=facts.processed_data,
        created_by=actor.user_id,
    )
    _fill(purchase, facts, actor)
    purchase.number = next_number("purchase", "P")
    db.session.add(purchase)
    db.session.flush()
    return purchase


def edit_purchase(purchase_id: int, facts: PurchaseFacts, *, actor: Actor) -> Purchase:
    """Make a draft or an order exactly this; its lines and costs are replaced. Raises as ``draft_purchase`` does, and
    PurchaseNotFound, WrongStatus."""
    purchase = purchase_of(purchase_id, locked=True)
    _require(purchase, EDITABLE, _("Only a draft or an order can be changed."))
    purchase.items.clear()
    purchase.costs.clear()
    db.session.flush()  # the places of the lines must be free before others take them
    _fill(purchase, facts, actor)
    purchase.updated_at = utc_now()  # its lines may be all that is different
    db.session.flush()
    return purchase


def order_purchase(purchase_id: int, *, actor: Actor) -> Purchase:
    """Note that a draft was sent to the supplier. Raises PurchaseNotFound, WrongStatus."""
    purchase = purchase_of(purchase_id, locked=True)
    _require(purchase, {PurchaseStatus.DRAFT}, _("Only a draft can be ordered."))
    purchase.status = PurchaseStatus.ORDERED
    purchase.ordered_by, purchase.ordered_at = actor.user_id, utc_now()
    db.session.flush()
    return purchase


def cancel_purchase(purchase_id: int, *, reason: str | None, actor: Actor) -> Purchase:
    """Call off a purchase that was not confirmed. Raises PurchaseNotFound, WrongStatus."""
    purchase = purchase_of(purchase_id, locked=True)
    _require(purchase, OPEN, _("Only what is not confirmed yet can be cancelled; revert it instead."))
    purchase.status = PurchaseStatus.CANCELLED
    purchase.cancelled_by, purchase.cancelled_at = actor.user_id, utc_now()
    purchase.reason = reason
    forget_waiting(purchase.id)
    db.session.flush()
    return purchase


def _require(
    purchase: Purchase, statuses: frozenset[PurchaseStatus] | set[PurchaseStatus], sentence: str
) -> None:
    if purchase.status not in statuses or purchase.type is not PurchaseType.PURCHASE:
        raise WrongStatus(purchase.status.value, sentence)


def _fill(purchase: Purchase, facts: PurchaseFacts, actor: Actor) -> None:
    for field in ("document_date", "expected_on", "due_date"):
        check_day(getattr(facts, field), field)
    _check_branch(facts.branch_id)
    payment_days = _payment_days(facts.supplier_id)
    day = facts.document_date or actor.organization.today
    items, goods = read_lines(facts, day, actor)
    purchase.branch_id = facts.branch_id
    purchase.supplier_id = facts.supplier_id
    purchase.document_number = facts.document_number
    purchase.document_date = day
    purchase.expected_on = facts.expected_on
    purchase.due_date = facts.due_date
    if facts.due_date is None and payment_days is not None:
        purchase.due_date = day + timedelta(days=payment_days)
    purchase.vat_included = facts.vat_included
    purchase.notes = facts.notes
    purchase.items.extend(items)
    purchase.costs.extend(
        PurchaseCost(kind=cost.kind, amount=cost.amount, spread_by=cost.spread_by, note=cost.note)
        for cost in facts.costs
    )
    reckon(purchase, goods, actor=actor)


def _check_branch(branch_id: int) -> None:
    found = select(Branch.id).where(Branch.id == branch_id, is_workplace())
    if not 0 < branch_id < 2**63 or db.session.execute(found).scalar_one_or_none() is None:
        raise BranchNotFound


def _payment_days(supplier_id: int | None) -> int | None:
    if supplier_id is None:
        return None
    query = select(Supplier.payment_days).where(Supplier.id == supplier_id, Supplier.deleted_at.is_(None))
    days = db.session.execute(query).scalar_one_or_none() if 0 < supplier_id < 2**63 else None
    if days is None:
        raise SupplierNotFound(supplier_id=supplier_id)
    return days
