"""Customers' accounts."""

from typing import Any

from flask import Response, jsonify

from smartpos.core.permissions import needs
from smartpos.crm.api.answers import ageing_item, debt_item, entry_item
from smartpos.crm.api.blueprint import blueprint, me
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import accounts, doors
from smartpos.crm.schemas import StatementQuery, StatementShape


@blueprint.get("/clients/<int:customer_id>/statement")
@needs(P.ACCOUNT_READ)
@blueprint.arguments(StatementQuery, location="query")
@blueprint.response(200, StatementShape)
def client_statement(query: dict[str, Any], customer_id: int) -> Response:
    """A customer's account in a period with the balance after every line, and which debts are open now."""
    customer = doors.customer(customer_id)
    actor = me()
    found = accounts.statement(
        customer.id,
        actor,
        first_day=query["first_day"],
        last_day=query["last_day"],
        limit=query["limit"],
        cursor=query["cursor"],
    )
    debts = accounts.open_debts(customer.id, actor)
    return jsonify(
        customer={"id": customer.id, "name": customer.name, "phone": customer.phone},
        opening_balance=accounts.shown_amount(found.opening),
        closing_balance=accounts.shown_amount(found.closing),
        balance=accounts.shown_amount(customer.balance),
        items=[entry_item(entry) for entry in found.entries],
        next_cursor=found.next_cursor,
        debts=[debt_item(debt) for debt in debts],
        ageing=ageing_item(accounts.ageing_of_debts(debts)),
    )
