"""What we sell."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.core.db import (
    CreatedAt,
    GlobalModel,
    JsonObject,
    Money,
    Percent,
    Quantity,
    SoftDeleted,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
)
from smartpos.identity.models import Branch, Workspace


class VatCode(StrEnum):
    """Which rate of the country applies; the percentage is looked up by date in ``vat_rates``."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    EXEMPT = "exempt"


class VatRate(GlobalModel):
    """The law of a country: the percentage of a VAT code from a date on. Maintained by migrations."""

    __tablename__ = "vat_rates"
    __table_args__ = (
        UniqueConstraint("country", "code", "valid_from"),
        CheckConstraint("rate >= 0 AND rate < 100", name="rate"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    country: Mapped[str] = mapped_column(Text, comment="ISO 3166 alpha-2")
    code: Mapped[VatCode] = enum_column(VatCode)
    rate: Mapped[Percent]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date, comment="first day on which it no longer holds")


class Unit(TenantModel):
    """A unit of measure; ``digits`` says how finely a quantity may be divided (0 for pieces, 3 for kilograms).

    A unit may be a part or a multiple of another, its base: one gram is ``factor`` 0.001 of a kilogram. A base has no
    base itself, so two units convert into each other when they lead to the same one.
    """

    __tablename__ = "units"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        CheckConstraint("digits BETWEEN 0 AND 3", name="digits"),
        CheckConstraint("factor > 0", name="factor"),
        CheckConstraint("(base_unit_id IS NULL) = (factor IS NULL)", name="base_unit"),
        CheckConstraint("base_unit_id <> id", name="not_its_own_base"),
    )

    name: Mapped[str] = mapped_column(Text, comment="as printed on the receipt: dona, kg, l")
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    digits: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    base_unit_id: Mapped[int | None] = refers_to("units", optional=True, on_delete="RESTRICT")
    factor: Mapped[Decimal | None] = mapped_column(
        Numeric(18, 6), comment="how much of the base unit one of this is"
    )
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    base_unit: Mapped["Unit | None"] = related(base_unit_id)

    def __str__(self) -> str:
        return self.name

    def factor_to(self, other: "Unit") -> Decimal | None:
        """How many of ``other`` one of this is; None when they do not convert into each other."""
        if self.id == other.id:
            return Decimal(1)
        if (self.base_unit_id or self.id) != (other.base_unit_id or other.id):
            return None
        return (self.factor or Decimal(1)) / (other.factor or Decimal(1))


class Category(SoftDeleted, TenantModel):
    """A branch of the category tree."""

    __tablename__ = "categories"
    __table_args__ = (
        Index(
            "uq_categories_name",
            "organization_id",
            "parent_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
    )

    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[int | None] = refers_to("categories", optional=True)
    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True)
    sort_order: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    parent: Mapped["Category | None"] = relationship(
        primaryjoin="foreign(Category.parent_id) == remote(Category.id)"
    )
    workspace: Mapped[Workspace | None] = related(workspace_id)

    def __str__(self) -> str:
        return self.name


class ProductType(StrEnum):
    PRODUCT = "product"
    MATERIAL = "material"
    SERVICE = "service"
    MANUFACTURED = "manufactured"
    BUNDLE = "bundle"
    DIGITAL = "digital"


class ProductStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    DISCONTINUED = "discontinued"


class Product(SoftDeleted, TenantModel):
    """Something we sell, use or make.

    ``price`` is the price of the default price type everywhere; rows of ``prices`` refine it. What is in stock is
    never here: it is the ledger's (``stock``). ``cost_price`` is the cost for orientation; the average cost of a
    branch lives with its stock.
    """

    __tablename__ = "products"
    __table_args__ = (
        Index(
            "uq_products_sku", "organization_id", "sku", unique=True, postgresql_where="deleted_at IS NULL"
        ),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("cost_price >= 0", name="cost_price"),
        CheckConstraint("char_length(name) BETWEEN 1 AND 500", name="name"),
        Index("ix_products_updated_at", "organization_id", "updated_at", "id"),
        Index("ix_products_name", "organization_id", "name", "id"),
        Index("ix_products_search_key", "organization_id", "search_key", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    sku: Mapped[str] = mapped_column(Text, comment="our own code of the article; 003's code")
    type: Mapped[ProductType] = enum_column(
        ProductType, default=ProductType.PRODUCT, server_default="product"
    )
    status: Mapped[ProductStatus] = enum_column(
        ProductStatus, default=ProductStatus.ACTIVE, server_default="active"
    )
    category_id: Mapped[int | None] = refers_to("categories", optional=True)
    unit_id: Mapped[int] = refers_to("units")
    workspace_id: Mapped[int | None] = refers_to("workspaces", optional=True)
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    cost_price: Mapped[UnitCost] = mapped_column(Numeric(18, 4), default=Decimal(0), server_default="0")
    markup_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    vat_code: Mapped[VatCode] = enum_column(VatCode, default=VatCode.STANDARD, server_default="standard")
    vat_included: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    mxik_code: Mapped[str | None] = mapped_column(Text, comment="Uzbekistan's 17-digit classifier code")
    package_code: Mapped[str | None] = mapped_column(Text, comment="the tax service's package code")
    cash_allowed: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    track_inventory: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    track_batches: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="lots are kept: first expired, first out"
    )
    reorder_quantity: Mapped[Quantity | None] = mapped_column(Numeric(14, 3))
    weight: Mapped[Decimal | None] = mapped_column(Numeric(14, 3), comment="kilograms")
    dimensions: Mapped[JsonObject]
    color: Mapped[str | None] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    lead_time_days: Mapped[int | None] = mapped_column(Integer)
    production_time: Mapped[int | None] = mapped_column(Integer, comment="minutes")
    requires_production: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    shelf_life_days: Mapped[int | None] = mapped_column(Integer)
    specifications: Mapped[JsonObject]
    custom_fields: Mapped[JsonObject]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    embedding: Mapped[list[float] | None] = mapped_column(
        ARRAY(Float), comment="000's embedding_vector; optional"
    )
    search_key: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="core.search.fold(name)"
    )
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    category: Mapped[Category | None] = related(category_id)
    unit: Mapped[Unit] = related(unit_id)
    workspace: Mapped[Workspace | None] = related(workspace_id)
    barcodes: Mapped[list["ProductBarcode"]] = relationship(
        primaryjoin="ProductBarcode.product_id == Product.id",
        foreign_keys="ProductBarcode.product_id",
        back_populates="product",
        cascade="all, delete-orphan",
        order_by="ProductBarcode.id",
    )
    images: Mapped[list["ProductImage"]] = relationship(
        primaryjoin="ProductImage.product_id == Product.id",
        foreign_keys="ProductImage.product_id",
        back_populates="product",
        cascade="all, delete-orphan",
        order_by="ProductImage.sort_order",
    )
    prices: Mapped[list["Price"]] = relationship(
        primaryjoin="Price.product_id == Product.id",
        foreign_keys="Price.product_id",
        back_populates="product",
        cascade="all, delete-orphan",
    )

    @property
    def is_active(self) -> bool:
        """Whether it may be sold."""
        return self.status is ProductStatus.ACTIVE and self.deleted_at is None

    def __str__(self) -> str:
        return self.name


class ProductBarcode(TenantModel):
    """A barcode of a product. A pack has a multiplier and may have a price of its own (for the whole pack)."""

    __tablename__ = "product_barcodes"
    __table_args__ = (
        UniqueConstraint("organization_id", "barcode"),
        CheckConstraint("multiplier > 0", name="multiplier"),
        CheckConstraint("price IS NULL OR price >= 0", name="price"),
        CheckConstraint("barcode ~ '^[!-~]{1,64}$'", name="barcode"),
    )

    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE")
    barcode: Mapped[str] = mapped_column(Text)
    multiplier: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal(1), server_default="1", comment="base units in one pack"
    )
    price: Mapped[Money | None] = mapped_column(
        Numeric(18, 2), comment="of the whole pack; null = by multiplier"
    )
    title: Mapped[str | None] = mapped_column(Text, comment="what the pack is called: blok, quti")
    created_at: Mapped[CreatedAt]

    product: Mapped[Product] = related(product_id, back_populates="barcodes")

    def __str__(self) -> str:
        return self.barcode


class ProductImage(TenantModel):
    """A picture of a product, re-encoded at upload, with a thumbnail."""

    __tablename__ = "product_images"

    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE")
    file_id: Mapped[int] = refers_to("stored_files")
    thumbnail_id: Mapped[int] = refers_to("stored_files")
    sort_order: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[CreatedAt]

    product: Mapped[Product] = related(product_id, back_populates="images")


class ProductWord(TenantModel):
    """A folded word under which a product is found; ``place`` is smaller the better it names the product.

    A plain table under a b-tree rather than an array under GIN: the array operators are not leakproof, so row-level
    security would keep PostgreSQL from using a GIN index at all. The key contains ``place`` so that a search reads
    nothing but the index.
    """

    __tablename__ = "product_words"
    __mapper_args__ = {"primary_key": ["word", "place", "product_id"]}

    id = None  # type: ignore[assignment]  # rows are pairs; they need no number of their own
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE", primary_key=True)


class WordGram(TenantModel):
    """Which trigrams the words of the tenant's products have: from a part of a word, or one mistyped, to words.

    It knows each word once, so it stays small however many products there are.
    """

    __tablename__ = "word_grams"
    __mapper_args__ = {"primary_key": ["gram", "word"]}

    id = None  # type: ignore[assignment]  # rows are pairs; they need no number of their own
    gram: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)


class SearchSynonym(TenantModel):
    """Words of one meaning share a ``concept``; a query for one finds products named by another."""

    __tablename__ = "search_synonyms"
    __table_args__ = (
        UniqueConstraint("organization_id", "concept", "term"),
        Index("ix_search_synonyms_search_key", "organization_id", "search_key"),
    )

    concept: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(Text, default="uz", server_default="uz")
    term: Mapped[str] = mapped_column(Text)
    search_key: Mapped[str] = mapped_column(Text(collation="C"), comment="core.search.fold(term)")
    created_at: Mapped[CreatedAt]


class PriceType(TenantModel):
    """Retail, wholesale and the like. Exactly one per tenant is the default, whose price is the product's own."""

    __tablename__ = "price_types"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index(
            "uq_price_types_default",
            "organization_id",
            "is_default",
            unique=True,
            postgresql_where="is_default",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    def __str__(self) -> str:
        return self.name


class Price(TenantModel):
    """A price of a product for a price type, optionally in one branch only and for a time only.

    The most special row wins: the branch's own before all branches, then the later ``valid_from``.
    """

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint(
            "organization_id",
            "product_id",
            "price_type_id",
            "branch_id",
            "valid_from",
            postgresql_nulls_not_distinct=True,
        ),
        # Open tills ask which prices have begun or ended since they last asked.
        Index(
            "ix_prices_valid_from", "organization_id", "valid_from", postgresql_where="valid_from IS NOT NULL"
        ),
        Index("ix_prices_valid_to", "organization_id", "valid_to", postgresql_where="valid_to IS NOT NULL"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from", name="period"),
    )

    product_id: Mapped[int] = refers_to("products", on_delete="CASCADE")
    price_type_id: Mapped[int] = refers_to("price_types")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True, on_delete="CASCADE")
    price: Mapped[Money]
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    product: Mapped[Product] = related(product_id, back_populates="prices")
    price_type: Mapped[PriceType] = related(price_type_id)
    branch: Mapped[Branch | None] = related(branch_id)
