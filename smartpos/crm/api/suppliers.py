"""Suppliers and what they are owed."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from smartpos.core.permissions import needs, require
from smartpos.crm import operations
from smartpos.crm.api.accounts import named, statement_answer
from smartpos.crm.api.answers import supplier_item
from smartpos.crm.api.blueprint import blueprint
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import doors
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.crm.queries.suppliers import list_suppliers
from smartpos.crm.schemas.ledgers import StatementQuery
from smartpos.crm.schemas.suppliers import (
    SupplierChange,
    SupplierCreation,
    SupplierPage,
    SupplierShape,
    SuppliersQuery,
    SupplierStatementShape,
)
from smartpos.identity.principal import me


@blueprint.route("/suppliers")
class Suppliers(MethodView):
    """Suppliers."""

    @needs(P.SUPPLIER_READ)
    @blueprint.arguments(SuppliersQuery, location="query")
    @blueprint.response(200, SupplierPage)
    def get(self, query: dict[str, Any]) -> Response:
        """Suppliers by name; those that ``q`` means by name, person, phone or number, or those whom we owe."""
        if query["with_debt"]:
            require(P.SUPPLIER_ACCOUNT_READ)
        found = list_suppliers(
            text=query["q"], with_debt=query["with_debt"], limit=query["limit"], cursor=query["cursor"]
        )
        actor = me()
        return jsonify(
            items=[supplier_item(row, actor) for row in found.items], next_cursor=found.next_cursor
        )

    @needs(P.SUPPLIER_WRITE)
    @blueprint.arguments(SupplierCreation)
    @blueprint.response(201, SupplierShape)
    def post(self, given: dict[str, Any]) -> Response:
        """Add a supplier; 409 names the one who already has the name."""
        actor = me()
        supplier = operations.create_supplier(actor=actor, **given)
        return make_response(jsonify(supplier_item(supplier, actor)), 201)


@blueprint.route("/suppliers/<int:supplier_id>")
class OneSupplier(MethodView):
    """One supplier."""

    @blueprint.response(200, SupplierShape)
    def get(self, supplier_id: int) -> Response:
        """All about a supplier."""
        require(P.SUPPLIER_READ)
        return jsonify(supplier_item(doors.supplier(supplier_id), me()))

    @needs(P.SUPPLIER_WRITE)
    @blueprint.arguments(SupplierChange)
    @blueprint.response(200, SupplierShape)
    def put(self, given: dict[str, Any], supplier_id: int) -> Response:
        """Change what is given about a supplier."""
        supplier = doors.supplier(supplier_id)
        operations.edit_supplier(supplier, actor=me(), **given)
        return jsonify(supplier_item(supplier, me()))

    @blueprint.response(204)
    def delete(self, supplier_id: int) -> None:
        """Remove a supplier who is owed nothing and owes nothing; 409 otherwise. What was bought stays."""
        require(P.SUPPLIER_WRITE)
        operations.delete_supplier(doors.supplier(supplier_id), actor=me())


@blueprint.get("/suppliers/<int:supplier_id>/statement")
@needs(P.SUPPLIER_ACCOUNT_READ)
@blueprint.arguments(StatementQuery, location="query")
@blueprint.response(200, SupplierStatementShape)
def supplier_statement(query: dict[str, Any], supplier_id: int) -> Response:
    """A supplier's account in a period with the balance after every line, and which debts are open now."""
    supplier = doors.supplier(supplier_id)
    return statement_answer(SUPPLIERS, supplier, query, supplier=named(supplier))
