"""What should be ordered and moved for a branch, with the facts a person decides by."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from smartpos.catalog.queries import vat_rates_on
from smartpos.core.money import ZERO
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.purchasing.queries.goods import last_cost_with_vat
from smartpos.purchasing.queries.positions import positions
from smartpos.purchasing.suggestions import Position, Suggestion, suggest

MOST_SUGGESTIONS = 500

# Of several suppliers the preferred one, then the cheapest.
_GOODS = """
SELECT product.id, product.name, product.sku, unit.name, unit.digits, product.cost_price, product.vat_code,
       product.lead_time_days, offer.supplier_id, offer.name, offer.price, offer.min_quantity, offer.lead_time_days
FROM products AS product
JOIN units AS unit ON unit.organization_id = product.organization_id AND unit.id = product.unit_id
LEFT JOIN LATERAL (
    SELECT price.supplier_id, supplier.name, price.price, price.min_quantity,
           coalesce(price.lead_time_days, supplier.lead_time_days) AS lead_time_days
    FROM supplier_prices AS price
    JOIN suppliers AS supplier
      ON supplier.organization_id = price.organization_id AND supplier.id = price.supplier_id
    WHERE price.organization_id = product.organization_id AND price.product_id = product.id
      AND supplier.deleted_at IS NULL
    ORDER BY price.is_preferred DESC, price.price, price.id LIMIT 1
) AS offer ON true
WHERE product.organization_id = %(organization_id)s AND product.id = ANY (%(product_ids)s::bigint[])
  AND product.deleted_at IS NULL AND product.track_inventory AND product.status = 'active'
"""


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as a buyer sees it: from whom, for how much, how soon.

    ``last_cost`` and ``offered`` are per base unit, with VAT in them.
    """

    id: int
    name: str
    sku: str
    unit: str
    digits: int
    last_cost: Decimal
    own_lead_days: int | None
    supplier_id: int | None
    supplier: str | None
    offered: Decimal | None
    least: Decimal | None
    supplier_lead_days: int | None

    @property
    def price(self) -> Decimal:
        """What it will probably cost, with VAT: what the supplier asks, or what it has cost."""
        return self.last_cost if self.offered is None else self.offered

    def lead_days(self, usual: int) -> int:
        """From order to delivery: as agreed with the supplier, or as told of the product, or as usual."""
        for days in (self.supplier_lead_days, self.own_lead_days):
            if days is not None:
                return days
        return usual


@dataclass(frozen=True, slots=True)
class Suggested:
    """What to do about a product in a branch."""

    goods: Goods
    position: Position
    lead_days: int
    suggestion: Suggestion


def goods_to_buy(product_ids: list[int], actor: Actor) -> dict[int, Goods]:
    """Products by id with the supplier one would ask; those that are gone or not in stock are missing."""
    if not product_ids:
        return {}
    organization = actor.organization
    rates = vat_rates_on(organization.country, organization.today)
    parameters = {"organization_id": organization.id, "product_ids": array(product_ids)}
    found = {}
    for number, name, sku, unit, digits, cost_price, vat_code, *rest in send(_GOODS, parameters):
        cost = last_cost_with_vat(cost_price, rates.get(vat_code, ZERO), actor)
        found[number] = Goods(number, name, sku, unit, digits, cost, *rest)
    return found


def suggestions(branch_id: int, actor: Actor) -> list[Suggested]:
    """What should be ordered and moved for a branch, by supplier and name; see ``purchasing.suggestions``."""
    review, usual = (int(actor.setting(f"purchase_{name}_days")) for name in ("review", "lead"))
    here = positions(actor, branch_id=branch_id)
    goods = goods_to_buy([one.product_id for one in here], actor)
    covers = {number: one.lead_days(usual) + review for number, one in goods.items()}
    lacking = [one for one in here if one.product_id in goods and one.need(covers[one.product_id]) > 0]
    elsewhere: dict[int, list[Position]] = defaultdict(list)
    if lacking:
        for one in positions(actor, product_ids={one.product_id for one in lacking}):
            if one.branch_id != branch_id:
                elsewhere[one.product_id].append(one)
    found = []
    for one in lacking:
        it = goods[one.product_id]
        lead = it.lead_days(usual)
        made = suggest(
            one,
            elsewhere[one.product_id],
            lead_days=lead,
            review_days=review,
            least=it.least,
            digits=it.digits,
        )
        if made.order > 0 or made.transfers:
            found.append(Suggested(it, one, lead, made))
    return sorted(found, key=lambda one: (one.goods.supplier is None, one.goods.supplier, one.goods.name))
