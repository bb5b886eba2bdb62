"""What the demo's shops sell for less, in which money they are paid, and what their scales print."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from smartpos.catalog.models import CustomerTier, PromotionKind
from smartpos.catalog.operations import create_promotion, update_promotion
from smartpos.demo.catalogue import DemoProduct
from smartpos.finance.operations import set_exchange_rate
from smartpos.identity.actors import Actor
from smartpos.identity.operations import save_settings

CURRENCY = "USD"
RATE, RATE_BEFORE = Decimal(12_100), Decimal(12_050)
SCALE_PATTERN = "20CCCCCWWWWWX"

# Categories of which there is one by that name.
TEA, BREAD, YOGURT, STATIONERY, WATER = (
    "Choy",
    "Non",
    "Yogurt va desertlar",
    "Kanselyariya",
    "Suv",
)
PROMOTED = frozenset({TEA, BREAD, YOGURT, STATIONERY, WATER})
"""What may cost less than its price; whatever else is sold costs just that."""

GOLD_SHARE = Decimal("0.9")
SATURDAY_AND_SUNDAY = 0b1100000
# Longer ago than the longest history, none of whose receipts knows a promotion.
ENDED_FROM, ENDED_TO = timedelta(days=130), timedelta(days=100)


def write_money(now: datetime, *, actor: Actor) -> None:
    """The settings of the counter, and what a dollar costs."""
    save_settings({"foreign_currency": CURRENCY, "scale_patterns": SCALE_PATTERN}, actor=actor)
    set_exchange_rate(currency=CURRENCY, rate=RATE_BEFORE, valid_from=now - timedelta(days=7), actor=actor)
    set_exchange_rate(currency=CURRENCY, rate=RATE, valid_from=now, actor=actor)


def write_promotions(
    categories: Mapping[str, int],
    bars: Sequence[int],
    oil: tuple[int, DemoProduct],
    *,
    last_branch: int,
    now: datetime,
    actor: Actor,
) -> None:
    """Promotions of every kind: in force from now on, planned and over.

    ``bars`` are the products of which three cost as much as two, ``oil`` is cheaper for golden customers.
    """
    zone = actor.organization.zone
    today = now.astimezone(zone).date()

    def midnight(days: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(0), zone)

    create_promotion(
        name="Choylarga 10% chegirma",
        kind=PromotionKind.PERCENT,
        percent=10,
        category_ids=[categories[TEA]],
        valid_from=now,
        valid_to=midnight(15),
        actor=actor,
    )
    create_promotion(
        name="Kechki non: soat 20:00 dan keyin 20% arzon",
        kind=PromotionKind.PERCENT,
        percent=20,
        category_ids=[categories[BREAD]],
        valid_from=now,
        time_from=time(20),
        time_to=time(23),
        actor=actor,
    )
    create_promotion(
        name="Batonchiklar: 3 ta oling, 2 tasiga to'lang",
        kind=PromotionKind.N_FOR_M,
        buy_quantity=3,
        pay_quantity=2,
        product_ids=bars,
        valid_from=now,
        valid_to=midnight(31),
        actor=actor,
    )
    number, product = oil
    create_promotion(
        name=f"Oltin mijozlarga maxsus narx: {product.name}",
        kind=PromotionKind.FIXED_PRICE,
        amount=product.price * GOLD_SHARE // 100 * 100,
        product_ids=[number],
        tier=CustomerTier.GOLD,
        valid_from=now,
        priority=10,
        actor=actor,
    )
    create_promotion(
        name="Sergelida har bir suvga 300 so'm chegirma",
        kind=PromotionKind.AMOUNT,
        amount=300,
        category_ids=[categories[WATER]],
        branch_id=last_branch,
        valid_from=now,
        valid_to=midnight(8),
        actor=actor,
    )
    create_promotion(
        name="Dam olish kunlari yogurtlarga 15% chegirma",
        kind=PromotionKind.PERCENT,
        percent=15,
        category_ids=[categories[YOGURT]],
        weekdays=SATURDAY_AND_SUNDAY,
        valid_from=midnight(7),
        valid_to=midnight(35),
        actor=actor,
    )
    over = create_promotion(
        name="Kanselyariya haftaligi: 20% chegirma",
        kind=PromotionKind.PERCENT,
        percent=20,
        category_ids=[categories[STATIONERY]],
        valid_from=now - ENDED_FROM,
        actor=actor,
    )
    update_promotion(over, valid_to=now - ENDED_TO, actor=actor)
