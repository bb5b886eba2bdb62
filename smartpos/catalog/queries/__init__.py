"""Questions about products and prices."""

from smartpos.catalog.queries.pricing import price_list, vat_rates_on
from smartpos.catalog.queries.promotions import PromotionRule, promotions_in_force
from smartpos.catalog.queries.search import Found, products_by_code, search_products
from smartpos.catalog.queries.selling import Scanned, Sellable, products_of_codes, sellable_products
from smartpos.catalog.queries.stock import register_stock_lookup, stock_of

__all__ = [
    "Found",
    "PromotionRule",
    "Scanned",
    "Sellable",
    "price_list",
    "products_by_code",
    "products_of_codes",
    "promotions_in_force",
    "register_stock_lookup",
    "search_products",
    "sellable_products",
    "stock_of",
    "vat_rates_on",
]
