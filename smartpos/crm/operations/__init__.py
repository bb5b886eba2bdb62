"""What can be done with customers, suppliers and their accounts."""

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
from smartpos.crm.operations.supplier_accounts import (
    SUPPLIER_ORIGIN,
    correct_supplier_account,
    open_supplier_account,
    take_back_supplier_entry,
)
from smartpos.crm.operations.suppliers import (
    LockedSupplier,
    SupplierFacts,
    create_supplier,
    delete_supplier,
    edit_supplier,
    lock_supplier,
    post_supplier_entry,
)

__all__ = [
    "CUSTOMER_ORIGIN",
    "SUPPLIER_ORIGIN",
    "Change",
    "CustomerFacts",
    "LockedCustomer",
    "LockedSupplier",
    "SupplierFacts",
    "correct_account",
    "correct_supplier_account",
    "create_customer",
    "create_supplier",
    "delete_customer",
    "delete_supplier",
    "edit_supplier",
    "lock_customer",
    "lock_supplier",
    "open_account",
    "open_supplier_account",
    "post_entry",
    "post_supplier_entry",
    "rebuild_customer_search",
    "take_back_entry",
    "take_back_supplier_entry",
    "update_customer",
]
