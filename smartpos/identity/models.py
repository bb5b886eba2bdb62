"""Tenants and the people in them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.core.db import (
    CreatedAt,
    LowerText,
    Model,
    SoftDeleted,
    TenantModel,
    TenantRoot,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.permissions import role_title


class OrganizationStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class Organization(TenantRoot, Model):
    """A tenant. One row, the platform's own, holds the super admins."""

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index("uq_organizations_domain", "domain", unique=True),
        Index("uq_organizations_platform", "is_platform", unique=True, postgresql_where="is_platform"),
    )

    name: Mapped[str] = mapped_column(Text)
    domain: Mapped[str] = mapped_column(
        LowerText, comment="short name people type when a user name is ambiguous"
    )
    host: Mapped[str | None] = mapped_column(LowerText, unique=True, comment="the tenant's own web address")
    is_platform: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    status: Mapped[OrganizationStatus] = enum_column(
        OrganizationStatus, default=OrganizationStatus.ACTIVE, server_default="active"
    )
    status_reason: Mapped[str | None] = mapped_column(
        Text, comment="shown to users of a suspended organization"
    )
    description: Mapped[str | None] = mapped_column(Text)
    legal_name: Mapped[str | None] = mapped_column(Text)
    bin: Mapped[str | None] = mapped_column(Text, comment="BIN in Kazakhstan, STIR in Uzbekistan")
    tax_id: Mapped[str | None] = mapped_column(Text, comment="VAT payer code")
    registration_number: Mapped[str | None] = mapped_column(Text)
    industry: Mapped[str | None] = mapped_column(Text)
    employee_count: Mapped[int | None] = mapped_column(Integer)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, default="UZ", server_default="UZ")
    currency: Mapped[str] = mapped_column(Text, default="UZS", server_default="UZS")
    timezone: Mapped[str] = mapped_column(Text, default="Asia/Tashkent", server_default="Asia/Tashkent")
    locale: Mapped[str] = mapped_column(Text, default="uz", server_default="uz")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class WorkspaceType(StrEnum):
    MAIN = "main"
    DIVISION = "division"
    PROJECT = "project"
    BRANCH = "branch"


class WorkspaceStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    ARCHIVED = "archived"


class Workspace(SoftDeleted, TenantModel):
    """A part of an organization; rows with a ``workspace_id`` are visible to its members alone."""

    __tablename__ = "workspaces"
    __table_args__ = (
        Index(
            "uq_workspaces_name",
            "organization_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    type: Mapped[WorkspaceType] = enum_column(
        WorkspaceType, default=WorkspaceType.MAIN, server_default="main"
    )
    status: Mapped[WorkspaceStatus] = enum_column(
        WorkspaceStatus, default=WorkspaceStatus.ACTIVE, server_default="active"
    )
    created_by: Mapped[int | None] = refers_to("users", optional=True, circular=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    def __str__(self) -> str:
        return self.name


class BranchKind(StrEnum):
    STORE = "store"
    WAREHOUSE = "warehouse"
    WORKSHOP = "workshop"
    OFFICE = "office"
    TRANSIT = "transit"


class Branch(SoftDeleted, TenantModel):
    """A place of the organization that holds stock or people: a shop, a warehouse, a workshop, an office.

    One of the kind TRANSIT, made when it is first needed, holds what is on its way; nobody works or sells there.
    """

    __tablename__ = "branches"
    __table_args__ = (
        Index(
            "uq_branches_name", "organization_id", "name", unique=True, postgresql_where="deleted_at IS NULL"
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[BranchKind] = enum_column(BranchKind, default=BranchKind.STORE, server_default="store")
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    manager_id: Mapped[int | None] = refers_to("users", optional=True, circular=True)
    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    manager: Mapped["User | None"] = related(manager_id)
    workspace: Mapped[Workspace | None] = related(workspace_id)
    tills: Mapped[list["Till"]] = relationship(
        primaryjoin="Till.branch_id == Branch.id",
        foreign_keys="Till.branch_id",
        back_populates="branch",
        order_by="Till.name",
    )

    @classmethod
    def choosable(cls) -> ColumnElement[bool]:
        """Which branches people choose from: all but the place of what is on its way."""
        return cls.kind != BranchKind.TRANSIT

    def __str__(self) -> str:
        return self.name


class Till(SoftDeleted, TenantModel):
    """A cash register of a branch. A device becomes a known till by its token; PIN login works only there."""

    __tablename__ = "tills"
    __table_args__ = (
        Index(
            "uq_tills_name",
            "organization_id",
            "branch_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        UniqueConstraint("organization_id", "number"),
        CheckConstraint("receipt_width IN (58, 80)", name="receipt_width"),
        CheckConstraint("printer_port BETWEEN 1 AND 65535", name="printer_port"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    number: Mapped[int] = mapped_column(Integer, comment="the first part of the till's receipt numbers")
    name: Mapped[str] = mapped_column(Text)
    device_token_hash: Mapped[str | None] = mapped_column(Text, comment="SHA-256 of the device's cookie")
    receipt_width: Mapped[int] = mapped_column(
        Integer, default=80, server_default="80", comment="millimetres"
    )
    printer_host: Mapped[str | None] = mapped_column(
        Text, comment="network printer; null: the browser prints"
    )
    printer_port: Mapped[int] = mapped_column(Integer, default=9100, server_default="9100")
    has_drawer: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="the printer opens a cash drawer"
    )
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id, back_populates="tills")

    @property
    def is_registered(self) -> bool:
        """Whether a device is known as this till."""
        return self.device_token_hash is not None

    def __str__(self) -> str:
        return self.name


class Role(TenantModel):
    """A named permission set. The roles a tenant starts with carry their ``key``; its own have none."""

    __tablename__ = "roles"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        UniqueConstraint("organization_id", "key"),
        CheckConstraint("max_discount_percent BETWEEN 0 AND 100", name="max_discount_percent"),
    )

    key: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(
        Integer,
        default=10,
        server_default="10",
        comment="nobody may give or edit a role above their own rank",
    )
    max_discount_percent: Mapped[int | None] = mapped_column(
        Integer, comment="the most a till gives without an approval; null: the shop's setting"
    )
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    permissions: Mapped[list["RolePermission"]] = relationship(
        primaryjoin="RolePermission.role_id == Role.id",
        foreign_keys="RolePermission.role_id",
        back_populates="role",
        cascade="all, delete-orphan",
        order_by="RolePermission.permission",
    )

    @property
    def title(self) -> str:
        """The name to show: translated while the role still has the name it started with."""
        return str(role_title(self.key, self.name))

    def __str__(self) -> str:
        return self.title


class RolePermission(TenantModel):
    """One permission of one role."""

    __tablename__ = "role_permissions"
    __table_args__ = (UniqueConstraint("organization_id", "role_id", "permission"),)

    role_id: Mapped[int] = refers_to("roles", on_delete="CASCADE")
    permission: Mapped[str] = mapped_column(Text)

    role: Mapped[Role] = related(role_id, back_populates="permissions")


class UserStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class User(SoftDeleted, TenantModel):
    """A person who can act. Everybody who signs in is a user: cashier, storekeeper, agent, owner.

    ``passport_data``, ``totp_secret`` and ``recovery_codes`` are encrypted by the application (``core.crypto``).
    """

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_username",
            "organization_id",
            "username",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        CheckConstraint("username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'", name="username"),
    )

    username: Mapped[str] = mapped_column(LowerText)
    email: Mapped[str | None] = mapped_column(LowerText)
    phone_number: Mapped[str | None] = mapped_column(Text, comment="E.164")
    password_hash: Mapped[str | None] = mapped_column(
        Text, comment="Argon2; null means that no password works"
    )
    pin_code_hash: Mapped[str | None] = mapped_column(Text, comment="Argon2")
    full_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    role_id: Mapped[int] = refers_to("roles")
    status: Mapped[UserStatus] = enum_column(UserStatus, default=UserStatus.ACTIVE, server_default="active")
    locale: Mapped[str | None] = mapped_column(Text)
    default_branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger, comment="a code works once")
    recovery_codes: Mapped[bytes | None] = mapped_column(LargeBinary, comment="hashes of those not yet used")
    failed_logins: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failed_pins: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pin_locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    profile_image_id: Mapped[int | None] = refers_to("stored_files", optional=True)
    address: Mapped[str | None] = mapped_column(Text)
    birth_date: Mapped[date | None] = mapped_column(Date)
    passport_data: Mapped[bytes | None] = mapped_column(LargeBinary)
    job_title: Mapped[str | None] = mapped_column(Text)
    hired_date: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    role: Mapped[Role] = related(role_id)
    default_branch: Mapped[Branch | None] = related(default_branch_id)
    workspaces: Mapped[list["UserWorkspace"]] = relationship(
        primaryjoin="UserWorkspace.user_id == User.id",
        foreign_keys="UserWorkspace.user_id",
        cascade="all, delete-orphan",
        back_populates="user",
    )

    @property
    def display(self) -> str:
        """The name shown to people."""
        return self.full_name or self.username

    def __str__(self) -> str:
        return self.display


class UserWorkspace(TenantModel):
    """Limits a user to a workspace. A user with no such row sees the whole organization."""

    __tablename__ = "user_workspaces"
    __table_args__ = (UniqueConstraint("organization_id", "user_id", "workspace_id"),)

    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")
    workspace_id: Mapped[int] = refers_to("workspaces", on_delete="CASCADE")

    user: Mapped[User] = related(user_id, back_populates="workspaces")
    workspace: Mapped[Workspace] = related(workspace_id)


class LoginKind(StrEnum):
    USERNAME = "username"
    EMAIL = "email"
    PHONE = "phone"


class LoginName(TenantModel):
    """The directory used before the tenant is known: which users a typed name may mean.

    A user name is unique within its tenant; an e-mail address or a phone number is unique everywhere.
    """

    __tablename__ = "login_names"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "value"),
        Index(
            "uq_login_names_everywhere", "kind", "value", unique=True, postgresql_where="kind <> 'username'"
        ),
        Index("ix_login_names_value", "value"),
    )

    kind: Mapped[LoginKind] = enum_column(LoginKind)
    value: Mapped[str] = mapped_column(LowerText)
    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")


class SessionKind(StrEnum):
    WEB = "web"
    PIN = "pin"
    API = "api"


class UserSession(TenantModel):
    """A signed-in browser, till or API client. Listed to its user and revocable at once."""

    __tablename__ = "user_sessions"
    __table_args__ = (UniqueConstraint("organization_id", "token_hash"),)

    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")
    kind: Mapped[SessionKind] = enum_column(SessionKind, default=SessionKind.WEB, server_default="web")
    token_hash: Mapped[str] = mapped_column(Text, comment="SHA-256 of the secret the client holds")
    till_id: Mapped[int | None] = refers_to("tills", optional=True)
    visited_organization_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("organizations.id"), comment="a super admin looking in"
    )
    visit_reason: Mapped[str | None] = mapped_column(Text)
    ip_address: Mapped[str | None] = mapped_column(INET)
    user_agent: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    last_seen_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    user: Mapped[User] = related(user_id)
    till: Mapped[Till | None] = related(till_id)

    @property
    def is_open(self) -> bool:
        """Whether its client is still let in."""
        return self.revoked_at is None and self.expires_at > utc_now()

    def __str__(self) -> str:
        return f"{self.kind.value} {self.id}"


class AppSetting(TenantModel):
    """A setting of the organization; what exists and its default is declared in ``core.settings``."""

    __tablename__ = "app_settings"
    __table_args__ = (UniqueConstraint("organization_id", "key"),)

    key: Mapped[str] = mapped_column(Text)
    value: Mapped[object] = mapped_column(JSONB)
    updated_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]
