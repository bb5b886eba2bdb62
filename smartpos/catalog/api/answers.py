"""Products as JSON. Written by hand rather than by schemas: a till asks for tens of thousands at once."""

from datetime import UTC, datetime, time
from typing import Any

from smartpos.catalog.models import Product, ProductStatus
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.listing import Listed
from smartpos.catalog.queries.promotions import ListedPromotion
from smartpos.core.answers import amount, moment
from smartpos.core.money import plain
from smartpos.core.permissions import can

DETAILS = ("description", "dimensions", "color", "lead_time_days", "production_time", "requires_production")
MORE_DETAILS = ("shelf_life_days", "track_batches", "specifications", "custom_fields")
NUMBERS = ("reorder_quantity", "weight")


def product_items(found: list[Listed]) -> list[dict[str, Any]]:
    """Products of a list, as ``ProductShape`` describes them."""
    with_cost = can(CatalogPermission.COST_READ)
    return [_item(one, with_cost) for one in found]


def product_details(product: Product, one: Listed) -> dict[str, Any]:
    """One product, as ``ProductDetails`` describes it."""
    item = product_items([one])[0]
    item |= {name: getattr(product, name) for name in (*DETAILS, *MORE_DETAILS)}
    item |= {name: amount(getattr(product, name)) for name in NUMBERS}
    if can(CatalogPermission.COST_READ):
        item["markup_percent"] = amount(product.markup_percent)
    item["images"] = [image_item(number) for number in one.image_ids]
    return item


def promotion_item(one: ListedPromotion) -> dict[str, Any]:
    """A promotion, as ``PromotionShape`` describes it."""
    rule = one.rule
    return {
        "id": rule.id,
        "name": rule.name,
        "kind": rule.kind.value,
        "percent": amount(rule.percent),
        "amount": amount(rule.amount),
        "buy_quantity": rule.buy_quantity,
        "pay_quantity": rule.pay_quantity,
        "product_ids": sorted(rule.product_ids),
        "category_ids": sorted(rule.category_ids),
        "target_category_ids": one.target_category_ids,
        "branch_id": rule.branch_id,
        "tier": rule.tier.value if rule.tier else None,
        "valid_from": _moment(rule.valid_from),
        "valid_to": _moment(rule.valid_to),
        "weekdays": rule.weekdays,
        "time_from": _hour(rule.time_from),
        "time_to": _hour(rule.time_to),
        "min_quantity": plain(rule.min_quantity),
        "priority": rule.priority,
        "is_active": one.is_active,
        "deleted": one.is_deleted,
        "updated_at": _moment(one.updated_at),
    }


def image_item(image_id: int) -> dict[str, Any]:
    """A picture, as ``ImageShape`` describes it."""
    return {
        "id": image_id,
        "url": image_url(image_id, "large"),
        "thumbnail_url": image_url(image_id, "small"),
    }


def image_url(image_id: int, size: str) -> str:
    """Where a picture is fetched from; see ``routes``."""
    return f"/products/images/{image_id}/{size}"


def _moment(value: datetime | None) -> str | None:
    # The database answers in whatever time zone its session has.
    return None if value is None else moment(value.astimezone(UTC))


def _hour(value: time | None) -> str | None:
    return None if value is None else value.isoformat(timespec="minutes")


def _item(one: Listed, with_cost: bool) -> dict[str, Any]:
    facts = one.facts
    item = {
        "id": facts.id,
        "name": facts.name,
        "sku": facts.sku,
        "barcode": one.barcodes[0].barcode if one.barcodes else None,
        "barcodes": [
            {
                "barcode": row.barcode,
                "multiplier": plain(row.multiplier),
                "price": amount(row.price),
                "unit": row.title,
            }
            for row in one.barcodes
        ],
        "type": facts.type.value,
        "status": facts.status.value,
        "is_active": facts.status is ProductStatus.ACTIVE and facts.deleted_at is None,
        "deleted": facts.deleted_at is not None,
        "category_id": facts.category_id,
        "unit": facts.unit_name,
        "unit_id": facts.unit_id,
        "unit_digits": facts.unit_digits,
        "price": plain(facts.price_now),
        "base_price": plain(facts.price),
        "prices": {
            str(row.price_type_id): plain(row.price) for row in one.prices if row.price != facts.price_now
        },
        "vat_code": facts.vat_code.value,
        "vat_rate": plain(facts.vat_rate),
        "vat_included": facts.vat_included,
        "cash_allowed": facts.cash_allowed,
        "track_inventory": facts.track_inventory,
        "stock_quantity": amount(one.stock),
        "brand": facts.brand,
        "tags": facts.tags,
        "mxik_code": facts.mxik_code,
        "package_code": facts.package_code,
        "workspace_id": facts.workspace_id,
        "image_url": image_url(one.image_ids[0], "small") if one.image_ids else None,
        "search_key": facts.search_key,
        "created_at": moment(facts.created_at),
        "updated_at": moment(facts.updated_at),
    }
    if with_cost:
        item["cost_price"] = plain(facts.cost_price)
    return item
