"""What can be done with products and prices."""

from smartpos.catalog.operations.categories import create_category, delete_category, update_category
from smartpos.catalog.operations.images import add_product_image, delete_product_image, put_image_first
from smartpos.catalog.operations.indexing import rebuild_search
from smartpos.catalog.operations.prices import (
    create_price_type,
    delete_price,
    delete_price_type,
    make_default_price_type,
    set_product_price,
    update_price,
    update_price_type,
)
from smartpos.catalog.operations.products import (
    BarcodeFacts,
    ProductFacts,
    create_product,
    delete_product,
    touch_products,
    update_product,
)
from smartpos.catalog.operations.promotions import (
    PromotionFacts,
    create_promotion,
    delete_promotion,
    end_promotion,
    update_promotion,
)
from smartpos.catalog.operations.starting import standard_synonyms, start_catalog
from smartpos.catalog.operations.synonyms import create_synonym, delete_synonym, update_synonym
from smartpos.catalog.operations.units import create_unit, delete_unit, update_unit

__all__ = [
    "BarcodeFacts",
    "ProductFacts",
    "PromotionFacts",
    "add_product_image",
    "create_category",
    "create_price_type",
    "create_product",
    "create_promotion",
    "create_synonym",
    "create_unit",
    "delete_category",
    "delete_price",
    "delete_price_type",
    "delete_product",
    "delete_product_image",
    "delete_promotion",
    "delete_synonym",
    "delete_unit",
    "end_promotion",
    "make_default_price_type",
    "put_image_first",
    "rebuild_search",
    "set_product_price",
    "standard_synonyms",
    "start_catalog",
    "touch_products",
    "update_category",
    "update_price",
    "update_price_type",
    "update_product",
    "update_promotion",
    "update_synonym",
    "update_unit",
]
