"""Bills of materials: what a product is made of, in versions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import (
    CreatedAt,
    JsonObject,
    Money,
    Percent,
    Quantity,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
)
from smartpos.identity.models import User
from smartpos.production.models.machines import Machine


class BomStatus(StrEnum):
    """A DRAFT is edited; what is ACTIVE is produced by and never changes; INACTIVE rests and may come back."""

    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"
    ARCHIVED = "archived"


class BillOfMaterials(TenantModel):
    """A recipe: what a batch of ``quantity`` of a product takes and costs.

    Components and by-products are per one unit of the product; labour, overhead and times are per batch.
    ``material_cost`` is per batch too, and follows the costs of the components (``costed_at`` tells when it last did).
    """

    __tablename__ = "bills_of_materials"
    __table_args__ = (
        UniqueConstraint("organization_id", "product_id", "version"),
        Index(
            "uq_bills_of_materials_default",
            "organization_id",
            "product_id",
            unique=True,
            postgresql_where="is_default",
        ),
        Index("ix_bills_of_materials_status", "organization_id", "status", "id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("char_length(version) BETWEEN 1 AND 20", name="version"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 255", name="name"),
        CheckConstraint("NOT is_default OR status = 'active'", name="is_default"),
        CheckConstraint("labor_cost >= 0 AND overhead_cost >= 0 AND material_cost >= 0", name="costs"),
        CheckConstraint(
            "lead_time_days >= 0 AND setup_time_minutes >= 0 AND production_time_minutes >= 0", name="times"
        ),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("status = 'draft' OR approved_at IS NOT NULL", name="approved_at"),
    )

    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True)
    product_id: Mapped[int] = refers_to("products")
    version: Mapped[str] = mapped_column(Text, default="1.0", server_default="1.0")
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal(1), server_default="1", comment="of a batch, in the product's unit"
    )
    status: Mapped[BomStatus] = enum_column(BomStatus, default=BomStatus.DRAFT, server_default="draft")
    is_default: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    lead_time_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    setup_time_minutes: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="once per order, whatever its quantity"
    )
    production_time_minutes: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="per batch"
    )
    material_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal(0), server_default="0", comment="per batch, at the costs of costed_at"
    )
    labor_cost: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), server_default="0", comment="per batch"
    )
    overhead_cost: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), server_default="0", comment="per batch"
    )
    costed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    machine_id: Mapped[int | None] = refers_to(
        "machines", optional=True, comment="on which it is usually made"
    )
    qc_required: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    quality_standard: Mapped[str | None] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text, comment="how it is made, for the operator")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date, comment="the last day")
    copied_from_id: Mapped[int | None] = refers_to("bills_of_materials", optional=True)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    approved_by: Mapped[int | None] = refers_to("users", optional=True, comment="who activated it first")
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    product: Mapped[Product] = related(product_id)
    machine: Mapped[Machine | None] = related(machine_id)
    author: Mapped[User | None] = related(created_by)
    approver: Mapped[User | None] = related(approved_by)
    components: Mapped[list["BomComponent"]] = relationship(
        primaryjoin="BomComponent.bom_id == BillOfMaterials.id",
        foreign_keys="BomComponent.bom_id",
        back_populates="bom",
        order_by="BomComponent.sequence_number",
        cascade="all, delete-orphan",
    )
    by_products: Mapped[list["BomByProduct"]] = relationship(
        primaryjoin="BomByProduct.bom_id == BillOfMaterials.id",
        foreign_keys="BomByProduct.bom_id",
        back_populates="bom",
        order_by="BomByProduct.id",
        cascade="all, delete-orphan",
    )

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def total_cost(self) -> Decimal:
        """What a batch costs: material, labour and overhead."""
        return self.material_cost + self.labor_cost + self.overhead_cost

    def holds_on(self, day: date) -> bool:
        """Whether the recipe is in force on a day; its status is another question."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class BomComponent(TenantModel):
    """A material of a recipe. One unit of the product takes ``quantity_per_unit`` × (1 + ``scrap_factor``) of it."""

    __tablename__ = "bom_components"
    __table_args__ = (
        UniqueConstraint("organization_id", "bom_id", "sequence_number"),
        CheckConstraint("quantity_per_unit > 0", name="quantity_per_unit"),
        CheckConstraint("scrap_factor BETWEEN 0 AND 1", name="scrap_factor"),
        CheckConstraint("unit_cost >= 0", name="unit_cost"),
    )

    bom_id: Mapped[int] = refers_to("bills_of_materials", on_delete="CASCADE")
    component_id: Mapped[int] = refers_to("products")
    sequence_number: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    quantity_per_unit: Mapped[Decimal] = mapped_column(
        Numeric(18, 6), comment="in the component's own unit, for one unit of the product"
    )
    unit_id: Mapped[int | None] = refers_to(
        "units", optional=True, comment="in which it was written down; null: the component's own"
    )
    scrap_factor: Mapped[Decimal] = mapped_column(
        Numeric(6, 4), default=Decimal(0), server_default="0", comment="what is lost on the way: 0.05 is 5 %"
    )
    operation_sequence: Mapped[int | None] = mapped_column(Integer, comment="in which step it goes in")
    operation_notes: Mapped[str | None] = mapped_column(Text)
    unit_cost: Mapped[UnitCost] = mapped_column(
        Numeric(18, 4), default=Decimal(0), server_default="0", comment="at the bill's costed_at"
    )
    specifications: Mapped[JsonObject]
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    bom: Mapped[BillOfMaterials] = related(bom_id, back_populates="components")
    component: Mapped[Product] = related(component_id)
    unit: Mapped[Unit | None] = related(unit_id)
    substitutes: Mapped[list["BomSubstitute"]] = relationship(
        primaryjoin="BomSubstitute.bom_component_id == BomComponent.id",
        foreign_keys="BomSubstitute.bom_component_id",
        back_populates="component",
        order_by="BomSubstitute.id",
        cascade="all, delete-orphan",
    )

    @property
    def needed_per_unit(self) -> Decimal:
        """What one unit of the product takes of it, with what is lost on the way; not rounded."""
        return self.quantity_per_unit * (1 + self.scrap_factor)


class BomSubstitute(TenantModel):
    """What may be taken instead of a component: ``ratio`` units of it for one unit of the component."""

    __tablename__ = "bom_substitutes"
    __table_args__ = (
        UniqueConstraint("organization_id", "bom_component_id", "product_id"),
        CheckConstraint("ratio > 0", name="ratio"),
    )

    bom_component_id: Mapped[int] = refers_to("bom_components", on_delete="CASCADE")
    product_id: Mapped[int] = refers_to("products")
    ratio: Mapped[Decimal] = mapped_column(Numeric(12, 6), default=Decimal(1), server_default="1")

    component: Mapped[BomComponent] = related(bom_component_id, back_populates="substitutes")
    product: Mapped[Product] = related(product_id)


class BomByProduct(TenantModel):
    """What comes out besides the product, and the share of all costs that it carries (0: it comes for nothing)."""

    __tablename__ = "bom_by_products"
    __table_args__ = (
        UniqueConstraint("organization_id", "bom_id", "product_id"),
        CheckConstraint("quantity_per_unit > 0", name="quantity_per_unit"),
        CheckConstraint("cost_percent BETWEEN 0 AND 100", name="cost_percent"),
    )

    bom_id: Mapped[int] = refers_to("bills_of_materials", on_delete="CASCADE")
    product_id: Mapped[int] = refers_to("products")
    quantity_per_unit: Mapped[Decimal] = mapped_column(
        Numeric(18, 6), comment="in the by-product's own unit, for one unit of the product"
    )
    cost_percent: Mapped[Percent] = mapped_column(Numeric(5, 2), default=Decimal(0), server_default="0")

    bom: Mapped[BillOfMaterials] = related(bom_id, back_populates="by_products")
    product: Mapped[Product] = related(product_id)
