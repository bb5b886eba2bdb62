"""Promotions."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView

from smartpos.catalog import operations
from smartpos.catalog.api.answers import promotion_item
from smartpos.catalog.api.blueprint import blueprint
from smartpos.catalog.models import Promotion
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors
from smartpos.catalog.queries.listing import SETTLED
from smartpos.catalog.queries.promotions import listed_promotion, promotions_for_tills
from smartpos.catalog.schemas import (
    PromotionChange,
    PromotionCreation,
    PromotionList,
    PromotionShape,
    PromotionsQuery,
)
from smartpos.core.answers import moment
from smartpos.core.db import utc_now
from smartpos.core.permissions import needs, require
from smartpos.identity.principal import me


@blueprint.route("/promotions")
class Promotions(MethodView):
    """Promotions."""

    @needs(P.PRODUCT_READ)
    @blueprint.arguments(PromotionsQuery, location="query")
    @blueprint.response(200, PromotionList)
    def get(self, query: dict[str, Any]) -> Response:
        """All promotions that hold now or may later, as a till needs them to take them off by itself.

        With ``updated_since`` whatever has changed since then comes as well, so that a till learns what was ended,
        deleted or given to another branch.
        """
        at = utc_now()
        branch_id = doors.branch_id(query["branch_id"])
        found = promotions_for_tills(branch_id, at=at, since=query["updated_since"])
        return jsonify(items=[promotion_item(one) for one in found], synced_at=moment(at - SETTLED))

    @needs(P.PRICE_WRITE)
    @blueprint.arguments(PromotionCreation)
    @blueprint.response(201, PromotionShape)
    def post(self, given: dict[str, Any]) -> Response:
        """Add a promotion."""
        return make_response(_answer(operations.create_promotion(actor=me(), **given)), 201)


@blueprint.route("/promotions/<int:promotion_id>")
class OnePromotion(MethodView):
    """One promotion."""

    @blueprint.response(200, PromotionShape)
    def get(self, promotion_id: int) -> Response:
        """One promotion, over or not."""
        require(P.PRODUCT_READ)
        return _answer(doors.promotion(promotion_id))

    @needs(P.PRICE_WRITE)
    @blueprint.arguments(PromotionChange)
    @blueprint.response(200, PromotionShape)
    def put(self, given: dict[str, Any], promotion_id: int) -> Response:
        """Change what is given about a promotion."""
        promotion = doors.promotion(promotion_id)
        return _answer(operations.update_promotion(promotion, actor=me(), **given))

    @blueprint.response(204)
    def delete(self, promotion_id: int) -> None:
        """Remove a promotion. Receipts keep what it took off."""
        require(P.PRICE_WRITE)
        operations.delete_promotion(doors.promotion(promotion_id), actor=me())


@blueprint.post("/promotions/<int:promotion_id>/end")
@blueprint.response(200, PromotionShape)
def end_promotion(promotion_id: int) -> Response:
    """Let a promotion hold no longer from now on."""
    require(P.PRICE_WRITE)
    return _answer(operations.end_promotion(doors.promotion(promotion_id), actor=me()))


def _answer(promotion: Promotion) -> Response:
    return jsonify(promotion_item(listed_promotion(promotion.id)))
