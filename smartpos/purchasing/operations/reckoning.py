"""What a purchase comes to: its lines checked and their money reckoned, whatever edge they came through."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import (
    COST_LIMIT,
    HUNDRED,
    MONEY_LIMIT,
    QUANTITY_LIMIT,
    ZERO,
    part_of,
    round_cost,
    round_money,
    round_quantity,
)
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.purchasing.costing import NOTHING, CostedLine, line_amounts, spread_costs
from smartpos.purchasing.errors import ExpiryInThePast, PurchaseTooLarge, UnknownCodes
from smartpos.purchasing.models import Purchase, PurchaseItem
from smartpos.purchasing.operations.facts import MOST_COSTS, MOST_LINES, PurchaseFacts, PurchaseLine
from smartpos.purchasing.queries.goods import BoughtGoods, barcodes_of, bought_goods
from smartpos.stock.errors import UnknownGoods

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
LONGEST_LOT = 100


def counted(item: PurchaseItem) -> Decimal:
    """The quantity that is owed for: what was unloaded, or what was ordered while nobody has looked."""
    return item.quantity if item.received_quantity is None else item.received_quantity


def read_lines(
    facts: PurchaseFacts, day: date, actor: Actor
) -> tuple[list[PurchaseItem], dict[int, BoughtGoods]]:
    """The lines as rows that are not in the session yet, and the products on them. ``day`` is the document's.

    Raises Invalid, BadField, UnknownGoods, UnknownCodes, ExpiryInThePast.
    """
    _check_size(facts)
    codes = barcodes_of([line.barcode for line in facts.items if line.barcode and line.product_id is None])
    strangers = sorted(
        {line.barcode for line in facts.items if line.barcode and line.product_id is None} - codes.keys()
    )
    if strangers:
        raise UnknownCodes(strangers)
    wanted = {line.product_id for line in facts.items if line.product_id is not None}
    wanted |= {product_id for product_id, _multiplier in codes.values()}
    goods = bought_goods(wanted, country=actor.organization.country, day=day)
    missing = sorted(wanted - goods.keys())
    if missing:
        raise UnknownGoods(missing)
    items = [_item(place, line, codes, goods) for place, line in enumerate(facts.items, start=1)]
    check_expiry(items, goods, actor)
    return items, goods


def check_expiry(items: Sequence[PurchaseItem], goods: Mapping[int, BoughtGoods], actor: Actor) -> None:
    """Refuse what has expired already. Raises ExpiryInThePast with all those lines."""
    today = actor.organization.today
    late = [
        {
            "position": item.position,
            "product_id": item.product_id,
            "name": name_of(item, goods),
            "expiration_date": item.expiration_date.isoformat(),
        }
        for item in items
        if item.expiration_date is not None and item.expiration_date < today and counted(item) > 0
    ]
    if late:
        raise ExpiryInThePast(late)


def name_of(item: PurchaseItem, goods: Mapping[int, BoughtGoods]) -> str:
    """What a line is called."""
    known = goods.get(item.product_id) if item.product_id is not None else None
    return known.name if known else str(item.product_name_raw)


def check_digits(quantity: Decimal, product: BoughtGoods, position: int) -> None:
    """Refuse half a bottle. Raises BadField."""
    if quantity != round(quantity, product.digits):
        raise BadField(
            f"items.{position - 1}.quantity",
            _(
                "“%(name)s” is counted in %(unit)s and cannot be divided so finely.",
                name=product.name,
                unit=product.unit,
            ),
        )


def reckon(purchase: Purchase, goods: Mapping[int, BoughtGoods], *, actor: Actor) -> None:
    """Set the money of a purchase and of its lines by what is counted of them. Raises PurchaseTooLarge."""
    purchase.vat_recoverable = bool(actor.setting("purchase_vat_recoverable"))
    subtotal = discount = tax = total = NOTHING
    lines: list[CostedLine] = []
    for item in purchase.items:
        amounts = line_amounts(
            counted(item),
            item.price,
            item.discount_percent,
            item.vat_rate,
            vat_included=purchase.vat_included,
        )
        item.tax_amount, item.total = amounts.tax, amounts.total
        subtotal += amounts.amount
        discount += amounts.discount
        tax += amounts.tax
        total += amounts.total
        product = goods.get(item.product_id) if item.product_id is not None else None
        lines.append(
            CostedLine(
                counted(item),
                amounts.worth(vat_recoverable=purchase.vat_recoverable),
                product.weight if product else None,
                product.is_tracked if product else True,
            )
        )
    costs = sum((cost.amount for cost in purchase.costs), NOTHING)
    if max(total, costs) > COST_LIMIT / 2:
        raise PurchaseTooLarge
    purchase.subtotal, purchase.discount_amount = subtotal, discount
    purchase.tax_amount, purchase.total_amount, purchase.costs_amount = tax, total, costs
    arrived = any(line.quantity > 0 for line in lines)
    shares = (
        spread_costs([(cost.amount, cost.spread_by) for cost in purchase.costs], lines)
        if arrived
        else [NOTHING for _line in lines]
    )
    for item, share in zip(purchase.items, shares, strict=True):
        item.cost_share = round_cost(share)


def value_of(item: PurchaseItem, purchase: Purchase) -> Decimal:
    """What the goods of a line are worth on the shelf, exactly: without recoverable VAT, with their share of costs."""
    return item.total - (item.tax_amount if purchase.vat_recoverable else NOTHING) + item.cost_share


def check_day(day: date | None, field: str) -> None:
    """Refuse days that nobody can mean. Raises BadField."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise BadField(field, _("This date is out of range."))


def _check_size(facts: PurchaseFacts) -> None:
    if not facts.items:
        raise Invalid(_("A purchase needs at least one line."))
    if len(facts.items) > MOST_LINES:
        raise Invalid(_("A purchase may have at most %(most)s lines.", most=MOST_LINES))
    if len(facts.costs) > MOST_COSTS:
        raise Invalid(_("A purchase may have at most %(most)s other costs.", most=MOST_COSTS))
    if any(not 0 < cost.amount <= MONEY_LIMIT for cost in facts.costs):
        raise BadField("costs", _("A cost must be more than zero."))


def _item(
    place: int,
    line: PurchaseLine,
    codes: Mapping[str, tuple[int, Decimal]],
    goods: Mapping[int, BoughtGoods],
) -> PurchaseItem:
    product_id, multiplier = line.product_id, Decimal(1)
    if product_id is None and line.barcode:
        product_id, multiplier = codes[line.barcode]
    if product_id is None and not line.product_name_raw:
        raise BadField(f"items.{place - 1}.product_id", _("Say what product this is."))
    _check_line(place, line)
    product = goods[product_id] if product_id is not None else None
    quantity = round_quantity(line.quantity * multiplier)
    received = None if line.received is None else round_quantity(line.received * multiplier)
    if quantity > QUANTITY_LIMIT or (received or ZERO) > QUANTITY_LIMIT:
        raise BadField(f"items.{place - 1}.quantity", _("This number is too large."))
    if product is not None:
        check_digits(quantity, product, place)
        check_digits(received or ZERO, product, place)
    price = line.price if multiplier == 1 else round_cost(line.price / multiplier)
    if multiplier != 1:
        _check_pack_money(place, line, price, quantity, received)
    rate = line.vat_rate if line.vat_rate is not None else (product.vat_rate if product else ZERO)
    return PurchaseItem(
        position=place,
        product_id=product_id,
        product_name_raw=line.product_name_raw,
        quantity=quantity,
        received_quantity=received,
        price=price,
        discount_percent=line.discount_percent,
        vat_rate=rate,
        sale_price=line.sale_price,
        batch_number=line.batch_number or None,
        expiration_date=line.expiration_date,
    )


def _check_pack_money(
    place: int, line: PurchaseLine, price: Decimal, quantity: Decimal, received: Decimal | None
) -> None:
    """Refuse a pack whose money its price per base unit does not give to the minor unit. Raises BadField."""
    pairs = [(line.quantity, quantity)]
    if line.received is not None and received is not None:
        pairs.append((line.received, received))
    for packs, units in pairs:
        # What is beyond this is refused as too large, where its money is reckoned.
        if max(line.price * packs, price * units) > COST_LIMIT / 2:
            continue
        if round_money(price * units) != round_money(line.price * packs):
            raise BadField(
                f"items.{place - 1}.cost_price",
                _(
                    "The price of this pack cannot be divided among its pieces without a rest. "
                    "Enter the line in base units: how many pieces, and the price of one."
                ),
            )


def keeps_pack_money(item: PurchaseItem, units: Decimal, sizes: Sequence[Decimal]) -> bool:
    """Whether the money of a pack is kept where so many units of a line came; ``sizes`` are those of its packs.

    A line knows the price of a base unit only. Where that is what a pack's price in whole minor units gives, and does
    not divide, the money of the pack is what the paper says.
    """
    packs = [(round_money(item.price * size), size) for size in sizes]
    fitting = [(price, size) for price, size in packs if round_cost(price / size) == item.price]
    if any(price == item.price * size for price, size in fitting):
        return True
    return all(round_money(item.price * units) == part_of(price, units, size) for price, size in fitting)


def _check_line(place: int, line: PurchaseLine) -> None:
    where = f"items.{place - 1}"
    if line.quantity <= 0:
        raise BadField(f"{where}.quantity", _("This must be more than zero."))
    if line.price < 0 or line.price > COST_LIMIT:
        raise BadField(f"{where}.cost_price", _("This cannot be negative."))
    if not 0 <= line.discount_percent <= HUNDRED:
        raise BadField(f"{where}.discount_percent", _("A discount is between 0 and 100 per cent."))
    if line.vat_rate is not None and not 0 <= line.vat_rate < HUNDRED:
        raise BadField(f"{where}.vat_rate", _("A rate is between 0 and 100 per cent."))
    if line.received is not None and line.received < 0:
        raise BadField(f"{where}.received", _("This cannot be negative."))
    if line.sale_price is not None and line.sale_price < 0:
        raise BadField(f"{where}.sale_price", _("This cannot be negative."))
    if line.batch_number is not None and len(line.batch_number) > LONGEST_LOT:
        raise BadField(
            f"{where}.batch_number", _("At most %(longest)s characters fit here.", longest=LONGEST_LOT)
        )
    check_day(line.expiration_date, f"{where}.expiration_date")
