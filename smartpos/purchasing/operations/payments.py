"""Payments to suppliers: made once, taken back by another row.

Locks: the client's name for it, the supplier, the counter of numbers.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid5

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.idempotency import fingerprint_of, lock_client_uuid, sent_before
from smartpos.core.money import plain
from smartpos.core.numbers import next_number
from smartpos.crm.models import SupplierEntryKind
from smartpos.crm.operations import lock_supplier, post_supplier_entry
from smartpos.crm.operations.corrections import LONGEST_REASON, MOST_AMOUNT
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.purchasing.errors import (
    ClientUuidReused,
    SupplierPaymentAboveDebt,
    SupplierPaymentReversed,
)
from smartpos.purchasing.models import PaidFrom, SupplierPayment
from smartpos.purchasing.queries.payments import (
    SUPPLIER_PAYMENT_ORIGIN,
    MadePayment,
    entry_of,
    is_reversed,
    made_payment,
    payment_row,
)

LONGEST_REFERENCE = 100
FIRST_PAID_ON = date(2000, 1, 1)
NUMBERS = ("supplier_payment", "SP")
# What was paid on an earlier day stands in the middle of it: nobody has said when.
NOON = time(12)


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money that goes to a supplier. ``paid_on`` is a day of the tenant's calendar, today if nobody says;
    ``prepayment`` allows more than is owed."""

    client_uuid: UUID
    supplier_id: int
    amount: Decimal
    source: PaidFrom
    paid_on: date | None = None
    reference: str | None = None
    note: str | None = None
    prepayment: bool = False

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for. That more than the debt is meant takes no part: whoever is told of it sends
        the payment again with that."""
        return fingerprint_of(
            [
                "supplier payment",
                self.supplier_id,
                plain(self.amount.normalize()),
                self.source.value,
                self.paid_on.isoformat() if self.paid_on else None,
                self.reference,
                self.note,
            ]
        )


def pay_supplier(facts: PaymentFacts, *, actor: Actor) -> tuple[MadePayment, bool]:
    """Pay a supplier: debts are settled oldest first. Gives the payment, and whether it was made now.

    The same facts under the same ``client_uuid`` again give the first payment and write nothing. Raises
    ClientUuidReused, SupplierNotFound, SupplierPaymentAboveDebt, and BadField for an amount that is not above zero or
    too large, and for a day that has not come.
    """
    if facts.amount <= 0:
        raise BadField("amount", _("A payment must be more than zero."))
    if facts.amount > MOST_AMOUNT:
        raise BadField("amount", _("This number is too large."))
    paid_on = _paid_on(facts.paid_on, actor)
    reference = checks.optional_text(facts.reference, "reference", LONGEST_REFERENCE)
    note = checks.optional_text(facts.note, "note", LONGEST_REASON)
    lock_client_uuid(facts.client_uuid)
    if known := _known(facts.client_uuid, facts.fingerprint(), actor):
        return known, False
    supplier = lock_supplier(facts.supplier_id, actor=actor)
    debt = SUPPLIERS.debt_of(supplier.balance)
    if facts.amount > debt and not facts.prepayment:
        raise SupplierPaymentAboveDebt(plain(debt))
    payment = SupplierPayment(
        number=next_number(*NUMBERS),
        client_uuid=facts.client_uuid,
        content_hash=facts.fingerprint(),
        supplier_id=supplier.id,
        branch_id=actor.default_branch_id,
        amount=facts.amount,
        source=facts.source,
        paid_on=paid_on,
        reference_number=reference,
        notes=note,
        created_by=actor.user_id,
        occurred_at=_moment(paid_on, actor),
    )
    return _write(payment, None, actor), True


def reverse_supplier_payment(
    payment_id: int, *, reason: str, client_uuid: UUID | None = None, actor: Actor
) -> tuple[MadePayment, bool]:
    """Take a payment back by a row against it: what it settled is owed again.

    Gives the counter row, and whether it was made now: a ``client_uuid`` makes it safe to repeat, and without one the
    payment's own serves. Raises SupplierPaymentNotFound, SupplierPaymentReversed, ClientUuidReused, BadField.
    """
    text = checks.required_text(reason, "reason", LONGEST_REASON)
    first = payment_row(payment_id)
    name = client_uuid or uuid5(first.client_uuid or UUID(int=first.id), "reversal")
    fingerprint = fingerprint_of(["supplier payment reversal", payment_id, text])
    lock_client_uuid(name)
    if client_uuid is not None and (known := _known(name, fingerprint, actor)):
        return known, False
    # Of two people who take it back at once, the second waits here and then finds the row of the first. Whoever was
    # deleted since is owed again, and in the lists again.
    lock_supplier(first.supplier_id, deleted_too=True, actor=actor)
    if first.reverses_id is not None or is_reversed(payment_id):
        raise SupplierPaymentReversed
    counter = SupplierPayment(
        number=next_number(*NUMBERS),
        client_uuid=name,
        content_hash=fingerprint,
        supplier_id=first.supplier_id,
        branch_id=first.branch_id,
        amount=-first.amount,
        source=first.source,
        paid_on=actor.organization.today,
        notes=text,
        reverses_id=first.id,
        created_by=actor.user_id,
        occurred_at=utc_now(),
    )
    return _write(counter, entry_of(payment_id, actor), actor), True


def _write(payment: SupplierPayment, reverses_entry: int | None, actor: Actor) -> MadePayment:
    db.session.add(payment)
    db.session.flush()
    post_supplier_entry(
        payment.supplier_id,
        SupplierEntryKind.PAYMENT,
        amount=-payment.amount,
        reverses_id=reverses_entry,
        origin_kind=SUPPLIER_PAYMENT_ORIGIN,
        origin_id=payment.id,
        branch_id=payment.branch_id,
        note=payment.notes,
        occurred_at=payment.occurred_at,
        actor=actor,
    )
    return made_payment(payment.id, actor)


def _paid_on(day: date | None, actor: Actor) -> date:
    today = actor.organization.today
    if day is None:
        return today
    if day > today:
        raise BadField("paid_on", _("This day has not come yet."))
    if day < FIRST_PAID_ON:
        raise BadField("paid_on", _("This date is out of range."))
    return day


def _moment(paid_on: date, actor: Actor) -> datetime:
    if paid_on == actor.organization.today:
        return utc_now()
    return datetime.combine(paid_on, NOON, actor.organization.zone)


def _known(client_uuid: UUID, fingerprint: str, actor: Actor) -> MadePayment | None:
    known = sent_before("supplier_payments", client_uuid)
    if known is None:
        return None
    payment_id, content_hash = known
    if content_hash != fingerprint:
        raise ClientUuidReused(payment_id=payment_id)
    return made_payment(payment_id, actor)
