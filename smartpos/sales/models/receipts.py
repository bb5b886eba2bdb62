"""Receipts: sales, refunds and exchanges."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
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

from smartpos.catalog.models import PriceType, Product, Promotion
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
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models.shifts import Shift


class SaleType(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    EXCHANGE = "exchange"


class SaleStatus(StrEnum):
    """What has become of a receipt; the only thing about it that ever changes."""

    COMPLETED = "completed"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"


class SaleFlag(StrEnum):
    """Why somebody should look at a receipt that was accepted all the same, because it had happened."""

    LATE = "late"
    BELOW_ZERO = "below_zero"
    PRICE_DIFFERS = "price_differs"
    CLOCK_WRONG = "clock_wrong"
    OVER_CREDIT_LIMIT = "over_credit_limit"
    NOT_FOR_SALE = "not_for_sale"
    DISCOUNT_ABOVE_LIMIT = "discount_above_limit"
    CASH_RULE = "cash_rule"
    OTHER_SENDER = "other_sender"


class PaymentMethod(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    CREDIT = "credit"
    POINTS = "points"


class PaymentSummary(StrEnum):
    """How a sale was paid, at a glance."""

    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    CREDIT = "credit"
    POINTS = "points"
    MIXED = "mixed"


class Sale(TenantModel):
    """A completed sale, refund or exchange. Never deleted, and never changed but for its ``status``.

    A refund is a row of its own with negative quantities and amounts, whose lines point at those they return; an
    exchange has lines of both signs. What a receipt's goods cost in the end is therefore total + returned_amount.

    total = Σ items.total + rounding, and = Σ payments.amount; both are proven by ``flask books verify``.
    """

    __tablename__ = "sales"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        UniqueConstraint("organization_id", "number"),
        Index("ix_sales_sold_at", "organization_id", "sold_at", "id"),
        Index("ix_sales_business_date", "organization_id", "business_date", "branch_id"),
        Index("ix_sales_flags", "organization_id", "sold_at", "id", postgresql_where="flags <> '{}'"),
        CheckConstraint("discount_amount >= 0 OR type <> 'sale'", name="discount_amount"),
        CheckConstraint("total_amount >= 0 OR type <> 'sale'", name="total_amount"),
        CheckConstraint("total_amount <= 0 OR type <> 'refund'", name="refund_total"),
        CheckConstraint(
            "CASE type WHEN 'sale' THEN returned_amount = 0 WHEN 'refund' THEN returned_amount = -total_amount "
            "ELSE returned_amount >= 0 END",
            name="returned_amount",
        ),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    shift_id: Mapped[int] = refers_to("shifts")
    cashier_id: Mapped[int] = refers_to("users")
    type: Mapped[SaleType] = enum_column(SaleType, default=SaleType.SALE, server_default="sale")
    status: Mapped[SaleStatus] = enum_column(
        SaleStatus, default=SaleStatus.COMPLETED, server_default="completed"
    )
    customer_id: Mapped[int | None] = refers_to("customers", optional=True)
    original_id: Mapped[int | None] = refers_to("sales", optional=True, comment="what is returned, if known")
    price_type_id: Mapped[int | None] = refers_to("price_types", optional=True)
    number: Mapped[str] = mapped_column(Text, comment="till-shift-receipt")
    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    content_hash: Mapped[str] = mapped_column(
        Text, comment="SHA-256 of what the client sent, for idempotency"
    )
    payment_method: Mapped[PaymentSummary] = enum_column(PaymentSummary)
    gross_amount: Mapped[Money] = mapped_column(comment="Σ price × quantity")
    discount_amount: Mapped[Money] = mapped_column(comment="promotions, line and cart discounts together")
    tax_amount: Mapped[Money]
    rounding_amount: Mapped[Money] = mapped_column(comment="cash rounding")
    total_amount: Mapped[Money] = mapped_column(comment="what was to be paid")
    returned_amount: Mapped[Money] = mapped_column(
        Numeric(18, 2),
        default=Decimal(0),
        server_default="0",
        comment="what the goods that came back counted for, as part of the total; never negative",
    )
    tendered_amount: Mapped[Money] = mapped_column(comment="what was given")
    change_amount: Mapped[Money]
    cost_amount: Mapped[Money] = mapped_column(comment="cost of the goods at the moment of sale")
    business_date: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    sold_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    reason: Mapped[str | None] = mapped_column(Text, comment="why goods came back")
    is_offline: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="made while the till had no connection"
    )
    is_late: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="arrived after its shift was closed"
    )
    flags: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default="{}", comment="SaleFlag: why somebody should look at it"
    )
    claimed_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="the till's own clock, where it was not believed"
    )
    sent_by: Mapped[int | None] = refers_to("users", optional=True, comment="where not the cashier")
    created_at: Mapped[CreatedAt]

    customer: Mapped[Customer | None] = related(customer_id)
    price_type: Mapped[PriceType | None] = related(price_type_id)
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
        """What was earned: the total without VAT less the cost of the goods, as all were at the moment of sale."""
        return self.total_amount - self.tax_amount - self.cost_amount

    def __str__(self) -> str:
        return self.number


class Restock(StrEnum):
    """Where goods go that come back: to be sold again, written off as damaged, or they do not come back at all."""

    SALE = "sale"
    DAMAGED = "damaged"
    NONE = "none"


class SaleItem(TenantModel):
    """One line of a receipt, with name, price, tax and cost as they were at the moment of sale.

    total = gross − promotion − discount − cart_discount (+ tax when VAT is on top). What leaves stock is
    quantity × multiplier; of goods that come back, what ``restock`` says.
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
    list_price: Mapped[Money | None] = mapped_column(
        comment="the shop's own, where another was taken by hand"
    )
    gross_amount: Mapped[Money]
    promotion_id: Mapped[int | None] = refers_to("promotions", optional=True)
    promotion_amount: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), server_default="0", comment="taken off by the promotion"
    )
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
    returns_id: Mapped[int | None] = refers_to("sale_items", optional=True, comment="the line it gives back")
    restock: Mapped[Restock | None] = enum_column(Restock)
    batch_number: Mapped[str | None] = mapped_column(Text, comment="lot, as scanned")
    expiration_date: Mapped[date | None] = mapped_column(Date, comment="as scanned")
    marking_code: Mapped[str | None] = mapped_column(Text, comment="the mark of one piece, as scanned")

    sale: Mapped[Sale] = related(sale_id, back_populates="items")
    product: Mapped[Product] = related(product_id)
    promotion: Mapped[Promotion | None] = related(promotion_id)


class SalePayment(TenantModel):
    """One tender of a sale. ``amount`` counts towards the total; ``tendered_amount`` is what was handed over.

    Cash in a foreign currency is a row of its own: ``foreign_amount`` is what of it stays in the drawer (change given
    in it is taken off) and ``amount`` its value at ``exchange_rate``. Change given in the shop's own money for foreign
    cash makes the amount of its own cash negative. Credit carries the day on which it is due.
    """

    __tablename__ = "sale_payments"
    __table_args__ = (
        CheckConstraint("tendered_amount >= amount OR amount < 0", name="tendered_amount"),
        CheckConstraint("(currency IS NULL) = (foreign_amount IS NULL)", name="foreign_amount"),
        CheckConstraint("(currency IS NULL) = (exchange_rate IS NULL)", name="exchange_rate"),
        CheckConstraint("currency IS NULL OR method = 'cash'", name="currency"),
        CheckConstraint("due_date IS NULL OR method = 'credit'", name="due_date"),
    )

    sale_id: Mapped[int] = refers_to("sales")
    method: Mapped[PaymentMethod] = enum_column(PaymentMethod)
    amount: Mapped[Money]
    tendered_amount: Mapped[Money]
    currency: Mapped[str | None] = mapped_column(Text, comment="null: the shop's own")
    exchange_rate: Mapped[UnitCost | None] = mapped_column(comment="of one foreign unit")
    foreign_amount: Mapped[Money | None]
    due_date: Mapped[date | None] = mapped_column(Date)

    sale: Mapped[Sale] = related(sale_id, back_populates="payments")
