"""What can be reported about customers and their debts."""

from smartpos.crm.declared_reports import balances, debts

__all__ = ["balances", "debts"]
