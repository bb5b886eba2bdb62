"""What can be done with customers and their accounts."""

from smartpos.crm.operations.accounts import LockedCustomer, lock_customer, post_entry

__all__ = ["LockedCustomer", "lock_customer", "post_entry"]
