"""Whom we sell to and buy from, and who owes whom."""

from smartpos.crm.models.customers import (
    AddressType,
    Customer,
    CustomerAddress,
    CustomerContact,
    CustomerEntryKind,
    CustomerStatus,
    CustomerTransaction,
    CustomerType,
    CustomerWord,
    PaymentBehavior,
    PaymentTerms,
)
from smartpos.crm.models.suppliers import Supplier, SupplierEntryKind, SupplierTransaction

__all__ = [
    "AddressType",
    "Customer",
    "CustomerAddress",
    "CustomerContact",
    "CustomerEntryKind",
    "CustomerStatus",
    "CustomerTransaction",
    "CustomerType",
    "CustomerWord",
    "PaymentBehavior",
    "PaymentTerms",
    "Supplier",
    "SupplierEntryKind",
    "SupplierTransaction",
]
