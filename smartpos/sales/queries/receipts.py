"""Questions about sales."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Promotion
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect
from smartpos.crm.models import Customer, CustomerTransaction
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models import (
    PaymentMethod,
    PaymentSummary,
    Restock,
    Sale,
    SaleItem,
    SalePayment,
    SaleStatus,
    SaleType,
)
from smartpos.sales.permissions import SalesPermission

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer of a receipt, with the account as it is now and the points of this receipt."""

    id: int
    name: str
    phone: str | None
    balance: Decimal
    points: Decimal
    points_earned: Decimal = NOTHING
    points_used: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class SoldItem:
    """One line of a receipt. ``returned`` is how much of it has come back since."""

    id: int
    line_number: int
    product_id: int
    name: str
    barcode: str | None
    unit: str
    quantity: Decimal
    multiplier: Decimal
    price: Decimal
    list_price: Decimal | None
    gross: Decimal
    promotion_id: int | None
    promotion_name: str | None
    promotion: Decimal
    discount: Decimal
    cart_discount: Decimal
    vat_rate: Decimal
    vat_included: bool
    tax: Decimal
    total: Decimal
    returns_id: int | None
    restock: Restock | None
    batch_number: str | None
    expiration_date: date | None
    marking_code: str | None
    returned: Decimal = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class SoldPayment:
    """One tender of a receipt."""

    method: PaymentMethod
    amount: Decimal
    tendered: Decimal
    currency: str | None = None
    rate: Decimal | None = None
    foreign_amount: Decimal | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class SoldSale:
    """A receipt as people and programs see it; costs are not part of it."""

    id: int
    number: str
    client_uuid: UUID
    type: SaleType
    status: SaleStatus
    branch_id: int
    branch: str
    till_id: int
    till: str
    shift_id: int
    cashier_id: int
    cashier: str
    buyer: Buyer | None
    original_id: int | None
    price_type_id: int | None
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
    reason: str | None
    is_offline: bool
    is_late: bool
    flags: list[str]
    created_at: datetime
    items: list[SoldItem] = field(default_factory=list)
    payments: list[SoldPayment] = field(default_factory=list)
    original_number: str | None = None


_Original = aliased(Sale)
_HEADS: AnySelect = (
    select(
        Sale.id,
        Sale.number,
        Sale.client_uuid,
        Sale.type,
        Sale.status,
        Sale.branch_id,
        Branch.name.label("branch"),
        Sale.till_id,
        Till.name.label("till"),
        Sale.shift_id,
        Sale.cashier_id,
        func.coalesce(func.nullif(User.full_name, ""), User.username).label("cashier"),
        Sale.original_id,
        _Original.number.label("original_number"),
        Sale.price_type_id,
        Sale.payment_method,
        Sale.gross_amount.label("gross"),
        Sale.discount_amount.label("discount"),
        Sale.tax_amount.label("tax"),
        Sale.rounding_amount.label("rounding"),
        Sale.total_amount.label("total"),
        Sale.tendered_amount.label("paid"),
        Sale.change_amount.label("change"),
        Sale.business_date,
        Sale.sold_at,
        Sale.reason,
        Sale.is_offline,
        Sale.is_late,
        Sale.flags,
        Sale.created_at,
        Customer.id.label("buyer_id"),
        Customer.name.label("buyer_name"),
        Customer.phone.label("buyer_phone"),
        Customer.balance.label("buyer_balance"),
        Customer.points.label("buyer_points"),
    )
    .join(Branch, Branch.id == Sale.branch_id)
    .join(Till, Till.id == Sale.till_id)
    .join(User, User.id == Sale.cashier_id)
    .outerjoin(_Original, _Original.id == Sale.original_id)
    .outerjoin(Customer, Customer.id == Sale.customer_id)
)
_NAMES = list(_HEADS.selected_columns.keys())
_BUYER = _NAMES.index("buyer_id")
_ITEMS: AnySelect = (
    select(
        SaleItem.id,
        SaleItem.line_number,
        SaleItem.product_id,
        SaleItem.product_name,
        SaleItem.barcode,
        SaleItem.unit,
        SaleItem.quantity,
        SaleItem.multiplier,
        SaleItem.price,
        SaleItem.list_price,
        SaleItem.gross_amount,
        SaleItem.promotion_id,
        Promotion.name,
        SaleItem.promotion_amount,
        SaleItem.discount_amount,
        SaleItem.cart_discount_amount,
        SaleItem.vat_rate,
        SaleItem.vat_included,
        SaleItem.tax_amount,
        SaleItem.total_amount,
        SaleItem.returns_id,
        SaleItem.restock,
        SaleItem.batch_number,
        SaleItem.expiration_date,
        SaleItem.marking_code,
    )
    .outerjoin(Promotion, Promotion.id == SaleItem.promotion_id)
    .order_by(SaleItem.line_number)
)
_PAYMENTS: AnySelect = select(
    SalePayment.method,
    SalePayment.amount,
    SalePayment.tendered_amount,
    SalePayment.currency,
    SalePayment.exchange_rate,
    SalePayment.foreign_amount,
    SalePayment.due_date,
).order_by(SalePayment.id)


def sale_head(row: Any) -> SoldSale:
    """A row of ``sales_of`` as a receipt without lines and payments; a page gives plain tuples."""
    facts = dict(zip(_NAMES[:_BUYER], row[:_BUYER], strict=True))
    buyer = Buyer(*row[_BUYER:]) if row[_BUYER] is not None else None
    return SoldSale(**facts, buyer=buyer)


def sold_sale(sale_id: int) -> SoldSale:
    """A receipt with its lines and payments, by three statements, and one each for a customer's points and for what
    has come back. Raises NotFound."""
    row = db.session.execute(_HEADS.where(Sale.id == sale_id)).one_or_none()
    if row is None:
        raise NotFound
    head = sale_head(row)
    items = [SoldItem(*item) for item in db.session.execute(_ITEMS.where(SaleItem.sale_id == sale_id))]
    payments = db.session.execute(_PAYMENTS.where(SalePayment.sale_id == sale_id))
    if head.status is not SaleStatus.COMPLETED:
        back = returned_of([item.id for item in items])
        items = [replace(item, returned=back[item.id]) if item.id in back else item for item in items]
    buyer = _with_points(head.buyer, sale_id) if head.buyer else None
    return replace(head, buyer=buyer, items=items, payments=[SoldPayment(*one) for one in payments])


def returned_of(item_ids: Collection[int]) -> dict[int, Decimal]:
    """How much of each line has come back, as positive quantities; lines of which nothing has are missing."""
    query = (
        select(SaleItem.returns_id, -func.sum(SaleItem.quantity))
        .where(SaleItem.returns_id.in_(list(item_ids)))
        .group_by(SaleItem.returns_id)
    )
    return {number: quantity for number, quantity in db.session.execute(query) if number is not None}


def _with_points(buyer: Buyer, sale_id: int) -> Buyer:
    query = select(
        func.coalesce(func.sum(CustomerTransaction.points_earned), 0),
        func.coalesce(func.sum(CustomerTransaction.points_used), 0),
    ).where(CustomerTransaction.origin_kind == "sale", CustomerTransaction.origin_id == sale_id)
    earned, used = db.session.execute(query).one()
    return replace(buyer, points_earned=earned, points_used=used)


def sale_for(actor: Actor, sale_id: int) -> SoldSale:
    """A receipt that the actor may see: one's own, or any with the permission. Raises NotFound."""
    sale = sold_sale(sale_id)
    may_see_all = actor.can(SalesPermission.SALE_READ_ALL) or actor.can(SalesPermission.SALE_REFUND)
    if sale.cashier_id != actor.user_id and not may_see_all:
        raise NotFound
    return sale


def sales_of(actor: Actor, *, in_hand: bool = False) -> AnySelect:
    """The heads of the receipts that the actor may see, to be filtered and paged by ``(sold_at, id)``.

    One that a customer has ``in_hand`` is looked up by what is printed on it; whoever works at a till may see it,
    because somebody may want to give something back.
    """
    may_take_back = actor.can(SalesPermission.SALE_CREATE) or actor.can(SalesPermission.SALE_REFUND)
    if actor.can(SalesPermission.SALE_READ_ALL) or (in_hand and may_take_back):
        return _HEADS
    return _HEADS.where(Sale.cashier_id == actor.user_id)


def named_so(text: str) -> ColumnElement[bool]:
    """The condition for a receipt's number, or for the beginning of its client_uuid as printed before it had one."""
    code = text.strip().removeprefix("W-").replace("-", "").lower()
    if 8 <= len(code) <= 32 and set(code) <= set("0123456789abcdef"):
        first, last = UUID(code.ljust(32, "0")), UUID(code.ljust(32, "f"))
        return or_(Sale.number == text.strip(), Sale.client_uuid.between(first, last))
    return Sale.number == text.strip()
