"""What was counted in a drawer, by total or by banknotes, in every currency it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import MONEY_LIMIT
from smartpos.identity.actors import Actor
from smartpos.sales.denominations import clean_count, worth_of
from smartpos.sales.errors import (
    AmountTooLarge,
    CountDiffers,
    CountNeeded,
    DifferenceNeedsReason,
    WrongDenominations,
)
from smartpos.sales.operations.drawer import LockedShift

NOTHING = Decimal("0.00")

Pieces = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class DrawerCount:
    """A count as a client sends it. ``denominations`` are pieces by face, by currency."""

    cash: Decimal | None = None
    foreign: Decimal | None = None
    denominations: Pieces = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What lay in the drawer; None where nobody counted."""

    cash: Decimal | None
    foreign: Decimal | None
    denominations: dict[str, dict[str, int]]

    def differences(self, shift: LockedShift) -> tuple[Decimal | None, Decimal | None]:
        """Counted minus expected, in the shop's own and in foreign currency; None where nobody counted."""
        return (
            None if self.cash is None else self.cash - shift.cash_balance,
            None if self.foreign is None else self.foreign - shift.foreign_balance,
        )


def read_count(count: DrawerCount, shift: LockedShift, *, needed: bool = True, actor: Actor) -> Counted:
    """Make one sum per currency of what was sent.

    ``needed`` False lets a drawer stay uncounted. Raises CountNeeded, WrongDenominations, CountDiffers,
    AmountTooLarge and Invalid for less than nothing.
    """
    own, abroad = actor.organization.currency, shift.foreign_currency
    unknown = [name for name in count.denominations if name not in {own, abroad}]
    if unknown:
        raise WrongDenominations(unknown[0][:10], list(count.denominations[unknown[0]]))
    pieces = {name: clean_count(name, counted) for name, counted in count.denominations.items()}
    cash = _sum(count.cash, pieces.get(own))
    foreign = None if abroad is None else _sum(count.foreign, pieces.get(abroad))
    if abroad is None and count.foreign:
        sentence = _("No foreign cash is taken in this shift.")
        raise Invalid(sentence, errors={"closing_foreign": [sentence]})
    if cash is None and needed:
        raise CountNeeded("closing_cash")
    if foreign is None and abroad is not None and cash is not None:
        # A drawer that never saw foreign money need not be searched for it.
        if shift.totals.get("foreign"):
            raise CountNeeded("closing_foreign")
        foreign = NOTHING
    return Counted(cash, foreign, {name: found for name, found in pieces.items() if found})


def check_difference(counted: Counted, shift: LockedShift, *, reason: str | None, actor: Actor) -> None:
    """Raise DifferenceNeedsReason when more is missing or too much than the shop passes over without one."""
    tolerance: Decimal = actor.setting("cash_difference_tolerance")
    if tolerance <= 0 or reason:
        return
    own, abroad = counted.differences(shift)
    worth = abs(abroad or NOTHING) * (shift.exchange_rate or NOTHING)
    if abs(own or NOTHING) > tolerance or worth > tolerance:
        raise DifferenceNeedsReason


def _sum(total: Decimal | None, pieces: Mapping[str, int] | None) -> Decimal | None:
    if pieces is not None:
        worth = worth_of(pieces)
        if total is not None and total != worth:
            raise CountDiffers
        total = worth
    if total is None:
        return None
    if total < 0:
        raise Invalid(_("Counted cash cannot be negative."))
    if total > MONEY_LIMIT:
        raise AmountTooLarge
    return total
