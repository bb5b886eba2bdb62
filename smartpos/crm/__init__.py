"""Customers, and the ledger of their debts and points."""
