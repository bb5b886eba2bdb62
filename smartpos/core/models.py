"""Tables of the machinery: the audit trail, stored files, events, document numbers, imports, turns of periodic work."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    CreatedAt,
    GlobalModel,
    HasOrigin,
    JsonList,
    JsonObject,
    TenantModel,
    enum_column,
    refers_to,
    utc_now,
)


class AuditAction(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    EXPORT = "export"
    IMPORT = "import"
    APPROVE = "approve"
    ACCESS = "access"


class AuditLog(TenantModel):
    """One change or one remarkable act. Written by triggers and by ``core.audit.record``; never edited.

    Partitioned by month on ``timestamp``; the application role may insert and read, not update or delete.
    """

    __tablename__ = "audit_logs"
    __table_args__ = (
        Index("ix_audit_logs_entity", "organization_id", "entity_type", "entity_id"),
        Index("ix_audit_logs_timestamp", "organization_id", "timestamp"),
        Index("ix_audit_logs_user_id", "organization_id", "user_id", "timestamp"),
        Index("ix_audit_logs_action", "organization_id", "action", "timestamp"),
        {"postgresql_partition_by": "RANGE (timestamp)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True, autoincrement=True)
    timestamp: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True, default=utc_now, server_default=func.now()
    )
    action: Mapped[AuditAction] = enum_column(AuditAction)
    entity_type: Mapped[str] = mapped_column(Text, comment="table name, or the subject of an act")
    entity_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: a visitor is of another tenant"
    )
    workspace_id: Mapped[int | None] = mapped_column(BigInteger)
    old_values: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    new_values: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text)
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)


class StoredFile(TenantModel):
    """A file of a tenant, kept outside the web root. ``path`` is relative to the tenant's folder."""

    __tablename__ = "stored_files"
    __table_args__ = (UniqueConstraint("organization_id", "path"),)

    path: Mapped[str] = mapped_column(Text)
    original_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer, comment="bytes")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]


class Event(HasOrigin, TenantModel):
    """Something that happened and that others may react to, written with what caused it and reacted to afterwards."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_waiting",
            "organization_id",
            "id",
            postgresql_where="dispatched_at IS NULL AND attempts < 10",
        ),
        Index("ix_events_name", "organization_id", "name", "id"),
    )

    name: Mapped[str] = mapped_column(Text, comment="stock.level_fell_below")
    facts: Mapped[JsonObject]
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]
    dispatched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    error: Mapped[str | None] = mapped_column(Text, comment="of the last attempt")


class DocumentCounter(TenantModel):
    """The last number given to a kind of document; counting up locks the row until the transaction ends."""

    __tablename__ = "document_counters"
    __table_args__ = (UniqueConstraint("organization_id", "kind"),)

    kind: Mapped[str] = mapped_column(Text)
    last_number: Mapped[int] = mapped_column(BigInteger)


class ImportStatus(StrEnum):
    """CHECKED waits for a person to say yes; FAILED changed nothing; UNDONE was taken back."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"


class ImportRun(TenantModel):
    """One spreadsheet on its way into a table: what it says, how far it has come, what is wrong with it."""

    __tablename__ = "import_runs"
    __table_args__ = (Index("ix_import_runs_created_at", "organization_id", "created_at", "id"),)

    kind: Mapped[str] = mapped_column(Text, comment="what is imported: products, customers, ...")
    file_id: Mapped[int | None] = refers_to("stored_files", optional=True)
    original_name: Mapped[str] = mapped_column(Text)
    status: Mapped[ImportStatus] = enum_column(
        ImportStatus, default=ImportStatus.UPLOADED, server_default="uploaded"
    )
    columns: Mapped[JsonObject] = mapped_column(
        comment="our field for each column of the sheet, by its number"
    )
    options: Mapped[JsonObject]
    rows_total: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    rows_done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    rows_wrong: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    problems: Mapped[JsonList] = mapped_column(comment="the first of them: row, column, value, what is wrong")
    summary: Mapped[JsonObject] = mapped_column(comment="how many were created, changed, left as they were")
    message: Mapped[str | None] = mapped_column(Text, comment="why it failed")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ImportChange(TenantModel):
    """What an import did to one row, so that it can be undone: ``before`` is empty when the row was created."""

    __tablename__ = "import_changes"
    __table_args__ = (Index("ix_import_changes_entity", "organization_id", "run_id", "entity", "entity_id"),)

    run_id: Mapped[int] = refers_to("import_runs", on_delete="CASCADE")
    entity: Mapped[str] = mapped_column(Text, comment="table name")
    entity_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class JobRunStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobRun(GlobalModel):
    """One turn of periodic work. The turn is the minute in which it was due, so that of two schedulers one does it.

    Belongs to no tenant: the work is the platform's, and only the platform may look at it.
    """

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("name", "due_at", name="uq_job_runs_name_due_at"),
        Index("ix_job_runs_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    name: Mapped[str] = mapped_column(Text, comment="module and function, as in the table of periodic work")
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[JobRunStatus] = enum_column(
        JobRunStatus, default=JobRunStatus.RUNNING, server_default="running"
    )
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
