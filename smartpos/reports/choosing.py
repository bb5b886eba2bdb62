"""What a filter may be chosen from: rows found by searching, as the forms of the back office find them."""

from typing import Any

from flask import Response, jsonify, request

from smartpos.catalog.models import Product
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin.loaders import RemoteChoices
from smartpos.core.errors import NotFound
from smartpos.core.reports import Filter, FilterKind, Report
from smartpos.crm.models import Customer, Supplier
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries.choices import CustomerChoices, SupplierChoices
from smartpos.identity.principal import me

MOST_OFFERED = 20
_LOADERS: dict[type[Any], Any] = {
    Product: ProductChoices,
    Customer: CustomerChoices,
    Supplier: SupplierChoices,
}


def loader_of(one: Filter) -> RemoteChoices:
    """How rows of a filter are found and named for the person of this request."""
    if one.model is Customer and not me().can(CrmPermission.CUSTOMER_READ):
        return CustomerChoices(one.name, phones=False, everything=True)
    own = _LOADERS.get(one.model) if one.model else None
    if own is not None:
        return own(one.name, everything=True)  # type: ignore[no-any-return]
    return RemoteChoices(one.name, one.model)  # type: ignore[arg-type]


def name_of(one: Filter, number: int) -> str:
    """What a chosen row is called; its number where it is gone."""
    loader = loader_of(one)
    row = loader.get_one(number)
    found = loader.format(row) if row is not None else None
    return str(found[1]) if found else str(number)


def offered(report: Report, name: str) -> Response:
    """Pairs of number and name for the search field of a filter. Raises NotFound where there is no such filter."""
    one = next((one for one in report.filters if one.name == name and one.kind is FilterKind.ROW), None)
    if one is None:
        raise NotFound
    loader = loader_of(one)
    rows = loader.get_list(
        request.args.get("query", ""),
        request.args.get("offset", 0, type=int),
        request.args.get("limit", MOST_OFFERED, type=int),
    )
    return jsonify([loader.format(row) for row in rows])
