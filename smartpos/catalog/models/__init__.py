"""What we sell, for how much, and when for less."""

from smartpos.catalog.models.labels import LabelKind, LabelPaper, LabelPrint, LabelTemplate
from smartpos.catalog.models.products import (
    Category,
    Price,
    PriceType,
    Product,
    ProductBarcode,
    ProductImage,
    ProductStatus,
    ProductType,
    ProductWord,
    SearchSynonym,
    Unit,
    VatCode,
    VatRate,
    WordGram,
)
from smartpos.catalog.models.promotions import (
    CustomerTier,
    Promotion,
    PromotionKind,
    PromotionTarget,
)

__all__ = [
    "Category",
    "CustomerTier",
    "LabelKind",
    "LabelPaper",
    "LabelPrint",
    "LabelTemplate",
    "Price",
    "PriceType",
    "Product",
    "ProductBarcode",
    "ProductImage",
    "ProductStatus",
    "ProductType",
    "ProductWord",
    "Promotion",
    "PromotionKind",
    "PromotionTarget",
    "SearchSynonym",
    "Unit",
    "VatCode",
    "VatRate",
    "WordGram",
]
