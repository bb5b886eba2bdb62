"""Saved reports, downloads, and the summaries that dashboards read."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    JsonList,
    JsonObject,
    Money,
    Quantity,
    SoftDeleted,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
)
from smartpos.core.models import StoredFile
from smartpos.identity.models import Branch, User
from smartpos.sales.models import PaymentMethod


class ExportFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


class Rhythm(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SavedReport(SoftDeleted, TenantModel):
    """A declared report with the filters somebody chose, and when it is to be sent to whom, if at all."""

    __tablename__ = "reports"
    __table_args__ = (
        Index(
            "ix_reports_next_run_at",
            "organization_id",
            "next_run_at",
            postgresql_where="next_run_at IS NOT NULL AND deleted_at IS NULL",
        ),
        CheckConstraint("(rhythm IS NULL) = (send_at IS NULL)", name="send_at"),
        CheckConstraint(
            "CASE rhythm WHEN 'weekly' THEN send_day BETWEEN 0 AND 6 WHEN 'monthly' THEN send_day BETWEEN 1 AND 28 "
            "ELSE send_day IS NULL END",
            name="send_day",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text, comment="slug of the declared report")
    parameters: Mapped[JsonObject] = mapped_column(comment="filters as a request gives them")
    is_shared: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="seen by all who may see the report"
    )
    format: Mapped[ExportFormat] = enum_column(ExportFormat, default=ExportFormat.XLSX, server_default="xlsx")
    rhythm: Mapped[Rhythm | None] = enum_column(Rhythm)
    send_day: Mapped[int | None] = mapped_column(
        SmallInteger, comment="weekly: 0 is Monday; monthly: day of the month"
    )
    send_at: Mapped[time | None] = mapped_column(Time, comment="in the tenant's time zone")
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    next_run_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    author: Mapped[User | None] = related(created_by)
    recipients: Mapped[list["ReportRecipient"]] = relationship(
        primaryjoin="ReportRecipient.report_id == SavedReport.id",
        foreign_keys="ReportRecipient.report_id",
        order_by="ReportRecipient.id",
        cascade="all, delete-orphan",
    )

    def __str__(self) -> str:
        return self.name


class ReportRecipient(TenantModel):
    """Who receives a scheduled report; only what they and its author may see is sent to them."""

    __tablename__ = "report_recipients"
    __table_args__ = (UniqueConstraint("organization_id", "report_id", "user_id"),)

    report_id: Mapped[int] = refers_to("reports", on_delete="CASCADE")
    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")

    user: Mapped[User] = related(user_id)


class RunSource(StrEnum):
    """What is downloaded: a declared report, or a list of the back office as it is filtered and sorted."""

    REPORT = "report"
    GRID = "grid"


class RunStatus(StrEnum):
    """EXPIRED was done, and its file is gone."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ReportRun(TenantModel):
    """One download, from its order to its file. Done only when the file is whole."""

    __tablename__ = "report_runs"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_report_runs_created_at", "organization_id", "created_at", "id"),
        Index(
            "ix_report_runs_open",
            "organization_id",
            "id",
            postgresql_where="status IN ('waiting', 'running')",
        ),
        Index(
            "ix_report_runs_expires_at",
            "organization_id",
            "expires_at",
            postgresql_where="status = 'done'",
        ),
        CheckConstraint("status <> 'done' OR file_id IS NOT NULL", name="file"),
    )

    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[RunSource] = enum_column(RunSource)
    report: Mapped[str] = mapped_column(Text, comment="slug of the report, or the endpoint of the list")
    report_id: Mapped[int | None] = refers_to("reports", optional=True, comment="the saved one, if any")
    title: Mapped[str] = mapped_column(Text, comment="as the person saw it")
    format: Mapped[ExportFormat] = enum_column(ExportFormat)
    filters: Mapped[JsonObject] = mapped_column(comment="as a request gives them")
    columns: Mapped[JsonList] = mapped_column(comment="keys of those wanted; all when empty")
    workspace_ids: Mapped[list[int] | None] = mapped_column(
        ARRAY(BigInteger), comment="scheduled: only these of what its author sees; null: no narrower"
    )
    locale: Mapped[str] = mapped_column(Text)
    status: Mapped[RunStatus] = enum_column(RunStatus, default=RunStatus.WAITING, server_default="waiting")
    rows_total: Mapped[int | None] = mapped_column(Integer, comment="null while nobody has counted")
    rows_done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    cancel_asked: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    message: Mapped[str | None] = mapped_column(Text, comment="why it failed")
    file_id: Mapped[int | None] = refers_to("stored_files", optional=True, on_delete="RESTRICT")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    beat_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="when the worker last told how far it was"
    )
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    author: Mapped[User | None] = related(created_by)
    file: Mapped[StoredFile | None] = related(file_id)

    def __str__(self) -> str:
        return self.title


class _OfDay:
    """Amounts of one branch and one business day, summed from receipts; refunds count negative, so sums net."""

    business_date: Mapped[date] = mapped_column(Date)


class DailySales(_OfDay, TenantModel):
    """What a branch sold on a day. ``revenue`` is what was to be paid, with VAT and rounding."""

    __tablename__ = "daily_sales"
    __table_args__ = (UniqueConstraint("organization_id", "business_date", "branch_id"),)

    branch_id: Mapped[int] = refers_to("branches")
    receipts: Mapped[int] = mapped_column(Integer, comment="sales and exchanges")
    refunds: Mapped[int] = mapped_column(Integer)
    customers: Mapped[int] = mapped_column(Integer, comment="different ones who were named")
    gross_amount: Mapped[Money]
    discount_amount: Mapped[Money]
    revenue: Mapped[Money]
    refunded_amount: Mapped[Money] = mapped_column(comment="of it what refunds took off; not negative")
    tax_amount: Mapped[Money]
    cost_amount: Mapped[Money]
    refreshed_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)


class DailyProductSales(_OfDay, TenantModel):
    """What a branch sold of a product on a day."""

    __tablename__ = "daily_product_sales"
    __table_args__ = (
        UniqueConstraint("organization_id", "business_date", "branch_id", "product_id"),
        Index("ix_daily_product_sales_product", "organization_id", "product_id", "business_date"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    quantity: Mapped[Quantity] = mapped_column(comment="base units")
    receipts: Mapped[int] = mapped_column(Integer, comment="on which it stands")
    discount_amount: Mapped[Money]
    revenue: Mapped[Money]
    tax_amount: Mapped[Money]
    cost_amount: Mapped[Money]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)


class HourlySales(_OfDay, TenantModel):
    """What a branch sold in an hour of the day, for the map of busy hours."""

    __tablename__ = "hourly_sales"
    __table_args__ = (
        UniqueConstraint("organization_id", "business_date", "branch_id", "hour"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    hour: Mapped[int] = mapped_column(SmallInteger, comment="in the tenant's time zone")
    receipts: Mapped[int] = mapped_column(Integer)
    revenue: Mapped[Money]

    branch: Mapped[Branch] = related(branch_id)


class DailyPayments(_OfDay, TenantModel):
    """How a branch was paid on a day."""

    __tablename__ = "daily_payments"
    __table_args__ = (UniqueConstraint("organization_id", "business_date", "branch_id", "method"),)

    branch_id: Mapped[int] = refers_to("branches")
    method: Mapped[PaymentMethod] = enum_column(PaymentMethod)
    payments: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Money]

    branch: Mapped[Branch] = related(branch_id)


class SummaryMark(TenantModel):
    """Up to which receipt the summaries of a tenant are known to be right. One row per tenant."""

    __tablename__ = "summary_marks"
    __table_args__ = (UniqueConstraint("organization_id"),)

    last_sale_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    refreshed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
