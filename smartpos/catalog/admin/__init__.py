"""The back office of the catalogue."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.catalog.admin.common import CATALOG
from smartpos.catalog.admin.products import ProductView
from smartpos.catalog.admin.promotions import PromotionView
from smartpos.catalog.admin.views import (
    BarcodeView,
    CategoryView,
    ImageView,
    PriceTypeView,
    PriceView,
    SynonymView,
    UnitView,
    VatRateView,
)
from smartpos.catalog.models import (
    Category,
    CustomerTier,
    Price,
    PriceType,
    Product,
    ProductBarcode,
    ProductImage,
    ProductStatus,
    ProductType,
    Promotion,
    PromotionKind,
    SearchSynonym,
    Unit,
    VatCode,
    VatRate,
)
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.core.admin import add_views, describe, register_shortcut
from smartpos.core.admin.trail import describe_subjects

describe(
    {
        ProductType.PRODUCT: _l("Goods"),
        ProductType.MATERIAL: _l("Material"),
        ProductType.SERVICE: _l("Service"),
        ProductType.MANUFACTURED: _l("Own production"),
        ProductType.BUNDLE: _l("Set"),
        ProductType.DIGITAL: _l("Digital"),
    }
)
describe(
    {
        ProductStatus.ACTIVE: (_l("On sale"), "good"),
        ProductStatus.INACTIVE: (_l("Not on sale"), "warn"),
        ProductStatus.DISCONTINUED: _l("Discontinued"),
    }
)
describe(
    {
        VatCode.STANDARD: _l("Standard rate"),
        VatCode.REDUCED: _l("Reduced rate"),
        VatCode.ZERO: _l("Zero rate"),
        VatCode.EXEMPT: _l("Without VAT"),
    }
)

describe(
    {
        PromotionKind.PERCENT: _l("Per cent off"),
        PromotionKind.AMOUNT: _l("An amount off each"),
        PromotionKind.FIXED_PRICE: _l("A new price"),
        PromotionKind.N_FOR_M: _l("Take more, pay for fewer"),
    }
)
describe(
    {
        CustomerTier.STANDARD: _l("Standard"),
        CustomerTier.SILVER: _l("Silver"),
        CustomerTier.GOLD: _l("Gold"),
        CustomerTier.PLATINUM: _l("Platinum"),
    }
)


describe_subjects(
    {"promotion_targets": _l("What promotions are for"), "label_templates": _l("Templates of labels")}
)


def init_app(app: Flask) -> None:
    """Put the views into the panel."""
    add_views(
        app,
        [
            ProductView(Product, name=_l("Products"), category=CATALOG, endpoint="products"),
            CategoryView(Category, name=_l("Categories"), category=CATALOG, endpoint="categories"),
            UnitView(Unit, name=_l("Units"), category=CATALOG, endpoint="units"),
            PriceView(Price, name=_l("Special prices"), category=CATALOG, endpoint="prices"),
            PromotionView(Promotion, name=_l("Promotions"), category=CATALOG, endpoint="promotions"),
            PriceTypeView(PriceType, name=_l("Price types"), category=CATALOG, endpoint="price_types"),
            BarcodeView(ProductBarcode, name=_l("Barcodes"), category=CATALOG, endpoint="barcodes"),
            ImageView(ProductImage, name=_l("Pictures"), category=CATALOG, endpoint="product_images"),
            SynonymView(SearchSynonym, name=_l("Search words"), category=CATALOG, endpoint="synonyms"),
            VatRateView(VatRate, name=_l("VAT rates"), category=CATALOG, endpoint="vat_rates"),
        ],
    )
    register_shortcut(
        _l("Products"), "products.index_view", "product", P.PRODUCT_READ, hint=_l("Find, add and price them")
    )
