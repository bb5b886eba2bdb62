"""What can be reported about customers and their debts."""

from smartpos.crm.declared_reports import debts

__all__ = ["debts"]
