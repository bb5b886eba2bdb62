"""Questions about customers and their accounts."""

from smartpos.crm.queries.books import book_checks
from smartpos.crm.queries.search import Found, search_customers

__all__ = ["Found", "book_checks", "search_customers"]
