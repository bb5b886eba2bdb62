"""Customers' accounts, and the answer that tells of any account."""

from typing import Any

from flask import Response, jsonify

from smartpos.core.permissions import needs
from smartpos.crm.api.answers import ageing_item, debt_item, entry_item
from smartpos.crm.api.blueprint import blueprint
from smartpos.crm.models import Customer, Supplier
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import accounts, doors
from smartpos.crm.queries.ledgers import Ledger
from smartpos.crm.schemas.customers import StatementShape
from smartpos.crm.schemas.ledgers import StatementQuery
from smartpos.identity.principal import me


@blueprint.get("/clients/<int:customer_id>/statement")
@needs(P.ACCOUNT_READ)
@blueprint.arguments(StatementQuery, location="query")
@blueprint.response(200, StatementShape)
def client_statement(query: dict[str, Any], customer_id: int) -> Response:
    """A customer's account in a period with the balance after every line, and which debts are open now."""
    customer = doors.customer(customer_id)
    return statement_answer(accounts.CUSTOMERS, customer, query, customer=named(customer))


def statement_answer(
    ledger: Ledger, account: Customer | Supplier, query: dict[str, Any], **whose: Any
) -> Response:
    """An account in the period that was asked for, as ``AccountStatement`` describes it."""
    actor = me()
    found = ledger.statement(
        account.id,
        actor,
        first_day=query["first_day"],
        last_day=query["last_day"],
        limit=query["limit"],
        cursor=query["cursor"],
    )
    debts = ledger.open_debts(account.id, actor)
    return jsonify(
        **whose,
        opening_balance=accounts.shown_amount(found.opening),
        closing_balance=accounts.shown_amount(found.closing),
        balance=accounts.shown_amount(account.balance),
        items=[entry_item(entry) for entry in found.entries],
        next_cursor=found.next_cursor,
        debts=[debt_item(debt) for debt in debts],
        ageing=ageing_item(accounts.ageing_of_debts(debts)),
    )


def named(account: Customer | Supplier) -> dict[str, Any]:
    """Whose account it is."""
    return {"id": account.id, "name": account.name, "phone": account.phone}
