"""Parked sales over HTTP."""

from typing import Any

from flask import Response, g, jsonify, make_response
from flask.views import MethodView

from smartpos.core.permissions import needs
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.operations.held import HoldRequest, hold_sale, take_held, void_held
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import work_place
from smartpos.sales.queries.held import held_facts, held_in
from smartpos.sales.schemas.counter import (
    HeldSaleIn,
    HeldSaleOut,
    HeldSalesOut,
    HeldSalesQuery,
    HeldSaleWithCart,
    TakeIn,
    VoidIn,
)


@blueprint.route("/held-sales")
class HeldSales(MethodView):
    """What waits in a branch."""

    @needs(SalesPermission.HELD_SALE_USE)
    @blueprint.arguments(HeldSalesQuery, location="query")
    @blueprint.response(200, HeldSalesOut)
    def get(self, query: dict[str, Any]) -> Response:
        """The parked sales of a branch, of all its tills, the longest waiting first; without their carts."""
        branch_id = query["branch_id"] or work_place(g.principal).branch_id
        return jsonify(items=[held_facts(row) for row in held_in(branch_id)])

    @needs(IdentityPermission.TILL_USE)
    @blueprint.arguments(HeldSaleIn)
    @blueprint.response(201, HeldSaleOut)
    @blueprint.alt_response(200, schema=HeldSaleOut, description="It was parked before and has been changed")
    def post(self, body: dict[str, Any]) -> Response:
        """Park a sale. The same client_uuid again changes it; whoever has taken it up may park it again.

        409 with code already_taken tells who has it on their screen.
        """
        request = HoldRequest(**body | {"approvals": tuple(body["approvals"])})
        row, is_new = hold_sale(request, actor=g.principal)
        return make_response(jsonify(held_facts(row)), 201 if is_new else 200)


@blueprint.post("/held-sales/<int:held_id>/take")
@needs(IdentityPermission.TILL_USE)
@blueprint.arguments(TakeIn)
@blueprint.response(200, HeldSaleWithCart)
def take_held_sale(body: dict[str, Any], held_id: int) -> Response:
    """Take up a parked sale. Of two tills one gets it; the other is answered 409 already_taken with who has it."""
    row = take_held(
        held_id, take_uuid=body["take_uuid"], approvals=tuple(body["approvals"]), actor=g.principal
    )
    return jsonify(held_facts(row) | {"cart": row.cart})


@blueprint.route("/held-sales/<int:held_id>")
class OneHeldSale(MethodView):
    """One parked sale."""

    @needs(IdentityPermission.TILL_USE)
    @blueprint.arguments(VoidIn)
    @blueprint.response(204)
    def delete(self, body: dict[str, Any], held_id: int) -> None:
        """Give up a parked sale. Needs the right to give up receipts or an approval for its client_uuid."""
        void_held(held_id, reason=body["reason"], approvals=tuple(body["approvals"]), actor=g.principal)
