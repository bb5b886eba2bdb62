"""Questions about what lies where."""

from smartpos.stock.queries.books import book_checks
from smartpos.stock.queries.goods import Goods, goods_of, is_tracked, moved_since, quantities
from smartpos.stock.queries.lists import adjustment_by_client_uuid, movements, stock_levels

__all__ = [
    "Goods",
    "adjustment_by_client_uuid",
    "book_checks",
    "goods_of",
    "is_tracked",
    "moved_since",
    "movements",
    "quantities",
    "stock_levels",
]
