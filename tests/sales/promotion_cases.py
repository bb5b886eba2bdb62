"""Promotions as JSON, read for the engine of the server and for that of the browser."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from smartpos.catalog.models import CustomerTier, PromotionKind
from smartpos.sales.promotions import Context, Line, Rule

ZONE = "Asia/Tashkent"

SCRIPT = """
import { minor, plainMoney, thousandths } from "./static/till/money.js";
import { applyPromotions, rulesOf } from "./static/till/promotions.js";

export default (cases) => cases.map(({ rules, lines, branch_id, tier, at, timezone }) => applyPromotions(
  rulesOf(rules),
  lines.map((line) => ({
    productId: line.product_id,
    categoryId: line.category_id ?? null,
    price: minor(line.price),
    quantity: thousandths(line.quantity),
    perPack: thousandths(line.multiplier ?? "1"),
    baseDigits: line.digits ?? 0,
    manualPrice: line.by_hand ? minor(line.price) : null,
  })),
  { branchId: branch_id ?? null, tier: tier ?? null, at: Date.parse(at), timezone: timezone ?? "Asia/Tashkent" },
).map((one) => (one ? [one.id, plainMoney(one.amount)] : null)));
"""
"""The browser's answer to a list of cases: per line the promotion's id and the amount, or null."""


def rule_of(item: dict[str, Any]) -> Rule:
    """A promotion as ``GET /api/promotions`` tells it."""
    return Rule(
        id=item["id"],
        name=item.get("name", ""),
        kind=PromotionKind(item["kind"]),
        percent=_decimal(item.get("percent")),
        amount=_decimal(item.get("amount")),
        buy_quantity=item.get("buy_quantity"),
        pay_quantity=item.get("pay_quantity"),
        product_ids=frozenset(item.get("product_ids", ())),
        category_ids=frozenset(item.get("category_ids", ())),
        branch_id=item.get("branch_id"),
        tier=CustomerTier(item["tier"]) if item.get("tier") else None,
        valid_from=_moment(item.get("valid_from")),
        valid_to=_moment(item.get("valid_to")),
        weekdays=item.get("weekdays", 127),
        time_from=time.fromisoformat(item["time_from"]) if item.get("time_from") else None,
        time_to=time.fromisoformat(item["time_to"]) if item.get("time_to") else None,
        min_quantity=Decimal(item.get("min_quantity", "0")),
        priority=item.get("priority", 0),
    )


def line_of(item: dict[str, Any]) -> Line:
    """A line of a cart."""
    return Line(
        product_id=item["product_id"],
        category_id=item.get("category_id"),
        price=Decimal(item["price"]),
        quantity=Decimal(item["quantity"]),
        multiplier=Decimal(item.get("multiplier", "1")),
        digits=item.get("digits", 0),
        changed_by_hand=item.get("by_hand", False),
    )


def context_of(case: dict[str, Any]) -> Context:
    """Where, to whom and when."""
    at = datetime.fromisoformat(case["at"]).astimezone(ZoneInfo(case.get("timezone", ZONE)))
    return Context(case.get("branch_id"), CustomerTier(case["tier"]) if case.get("tier") else None, at)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
