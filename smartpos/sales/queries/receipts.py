"""Questions about sales."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect
from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models import PaymentMethod, PaymentSummary, Sale, SaleItem, SalePayment, SaleType
from smartpos.sales.permissions import SalesPermission


@dataclass(frozen=True, slots=True)
class SoldItem:
    """One line of a receipt."""

    id: int
    line_number: int
    product_id: int
    name: str
    barcode: str | None
    unit: str
    quantity: Decimal
    multiplier: Decimal
    price: Decimal
    gross: Decimal
    discount: Decimal
    cart_discount: Decimal
    vat_rate: Decimal
    vat_included: bool
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class SoldPayment:
    """One tender of a receipt."""

    method: PaymentMethod
    amount: Decimal
    tendered: Decimal


@dataclass(frozen=True, slots=True)
class SoldSale:
    """A receipt as people and programs see it; costs are not part of it."""

    id: int
    number: str
    client_uuid: UUID
    type: SaleType
    branch_id: int
    branch: str
    till_id: int
    till: str
    shift_id: int
    cashier_id: int
    cashier: str
    payment_method: PaymentSummary
    gross: Decimal
    discount: Decimal
    tax: Decimal
    rounding: Decimal
    total: Decimal
    paid: Decimal
    change: Decimal
    business_date: date
    sold_at: datetime
    created_at: datetime
    items: list[SoldItem]
    payments: list[SoldPayment]


_HEADS: AnySelect = (
    select(
        Sale.id,
        Sale.number,
        Sale.client_uuid,
        Sale.type,
        Sale.branch_id,
        Branch.name,
        Sale.till_id,
        Till.name,
        Sale.shift_id,
        Sale.cashier_id,
        User.full_name,
        User.username,
        Sale.payment_method,
        Sale.gross_amount,
        Sale.discount_amount,
        Sale.tax_amount,
        Sale.rounding_amount,
        Sale.total_amount,
        Sale.tendered_amount,
        Sale.change_amount,
        Sale.business_date,
        Sale.sold_at,
        Sale.created_at,
    )
    .join(Branch, Branch.id == Sale.branch_id)
    .join(Till, Till.id == Sale.till_id)
    .join(User, User.id == Sale.cashier_id)
)
_NAME = list(_HEADS.selected_columns.keys()).index("full_name")
_ITEMS: AnySelect = select(
    SaleItem.id,
    SaleItem.line_number,
    SaleItem.product_id,
    SaleItem.product_name,
    SaleItem.barcode,
    SaleItem.unit,
    SaleItem.quantity,
    SaleItem.multiplier,
    SaleItem.price,
    SaleItem.gross_amount,
    SaleItem.discount_amount,
    SaleItem.cart_discount_amount,
    SaleItem.vat_rate,
    SaleItem.vat_included,
    SaleItem.tax_amount,
    SaleItem.total_amount,
).order_by(SaleItem.line_number)
_PAYMENTS: AnySelect = select(SalePayment.method, SalePayment.amount, SalePayment.tendered_amount).order_by(
    SalePayment.id
)


def sale_head(row: Any, items: list[SoldItem], payments: list[SoldPayment]) -> SoldSale:
    """A row of ``sales_of`` as a receipt."""
    facts: list[Any] = [*row, items, payments]
    facts[_NAME : _NAME + 2] = [
        row[_NAME] or row[_NAME + 1]
    ]  # full name, user name; a page gives plain tuples
    return SoldSale(*facts)


def sold_sale(sale_id: int) -> SoldSale:
    """A receipt with its lines and payments, by three statements. Raises NotFound."""
    row = db.session.execute(_HEADS.where(Sale.id == sale_id)).one_or_none()
    if row is None:
        raise NotFound
    items = db.session.execute(_ITEMS.where(SaleItem.sale_id == sale_id))
    payments = db.session.execute(_PAYMENTS.where(SalePayment.sale_id == sale_id))
    return sale_head(row, [SoldItem(*item) for item in items], [SoldPayment(*one) for one in payments])


def sale_for(actor: Actor, sale_id: int) -> SoldSale:
    """A receipt that the actor may see: one's own, or any with the permission. Raises NotFound."""
    sale = sold_sale(sale_id)
    if sale.cashier_id != actor.user_id and not actor.can(SalesPermission.SALE_READ_ALL):
        raise NotFound
    return sale


def sales_of(actor: Actor) -> AnySelect:
    """The heads of the receipts that the actor may see, to be filtered and paged by ``(sold_at, id)``."""
    if actor.can(SalesPermission.SALE_READ_ALL):
        return _HEADS
    return _HEADS.where(Sale.cashier_id == actor.user_id)


def find_by_client_uuid(client_uuid: UUID, actor: Actor) -> tuple[int, str] | None:
    """The id and the fingerprint of the sale that a client has named before, if any."""
    rows = send(
        "SELECT id, content_hash FROM sales "
        "WHERE organization_id = %(organization_id)s AND client_uuid = %(client_uuid)s",
        {"organization_id": actor.organization.id, "client_uuid": client_uuid},
    )
    return (rows[0][0], rows[0][1]) if rows else None
