"""Customers, and the ledger of their debts and points."""

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
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import CustomerTier, PriceType
from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
    JsonObject,
    LowerText,
    Money,
    SoftDeleted,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, User, Workspace


class CustomerType(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class CustomerStatus(StrEnum):
    LEAD = "lead"
    PROSPECT = "prospect"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CHURNED = "churned"


class PaymentTerms(StrEnum):
    """After how many days a debt is due when nobody says otherwise."""

    PREPAYMENT = "prepayment"
    NET_15 = "net_15"
    NET_30 = "net_30"
    NET_45 = "net_45"
    NET_60 = "net_60"

    @property
    def days(self) -> int:
        """0 for prepayment."""
        return int(self.value.removeprefix("net_")) if self.value.startswith("net_") else 0


class PaymentBehavior(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


class Customer(SoftDeleted, TenantModel):
    """Somebody who buys, and what they owe.

    ``balance`` and ``points`` cache the sums of ``customer_transactions``: a positive balance is a prepayment, a
    negative one a debt. ``iin`` is encrypted by the application (``core.crypto``). Lifetime value, number of purchases
    and the day of the last one are columns of the view ``customer_summary``.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("organization_id", "customer_number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index(
            "uq_customers_phone",
            "organization_id",
            "phone",
            unique=True,
            postgresql_where="phone IS NOT NULL AND deleted_at IS NULL",
        ),
        # Open tills ask which customers have changed since they last asked.
        Index("ix_customers_updated_at", "organization_id", "updated_at", "id"),
        Index("ix_customers_balance", "organization_id", "balance", "id", postgresql_where="balance <> 0"),
        CheckConstraint("credit_limit >= 0", name="credit_limit"),
        CheckConstraint("rating >= 0 AND rating <= 10", name="rating"),
    )

    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True)
    customer_number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid, comment="given by a till that made it offline")
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[CustomerType] = enum_column(
        CustomerType, default=CustomerType.PERSON, server_default="person"
    )
    status: Mapped[CustomerStatus] = enum_column(
        CustomerStatus, default=CustomerStatus.ACTIVE, server_default="active"
    )
    phone: Mapped[str | None] = mapped_column(Text, comment="E.164")
    email: Mapped[str | None] = mapped_column(LowerText)
    website: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None] = mapped_column(Date)
    company_name: Mapped[str | None] = mapped_column(Text)
    legal_name: Mapped[str | None] = mapped_column(Text)
    industry: Mapped[str | None] = mapped_column(Text)
    employee_count: Mapped[int | None] = mapped_column(Integer)
    annual_revenue: Mapped[Money | None]
    bin: Mapped[str | None] = mapped_column(Text, comment="BIN in Kazakhstan, INN in Uzbekistan")
    iin: Mapped[bytes | None] = mapped_column(LargeBinary, comment="IIN or PINFL of a person, encrypted")
    kbe_code: Mapped[str | None] = mapped_column(Text)
    credit_limit: Mapped[Money | None] = mapped_column(comment="null: the shop's default_credit_limit")
    balance: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    points: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    currency: Mapped[str | None] = mapped_column(Text, comment="null: the shop's own")
    payment_terms: Mapped[PaymentTerms] = enum_column(
        PaymentTerms, default=PaymentTerms.NET_30, server_default="net_30"
    )
    payment_behavior: Mapped[PaymentBehavior] = enum_column(
        PaymentBehavior, default=PaymentBehavior.UNKNOWN, server_default="unknown"
    )
    price_type_id: Mapped[int | None] = refers_to("price_types", optional=True)
    source: Mapped[str | None] = mapped_column(Text)
    segment: Mapped[str | None] = mapped_column(Text)
    tier: Mapped[CustomerTier] = enum_column(
        CustomerTier, default=CustomerTier.STANDARD, server_default="standard"
    )
    assigned_to: Mapped[int | None] = refers_to("users", optional=True)
    rating: Mapped[Decimal] = mapped_column(Numeric(4, 2), default=Decimal(0), server_default="0")
    last_contact_date: Mapped[date | None] = mapped_column(Date)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    custom_fields: Mapped[JsonObject]
    preferences: Mapped[JsonObject]
    ai_preferences: Mapped[JsonObject]
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    workspace: Mapped[Workspace | None] = related(workspace_id)
    price_type: Mapped[PriceType | None] = related(price_type_id)
    assignee: Mapped[User | None] = related(assigned_to)
    contacts: Mapped[list["CustomerContact"]] = relationship(
        primaryjoin="and_(CustomerContact.customer_id == Customer.id, CustomerContact.deleted_at.is_(None))",
        foreign_keys="CustomerContact.customer_id",
        back_populates="customer",
        order_by="CustomerContact.id",
    )
    addresses: Mapped[list["CustomerAddress"]] = relationship(
        primaryjoin="and_(CustomerAddress.customer_id == Customer.id, CustomerAddress.deleted_at.is_(None))",
        foreign_keys="CustomerAddress.customer_id",
        back_populates="customer",
        order_by="CustomerAddress.id",
    )

    @property
    def debt(self) -> Decimal:
        """What is owed; 0 with a prepayment."""
        return max(-self.balance, Decimal("0.00"))

    def __str__(self) -> str:
        return self.name


class CustomerWord(TenantModel):
    """A folded word or a run of phone digits under which a customer is found, by its beginning.

    A plain table under a b-tree for the same reason as ``ProductWord``.
    """

    __tablename__ = "customer_words"
    __mapper_args__ = {"primary_key": ["word", "customer_id"]}

    id = None  # type: ignore[assignment]  # rows are pairs; they need no number of their own
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    customer_id: Mapped[int] = refers_to("customers", on_delete="CASCADE", primary_key=True)


class CustomerContact(SoftDeleted, TenantModel):
    """A person to talk to at a customer."""

    __tablename__ = "customer_contacts"

    customer_id: Mapped[int] = refers_to("customers", on_delete="CASCADE")
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    position: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(LowerText)
    phone: Mapped[str | None] = mapped_column(Text)
    mobile: Mapped[str | None] = mapped_column(Text)
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    is_decision_maker: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    department: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    customer: Mapped[Customer] = related(customer_id, back_populates="contacts")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class AddressType(StrEnum):
    BILLING = "billing"
    SHIPPING = "shipping"
    LEGAL = "legal"
    OFFICE = "office"


class CustomerAddress(SoftDeleted, TenantModel):
    """Where a customer is billed, supplied or seated."""

    __tablename__ = "customer_addresses"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    customer_id: Mapped[int] = refers_to("customers", on_delete="CASCADE")
    type: Mapped[AddressType] = enum_column(
        AddressType, default=AddressType.SHIPPING, server_default="shipping"
    )
    address_line_1: Mapped[str] = mapped_column(Text)
    address_line_2: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    state_region: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, default="UZ", server_default="UZ")
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    is_default_billing: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    is_default_shipping: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    customer: Mapped[Customer] = related(customer_id, back_populates="addresses")

    def __str__(self) -> str:
        return self.address_line_1


class CustomerEntryKind(StrEnum):
    OPENING = "opening"
    SALE = "sale"
    REFUND = "refund"
    PAYMENT = "payment"
    CORRECTION = "correction"


class CustomerTransaction(HasOrigin, TenantModel):
    """One line of a customer's account. Rows are added, never changed; a mistake is taken back by another row.

    ``amount`` changes the balance: what is bought on credit is negative, what is paid positive. ``turnover`` is the
    value of the goods, so that lifetime value is a sum as well. ``reverses_id`` names the row that this one takes back
    in part or whole; any other positive amount settles debts oldest first (``crm.queries.open_debts``).
    """

    __tablename__ = "customer_transactions"
    __table_args__ = (
        Index("ix_customer_transactions_account", "organization_id", "customer_id", "occurred_at", "id"),
        Index("ix_customer_transactions_origin", "organization_id", "origin_kind", "origin_id"),
        Index(
            "ix_customer_transactions_due_date",
            "organization_id",
            "due_date",
            postgresql_where="due_date IS NOT NULL",
        ),
    )

    customer_id: Mapped[int] = refers_to("customers")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    transaction_type: Mapped[CustomerEntryKind] = enum_column(CustomerEntryKind)
    amount: Mapped[Money] = mapped_column(comment="signed: debts are negative")
    turnover: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    points_earned: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    points_used: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    due_date: Mapped[date | None] = mapped_column(Date)
    reverses_id: Mapped[int | None] = refers_to("customer_transactions", optional=True)
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    customer: Mapped[Customer] = related(customer_id)
    branch: Mapped[Branch | None] = related(branch_id)
    author: Mapped[User | None] = related(created_by)
