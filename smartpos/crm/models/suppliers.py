"""Suppliers, and the ledger of what we owe them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
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
from smartpos.identity.models import Branch, User


class Supplier(SoftDeleted, TenantModel):
    """Somebody we buy from, and what we owe them.

    ``balance`` caches the sum of ``supplier_transactions``: positive is our debt, negative what we paid in advance.
    """

    __tablename__ = "suppliers"
    __table_args__ = (
        Index(
            "uq_suppliers_name",
            "organization_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        Index("ix_suppliers_balance", "organization_id", "balance", "id", postgresql_where="balance <> 0"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 255", name="name"),
        CheckConstraint("payment_days >= 0", name="payment_days"),
        CheckConstraint("lead_time_days >= 0", name="lead_time_days"),
    )

    name: Mapped[str] = mapped_column(Text)
    legal_name: Mapped[str | None] = mapped_column(Text)
    bin: Mapped[str | None] = mapped_column(Text, comment="BIN in Kazakhstan, INN in Uzbekistan")
    contact_person: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text, comment="E.164")
    email: Mapped[str | None] = mapped_column(LowerText)
    address: Mapped[str | None] = mapped_column(Text)
    bank_details: Mapped[str | None] = mapped_column(Text)
    payment_days: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="days until an invoice is due"
    )
    lead_time_days: Mapped[int | None] = mapped_column(Integer, comment="from order to delivery")
    balance: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    def __str__(self) -> str:
        return self.name


class SupplierEntryKind(StrEnum):
    OPENING = "opening"
    PURCHASE = "purchase"
    RETURN = "return"
    PAYMENT = "payment"
    CORRECTION = "correction"


class SupplierTransaction(HasOrigin, TenantModel):
    """One line of a supplier's account. Rows are added, never changed; a mistake is taken back by another row.

    ``amount`` changes what we owe: a purchase is positive, a payment negative. ``reverses_id`` names the row that this
    one takes back; any other negative amount settles debts oldest first.
    """

    __tablename__ = "supplier_transactions"
    __table_args__ = (
        Index("ix_supplier_transactions_account", "organization_id", "supplier_id", "occurred_at", "id"),
        Index("ix_supplier_transactions_origin", "organization_id", "origin_kind", "origin_id"),
    )

    supplier_id: Mapped[int] = refers_to("suppliers")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    transaction_type: Mapped[SupplierEntryKind] = enum_column(SupplierEntryKind)
    amount: Mapped[Money] = mapped_column(comment="signed: our debt is positive")
    due_date: Mapped[date | None] = mapped_column(Date)
    reverses_id: Mapped[int | None] = refers_to("supplier_transactions", optional=True)
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    supplier: Mapped[Supplier] = related(supplier_id)
    branch: Mapped[Branch | None] = related(branch_id)
    author: Mapped[User | None] = related(created_by)
