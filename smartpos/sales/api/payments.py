"""Payments of customers' debts, at the addresses of 001."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.money import plain
from smartpos.core.paging import page
from smartpos.core.permissions import needs
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries import doors
from smartpos.finance.models import Payment
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.operations.debts import reverse_payment, take_payment
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.debts import TakenPayment, payments_of
from smartpos.sales.schemas.payments import (
    PaymentOut,
    PaymentPage,
    PaymentsQuery,
    ReversePayment,
    TakePayment,
    payment_request,
)


@blueprint.post("/clients/<int:customer_id>/payment")
@needs(SalesPermission.PAYMENT_TAKE)
@blueprint.arguments(TakePayment)
@blueprint.response(201, PaymentOut)
@blueprint.alt_response(
    200, schema=PaymentOut, description="This client_uuid was recorded before; nothing was written"
)
def take_client_payment(body: dict[str, Any], customer_id: int) -> Response:
    """Take a payment of a debt; cash goes into the caller's open shift.

    Safe to repeat: the same client_uuid with the same contents answers 200 with the first payment, with other contents
    409. More than the debt answers 422 unless it is meant as a prepayment.
    """
    payment, created = take_payment(payment_request(customer_id, body), actor=g.principal)
    return make_response(jsonify(payment_body(payment)), 201 if created else 200)


@blueprint.get("/clients/<int:customer_id>/payments")
@needs(CrmPermission.ACCOUNT_READ)
@blueprint.arguments(PaymentsQuery, location="query")
@blueprint.response(200, PaymentPage)
def list_client_payments(query: dict[str, Any], customer_id: int) -> Response:
    """What a customer has paid, the latest first."""
    customer = doors.customer(customer_id)
    found = page(
        payments_of(customer.id),
        [Payment.occurred_at, Payment.id],
        limit=query["limit"],
        cursor=query["cursor"],
        descending=True,
    )
    return jsonify(items=[_head(row) for row in found.items], next_cursor=found.next_cursor)


@blueprint.post("/payments/<int:payment_id>/reverse")
@needs(SalesPermission.PAYMENT_TAKE)
@blueprint.arguments(ReversePayment)
@blueprint.response(201, PaymentOut)
@blueprint.alt_response(200, schema=PaymentOut, description="This client_uuid was recorded before")
def reverse_client_payment(body: dict[str, Any], payment_id: int) -> Response:
    """Take a payment back by a row against it: with the permission, or a manager's approval of this client_uuid."""
    payment, created = reverse_payment(payment_id, actor=g.principal, **body)
    return make_response(jsonify(payment_body(payment)), 201 if created else 200)


def payment_body(payment: TakenPayment) -> dict[str, Any]:
    """A payment, as ``PaymentOut`` describes it."""
    return {
        "id": payment.id,
        "number": payment.number,
        "client_uuid": str(payment.client_uuid),
        "customer_id": payment.customer_id,
        "amount": plain(payment.amount),
        "method": payment.method.value,
        "status": payment.status.value,
        "payment_date": payment.payment_date.isoformat(),
        "occurred_at": payment.occurred_at.isoformat(),
        "branch_id": payment.branch_id,
        "shift_id": payment.shift_id,
        "reference": payment.reference,
        "note": payment.note,
        "received_by": payment.received_by,
        "reverses_id": payment.reverses_id,
        "balance": plain(payment.balance),
        "settled": [
            {
                "due_date": debt.due_date.isoformat() if debt.due_date else None,
                "amount": plain(amount),
                "origin": {"kind": debt.origin_kind, "id": debt.origin_id},
            }
            for debt, amount in payment.settled
        ],
    }


def _head(row: Payment) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.payment_number,
        "client_uuid": str(row.client_uuid),
        "customer_id": row.customer_id,
        "amount": plain(row.amount),
        "method": row.payment_method.value,
        "status": row.status.value,
        "payment_date": row.payment_date.isoformat(),
        "occurred_at": row.occurred_at.isoformat(),
        "branch_id": row.branch_id,
        "shift_id": row.shift_id,
        "reference": row.reference_number,
        "note": row.notes,
        "received_by": row.received_by,
        "reverses_id": row.reverses_id,
    }
