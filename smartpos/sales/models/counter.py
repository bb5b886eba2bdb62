"""What happens at the counter besides selling: parked sales, approvals, removed lines, printing."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    JsonObject,
    Money,
    Quantity,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models.receipts import Sale
from smartpos.sales.models.shifts import Shift


class HeldSaleStatus(StrEnum):
    HELD = "held"
    TAKEN = "taken"
    VOIDED = "voided"


class HeldSale(TenantModel):
    """A cart that waits, to be taken up at any till of its branch. Nothing of it is in the books.

    ``cart`` is the till's own shape of it; the server keeps it and knows its size alone.
    """

    __tablename__ = "held_sales"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index(
            "ix_held_sales_waiting", "organization_id", "branch_id", "id", postgresql_where="status = 'held'"
        ),
    )

    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    customer_id: Mapped[int | None] = refers_to("customers", optional=True)
    name: Mapped[str] = mapped_column(Text, default="", server_default="")
    status: Mapped[HeldSaleStatus] = enum_column(
        HeldSaleStatus, default=HeldSaleStatus.HELD, server_default="held"
    )
    cart: Mapped[JsonObject]
    line_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    total_amount: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    held_by: Mapped[int | None] = refers_to("users", optional=True)
    held_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    finished_by: Mapped[int | None] = refers_to("users", optional=True)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    take_uuid: Mapped[UUID | None] = mapped_column(
        Uuid, comment="who takes it up may ask again under this name when the answer was lost"
    )
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till | None] = related(till_id)
    customer: Mapped[Customer | None] = related(customer_id)
    holder: Mapped[User | None] = related(held_by)
    finisher: Mapped[User | None] = related(finished_by)


class Approval(TenantModel):
    """A manager's PIN for one thing that the cashier may not do alone.

    ``action`` is the permission that was missing, ``subject_uuid`` the ``client_uuid`` of the document or event it was
    given for. It works once, for that alone, and not after ``expires_at``.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        UniqueConstraint("organization_id", "token"),
        Index("ix_approvals_created_at", "organization_id", "created_at", "id"),
        CheckConstraint("(used_at IS NULL) = (origin_id IS NULL)", name="used"),
    )

    token: Mapped[UUID] = mapped_column(Uuid, comment="what the till sends along")
    action: Mapped[str] = mapped_column(Text)
    subject_uuid: Mapped[UUID] = mapped_column(Uuid)
    requested_by: Mapped[int] = refers_to("users")
    approved_by: Mapped[int] = refers_to("users")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    reason: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[JsonObject] = mapped_column(comment="what the manager was shown")
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    origin_kind: Mapped[str | None] = mapped_column(Text)
    origin_id: Mapped[int | None] = mapped_column(BigInteger)

    requester: Mapped[User] = related(requested_by)
    approver: Mapped[User] = related(approved_by)
    branch: Mapped[Branch | None] = related(branch_id)
    till: Mapped[Till | None] = related(till_id)


class TillEventKind(StrEnum):
    LINE_REMOVED = "line_removed"
    QUANTITY_REDUCED = "quantity_reduced"
    CART_VOIDED = "cart_voided"
    HELD_VOIDED = "held_voided"
    PRICE_CHANGED = "price_changed"
    REPRINT = "reprint"
    DRAWER_OPENED = "drawer_opened"
    OUTBOX_EXPORTED = "outbox_exported"
    OUTBOX_IMPORTED = "outbox_imported"


class TillEvent(TenantModel):
    """Something done at a till that leaves no receipt but should be known. Rows are added, never changed."""

    __tablename__ = "till_events"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_till_events_occurred_at", "organization_id", "occurred_at", "id"),
    )

    kind: Mapped[TillEventKind] = enum_column(TillEventKind)
    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    shift_id: Mapped[int | None] = refers_to("shifts", optional=True)
    user_id: Mapped[int | None] = refers_to("users", optional=True)
    sale_id: Mapped[int | None] = refers_to("sales", optional=True)
    product_id: Mapped[int | None] = refers_to("products", optional=True)
    product_name: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[Quantity | None]
    amount: Mapped[Money | None] = mapped_column(comment="value of what was removed or changed")
    reason: Mapped[str | None] = mapped_column(Text)
    approval_id: Mapped[int | None] = refers_to("approvals", optional=True)
    details: Mapped[JsonObject]
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till | None] = related(till_id)
    shift: Mapped[Shift | None] = related(shift_id)
    user: Mapped[User | None] = related(user_id)
    sale: Mapped[Sale | None] = related(sale_id)
    product: Mapped[Product | None] = related(product_id)
    approval: Mapped[Approval | None] = related(approval_id)


class PrintKind(StrEnum):
    RECEIPT = "receipt"
    COPY = "copy"
    REPORT = "report"
    DRAWER = "drawer"
    TEST = "test"


class PrintStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class PrintTrouble(StrEnum):
    """Why something was not printed."""

    NO_PRINTER = "no_printer"
    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    TOO_LATE = "too_late"
    GONE = "gone"


class PrintJob(TenantModel):
    """Something to be printed on a till's network printer, tried again until it is or nobody wants it any more."""

    __tablename__ = "print_jobs"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_print_jobs_waiting", "organization_id", "id", postgresql_where="status = 'waiting'"),
    )

    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    till_id: Mapped[int] = refers_to("tills")
    kind: Mapped[PrintKind] = enum_column(PrintKind)
    sale_id: Mapped[int | None] = refers_to("sales", optional=True)
    shift_id: Mapped[int | None] = refers_to("shifts", optional=True)
    status: Mapped[PrintStatus] = enum_column(
        PrintStatus, default=PrintStatus.WAITING, server_default="waiting"
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    due_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=utc_now, server_default=func.now(), comment="not tried before"
    )
    error: Mapped[str | None] = mapped_column(Text, comment="PrintTrouble: why the last attempt failed")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    till: Mapped[Till] = related(till_id)
    sale: Mapped[Sale | None] = related(sale_id)
    shift: Mapped[Shift | None] = related(shift_id)
    author: Mapped[User | None] = related(created_by)
