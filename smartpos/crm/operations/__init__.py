"""What can be done with customers and their accounts."""

from smartpos.crm.operations.accounts import LockedCustomer, lock_customer, post_entry
from smartpos.crm.operations.corrections import (
    CUSTOMER_ORIGIN,
    Change,
    correct_account,
    open_account,
    take_back_entry,
)
from smartpos.crm.operations.customers import (
    CustomerFacts,
    create_customer,
    delete_customer,
    update_customer,
)
from smartpos.crm.operations.indexing import rebuild_customer_search

__all__ = [
    "CUSTOMER_ORIGIN",
    "Change",
    "CustomerFacts",
    "LockedCustomer",
    "correct_account",
    "create_customer",
    "delete_customer",
    "lock_customer",
    "open_account",
    "post_entry",
    "rebuild_customer_search",
    "take_back_entry",
    "update_customer",
]
