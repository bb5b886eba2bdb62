"""Labels for shelves and goods: how they look, and what was printed at which price."""

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.catalog.models.products import PriceType, Product
from smartpos.core.db import (
    CreatedAt,
    Money,
    SoftDeleted,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
)
from smartpos.identity.models import Branch, User


class LabelKind(StrEnum):
    """PRICE hangs on the shelf and is out of date when the price changes; BARCODE sticks on the goods."""

    PRICE = "price"
    BARCODE = "barcode"


class LabelPaper(StrEnum):
    SHEET = "sheet"
    ROLL = "roll"


class LabelTemplate(SoftDeleted, TenantModel):
    """How a label looks: its size in millimetres, how many fit on a sheet, and what stands on it."""

    __tablename__ = "label_templates"
    __table_args__ = (
        Index(
            "uq_label_templates_name",
            "organization_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        CheckConstraint("width_mm BETWEEN 15 AND 210 AND height_mm BETWEEN 10 AND 297", name="size"),
        CheckConstraint("columns BETWEEN 1 AND 10 AND rows BETWEEN 1 AND 30", name="grid"),
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[LabelKind] = enum_column(LabelKind, default=LabelKind.PRICE, server_default="price")
    paper: Mapped[LabelPaper] = enum_column(LabelPaper, default=LabelPaper.SHEET, server_default="sheet")
    width_mm: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    height_mm: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    columns: Mapped[int] = mapped_column(Integer, default=1, server_default="1", comment="on an A4 sheet")
    rows: Mapped[int] = mapped_column(Integer, default=1, server_default="1", comment="on an A4 sheet")
    blocks: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default="[]", comment="what stands on it, from above"
    )
    is_default: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    def __str__(self) -> str:
        return self.name


class LabelPrint(TenantModel):
    """A label that was printed. Where the latest price label of a product in a branch says another price than the one
    in force there by the same price type, a new one is due."""

    __tablename__ = "label_prints"
    __table_args__ = (
        Index("ix_label_prints_product", "organization_id", "product_id", "branch_id", "id"),
        CheckConstraint("copies > 0", name="copies"),
    )

    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True)
    price_type_id: Mapped[int] = refers_to("price_types")
    kind: Mapped[LabelKind] = enum_column(LabelKind)
    price: Mapped[Money]
    copies: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    printed_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    product: Mapped[Product] = related(product_id)
    branch: Mapped[Branch | None] = related(branch_id)
    price_type: Mapped[PriceType] = related(price_type_id)
    author: Mapped[User | None] = related(printed_by)
