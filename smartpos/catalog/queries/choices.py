"""Products as a choice in forms and filters, found the way the till finds them."""

from typing import Any

from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.catalog.queries.pricing import in_ids
from smartpos.catalog.queries.search import search_products
from smartpos.core.admin.loaders import PAGE_LIMIT, TERM_LIMIT, RemoteChoices
from smartpos.core.db import db


class ProductChoices(RemoteChoices):
    """The loader of a relationship to products; the domains above use it in their forms too."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, Product, fields=("name",), **options)

    def get_list(self, term: str | None, offset: int | None = 0, limit: int = 10) -> list[Any]:
        """The products a term means, the best first; without a term those that come first by name."""
        words = (term or "")[:TERM_LIMIT].strip()
        if not words:
            return super().get_list("", offset, limit)
        if offset:
            return []  # whoever does not find it among the best types another letter
        ids = search_products(words, limit=min(max(limit, 1), PAGE_LIMIT)).ids
        found = {row.id: row for row in db.session.scalars(select(Product).where(in_ids(Product.id, ids)))}
        return [found[number] for number in ids if number in found]

    def format(self, model: Any) -> tuple[str, str] | None:
        """A product's number, and its name with the article number."""
        return None if model is None else (str(model.id), f"{model.name} · {model.sku}")
