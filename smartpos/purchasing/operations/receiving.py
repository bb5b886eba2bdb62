"""Unloading: what came of a purchase, in which lots. Stock and debt do not change before it is confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.money import QUANTITY_LIMIT, ZERO, round_money
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.purchasing.errors import ReceivedMeanwhile, UnknownLines, WrongStatus
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.drafting import OPEN
from smartpos.purchasing.operations.facts import MOST_LINES
from smartpos.purchasing.operations.notices import forget_waiting
from smartpos.purchasing.operations.reckoning import (
    LONGEST_LOT,
    check_day,
    check_digits,
    check_expiry,
    keeps_pack_money,
    name_of,
    reckon,
)
from smartpos.purchasing.queries.goods import BoughtGoods, bought_goods, pack_sizes
from smartpos.purchasing.queries.purchases import purchase_of


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """What was unloaded of a line, in base units. A lot that is None stays as it was entered."""

    item_id: int
    received: Decimal
    batch_number: str | None = None
    expiration_date: date | None = None


def receive_purchase(
    purchase_id: int, lines: Sequence[ReceivedLine] | None = None, *, actor: Actor
) -> Purchase:
    """Note what has arrived; it may be done again until the purchase is confirmed.

    Without ``lines`` everything came as ordered. A line that is not named keeps what was noted of it before, and has
    not come when nothing was. A line that is named several times is split: each part is a lot of its own, and parts
    of which nothing came are left out. What is owed follows what was unloaded. Raises PurchaseNotFound, WrongStatus,
    ReceivedMeanwhile, UnknownLines, ExpiryInThePast, BadField.
    """
    purchase = purchase_of(purchase_id, locked=True)
    if purchase.status not in OPEN or purchase.type is not PurchaseType.PURCHASE:
        raise WrongStatus(purchase.status.value, _("Only what is not confirmed yet can be received."))
    items = {item.id: item for item in purchase.items}
    goods = bought_goods(
        {item.product_id for item in purchase.items if item.product_id is not None},
        country=actor.organization.country,
        day=purchase.document_date,
    )
    if lines is None:
        for item in purchase.items:
            if item.received_quantity is None:
                item.received_quantity = item.quantity
    else:
        _note(purchase, items, goods, lines)
    check_expiry(purchase.items, goods, actor)
    reckon(purchase, goods, actor=actor)
    purchase.status = PurchaseStatus.RECEIVED
    purchase.received_by, purchase.received_at = actor.user_id, utc_now()
    forget_waiting(purchase.id)
    db.session.flush()
    return purchase


def _note(
    purchase: Purchase,
    items: Mapping[int, PurchaseItem],
    goods: Mapping[int, BoughtGoods],
    lines: Sequence[ReceivedLine],
) -> None:
    strangers = sorted({line.item_id for line in lines} - items.keys())
    if strangers:
        raise UnknownLines(strangers)
    parts: dict[int, list[ReceivedLine]] = {}
    sizes = pack_sizes(
        {
            item.product_id
            for item in items.values()
            # A price in whole minor units loses nothing, however many there are.
            if item.product_id is not None and item.price != round_money(item.price)
        }
    )
    for place, line in enumerate(lines):
        item = items[line.item_id]
        _check(place, line, item, goods)
        _check_pack(place, line, item, goods, sizes.get(item.product_id or 0, []))
        parts.setdefault(line.item_id, []).append(line)
    # A part of nothing is no lot, and must not stand for the line in place of what came.
    parts = {item_id: [one for one in named if one.received] or named[:1] for item_id, named in parts.items()}
    _refuse_repeated(purchase, items, parts)
    for item in list(purchase.items):
        if item.id in parts:
            _split(purchase, item, parts[item.id])
        elif item.received_quantity is None:
            item.received_quantity = Decimal("0.000")
    if len(purchase.items) > MOST_LINES:
        raise Invalid(_("A purchase may have at most %(most)s lines.", most=MOST_LINES))


def _refuse_repeated(
    purchase: Purchase, items: Mapping[int, PurchaseItem], parts: Mapping[int, Sequence[ReceivedLine]]
) -> None:
    """Splitting makes lines that whoever sends the same once more does not name; they would come on top of the rest.

    Whoever names every line there is now knows of the split, and means it.
    """
    if purchase.status is not PurchaseStatus.RECEIVED or items.keys() == parts.keys():
        return
    if any(len(named) > 1 for named in parts.values()):
        raise ReceivedMeanwhile


def _check(place: int, line: ReceivedLine, item: PurchaseItem, goods: Mapping[int, BoughtGoods]) -> None:
    if not 0 <= line.received <= QUANTITY_LIMIT:
        raise BadField(f"items.{place}.received", _("This cannot be negative."))
    product = goods.get(item.product_id) if item.product_id is not None else None
    if product is not None:
        check_digits(line.received, product, item.position)
    if line.batch_number is not None and len(line.batch_number) > LONGEST_LOT:
        raise BadField(
            f"items.{place}.batch_number", _("At most %(longest)s characters fit here.", longest=LONGEST_LOT)
        )
    check_day(line.expiration_date, f"items.{place}.expiration_date")


def _check_pack(
    place: int,
    line: ReceivedLine,
    item: PurchaseItem,
    goods: Mapping[int, BoughtGoods],
    sizes: Sequence[Decimal],
) -> None:
    """Refuse a quantity other than ordered at which money of a pack would be lost. Raises BadField."""
    if line.received != item.quantity and not keeps_pack_money(item, line.received, sizes):
        raise BadField(
            f"items.{place}.received",
            _(
                "“%(name)s”: the price of its pack cannot be divided among so many pieces without a rest. "
                "Change the line first: how many pieces are ordered, and the price of one.",
                name=name_of(item, goods),
            ),
        )


def _split(purchase: Purchase, item: PurchaseItem, parts: Sequence[ReceivedLine]) -> None:
    """Put the first part into the line itself and each further one into a new line of what was ordered with it."""
    first, *others = parts
    _put(item, first)
    position = max(other.position for other in purchase.items)
    for part in others:
        # What was ordered goes along with its part, as far as it reaches; a line of nothing ordered cannot be.
        ordered = min(part.received, item.quantity - (item.received_quantity or ZERO))
        if 0 < ordered < item.quantity:
            item.quantity -= ordered
        else:
            ordered = part.received
        position += 1
        other = PurchaseItem(
            position=position,
            product_id=item.product_id,
            product_name_raw=item.product_name_raw,
            quantity=ordered,
            price=item.price,
            discount_percent=item.discount_percent,
            vat_rate=item.vat_rate,
            sale_price=item.sale_price,
        )
        _put(other, part)
        purchase.items.append(other)


def _put(item: PurchaseItem, part: ReceivedLine) -> None:
    item.received_quantity = part.received
    if part.batch_number:
        item.batch_number = part.batch_number
    if part.expiration_date is not None:
        item.expiration_date = part.expiration_date
