"""Shifts and sales."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    Money,
    Percent,
    Quantity,
    TenantModel,
    UnitCost,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, Till, User


class ShiftStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Shift(TenantModel):
    """A cashier's time at a till, from counted opening cash to counted closing cash."""

    __tablename__ = "shifts"
    __table_args__ = (
        UniqueConstraint("organization_id", "till_id", "number"),
        Index(
            "uq_shifts_open_till",
            "organization_id",
            "till_id",
            unique=True,
            postgresql_where="status = 'open'",
        ),
        Index(
            "uq_shifts_open_cashier",
            "organization_id",
            "cashier_id",
            unique=True,
            postgresql_where="status = 'open'",
        ),
        Index("ix_shifts_opened_at", "organization_id", "opened_at", "id"),
        CheckConstraint("opening_cash >= 0", name="opening_cash"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    cashier_id: Mapped[int] = refers_to("users")
    number: Mapped[int] = mapped_column(Integer, comment="counts the shifts of the till")
    status: Mapped[ShiftStatus] = enum_column(ShiftStatus, default=ShiftStatus.OPEN, server_default="open")
    last_number: Mapped[int] = mapped_column(Integer, default=0, server_default="0", comment="last receipt")
    opening_cash: Mapped[Money]
    expected_cash: Mapped[Money | None] = mapped_column(comment="sum of the cash ledger at close")
    closing_cash: Mapped[Money | None] = mapped_column(comment="what was counted")
    difference: Mapped[Money | None] = mapped_column(comment="counted minus expected")
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[int | None] = refers_to("users", optional=True)

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till] = related(till_id)
    cashier: Mapped[User] = related(cashier_id)

    @property
    def is_open(self) -> bool:
        """Whether sales may be added."""
        return self.status is ShiftStatus.OPEN

    def __str__(self) -> str:
        return f"{self.till.number}-{self.number}"


class SaleType(StrEnum):
    SALE = "sale"
    REFUND = "refund"


class SaleStatus(StrEnum):
    COMPLETED = "completed"


class PaymentMethod(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"


class PaymentSummary(StrEnum):
    """How a sale was paid, at a glance."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    MIXED = "mixed"


class Sale(TenantModel):
    """A completed sale. Never changed and never deleted; a refund will be another row.

    total = Σ items.total + rounding, and = Σ payments.amount; both are proven by ``flask books verify``.
    """

    __tablename__ = "sales"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        UniqueConstraint("organization_id", "number"),
        Index("ix_sales_sold_at", "organization_id", "sold_at", "id"),
        Index("ix_sales_business_date", "organization_id", "business_date", "branch_id"),
        CheckConstraint("discount_amount >= 0 OR type = 'refund'", name="discount_amount"),
        CheckConstraint("total_amount >= 0 OR type = 'refund'", name="total_amount"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    shift_id: Mapped[int] = refers_to("shifts")
    cashier_id: Mapped[int] = refers_to("users")
    type: Mapped[SaleType] = enum_column(SaleType, default=SaleType.SALE, server_default="sale")
    status: Mapped[SaleStatus] = enum_column(
        SaleStatus, default=SaleStatus.COMPLETED, server_default="completed"
    )
    number: Mapped[str] = mapped_column(Text, comment="till-shift-receipt")
    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    content_hash: Mapped[str] = mapped_column(
        Text, comment="SHA-256 of what the client sent, for idempotency"
    )
    payment_method: Mapped[PaymentSummary] = enum_column(PaymentSummary)
    gross_amount: Mapped[Money] = mapped_column(comment="Σ price × quantity")
    discount_amount: Mapped[Money] = mapped_column(comment="line and cart discounts together")
    tax_amount: Mapped[Money]
    rounding_amount: Mapped[Money] = mapped_column(comment="cash rounding")
    total_amount: Mapped[Money] = mapped_column(comment="what was to be paid")
    tendered_amount: Mapped[Money] = mapped_column(comment="what was given")
    change_amount: Mapped[Money]
    cost_amount: Mapped[Money] = mapped_column(comment="cost of the goods at the moment of sale")
    business_date: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    sold_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till] = related(till_id)
    shift: Mapped[Shift] = related(shift_id)
    cashier: Mapped[User] = related(cashier_id)
    items: Mapped[list["SaleItem"]] = relationship(
        primaryjoin="SaleItem.sale_id == Sale.id",
        foreign_keys="SaleItem.sale_id",
        back_populates="sale",
        order_by="SaleItem.line_number",
    )
    payments: Mapped[list["SalePayment"]] = relationship(
        primaryjoin="SalePayment.sale_id == Sale.id",
        foreign_keys="SalePayment.sale_id",
        back_populates="sale",
        order_by="SalePayment.id",
    )

    @property
    def margin_amount(self) -> Decimal:
        """What was earned: the total less the cost of the goods, as both were at the moment of sale."""
        return self.total_amount - self.cost_amount

    def __str__(self) -> str:
        return self.number


class SaleItem(TenantModel):
    """One line of a receipt, with name, price, tax and cost as they were at the moment of sale.

    total = gross − discount − cart_discount (+ tax when VAT is on top). What leaves stock is quantity × multiplier.
    """

    __tablename__ = "sale_items"
    __table_args__ = (
        UniqueConstraint("organization_id", "sale_id", "line_number"),
        CheckConstraint("quantity <> 0", name="quantity"),
    )

    sale_id: Mapped[int] = refers_to("sales")
    line_number: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = refers_to("products")
    product_name: Mapped[str] = mapped_column(Text)
    barcode: Mapped[str | None] = mapped_column(Text, comment="as scanned")
    unit: Mapped[str] = mapped_column(Text)
    quantity: Mapped[Quantity] = mapped_column(comment="as counted: base units or packs")
    multiplier: Mapped[Quantity] = mapped_column(
        Numeric(14, 3),
        default=Decimal(1),
        server_default="1",
        comment="base units in one of what was counted",
    )
    is_tracked: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default="true", comment="whether it left stock; services do not"
    )
    price: Mapped[Money] = mapped_column(comment="of one of what was counted")
    gross_amount: Mapped[Money]
    discount_amount: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), comment="given on this line"
    )
    cart_discount_amount: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), comment="this line's share of the cart's discount"
    )
    vat_rate: Mapped[Percent]
    vat_included: Mapped[bool] = mapped_column(Boolean)
    tax_amount: Mapped[Money]
    total_amount: Mapped[Money]
    unit_cost: Mapped[UnitCost] = mapped_column(comment="of one base unit")
    cost_amount: Mapped[Money]

    sale: Mapped[Sale] = related(sale_id, back_populates="items")
    product: Mapped[Product] = related(product_id)


class SalePayment(TenantModel):
    """One tender of a sale. ``amount`` counts towards the total; ``tendered_amount`` is what was handed over."""

    __tablename__ = "sale_payments"
    __table_args__ = (CheckConstraint("tendered_amount >= amount OR amount < 0", name="tendered_amount"),)

    sale_id: Mapped[int] = refers_to("sales")
    method: Mapped[PaymentMethod] = enum_column(PaymentMethod)
    amount: Mapped[Money]
    tendered_amount: Mapped[Money]

    sale: Mapped[Sale] = related(sale_id, back_populates="payments")
