"""Purchases, what they cost besides, suppliers' prices, and payments to suppliers."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    Money,
    Percent,
    Quantity,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.core.models import StoredFile
from smartpos.crm.models import Supplier
from smartpos.identity.models import Branch, User
from smartpos.stock.models import Batch


class SupplierPrice(TenantModel):
    """What a supplier asks for a product, and how long it takes."""

    __tablename__ = "supplier_prices"
    __table_args__ = (
        UniqueConstraint("organization_id", "supplier_id", "product_id"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("min_quantity > 0", name="min_quantity"),
        CheckConstraint("lead_time_days >= 0", name="lead_time_days"),
    )

    supplier_id: Mapped[int] = refers_to("suppliers", on_delete="CASCADE")
    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE")
    supplier_sku: Mapped[str | None] = mapped_column(Text, comment="the supplier's own code of it")
    price: Mapped[UnitCost] = mapped_column(comment="with VAT in it, for one of the product's unit")
    min_quantity: Mapped[Quantity | None] = mapped_column(Numeric(14, 3), comment="the least they deliver")
    lead_time_days: Mapped[int | None] = mapped_column(Integer, comment="null: the supplier's")
    is_preferred: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    supplier: Mapped[Supplier] = related(supplier_id)
    product: Mapped[Product] = related(product_id)


class PurchaseType(StrEnum):
    PURCHASE = "purchase"
    RETURN = "return"


class PurchaseStatus(StrEnum):
    """Stock, cost and debt change at CONFIRMED and, exactly back, at REVERTED; RECEIVED is what was unloaded."""

    DRAFT = "draft"
    ORDERED = "ordered"
    RECEIVED = "received"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    CANCELLED = "cancelled"


class Purchase(TenantModel):
    """A supplier's invoice, from the order to the shelf; or, with negative quantities, goods that go back.

    ``total_amount`` is what the supplier is owed: ``subtotal`` and the VAT that is not in it. Landed costs are owed to
    others and only make the goods dearer.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_purchases_status", "organization_id", "status", "id"),
        Index("ix_purchases_document_date", "organization_id", "document_date", "id"),
        CheckConstraint("type <> 'return' OR original_id IS NOT NULL", name="original"),
        CheckConstraint(
            "(status IN ('confirmed', 'reverted')) = (confirmed_at IS NOT NULL)", name="confirmed"
        ),
        CheckConstraint("(status = 'reverted') = (reverted_at IS NOT NULL)", name="reverted"),
    )

    number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[str | None] = mapped_column(Text, comment="of what the client sent, for idempotency")
    type: Mapped[PurchaseType] = enum_column(
        PurchaseType, default=PurchaseType.PURCHASE, server_default="purchase"
    )
    original_id: Mapped[int | None] = refers_to("purchases", optional=True, on_delete="RESTRICT")
    backorder_of_id: Mapped[int | None] = refers_to(
        "purchases", optional=True, comment="whose rest this is, after a delivery in part"
    )
    supplier_id: Mapped[int | None] = refers_to("suppliers", optional=True, on_delete="RESTRICT")
    branch_id: Mapped[int] = refers_to("branches")
    status: Mapped[PurchaseStatus] = enum_column(
        PurchaseStatus, default=PurchaseStatus.DRAFT, server_default="draft"
    )
    document_number: Mapped[str | None] = mapped_column(Text, comment="on the supplier's paper")
    document_date: Mapped[date] = mapped_column(Date)
    expected_on: Mapped[date | None] = mapped_column(Date)
    due_date: Mapped[date | None] = mapped_column(Date)
    vat_included: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    vat_recoverable: Mapped[bool] = mapped_column(
        Boolean,
        default=True,
        server_default="true",
        comment="whether the shop gets the VAT back, so that it is no cost; as it was when this was confirmed",
    )
    subtotal: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    discount_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    tax_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    costs_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    total_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    notes: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="why it was reverted or cancelled")
    raw_text: Mapped[str | None] = mapped_column(Text, comment="000: what a machine read on the paper")
    processed_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB, comment="000: what it made of it")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
    ordered_by: Mapped[int | None] = refers_to("users", optional=True)
    ordered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_by: Mapped[int | None] = refers_to("users", optional=True)
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[int | None] = refers_to("users", optional=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reverted_by: Mapped[int | None] = refers_to("users", optional=True)
    reverted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_by: Mapped[int | None] = refers_to("users", optional=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    supplier: Mapped[Supplier | None] = related(supplier_id)
    branch: Mapped[Branch] = related(branch_id)
    author: Mapped[User | None] = related(created_by)
    items: Mapped[list["PurchaseItem"]] = relationship(
        primaryjoin="PurchaseItem.purchase_id == Purchase.id",
        foreign_keys="PurchaseItem.purchase_id",
        back_populates="purchase",
        order_by="PurchaseItem.position",
        cascade="all, delete-orphan",
    )
    costs: Mapped[list["PurchaseCost"]] = relationship(
        primaryjoin="PurchaseCost.purchase_id == Purchase.id",
        foreign_keys="PurchaseCost.purchase_id",
        back_populates="purchase",
        order_by="PurchaseCost.id",
        cascade="all, delete-orphan",
    )
    files: Mapped[list["PurchaseFile"]] = relationship(
        primaryjoin="PurchaseFile.purchase_id == Purchase.id",
        foreign_keys="PurchaseFile.purchase_id",
        back_populates="purchase",
        order_by="PurchaseFile.id",
        cascade="all, delete-orphan",
    )

    def __str__(self) -> str:
        return self.number


class PurchaseItem(TenantModel):
    """A line of a purchase. ``product_id`` is empty while nobody has said what the supplier's words mean.

    ``unit_cost`` is what one base unit costs on the shelf: price without recoverable VAT and discount, and its share of
    the landed costs; it is known when the purchase is confirmed.
    """

    __tablename__ = "purchase_items"
    __table_args__ = (
        UniqueConstraint("organization_id", "purchase_id", "position"),
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
        CheckConstraint("product_id IS NOT NULL OR product_name_raw IS NOT NULL", name="product"),
    )

    purchase_id: Mapped[int] = refers_to("purchases", on_delete="CASCADE")
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int | None] = refers_to("products", optional=True, on_delete="RESTRICT")
    product_name_raw: Mapped[str | None] = mapped_column(Text, comment="as it stands on the paper")
    quantity: Mapped[Quantity] = mapped_column(comment="ordered, in base units; negative in a return")
    received_quantity: Mapped[Quantity | None] = mapped_column(Numeric(14, 3), comment="what was unloaded")
    price: Mapped[UnitCost] = mapped_column(comment="per base unit, with VAT if the purchase says so")
    discount_percent: Mapped[Percent] = mapped_column(Numeric(5, 2), default=Decimal(0), server_default="0")
    vat_rate: Mapped[Percent] = mapped_column(Numeric(5, 2), default=Decimal(0), server_default="0")
    tax_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    total: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    cost_share: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4),
        default=Decimal(0),
        server_default="0",
        comment="of the landed costs, for all of the line",
    )
    unit_cost: Mapped[UnitCost | None]
    sale_price: Mapped[Money | None] = mapped_column(comment="to be set when the purchase is confirmed")
    batch_number: Mapped[str | None] = mapped_column(Text)
    expiration_date: Mapped[date | None] = mapped_column(Date)
    batch_id: Mapped[int | None] = refers_to("batches", optional=True, on_delete="RESTRICT")
    returns_id: Mapped[int | None] = refers_to("purchase_items", optional=True, on_delete="RESTRICT")

    purchase: Mapped[Purchase] = related(purchase_id, back_populates="items")
    product: Mapped[Product | None] = related(product_id)
    batch: Mapped[Batch | None] = related(batch_id)

    @property
    def shown_name(self) -> str:
        """What the line is called: the product's name, or the supplier's words while nobody has matched them."""
        return self.product.name if self.product is not None else str(self.product_name_raw)


class CostKind(StrEnum):
    TRANSPORT = "transport"
    DUTY = "duty"
    LOADING = "loading"
    OTHER = "other"


class SpreadBy(StrEnum):
    """What each line's share of a cost goes by."""

    VALUE = "value"
    QUANTITY = "quantity"
    WEIGHT = "weight"


class PurchaseCost(TenantModel):
    """What it cost besides to get the goods here; it makes them dearer."""

    __tablename__ = "purchase_costs"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    purchase_id: Mapped[int] = refers_to("purchases", on_delete="CASCADE")
    kind: Mapped[CostKind] = enum_column(CostKind, default=CostKind.TRANSPORT, server_default="transport")
    amount: Mapped[Money]
    spread_by: Mapped[SpreadBy] = enum_column(SpreadBy, default=SpreadBy.VALUE, server_default="value")
    note: Mapped[str | None] = mapped_column(Text)

    purchase: Mapped[Purchase] = related(purchase_id, back_populates="costs")


class PurchaseFile(TenantModel):
    """A picture or a PDF of the paper behind a purchase."""

    __tablename__ = "purchase_files"

    purchase_id: Mapped[int] = refers_to("purchases", on_delete="CASCADE")
    file_id: Mapped[int] = refers_to("stored_files")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    purchase: Mapped[Purchase] = related(purchase_id, back_populates="files")
    file: Mapped[StoredFile] = related(file_id)


class PaidFrom(StrEnum):
    """Where the money came from: the office's cash or the bank."""

    OFFICE = "office"
    BANK = "bank"


class SupplierPayment(TenantModel):
    """Money that a supplier was paid. Taken back by another row, never deleted."""

    __tablename__ = "supplier_payments"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index(
            "uq_supplier_payments_reverses_id",
            "organization_id",
            "reverses_id",
            unique=True,
            postgresql_where="reverses_id IS NOT NULL",
        ),
        Index("ix_supplier_payments_paid_on", "organization_id", "paid_on", "id"),
        CheckConstraint("(amount > 0) = (reverses_id IS NULL)", name="amount"),
    )

    number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[str | None] = mapped_column(Text, comment="of what the client sent, for idempotency")
    supplier_id: Mapped[int] = refers_to("suppliers")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    amount: Mapped[Money] = mapped_column(comment="negative in the row that takes another back")
    source: Mapped[PaidFrom] = enum_column(PaidFrom)
    paid_on: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    reference_number: Mapped[str | None] = mapped_column(Text, comment="of the bank's order")
    notes: Mapped[str | None] = mapped_column(Text)
    reverses_id: Mapped[int | None] = refers_to("supplier_payments", optional=True)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    supplier: Mapped[Supplier] = related(supplier_id)
    branch: Mapped[Branch | None] = related(branch_id)
    author: Mapped[User | None] = related(created_by)

    def __str__(self) -> str:
        return self.number
