"""Customers at the addresses of 001."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from smartpos.core.answers import moment
from smartpos.core.db import utc_now
from smartpos.core.permissions import needs, require
from smartpos.crm import operations
from smartpos.crm.api.answers import client_details, client_items
from smartpos.crm.api.blueprint import blueprint
from smartpos.crm.models import Customer
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import doors, listing
from smartpos.crm.queries.accounts import summary_of
from smartpos.crm.queries.search import search_customers
from smartpos.crm.schemas.customers import (
    ClientChange,
    ClientCreation,
    ClientDetails,
    ClientPage,
    ClientsQuery,
)
from smartpos.identity.principal import me


@blueprint.route("/clients")
class Clients(MethodView):
    """Customers."""

    @needs(P.CUSTOMER_READ)
    @blueprint.arguments(ClientsQuery, location="query")
    @blueprint.response(200, ClientPage)
    def get(self, query: dict[str, Any]) -> Response:
        """Find customers by parts of the name or digits of the phone; or all that has changed since a moment."""
        limit, cursor = query["limit"], query["cursor"]
        synced_at = utc_now() - listing.SETTLED
        if query["updated_since"] is not None:
            changes = listing.changed_customers(since=query["updated_since"], limit=limit, cursor=cursor)
            found, following, synced_at = changes.items, changes.next_cursor, changes.synced_at
        elif query["q"]:
            hits = search_customers(query["q"], limit=limit, cursor=cursor)
            found, following = listing.customers_by_ids(hits.ids), hits.next_cursor
        else:
            every = listing.list_customers(limit=limit, cursor=cursor)
            found, following = every.items, every.next_cursor
        return jsonify(items=client_items(found, me()), next_cursor=following, synced_at=moment(synced_at))

    @needs(P.CUSTOMER_CREATE)
    @blueprint.arguments(ClientCreation)
    @blueprint.response(201, ClientDetails)
    @blueprint.alt_response(
        200, schema=ClientDetails, description="This client_uuid was recorded before; nothing was written"
    )
    def post(self, given: dict[str, Any]) -> Response:
        """Add a customer; name and phone are enough.

        Safe to repeat with the same client_uuid. 409 names the customer who already has the phone number.
        """
        customer, created = operations.create_customer(actor=me(), **given)
        return make_response(_details(customer), 201 if created else 200)


@blueprint.route("/clients/<int:customer_id>")
class OneClient(MethodView):
    """One customer."""

    @blueprint.response(200, ClientDetails)
    def get(self, customer_id: int) -> Response:
        """All about a customer."""
        require(P.CUSTOMER_READ)
        return _details(doors.customer(customer_id))

    @needs(P.CUSTOMER_WRITE)
    @blueprint.arguments(ClientChange)
    @blueprint.response(200, ClientDetails)
    def put(self, given: dict[str, Any], customer_id: int) -> Response:
        """Change what is given about a customer."""
        customer = doors.customer(customer_id)
        operations.update_customer(customer, actor=me(), **given)
        return _details(customer)

    @blueprint.response(204)
    def delete(self, customer_id: int) -> None:
        """Remove a customer who owes nothing and is owed nothing; 409 otherwise."""
        require(P.CUSTOMER_DELETE)
        operations.delete_customer(doors.customer(customer_id), actor=me())


def _details(customer: Customer) -> Response:
    actor = me()
    return jsonify(client_details(customer, summary_of(customer.id, actor), actor))
