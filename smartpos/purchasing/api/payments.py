"""Payments to suppliers."""

from typing import Any

from flask import Response, jsonify, make_response
from sqlalchemy import select

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.money import plain
from smartpos.core.paging import page
from smartpos.core.permissions import needs
from smartpos.crm.queries import doors
from smartpos.crm.queries.ledgers import shown_amount
from smartpos.identity.principal import me
from smartpos.purchasing.api.blueprint import blueprint
from smartpos.purchasing.models import SupplierPayment
from smartpos.purchasing.operations.payments import pay_supplier, reverse_supplier_payment
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.payments import MadePayment, payments_to
from smartpos.purchasing.schemas.payments import (
    PaySupplier,
    ReverseSupplierPayment,
    SupplierPaymentOut,
    SupplierPaymentPage,
    SupplierPaymentsQuery,
    payment_facts,
)


@blueprint.post("/suppliers/<int:supplier_id>/payments")
@needs(P.PAYMENT_MAKE)
@blueprint.arguments(PaySupplier)
@blueprint.response(201, SupplierPaymentOut)
@blueprint.alt_response(
    200, schema=SupplierPaymentOut, description="This client_uuid was recorded before; nothing was written"
)
def make_supplier_payment(body: dict[str, Any], supplier_id: int) -> Response:
    """Pay a supplier from the office's cash or the bank; the oldest debts are settled first.

    Safe to repeat: the same client_uuid with the same contents answers 200 with the first payment, with other contents
    409. More than the debt answers 422 unless it is meant as a prepayment.
    """
    payment, created = pay_supplier(payment_facts(supplier_id, body), actor=me())
    return make_response(jsonify(_body(payment)), 201 if created else 200)


@blueprint.get("/suppliers/<int:supplier_id>/payments")
@needs(P.PAYMENT_READ)
@blueprint.arguments(SupplierPaymentsQuery, location="query")
@blueprint.response(200, SupplierPaymentPage)
def list_supplier_payments(query: dict[str, Any], supplier_id: int) -> Response:
    """What a supplier was paid, the latest first."""
    supplier = doors.supplier(supplier_id)
    found = page(
        payments_to(supplier.id),
        [SupplierPayment.occurred_at, SupplierPayment.id],
        limit=query["limit"],
        cursor=query["cursor"],
        descending=True,
    )
    counters = select(SupplierPayment.reverses_id, SupplierPayment.id).where(
        in_ids(SupplierPayment.reverses_id, [row.id for row in found.items])
    )
    reversed_by = {row[0]: row[1] for row in db.session.execute(counters)}
    return jsonify(
        items=[_head(row, reversed_by.get(row.id)) for row in found.items], next_cursor=found.next_cursor
    )


@blueprint.post("/supplier-payments/<int:supplier_payment_id>/reverse")
@needs(P.PAYMENT_REVERSE)
@blueprint.arguments(ReverseSupplierPayment)
@blueprint.response(201, SupplierPaymentOut)
@blueprint.alt_response(200, schema=SupplierPaymentOut, description="This client_uuid was recorded before")
def reverse_payment(body: dict[str, Any], supplier_payment_id: int) -> Response:
    """Take a payment back by a row against it: what it settled is owed again. 409 when it already is."""
    payment, created = reverse_supplier_payment(supplier_payment_id, actor=me(), **body)
    return make_response(jsonify(_body(payment)), 201 if created else 200)


def _body(payment: MadePayment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "number": payment.number,
        "client_uuid": None if payment.client_uuid is None else str(payment.client_uuid),
        "supplier_id": payment.supplier_id,
        "amount": plain(payment.amount),
        "source": payment.source.value,
        "paid_on": payment.paid_on.isoformat(),
        "occurred_at": payment.occurred_at.isoformat(),
        "branch_id": payment.branch_id,
        "reference": payment.reference,
        "note": payment.note,
        "paid_by": payment.paid_by,
        "reverses_id": payment.reverses_id,
        "reversed_by_id": payment.reversed_by_id,
        "balance": shown_amount(payment.balance),
        "settled": [
            {
                "due_date": debt.due_date.isoformat() if debt.due_date else None,
                "amount": plain(amount),
                "origin": {"kind": debt.origin_kind, "id": debt.origin_id},
            }
            for debt, amount in payment.settled
        ],
    }


def _head(row: SupplierPayment, reversed_by: int | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "client_uuid": None if row.client_uuid is None else str(row.client_uuid),
        "supplier_id": row.supplier_id,
        "amount": plain(row.amount),
        "source": row.source.value,
        "paid_on": row.paid_on.isoformat(),
        "occurred_at": row.occurred_at.isoformat(),
        "branch_id": row.branch_id,
        "reference": row.reference_number,
        "note": row.notes,
        "paid_by": row.created_by,
        "reverses_id": row.reverses_id,
        "reversed_by_id": reversed_by,
    }
