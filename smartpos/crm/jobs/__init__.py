"""Periodic work about customers."""

from smartpos.crm.jobs import debts

__all__ = ["debts"]
