"""Customers and suppliers as a choice in forms and filters, found the way lists find them."""

from typing import Any

from sqlalchemy import select

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin.loaders import PAGE_LIMIT, TERM_LIMIT, RemoteChoices
from smartpos.core.db import db
from smartpos.core.phones import shown_phone
from smartpos.crm.models import Customer, Supplier
from smartpos.crm.queries.search import search_customers
from smartpos.crm.queries.suppliers import matching_suppliers


class CustomerChoices(RemoteChoices):
    """The loader of a relationship to customers; the domains above use it in their forms too.

    Without ``phones`` customers are found and shown by their names alone: for those who may not see customers.
    """

    def __init__(self, name: str, *, phones: bool = True, **options: Any) -> None:
        self.phones = phones
        super().__init__(name, Customer, fields=("name",), **options)

    def get_list(self, term: str | None, offset: int | None = 0, limit: int = 10) -> list[Any]:
        """The customers a term means; without a term those that come first by name."""
        words = (term or "")[:TERM_LIMIT].strip()
        if not words or not self.phones:
            return super().get_list(words, offset, limit)
        if offset:
            return []  # whoever does not find them among the first types another letter
        ids = search_customers(words, limit=min(max(limit, 1), PAGE_LIMIT)).ids
        found = {row.id: row for row in db.session.scalars(select(Customer).where(in_ids(Customer.id, ids)))}
        return [found[number] for number in ids if number in found]

    def format(self, model: Any) -> tuple[str, str] | None:
        """A customer's number, and the name with the phone."""
        if model is None:
            return None
        phone = shown_phone(model.phone) if self.phones else ""
        return str(model.id), f"{model.name} · {phone}" if phone else model.name


class SupplierChoices(RemoteChoices):
    """The loader of a relationship to suppliers; the domains above use it in their forms too."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, Supplier, fields=("name",), **options)

    def get_list(self, term: str | None, offset: int | None = 0, limit: int = 10) -> list[Any]:
        """The suppliers a term means, by name; without a term those that come first."""
        statement = select(Supplier).where(Supplier.deleted_at.is_(None))
        if words := (term or "")[:TERM_LIMIT].strip():
            statement = statement.where(in_ids(Supplier.id, matching_suppliers(words)))
        statement = statement.order_by(Supplier.name, Supplier.id)
        size = min(max(limit, 1), PAGE_LIMIT)
        return list(db.session.scalars(statement.offset(max(offset or 0, 0)).limit(size)))

    def format(self, model: Any) -> tuple[str, str] | None:
        """A supplier's number and name."""
        return None if model is None else (str(model.id), str(model.name))
