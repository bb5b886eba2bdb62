"""Finding and matching products while an invoice is typed."""

from typing import Any

from flask import Response, jsonify

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.purchasing.api.blueprint import blueprint
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.sheet import Offered, find_goods, match_goods
from smartpos.purchasing.schemas.sheet import GoodsList, GoodsOut, GoodsQuery, MatchIn, MatchOut


@blueprint.get("/supplies/goods")
@needs(P.PURCHASE_WRITE)
@blueprint.arguments(GoodsQuery, location="query")
@blueprint.response(200, GoodsList)
def find_supply_goods(query: dict[str, Any]) -> Response:
    """Products by words or code, each with what this supplier asked last."""
    found = find_goods(query["q"], supplier_id=query["supplier_id"], actor=me())
    return jsonify(items=[_body(one) for one in found])


@blueprint.post("/supplies/match")
@needs(P.PURCHASE_WRITE)
@blueprint.arguments(MatchIn)
@blueprint.response(200, MatchOut)
def match_supply_goods(body: dict[str, Any]) -> Response:
    """What products the texts of an invoice name exactly: by barcode, article number or name."""
    found = match_goods(body["texts"], supplier_id=body["supplier_id"], actor=me())
    return jsonify(items=[None if one is None else _body(one) for one in found])


def _body(offered: Offered) -> dict[str, Any]:
    shape = GoodsOut(exclude=() if can(CatalogPermission.COST_READ) else ("cost_price", "cost_price_net"))
    goods = offered.goods
    answer: dict[str, Any] = shape.dump(
        {
            "product_id": goods.id,
            "name": goods.name,
            "sku": offered.sku,
            "unit": goods.unit,
            "digits": goods.digits,
            "vat_rate": goods.vat_rate,
            "price": goods.price,
            "cost_price": offered.cost_price,
            "cost_price_net": offered.cost_price_net,
            "quantity": offered.quantity,
            "keeps_lots": goods.keeps_lots,
            "codes": offered.codes,
        }
    )
    return answer
