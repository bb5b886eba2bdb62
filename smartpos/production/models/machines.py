"""Machines: what goods are made on, who may run it, and what happened to it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.core.db import (
    CreatedAt,
    SoftDeleted,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, User


class MachineStatus(StrEnum):
    FREE = "free"
    BUSY = "busy"
    MAINTENANCE = "maintenance"
    OFF = "off"


class Machine(SoftDeleted, TenantModel):
    """An oven, a mixer, a bench. It is BUSY exactly while an order is in progress on it.

    ``status`` and ``status_since`` are the newest row of ``machine_logs``, kept here for lists.
    """

    __tablename__ = "machines"
    __table_args__ = (
        Index(
            "uq_machines_code", "organization_id", "code", unique=True, postgresql_where="deleted_at IS NULL"
        ),
        Index("ix_machines_next_upkeep_on", "organization_id", "next_upkeep_on"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 255", name="name"),
        CheckConstraint("char_length(code) BETWEEN 1 AND 50", name="code"),
        CheckConstraint("upkeep_every_days > 0", name="upkeep_every_days"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    code: Mapped[str] = mapped_column(Text, comment="short, as painted on it; operators scan it")
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text, comment="oven, mixer, press")
    production_line: Mapped[str | None] = mapped_column(Text)
    work_center: Mapped[str | None] = mapped_column(Text)
    manufacturer: Mapped[str | None] = mapped_column(Text)
    serial_number: Mapped[str | None] = mapped_column(Text)
    status: Mapped[MachineStatus] = enum_column(
        MachineStatus, default=MachineStatus.FREE, server_default="free"
    )
    status_since: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    upkeep_every_days: Mapped[int | None] = mapped_column(Integer)
    last_upkeep_on: Mapped[date | None] = mapped_column(Date)
    next_upkeep_on: Mapped[date | None] = mapped_column(Date)
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id)
    operators: Mapped[list["MachineOperator"]] = relationship(
        primaryjoin="MachineOperator.machine_id == Machine.id",
        foreign_keys="MachineOperator.machine_id",
        back_populates="machine",
        order_by="MachineOperator.id",
        cascade="all, delete-orphan",
    )

    def __str__(self) -> str:
        return self.name


class MachineOperator(TenantModel):
    """Who may run a machine. A machine without such rows may be run by everybody who may work on orders."""

    __tablename__ = "machine_operators"
    __table_args__ = (UniqueConstraint("organization_id", "machine_id", "user_id"),)

    machine_id: Mapped[int] = refers_to("machines", on_delete="CASCADE")
    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")

    machine: Mapped[Machine] = related(machine_id, back_populates="operators")
    user: Mapped[User] = related(user_id)


class MachineEvent(StrEnum):
    """STATUS: what it does changed; UPKEEP: it was looked after; NOTE: somebody wrote something down."""

    STATUS = "status"
    UPKEEP = "upkeep"
    NOTE = "note"


class MachineLog(TenantModel):
    """Something that happened to a machine. Rows are added, never changed.

    A STATUS row holds until the next one of its machine; that is what utilisation is summed up from.
    """

    __tablename__ = "machine_logs"
    __table_args__ = (
        Index("ix_machine_logs_occurred_at", "organization_id", "machine_id", "occurred_at", "id"),
        CheckConstraint("(event = 'status') = (status IS NOT NULL)", name="status"),
    )

    machine_id: Mapped[int] = refers_to("machines")
    event: Mapped[MachineEvent] = enum_column(MachineEvent)
    status: Mapped[MachineStatus | None] = enum_column(MachineStatus, name="machine_log_new_status")
    order_id: Mapped[int | None] = refers_to("production_orders", optional=True)
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    machine: Mapped[Machine] = related(machine_id)
    author: Mapped[User | None] = related(created_by)
