"""Expenses at the addresses of 001. They stand here because some were paid from the drawer of a shift."""

from typing import Any

from flask import Response, g, jsonify, make_response, request
from flask.views import MethodView

from smartpos.core.errors import Invalid
from smartpos.core.paging import page
from smartpos.core.permissions import needs
from smartpos.finance import queries
from smartpos.finance.models import Expense
from smartpos.finance.operations import ExpenseFacts, record_expense
from smartpos.finance.permissions import FinancePermission as P
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.operations.cash import cancel_expense
from smartpos.sales.schemas.expenses import CancelQuery, ExpenseIn, ExpenseOut, ExpensePage, ExpensesQuery


@blueprint.route("/expenses")
class Expenses(MethodView):
    """What money was spent on."""

    @needs(P.EXPENSE_READ)
    @blueprint.arguments(ExpensesQuery, location="query")
    @blueprint.response(200, ExpensePage)
    def get(self, query: dict[str, Any]) -> Any:
        """Expenses of tills, office and bank, the latest day first; cancelled ones too."""
        statement = queries.expenses()
        for column in (
            Expense.category_id,
            Expense.branch_id,
            Expense.shift_id,
            Expense.source,
            Expense.status,
        ):
            if query[column.key] is not None:
                statement = statement.where(column == query[column.key])
        if query["first_day"] is not None:
            statement = statement.where(Expense.spent_on >= query["first_day"])
        if query["last_day"] is not None:
            statement = statement.where(Expense.spent_on <= query["last_day"])
        keys = [Expense.spent_on, Expense.id]
        return page(statement, keys, limit=query["limit"], cursor=query["cursor"], descending=True)

    @needs(P.EXPENSE_CREATE)
    @blueprint.arguments(ExpenseIn())
    @blueprint.response(201, ExpenseOut)
    @blueprint.alt_response(
        200, schema=ExpenseOut, description="This client_uuid was recorded before; nothing was written"
    )
    def post(self, facts: ExpenseFacts) -> Response:
        """Book an expense of the office or by bank; one from a drawer goes to `/api/shifts/{id}/cash`."""
        expense, created = record_expense(facts, actor=g.principal)
        return make_response(jsonify(ExpenseOut().dump(expense)), 201 if created else 200)


@blueprint.route("/expenses/<int:expense_id>")
class OneExpense(MethodView):
    """One expense."""

    @needs(P.EXPENSE_CANCEL)
    @blueprint.arguments(CancelQuery, location="query")
    @blueprint.response(200, ExpenseOut)
    def delete(self, query: dict[str, Any], expense_id: int) -> Any:
        """Cancel an expense with a reason. It stays in the books; a drawer gets its money back while its shift is open.

        409 with code shift_is_closed when that drawer has been counted since.
        """
        expense = queries.expense(expense_id)
        return cancel_expense(expense, reason=query["reason"] or _reason_in_body(), actor=g.principal)


def _reason_in_body() -> str:
    body = request.get_json(silent=True)
    reason = body.get("reason", "") if isinstance(body, dict) else ""
    if not isinstance(reason, str):
        raise Invalid(errors={"reason": [str(Invalid.title)]})
    return reason
