"""Production orders: what is to be made, of what, on what and by whom; and what has come of it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    JsonObject,
    Money,
    Quantity,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, User
from smartpos.production.models.machines import Machine
from smartpos.production.models.recipes import BillOfMaterials
from smartpos.stock.models import Batch


class OrderStatus(StrEnum):
    """PENDING is a wish, SCHEDULED has a time (and materials set aside); COMPLETED and CANCELLED are ends.

    Taking a completion back makes a COMPLETED order ON_HOLD again.
    """

    PENDING = "pending"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class OrderPriority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class ProductionOrder(TenantModel):
    """A quantity of one product to be made in a branch, out of that branch's materials and into its stock.

    Costs are those of what has been completed and not taken back: ``actual_cost`` is what was consumed with labour and
    overhead, and equals what was produced (by-products included) plus ``scrap_cost``.
    """

    __tablename__ = "production_orders"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_production_orders_status", "organization_id", "status", "id"),
        Index("ix_production_orders_planned", "organization_id", "planned_start_at", "id"),
        Index("ix_production_orders_machine", "organization_id", "machine_id", "planned_start_at"),
        Index(
            "ix_production_orders_due",
            "organization_id",
            "due_at",
            "id",
            postgresql_where="status NOT IN ('completed', 'cancelled')",
        ),
        # A machine makes one thing at a time.
        Index(
            "uq_production_orders_running",
            "organization_id",
            "machine_id",
            unique=True,
            postgresql_where="status = 'in_progress' AND machine_id IS NOT NULL",
        ),
        Index("ix_production_orders_origin", "organization_id", "origin_kind", "origin_id"),
        CheckConstraint("quantity_to_produce > 0", name="quantity_to_produce"),
        CheckConstraint("quantity_completed >= 0 AND quantity_scrapped >= 0", name="quantities"),
        CheckConstraint("planned_end_at > planned_start_at", name="planned_end_at"),
        CheckConstraint("status <> 'scheduled' OR planned_start_at IS NOT NULL", name="scheduled"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(origin_kind IS NULL) = (origin_id IS NULL)", name="origin"),
    )

    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True, comment="the branch's")
    number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[str | None] = mapped_column(Text, comment="of what the client sent, for idempotency")
    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    bom_id: Mapped[int | None] = refers_to("bills_of_materials", optional=True, on_delete="RESTRICT")
    parent_id: Mapped[int | None] = refers_to(
        "production_orders", optional=True, comment="the order that this one makes a part for"
    )
    origin_kind: Mapped[str | None] = mapped_column(Text, comment="made to order: what asked for it")
    origin_id: Mapped[int | None] = mapped_column(BigInteger)
    quantity_to_produce: Mapped[Quantity]
    quantity_completed: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal("0.000"), server_default="0", comment="good ones"
    )
    quantity_scrapped: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal("0.000"), server_default="0"
    )
    status: Mapped[OrderStatus] = enum_column(
        OrderStatus, name="production_order_status", default=OrderStatus.PENDING, server_default="pending"
    )
    priority: Mapped[OrderPriority] = enum_column(
        OrderPriority, name="production_order_priority", default=OrderPriority.NORMAL, server_default="normal"
    )
    planned_start_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    planned_end_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="work began for the first time"
    )
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    machine_id: Mapped[int | None] = refers_to("machines", optional=True)
    operator_id: Mapped[int | None] = refers_to("users", optional=True)
    production_line: Mapped[str | None] = mapped_column(Text)
    work_center: Mapped[str | None] = mapped_column(Text)
    shift: Mapped[str | None] = mapped_column(Text, comment="morning, night: the shop's own word")
    estimated_cost: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal("0.00"), server_default="0", comment="by the recipe, when it was made"
    )
    material_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    labor_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    overhead_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    scrap_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    quality_standard: Mapped[str | None] = mapped_column(Text)
    qc_required: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    notes: Mapped[str | None] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="why it was put on hold or cancelled")
    custom_fields: Mapped[JsonObject]
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    cancelled_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)
    bom: Mapped[BillOfMaterials | None] = related(bom_id)
    machine: Mapped[Machine | None] = related(machine_id)
    operator: Mapped[User | None] = related(operator_id)
    author: Mapped[User | None] = related(created_by)
    materials: Mapped[list["ProductionMaterial"]] = relationship(
        primaryjoin="ProductionMaterial.order_id == ProductionOrder.id",
        foreign_keys="ProductionMaterial.order_id",
        back_populates="order",
        order_by="ProductionMaterial.position",
        cascade="all, delete-orphan",
    )
    completions: Mapped[list["ProductionCompletion"]] = relationship(
        primaryjoin="ProductionCompletion.order_id == ProductionOrder.id",
        foreign_keys="ProductionCompletion.order_id",
        back_populates="order",
        order_by="ProductionCompletion.id",
    )
    team: Mapped[list["ProductionTeamMember"]] = relationship(
        primaryjoin="ProductionTeamMember.order_id == ProductionOrder.id",
        foreign_keys="ProductionTeamMember.order_id",
        back_populates="order",
        order_by="ProductionTeamMember.id",
        cascade="all, delete-orphan",
    )

    def __str__(self) -> str:
        return self.number

    @property
    def quantity_produced(self) -> Decimal:
        """What was made, good and bad."""
        return self.quantity_completed + self.quantity_scrapped

    @property
    def quantity_left(self) -> Decimal:
        """What is still to be made; never negative."""
        return max(self.quantity_to_produce - self.quantity_produced, Decimal("0.000"))

    @property
    def actual_cost(self) -> Decimal:
        """What was consumed, with labour and overhead."""
        return self.material_cost + self.labor_cost + self.overhead_cost

    @property
    def is_open(self) -> bool:
        """Whether something may still happen to it."""
        return self.status not in {OrderStatus.COMPLETED, OrderStatus.CANCELLED}


class ProductionMaterial(TenantModel):
    """A material of an order: copied from the recipe, and the order's own from then on."""

    __tablename__ = "production_materials"
    __table_args__ = (
        UniqueConstraint("organization_id", "order_id", "product_id"),
        CheckConstraint("planned_quantity >= 0", name="planned_quantity"),
        CheckConstraint("used_quantity >= 0", name="used_quantity"),
        CheckConstraint("unit_cost >= 0", name="unit_cost"),
    )

    order_id: Mapped[int] = refers_to("production_orders", on_delete="CASCADE")
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = refers_to("products")
    bom_component_id: Mapped[int | None] = refers_to("bom_components", optional=True)
    substitute_for_id: Mapped[int | None] = refers_to(
        "products", optional=True, comment="the component that the recipe names"
    )
    planned_quantity: Mapped[Quantity] = mapped_column(comment="for all that is to be made")
    used_quantity: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal("0.000"), server_default="0"
    )
    unit_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4),
        default=Decimal("0.0000"),
        server_default="0",
        comment="by the recipe, when it was copied",
    )
    operation_sequence: Mapped[int | None] = mapped_column(Integer)
    operation_notes: Mapped[str | None] = mapped_column(Text)

    order: Mapped[ProductionOrder] = related(order_id, back_populates="materials")
    product: Mapped[Product] = related(product_id)
    substitute_for: Mapped[Product | None] = related(substitute_for_id)


class ProductionTeamMember(TenantModel):
    """Who works on an order besides its operator."""

    __tablename__ = "production_team_members"
    __table_args__ = (UniqueConstraint("organization_id", "order_id", "user_id"),)

    order_id: Mapped[int] = refers_to("production_orders", on_delete="CASCADE")
    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")

    order: Mapped[ProductionOrder] = related(order_id, back_populates="team")
    user: Mapped[User] = related(user_id)


class ProductionSpell(TenantModel):
    """A stretch of work on an order by one operator; the timer of the production page. Open while they work."""

    __tablename__ = "production_spells"
    __table_args__ = (
        # Two operators at once do not work on one order.
        Index(
            "uq_production_spells_open",
            "organization_id",
            "order_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("ix_production_spells_started_at", "organization_id", "started_at", "id"),
        CheckConstraint("ended_at >= started_at", name="ended_at"),
    )

    order_id: Mapped[int] = refers_to("production_orders")
    user_id: Mapped[int | None] = refers_to("users", optional=True)
    machine_id: Mapped[int | None] = refers_to("machines", optional=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    order: Mapped[ProductionOrder] = related(order_id)
    user: Mapped[User | None] = related(user_id)


class ProductionCompletion(TenantModel):
    """Goods that an order has yielded: materials went out and goods came in, in one transaction.

    The cause of its stock movements. Never changed, except that it may be taken back once.
    ``material_cost + labor_cost + overhead_cost = output_cost + by_product_cost + scrap_cost``, to the last digit.
    """

    __tablename__ = "production_completions"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        UniqueConstraint("organization_id", "order_id", "sequence_number"),
        Index("ix_production_completions_completed_at", "organization_id", "completed_at", "id"),
        CheckConstraint("quantity >= 0 AND scrapped_quantity >= 0", name="quantity"),
        CheckConstraint("quantity + scrapped_quantity > 0", name="something"),
        CheckConstraint(
            "material_cost + labor_cost + overhead_cost = output_cost + by_product_cost + scrap_cost",
            name="conserved",
        ),
    )

    order_id: Mapped[int] = refers_to("production_orders")
    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    sequence_number: Mapped[int] = mapped_column(Integer, comment="1 for the order's first")
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[str | None] = mapped_column(Text, comment="of what the client sent, for idempotency")
    quantity: Mapped[Quantity] = mapped_column(comment="good ones")
    scrapped_quantity: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal("0.000"), server_default="0"
    )
    scrap_reason: Mapped[str | None] = mapped_column(Text)
    material_cost: Mapped[UnitCost]
    labor_cost: Mapped[UnitCost]
    overhead_cost: Mapped[UnitCost]
    output_cost: Mapped[UnitCost] = mapped_column(comment="of the good ones")
    by_product_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    scrap_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal("0.0000"), server_default="0"
    )
    standard_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4),
        default=Decimal("0.0000"),
        server_default="0",
        comment="of all that was made, by the recipe at this moment",
    )
    batch_id: Mapped[int | None] = refers_to("batches", optional=True, on_delete="RESTRICT")
    expiration_date: Mapped[date | None] = mapped_column(Date)
    qc_passed: Mapped[bool | None] = mapped_column(Boolean, comment="null: not asked for")
    qc_notes: Mapped[str | None] = mapped_column(Text)
    machine_id: Mapped[int | None] = refers_to("machines", optional=True)
    operator_id: Mapped[int | None] = refers_to("users", optional=True)
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    completed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    reverted_by: Mapped[int | None] = refers_to("users", optional=True)
    reverted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revert_reason: Mapped[str | None] = mapped_column(Text)

    order: Mapped[ProductionOrder] = related(order_id, back_populates="completions")
    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)
    batch: Mapped[Batch | None] = related(batch_id)
    machine: Mapped[Machine | None] = related(machine_id)
    operator: Mapped[User | None] = related(operator_id)
    uses: Mapped[list["ProductionUse"]] = relationship(
        primaryjoin="ProductionUse.completion_id == ProductionCompletion.id",
        foreign_keys="ProductionUse.completion_id",
        order_by="ProductionUse.id",
        viewonly=True,
    )
    outputs: Mapped[list["ProductionOutput"]] = relationship(
        primaryjoin="ProductionOutput.completion_id == ProductionCompletion.id",
        foreign_keys="ProductionOutput.completion_id",
        order_by="ProductionOutput.id",
        viewonly=True,
    )


class ProductionUse(TenantModel):
    """What a completion consumed of a material. Rows are added, never changed; ``value`` is positive."""

    __tablename__ = "production_uses"
    __table_args__ = (
        UniqueConstraint("organization_id", "completion_id", "product_id"),
        CheckConstraint("quantity >= 0 AND standard_quantity >= 0", name="quantity"),
    )

    completion_id: Mapped[int] = refers_to("production_completions")
    product_id: Mapped[int] = refers_to("products")
    quantity: Mapped[Quantity]
    standard_quantity: Mapped[Quantity] = mapped_column(
        comment="what the recipe asks for, for what was made; 0 for what it does not name"
    )
    value: Mapped[UnitCost]

    product: Mapped[Product] = related(product_id)


class OutputKind(StrEnum):
    PRODUCT = "product"
    BY_PRODUCT = "by_product"
    SCRAP = "scrap"


class ProductionOutput(TenantModel):
    """What a completion yielded. Rows are added, never changed. SCRAP comes to no stock; its value is lost."""

    __tablename__ = "production_outputs"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    completion_id: Mapped[int] = refers_to("production_completions")
    kind: Mapped[OutputKind] = enum_column(OutputKind, name="production_output_kind")
    product_id: Mapped[int] = refers_to("products")
    batch_id: Mapped[int | None] = refers_to("batches", optional=True, on_delete="RESTRICT")
    quantity: Mapped[Quantity]
    value: Mapped[UnitCost]

    product: Mapped[Product] = related(product_id)
    batch: Mapped[Batch | None] = related(batch_id)
