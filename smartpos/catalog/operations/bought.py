"""What a delivery changes about the products in it, by one statement however many they are."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor

_UPDATE = """
UPDATE products AS product
SET cost_price = new.cost, price = coalesce(new.price, product.price),
    track_batches = product.track_batches OR product.id = ANY (%(with_lots)s::bigint[]), updated_at = %(now)s
FROM unnest(%(product_ids)s::bigint[], %(costs)s::numeric[], %(prices)s::numeric[]) AS new (product_id, cost, price)
WHERE product.organization_id = %(organization_id)s AND product.id = new.product_id
"""


def take_in_products(
    costs: Mapping[int, Decimal],
    prices: Mapping[int, Decimal],
    *,
    with_lots: Collection[int] = (),
    actor: Actor,
) -> None:
    """Set what products cost, and the own price of those in ``prices``; of ``with_lots`` lots are kept from now on.

    ``prices`` names only what changes, and only products that are in ``costs`` too. Open tills learn of it. The caller
    holds the products locked. Raises Forbidden for prices that the actor may not set.
    """
    if prices and not actor.can(CatalogPermission.PRICE_WRITE):
        raise Forbidden(
            _("You may not set prices: ask somebody who may to confirm this."),
            permission=str(CatalogPermission.PRICE_WRITE),
        )
    if not costs:
        return
    send(
        _UPDATE,
        {
            "organization_id": actor.organization.id,
            "product_ids": array(costs),
            "costs": array(costs.values()),
            "prices": [prices.get(product_id) for product_id in costs],
            "with_lots": array(with_lots),
            "now": utc_now(),
        },
    )
    # The statement went past the ORM; a product that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, Product):
            db.session.expire(row)
