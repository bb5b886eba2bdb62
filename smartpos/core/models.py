"""Tables of the machinery: the audit trail and stored files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import CreatedAt, TenantModel, enum_column, utc_now


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
