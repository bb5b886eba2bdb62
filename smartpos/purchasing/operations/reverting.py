"""Taking a confirmed document back: exactly what it moved moves back, at the value it had; history stays."""

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.events import record
from smartpos.crm.operations.suppliers import lock_supplier, post_supplier_entry
from smartpos.identity.actors import Actor
from smartpos.purchasing.errors import GoodsAreGone, HasReturns, WrongStatus
from smartpos.purchasing.models import Purchase, PurchaseStatus
from smartpos.purchasing.queries.purchases import PURCHASE_ORIGIN, entry_of, purchase_of, returns_of
from smartpos.stock.errors import NotEnoughStock
from smartpos.stock.operations.reversal import move_back

PURCHASE_REVERTED = "purchasing.purchase_reverted"


def revert_purchase(purchase_id: int, *, reason: str, actor: Actor) -> Purchase:
    """Take back a confirmed purchase, or a return to the supplier.

    What it moved moves back at the value it had, out of or into the same lots, and the supplier's account with it;
    prices that were set stay. Raises PurchaseNotFound, WrongStatus, HasReturns, and GoodsAreGone with all the lines of
    which less is left than came.
    """
    purchase = purchase_of(purchase_id, locked=True)
    if purchase.status is not PurchaseStatus.CONFIRMED:
        raise WrongStatus(purchase.status.value, _("Only what is confirmed can be reverted."))
    returns = returns_of(purchase.id)
    if returns:
        raise HasReturns([{"id": one.id, "number": one.number} for one in returns])
    if purchase.supplier_id is not None:
        lock_supplier(purchase.supplier_id, deleted_too=True, actor=actor)
    try:
        move_back(PURCHASE_ORIGIN, purchase.id, branch_id=purchase.branch_id, actor=actor)
    except NotEnoughStock as error:
        raise GoodsAreGone(error.facts["lines"]) from None
    entry = entry_of(purchase.id)
    if entry is not None:
        post_supplier_entry(
            entry.supplier_id,
            entry.transaction_type,
            amount=-entry.amount,
            reverses_id=entry.id,
            origin_kind=PURCHASE_ORIGIN,
            origin_id=purchase.id,
            branch_id=purchase.branch_id,
            note=reason,
            actor=actor,
        )
    purchase.status = PurchaseStatus.REVERTED
    purchase.reverted_by, purchase.reverted_at = actor.user_id, utc_now()
    purchase.reason = reason
    record(
        PURCHASE_REVERTED,
        origin_kind=PURCHASE_ORIGIN,
        origin_id=purchase.id,
        facts={"number": purchase.number, "branch_id": purchase.branch_id},
        actor=actor,
    )
    db.session.flush()
    return purchase
