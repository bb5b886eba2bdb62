"""What of purchasing keeps a branch from being deleted."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists

from smartpos.identity.operations import BranchUse, declare_branch_uses
from smartpos.purchasing.models import Purchase, PurchaseStatus

OPEN = (PurchaseStatus.DRAFT, PurchaseStatus.ORDERED, PurchaseStatus.RECEIVED)

declare_branch_uses(
    BranchUse(
        "purchases",
        lambda branch_id: exists().where(Purchase.branch_id == branch_id, Purchase.status.in_(OPEN)),
        _l("Purchases for this branch are open. Confirm or cancel them first."),
    )
)
