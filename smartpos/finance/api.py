"""Expense categories and exchange rates over HTTP. Expenses themselves stand upstairs, where the drawers are."""

from typing import Any

from flask import Flask, Response, g, jsonify, make_response
from flask.views import MethodView
from flask_smorest import Blueprint

from smartpos.core.extensions import api
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.finance import operations, queries
from smartpos.finance.models import ExchangeRate, ExpenseCategory
from smartpos.finance.permissions import FinancePermission as P
from smartpos.finance.schemas import (
    ExpenseCategoriesQuery,
    ExpenseCategoryChange,
    ExpenseCategoryIn,
    ExpenseCategoryOut,
    ExpenseCategoryPage,
    RateIn,
    RateOut,
    RatePage,
    RatesQuery,
)

blueprint = Blueprint("finance_api", __name__, url_prefix="/api", description="Expenses and exchange rates")


@blueprint.route("/expense-categories")
class ExpenseCategories(MethodView):
    """What money is spent on."""

    @needs(P.EXPENSE_READ)
    @blueprint.arguments(ExpenseCategoriesQuery, location="query")
    @blueprint.response(200, ExpenseCategoryPage)
    def get(self, query: dict[str, Any]) -> Any:
        """The categories in use, by name; with ``all`` those out of use too."""
        statement = queries.categories(only_active=not query["all"])
        keys = [ExpenseCategory.name, ExpenseCategory.id]
        return page(statement, keys, limit=query["limit"], cursor=query["cursor"])

    @needs(P.EXPENSE_CATEGORY_WRITE)
    @blueprint.arguments(ExpenseCategoryIn)
    @blueprint.response(201, ExpenseCategoryOut)
    def post(self, given: dict[str, Any]) -> Any:
        """Add a category."""
        return operations.create_expense_category(actor=g.principal, **given)


@blueprint.route("/expense-categories/<int:expense_category_id>")
class OneExpenseCategory(MethodView):
    """One category."""

    @needs(P.EXPENSE_CATEGORY_WRITE)
    @blueprint.arguments(ExpenseCategoryChange)
    @blueprint.response(200, ExpenseCategoryOut)
    def put(self, given: dict[str, Any], expense_category_id: int) -> Any:
        """Change what is given about a category."""
        return operations.update_expense_category(
            queries.category(expense_category_id), actor=g.principal, **given
        )

    @blueprint.response(204)
    def delete(self, expense_category_id: int) -> None:
        """Take a category out of use; its expenses keep it."""
        require(P.EXPENSE_CATEGORY_WRITE)
        operations.delete_expense_category(queries.category(expense_category_id), actor=g.principal)


@blueprint.route("/exchange-rates")
class ExchangeRates(MethodView):
    """What foreign money is worth."""

    @needs(P.RATE_READ)
    @blueprint.arguments(RatesQuery, location="query")
    @blueprint.response(200, RatePage)
    def get(self, query: dict[str, Any]) -> Response:
        """The rates, the latest first, and what is in force now."""
        currency = query["currency"].upper() if query["currency"] else None
        found = page(
            queries.rates(currency),
            [ExchangeRate.valid_from, ExchangeRate.id],
            limit=query["limit"],
            cursor=query["cursor"],
            descending=True,
        )
        current = queries.rates_in_force()
        return jsonify(
            RatePage().dump({"items": found.items, "next_cursor": found.next_cursor, "current": current})
        )

    @needs(P.RATE_WRITE)
    @blueprint.arguments(RateIn)
    @blueprint.response(201, RateOut)
    def post(self, given: dict[str, Any]) -> Response:
        """Set a rate. Shifts that are open keep theirs; the next ones are opened with this."""
        row = operations.set_exchange_rate(actor=g.principal, **given)
        return make_response(jsonify(RateOut().dump(row)), 201)


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
