"""A sale while it is being completed."""

from dataclasses import dataclass, field
from datetime import date, datetime

from smartpos.crm.operations import LockedCustomer
from smartpos.identity.actors import Actor
from smartpos.sales.models import SaleFlag
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.drawer import LockedShift
from smartpos.sales.requests import SaleRequest


@dataclass(slots=True)
class OngoingSale:
    """What is asked for, by whom, and what has been found out about it so far.

    ``flags`` collects why somebody should look at a sale that was made offline: it has happened, so it is accepted.
    """

    request: SaleRequest
    actor: Actor
    shift: LockedShift
    approvals: Approvals
    now: datetime
    sold_at: datetime
    customer: LockedCustomer | None = None
    flags: list[SaleFlag] = field(default_factory=list)

    @property
    def has_happened(self) -> bool:
        """Whether the goods have left the shop already."""
        return self.request.offline

    @property
    def day(self) -> date:
        """The day of the sale where the shop is."""
        return self.sold_at.astimezone(self.actor.organization.zone).date()

    def flag(self, reason: SaleFlag) -> None:
        """Note a reason once."""
        if reason not in self.flags:
            self.flags.append(reason)
