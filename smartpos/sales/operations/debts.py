"""Payments of customers' debts: taken once, taken back by another row.

Locks: the shift, the payment, the customer.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Conflict, Forbidden, Invalid, NotFound
from smartpos.core.idempotency import fingerprint_of, sent_before
from smartpos.core.money import plain
from smartpos.core.sql import send
from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.operations import lock_customer, post_entry
from smartpos.finance.models import CashEntryKind, PaidBy, PaymentStatus
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import is_workplace
from smartpos.sales.errors import (
    AmountTooLarge,
    NoOpenShift,
    NotEnoughCash,
    NotTheirShift,
    PaymentAboveDebt,
    PaymentReversed,
    PaymentUuidReused,
    WrongMoment,
)
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.drawer import (
    LockedShift,
    count_cash,
    lock_open_shift,
    lock_shift,
    note_cash,
    save_shift,
)
from smartpos.sales.operations.payments import MOST_CASH
from smartpos.sales.operations.selling import CLOCK_TOLERANCE
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.queries.debts import PAYMENT_ORIGIN, TakenPayment, taken_payment
from smartpos.sales.totals import with_debt

NUMBER_DIGITS = 12
LONGEST_REASON = 500

_INSERT = """
INSERT INTO payments (organization_id, payment_number, client_uuid, content_hash, customer_id, amount, payment_method,
                      payment_date, branch_id, till_id, shift_id, reference_number, notes, reverses_id, received_by,
                      occurred_at, created_at)
VALUES (%(organization_id)s, %(number)s, %(client_uuid)s, %(content_hash)s, %(customer_id)s, %(amount)s, %(method)s,
        %(payment_date)s, %(branch_id)s, %(till_id)s, %(shift_id)s, %(reference)s, %(note)s, %(reverses_id)s,
        %(received_by)s, %(occurred_at)s, %(now)s)
ON CONFLICT (organization_id, client_uuid) DO NOTHING RETURNING id
"""
_LOCK = """
SELECT customer_id, amount, payment_method, status, reverses_id, branch_id,
       (SELECT id FROM customer_transactions AS entry
        WHERE entry.organization_id = payments.organization_id AND entry.origin_kind = 'payment'
          AND entry.origin_id = payments.id)
FROM payments WHERE organization_id = %(organization_id)s AND id = %(payment_id)s FOR NO KEY UPDATE
"""
_REVERSED = """
UPDATE payments SET status = %(status)s WHERE organization_id = %(organization_id)s AND id = %(payment_id)s
"""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """Money a customer brings to their account, as the client sends it.

    ``prepayment`` allows more than is owed. ``shift_id`` and ``cashier_id`` come with a payment that was taken without
    a connection; it may arrive after that shift was closed.
    """

    client_uuid: UUID
    customer_id: int
    amount: Decimal
    method: PaidBy
    reference: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None
    shift_id: int | None = None
    cashier_id: int | None = None
    prepayment: bool = False

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for. Who sends it, and that more than the debt is meant, takes no part: a till
        sends a payment again with that."""
        return fingerprint_of(
            [
                "payment",
                self.customer_id,
                plain(self.amount.normalize()),
                self.method.value,
                self.reference,
                self.note,
                self.occurred_at.isoformat() if self.occurred_at else None,
            ]
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of ``payments`` before it is written."""

    client_uuid: UUID
    content_hash: str
    customer_id: int
    amount: Decimal
    method: PaidBy
    branch_id: int
    shift: LockedShift | None
    reference: str | None
    note: str | None
    received_by: int | None
    occurred_at: datetime
    now: datetime
    reverses_id: int | None = None

    def write(self, actor: Actor) -> int | None:
        """The new row's id; None when the uuid is known already."""
        rows = send(
            _INSERT,
            {
                "organization_id": actor.organization.id,
                # From the client's own name for it, so that a till without a connection prints the same number.
                "number": f"P-{self.client_uuid.hex[:NUMBER_DIGITS].upper()}",
                "client_uuid": self.client_uuid,
                "content_hash": self.content_hash,
                "customer_id": self.customer_id,
                "amount": self.amount,
                "method": self.method.value,
                "payment_date": self.occurred_at.astimezone(actor.organization.zone).date(),
                "branch_id": self.branch_id,
                "till_id": self.shift.till_id if self.shift else actor.till_id,
                "shift_id": self.shift.id if self.shift else None,
                "reference": self.reference,
                "note": self.note,
                "reverses_id": self.reverses_id,
                "received_by": self.received_by,
                "occurred_at": self.occurred_at,
                "now": self.now,
            },
        )
        return int(rows[0][0]) if rows else None


def take_payment(request: PaymentRequest, *, actor: Actor) -> tuple[TakenPayment, bool]:
    """Take money for a customer's account: debts are settled oldest first.

    Cash goes into the drawer of the actor's open shift; card and transfer need none. Gives the payment, and whether it
    was made now: the same request again gives the first one and writes nothing.

    Raises PaymentUuidReused, NoOpenShift, NotTheirShift, CustomerNotFound, PaymentAboveDebt, AmountTooLarge,
    WrongMoment, and Invalid for an amount that is not above zero.
    """
    if request.amount <= 0:
        raise Invalid(_("A payment must be more than zero."))
    if request.amount > MOST_CASH:
        raise AmountTooLarge
    shift = _shift_of(request, actor)
    # Only after a lock, so that the second of two identical requests sees what the first has done.
    known = _known(request.client_uuid, request.fingerprint(), actor)
    if known is None and request.method is PaidBy.CASH and shift is None:
        raise NoOpenShift
    if known is None:
        customer = lock_customer(request.customer_id, actor=actor)
        known = _known(request.client_uuid, request.fingerprint(), actor)
    if known is not None:
        return known, False
    debt = max(-customer.balance, Decimal("0.00"))
    if request.amount > debt and not request.prepayment:
        raise PaymentAboveDebt(plain(debt))
    now = utc_now()
    row = _Row(
        client_uuid=request.client_uuid,
        content_hash=request.fingerprint(),
        customer_id=customer.id,
        amount=request.amount,
        method=request.method,
        branch_id=shift.branch_id if shift else _branch_of(actor),
        shift=shift,
        reference=request.reference,
        note=request.note,
        received_by=_receiver(request, actor),
        occurred_at=_moment(request.occurred_at, shift, now),
        now=now,
    )
    payment_id = row.write(actor)
    if payment_id is None:  # somebody on another shift was faster with the very same payment
        return _first(request.client_uuid, request.fingerprint(), actor), False
    _enter(row, payment_id, None, actor)
    return taken_payment(payment_id, actor), True


def reverse_payment(
    payment_id: int, *, client_uuid: UUID, reason: str, approvals: tuple[UUID, ...] = (), actor: Actor
) -> tuple[TakenPayment, bool]:
    """Take a payment back by a row against it: the debt is open again, cash leaves the actor's own drawer.

    Gives the counter row, and whether it was made now. Raises NotFound, Forbidden (with the approval that would help),
    PaymentUuidReused, PaymentReversed, NoOpenShift, NotEnoughCash, CustomerNotFound and Invalid without a reason.
    """
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise Invalid(_("Please give a reason."), errors={"reason": [_("Please give a reason.")]})
    fingerprint = fingerprint_of(["reversal", payment_id, reason])
    shift = lock_open_shift(actor)
    if known := _known(client_uuid, fingerprint, actor):
        return known, False
    rights = Approvals(approvals, client_uuid, actor)
    rights.require(P.PAYMENT_REVERSE)
    rows = send(_LOCK, {"organization_id": actor.organization.id, "payment_id": payment_id})
    if not rows:
        raise NotFound
    customer_id, amount, method, status, reverses_id, branch_id, entry_id = rows[0]
    if known := _known(client_uuid, fingerprint, actor):
        return known, False
    if status != PaymentStatus.COMPLETED.value or reverses_id is not None:
        raise PaymentReversed
    is_cash = method == PaidBy.CASH.value
    if is_cash and shift is None:
        raise NoOpenShift
    if is_cash and shift is not None and shift.cash_balance < amount:
        # How much there is stays unsaid: whoever counts the drawer shall not know it before.
        raise NotEnoughCash
    customer = lock_customer(customer_id, actor=actor)
    now = utc_now()
    row = _Row(
        client_uuid=client_uuid,
        content_hash=fingerprint,
        customer_id=customer.id,
        amount=-amount,
        method=PaidBy(method),
        branch_id=shift.branch_id if shift else branch_id,
        shift=shift,
        reference=None,
        note=reason,
        received_by=actor.user_id,
        occurred_at=now,
        now=now,
        reverses_id=payment_id,
    )
    counter_id = row.write(actor)
    if counter_id is None:
        return _first(client_uuid, fingerprint, actor), False
    send(
        _REVERSED,
        {
            "organization_id": actor.organization.id,
            "payment_id": payment_id,
            "status": PaymentStatus.REVERSED.value,
        },
    )
    _enter(row, counter_id, entry_id, actor)
    rights.use(PAYMENT_ORIGIN, counter_id)
    db.session.expire_all()
    return taken_payment(counter_id, actor), True


def _enter(row: _Row, payment_id: int, reverses_entry: int | None, actor: Actor) -> None:
    """Write the account and the drawer of a payment that was written."""
    post_entry(
        row.customer_id,
        CustomerEntryKind.PAYMENT,
        amount=row.amount,
        reverses_id=reverses_entry,
        origin_kind=PAYMENT_ORIGIN,
        origin_id=payment_id,
        branch_id=row.branch_id,
        note=row.note,
        occurred_at=row.occurred_at,
        actor=actor,
    )
    if row.shift is None:
        return
    shift = row.shift
    if row.method is PaidBy.CASH:
        note_cash(
            shift,
            kind=CashEntryKind.DEBT,
            amount=row.amount,
            origin_kind=PAYMENT_ORIGIN,
            origin_id=payment_id,
            note=row.note,
            occurred_at=row.occurred_at,
            actor=actor,
        )
        count_cash(shift, CashEntryKind.DEBT, row.amount)
    if shift.is_open:
        shift.totals = with_debt(shift.totals, row.method.value, row.amount)
        save_shift(shift, actor)


def _shift_of(request: PaymentRequest, actor: Actor) -> LockedShift | None:
    """The shift a payment goes to, locked; one that was taken without a connection says itself which."""
    if request.shift_id is None:
        return lock_open_shift(actor)
    try:
        shift = lock_shift(request.shift_id, actor)
    except NotFound:
        raise NoOpenShift from None
    speaks_for_it = (
        actor.user_id == shift.cashier_id
        or (actor.till_id is not None and actor.till_id == shift.till_id)
        or actor.can(P.SALE_SEND_FOR_OTHERS)
    )
    if not speaks_for_it:
        raise NotTheirShift
    return shift


def _receiver(request: PaymentRequest, actor: Actor) -> int:
    """Who took the money: the person whose PIN it was, who need not be the one who sends it in."""
    if actor.user_id is None:
        raise Forbidden(permission=str(P.PAYMENT_TAKE))
    if request.cashier_id in {None, actor.user_id}:
        return actor.user_id
    # Only with a shift, which has shown that the actor may speak for it.
    user = db.session.execute(select(User.id).where(User.id == request.cashier_id)).scalar_one_or_none()
    if request.shift_id is None or user is None:
        raise NotTheirShift
    return user


def _branch_of(actor: Actor) -> int:
    """The branch of a payment that no till has taken."""
    if actor.default_branch_id is not None:
        return actor.default_branch_id
    open_branches = select(Branch.id).where(is_workplace(), Branch.is_active)
    found = db.session.execute(open_branches.order_by(Branch.id).limit(1)).scalar_one_or_none()
    if found is None:
        raise Conflict(_("Add a branch first."))
    return found


def _moment(claimed: datetime | None, shift: LockedShift | None, now: datetime) -> datetime:
    """When it was paid: never in the future and never before the shift, whose till's clock may be wrong."""
    if claimed is None:
        return now
    if shift is not None:
        return min(max(claimed, shift.opened_at), now)
    if claimed > now + CLOCK_TOLERANCE or claimed.year < 2000:
        raise WrongMoment(now=now.isoformat())
    return min(claimed, now)


def _known(client_uuid: UUID, fingerprint: str, actor: Actor) -> TakenPayment | None:
    known = sent_before("payments", client_uuid)
    if known is None:
        return None
    payment_id, content_hash = known
    if content_hash != fingerprint:
        raise PaymentUuidReused(payment_id=payment_id)
    return taken_payment(payment_id, actor)


def _first(client_uuid: UUID, fingerprint: str, actor: Actor) -> TakenPayment:
    known = _known(client_uuid, fingerprint, actor)
    if known is None:
        raise Conflict
    return known
