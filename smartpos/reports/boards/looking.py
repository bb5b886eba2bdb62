"""Where somebody looks: at which branches, and how many days back."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.fields import LARGEST_ID
from smartpos.identity.actors import Actor
from smartpos.reports.queries.dashboard import DAYS_SHOWN
from smartpos.reports.queries.summaries import BranchSeen, branches_seen

LENGTHS = (1, 7, DAYS_SHOWN)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, at what: ``branch_id`` is the one chosen, None for all that the person sees."""

    actor: Actor
    branches: list[BranchSeen]
    branch_id: int | None
    days: int

    @property
    def branch_ids(self) -> tuple[int, ...]:
        """The branches that count."""
        if self.branch_id is not None:
            return (self.branch_id,)
        return tuple(one.id for one in self.branches)

    @property
    def open_ids(self) -> tuple[int, ...]:
        """Those of them that are not closed: in others nothing lies and nobody waits."""
        return tuple(one.id for one in self.branches if one.is_open and one.id in self.branch_ids)

    @property
    def sees_all(self) -> bool:
        """Whether what belongs to no branch counts too."""
        return self.branch_id is None and not self.actor.workspace_ids

    @property
    def choices(self) -> list[BranchSeen]:
        """Branches to choose from."""
        return [one for one in self.branches if one.is_open or one.id == self.branch_id]

    @property
    def asked(self) -> dict[str, Any]:
        """The same as arguments of an address, without what is usual."""
        asked: dict[str, Any] = {} if self.branch_id is None else {"branch": self.branch_id}
        return asked if self.days == LENGTHS[0] else {**asked, "days": self.days}


def look(actor: Actor, *, branch: str, days: str) -> Look:
    """Read what an address asks for. Raises Invalid for a branch the person does not see and for other periods."""
    seen = branches_seen()
    branch_id = None
    if branch:
        branch_id = int(branch) if branch.isascii() and branch.isdigit() and len(branch) < 20 else 0
        if not 0 < branch_id <= LARGEST_ID or branch_id not in {one.id for one in seen}:
            raise Invalid(_("There is no such branch."), errors={"branch": [_("There is no such branch.")]})
    length = LENGTHS[0]
    if days:
        if days not in map(str, LENGTHS):
            raise Invalid(_("There is no such choice."), errors={"days": [_("There is no such choice.")]})
        length = int(days)
    return Look(actor, seen, branch_id, length)
