"""The report of a shift: X while it is open, Z when it is closed. Its figures stand in the shift's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.identity.actors import Actor
from smartpos.sales.models import PaymentMethod, Sale, SaleType, Shift
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.totals import amount_of, count_of

MOST_LATE = 200
# In the order in which a report tells them; what was found at the close is told by itself.
DRAWER_KINDS = (
    CashEntryKind.OPENING,
    CashEntryKind.SALE,
    CashEntryKind.REFUND,
    CashEntryKind.DEBT,
    CashEntryKind.IN,
    CashEntryKind.OUT,
    CashEntryKind.EXPENSE,
)


@dataclass(frozen=True, slots=True)
class LateSale:
    """A receipt that arrived after its shift was closed."""

    id: int
    number: str
    type: SaleType
    total: Decimal
    sold_at: datetime
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class DayTakings:
    """What was sold on one business day of a shift that lasted over midnight."""

    day: date
    receipts: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Drawer:
    """The cash of one currency: what moved it, what should lie there, what was counted. None is not (yet) known."""

    moved: Mapping[CashEntryKind, Decimal]
    expected: Decimal | None
    counted: Decimal | None
    difference: Decimal | None
    late: Decimal


@dataclass(frozen=True, slots=True)
class ShiftFigures:
    """Everything that the report of a shift tells; amounts in the shop's own currency but for ``foreign``.

    ``late`` lists at most ``MOST_LATE`` receipts; the shift's ``late_count`` tells how many there are.
    """

    shift: Shift
    counts: Mapping[SaleType, int]
    gross: Decimal
    discount: Decimal
    tax: Decimal
    rounding: Decimal
    total: Decimal
    refunded: Decimal
    payments: Mapping[PaymentMethod, Decimal]
    debts: Mapping[PaymentMethod, Decimal]
    cash: Drawer
    foreign: Drawer | None
    first_number: str | None
    last_number: str | None
    days: list[DayTakings]
    late: list[LateSale]

    @property
    def is_final(self) -> bool:
        """Whether it is the Z report."""
        return not self.shift.is_open


def shift_figures(shift: Shift, actor: Actor) -> ShiftFigures:
    """The report of a shift as the actor may see it: while it is open, what is expected in the drawer is told only to
    those who may close anybody's shift, so that whoever counts it does not know."""
    totals = shift.totals
    tells = not shift.is_open or actor.can(SalesPermission.SHIFT_CLOSE_ANY)
    late_cash = {} if shift.is_open else _late_cash(shift.id)
    foreign = None
    if shift.foreign_currency is not None:
        foreign = Drawer(
            moved={kind: amount_of(totals, "foreign", kind.value) for kind in DRAWER_KINDS},
            expected=shift.foreign_balance if tells else None,
            counted=shift.closing_foreign,
            difference=shift.foreign_difference,
            late=late_cash.get(shift.foreign_currency, Decimal("0.00")),
        )
    prefix = f"{shift.till.number}-{shift.number}-"
    return ShiftFigures(
        shift=shift,
        counts={kind: count_of(totals, kind.value) for kind in SaleType},
        gross=amount_of(totals, "gross"),
        discount=amount_of(totals, "discount"),
        tax=amount_of(totals, "tax"),
        rounding=amount_of(totals, "rounding"),
        total=amount_of(totals, "total"),
        refunded=amount_of(totals, "refunded"),
        payments=_by_method(totals.get("payments", {})),
        debts=_by_method(totals.get("debts", {})),
        cash=Drawer(
            moved={kind: amount_of(totals, "cash", kind.value) for kind in DRAWER_KINDS},
            expected=shift.cash_balance if tells else None,
            counted=shift.closing_cash,
            difference=shift.difference,
            late=late_cash.get(None, Decimal("0.00")),
        ),
        foreign=foreign,
        first_number=f"{prefix}1" if shift.last_number else None,
        last_number=f"{prefix}{shift.last_number}" if shift.last_number else None,
        days=_days(shift, actor),
        late=_late_sales(shift.id) if shift.late_count else [],
    )


def _by_method(amounts: Mapping[str, str]) -> dict[PaymentMethod, Decimal]:
    return {method: Decimal(amounts[method.value]) for method in PaymentMethod if method.value in amounts}


def _days(shift: Shift, actor: Actor) -> list[DayTakings]:
    """The business days of a shift; none when it lasted no longer than one."""
    zone = actor.organization.zone
    if shift.opened_at.astimezone(zone).date() == (shift.closed_at or utc_now()).astimezone(zone).date():
        return []
    query = (
        select(Sale.business_date, func.count(), func.sum(Sale.total_amount))
        .where(Sale.shift_id == shift.id, Sale.is_late.is_(False))
        .group_by(Sale.business_date)
        .order_by(Sale.business_date)
    )
    return [DayTakings(*row) for row in db.session.execute(query)]


def _late_sales(shift_id: int) -> list[LateSale]:
    query = (
        select(Sale.id, Sale.number, Sale.type, Sale.total_amount, Sale.sold_at, Sale.created_at)
        .where(Sale.shift_id == shift_id, Sale.is_late)
        .order_by(Sale.id)
        .limit(MOST_LATE)
    )
    return [LateSale(*row) for row in db.session.execute(query)]


def _late_cash(shift_id: int) -> dict[str | None, Decimal]:
    query = (
        select(CashEntry.currency, func.sum(CashEntry.amount))
        .where(CashEntry.shift_id == shift_id, CashEntry.kind == CashEntryKind.LATE)
        .group_by(CashEntry.currency)
    )
    return dict(db.session.execute(query).all())
