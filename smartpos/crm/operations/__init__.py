"""What can be done with customers and their accounts."""

from smartpos.crm.operations.accounts import LockedCustomer, lock_customer, post_entry
from smartpos.crm.operations.customers import (
    CustomerFacts,
    create_customer,
    delete_customer,
    update_customer,
)
from smartpos.crm.operations.indexing import rebuild_customer_search

__all__ = [
    "CustomerFacts",
    "LockedCustomer",
    "create_customer",
    "delete_customer",
    "lock_customer",
    "post_entry",
    "rebuild_customer_search",
    "update_customer",
]
