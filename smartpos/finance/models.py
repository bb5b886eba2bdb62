"""The cash ledger, expenses, payments of customers, exchange rates."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
    Money,
    SoftDeleted,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, Till, User


class CashEntryKind(StrEnum):
    """LATE is a sale that arrived after its shift was closed: the drawer was counted with its money, so LATE_OFFSET
    takes the same amount off the difference found then."""

    OPENING = "opening"
    SALE = "sale"
    REFUND = "refund"
    DEBT = "debt"
    IN = "in"
    OUT = "out"
    EXPENSE = "expense"
    DIFFERENCE = "difference"
    LATE = "late"
    LATE_OFFSET = "late_offset"


class CashEntry(HasOrigin, TenantModel):
    """One signed movement of cash in a till's drawer. Rows are added, never changed.

    The expected cash of a shift is the sum of its entries without the closing difference and what came late; with
    them, what was counted. Each currency is a sum of its own.
    """

    __tablename__ = "cash_entries"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_cash_entries_shift_id", "organization_id", "shift_id", "kind"),
        Index("ix_cash_entries_origin", "organization_id", "origin_kind", "origin_id"),
        Index("ix_cash_entries_occurred_at", "organization_id", "occurred_at", "id"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    shift_id: Mapped[int] = mapped_column(
        BigInteger, comment="no foreign key: shifts belong to sales, which is upstairs"
    )
    kind: Mapped[CashEntryKind] = enum_column(CashEntryKind)
    amount: Mapped[Money] = mapped_column(comment="signed: into the drawer is positive")
    currency: Mapped[str | None] = mapped_column(Text, comment="null: the shop's own")
    note: Mapped[str | None] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid, comment="of cash put in or taken out by hand")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till] = related(till_id)
    author: Mapped[User | None] = related(created_by)


class ExpenseCategory(SoftDeleted, TenantModel):
    """What money is spent on: rent, wages, transport."""

    __tablename__ = "expense_categories"
    __table_args__ = (
        Index(
            "uq_expense_categories_name",
            "organization_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    def __str__(self) -> str:
        return self.name


class ExpenseStatus(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"


class ExpenseSource(StrEnum):
    """Where the money came from: a till's drawer, the office's cash, the bank."""

    TILL = "till"
    OFFICE = "office"
    BANK = "bank"


class Expense(TenantModel):
    """Money spent. Never deleted: a mistake is cancelled, and the drawer gets its money back by another entry."""

    __tablename__ = "expenses"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_expenses_spent_on", "organization_id", "spent_on", "id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(source = 'till') = (shift_id IS NOT NULL)", name="shift"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
    )

    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    category_id: Mapped[int | None] = refers_to("expense_categories", optional=True)
    branch_id: Mapped[int] = refers_to("branches")
    source: Mapped[ExpenseSource] = enum_column(ExpenseSource)
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    shift_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: shifts belong to sales, which is upstairs"
    )
    amount: Mapped[Money]
    description: Mapped[str] = mapped_column(Text)
    spent_on: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    status: Mapped[ExpenseStatus] = enum_column(
        ExpenseStatus, default=ExpenseStatus.BOOKED, server_default="booked"
    )
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    cancelled_by: Mapped[int | None] = refers_to("users", optional=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    category: Mapped[ExpenseCategory | None] = related(category_id)
    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till | None] = related(till_id)
    author: Mapped[User | None] = related(created_by)

    def __str__(self) -> str:
        return self.description


class PaidBy(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"


class PaymentStatus(StrEnum):
    COMPLETED = "completed"
    REVERSED = "reversed"


class Payment(TenantModel):
    """Money that a customer brought to their account, outside of a sale. Taken back by another row, never deleted."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        UniqueConstraint("organization_id", "payment_number"),
        Index(
            "uq_payments_reverses_id",
            "organization_id",
            "reverses_id",
            unique=True,
            postgresql_where="reverses_id IS NOT NULL",
        ),
        Index("ix_payments_payment_date", "organization_id", "payment_date", "id"),
        CheckConstraint("(amount > 0) = (reverses_id IS NULL)", name="amount"),
    )

    payment_number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    content_hash: Mapped[str] = mapped_column(Text, comment="of what the client sent, for idempotency")
    customer_id: Mapped[int] = refers_to("customers")
    amount: Mapped[Money] = mapped_column(comment="negative in the row that takes another back")
    payment_method: Mapped[PaidBy] = enum_column(PaidBy, name="paid_by")
    status: Mapped[PaymentStatus] = enum_column(
        PaymentStatus, default=PaymentStatus.COMPLETED, server_default="completed"
    )
    payment_date: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    shift_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: shifts belong to sales, which is upstairs"
    )
    reference_number: Mapped[str | None] = mapped_column(Text, comment="of the bank or the card's slip")
    notes: Mapped[str | None] = mapped_column(Text)
    reverses_id: Mapped[int | None] = refers_to("payments", optional=True)
    received_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    customer: Mapped[Customer] = related(customer_id)
    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till | None] = related(till_id)
    receiver: Mapped[User | None] = related(received_by)

    def __str__(self) -> str:
        return self.payment_number


class ExchangeRate(TenantModel):
    """What one unit of a foreign currency costs in the shop's own, from a moment on."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        UniqueConstraint("organization_id", "currency", "valid_from"),
        CheckConstraint("rate > 0", name="rate"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )

    currency: Mapped[str] = mapped_column(Text)
    rate: Mapped[UnitCost]
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    author: Mapped[User | None] = related(created_by)
