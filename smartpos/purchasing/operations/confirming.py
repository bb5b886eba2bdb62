"""Confirming a purchase: goods come into stock by their lots, and the supplier is owed for them.

Whatever the number of lines, the number of statements is the same. Locked are, in this order: the purchase, its
products, the supplier, the stock rows, the lots; ``docs/locking.md`` tells why.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy.orm.attributes import set_committed_value

from smartpos.catalog.operations.bought import take_in_products
from smartpos.core.db import db, utc_now
from smartpos.core.events import record
from smartpos.core.numbers import next_number
from smartpos.core.sql import array, send
from smartpos.crm.models import SupplierEntryKind
from smartpos.crm.operations.suppliers import LockedSupplier, lock_supplier, post_supplier_entry
from smartpos.identity.actors import Actor
from smartpos.purchasing.costing import NOTHING, price_with_vat, unit_cost
from smartpos.purchasing.errors import NothingReceived, UnmatchedLines, WrongStatus
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.drafting import OPEN, drafted_before, write_draft
from smartpos.purchasing.operations.facts import PurchaseFacts
from smartpos.purchasing.operations.notices import forget_waiting
from smartpos.purchasing.operations.reckoning import check_expiry, counted, reckon, value_of
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.purchasing.queries.goods import BoughtGoods, bought_goods
from smartpos.purchasing.queries.purchases import PURCHASE_ORIGIN, purchase_of
from smartpos.stock.errors import UnknownGoods
from smartpos.stock.operations import Movement, prepare_movements, write_movements
from smartpos.stock.operations.lots import Lot

PURCHASE_CONFIRMED = "purchasing.purchase_confirmed"


class Remainder(StrEnum):
    """What becomes of what was ordered and did not come."""

    BACKORDER = "backorder"
    CLOSE = "close"


_WRITE_ITEMS = """
UPDATE purchase_items AS item
SET received_quantity = new.received, tax_amount = new.tax, total = new.total, cost_share = new.share,
    unit_cost = new.cost, batch_number = new.batch_number
FROM unnest(%(ids)s::bigint[], %(received)s::numeric[], %(taxes)s::numeric[], %(totals)s::numeric[],
            %(shares)s::numeric[], %(costs)s::numeric[], %(numbers)s::text[])
  AS new (id, received, tax, total, share, cost, batch_number)
WHERE item.organization_id = %(organization_id)s AND item.id = new.id
"""
_WRITTEN = ("received_quantity", "tax_amount", "total", "cost_share", "unit_cost", "batch_number")
_WRITE_LOTS = """
UPDATE purchase_items AS item SET batch_id = new.batch_id
FROM unnest(%(ids)s::bigint[], %(batches)s::bigint[]) AS new (id, batch_id)
WHERE item.organization_id = %(organization_id)s AND item.id = new.id
"""
_WRITE_PRICES = """
INSERT INTO supplier_prices AS known (organization_id, supplier_id, product_id, price, created_at, updated_at)
SELECT %(organization_id)s, %(supplier_id)s, new.product_id, new.price, %(now)s, %(now)s
FROM unnest(%(product_ids)s::bigint[], %(prices)s::numeric[]) AS new (product_id, price)
ON CONFLICT (organization_id, supplier_id, product_id)
DO UPDATE SET price = excluded.price, updated_at = excluded.updated_at WHERE known.price <> excluded.price
"""


def create_purchase(facts: PurchaseFacts, *, confirm: bool = False, actor: Actor) -> tuple[Purchase, bool]:
    """Enter a purchase, and confirm it at once if asked; whether it is new comes second.

    The same ``client_uuid`` with the same contents gives the first one and writes nothing. Raises Forbidden, and what
    ``draft_purchase`` and ``confirm_purchase`` raise.
    """
    if confirm:
        actor.require(PurchasingPermission.PURCHASE_CONFIRM)
    content_hash = facts.fingerprint()
    if confirm:
        content_hash += "+confirm"
    known = drafted_before(facts, content_hash)
    if known is not None:
        return known, False
    purchase = write_draft(facts, content_hash, actor=actor)
    if confirm:
        confirm_purchase(purchase.id, actor=actor)
    return purchase, True


def confirm_purchase(
    purchase_id: int, *, remainder: Remainder = Remainder.CLOSE, actor: Actor
) -> tuple[Purchase, Purchase | None]:
    """Take the goods of a purchase into stock, owe the supplier for them, and set prices.

    Where nobody has said what was unloaded, everything came as ordered. What did not come is ordered anew in a purchase
    of its own (given second) with ``remainder`` BACKORDER. Products of which a line names a lot or an expiry have lots
    kept from now on; a lot without a number is called after the document. Raises PurchaseNotFound, WrongStatus,
    UnmatchedLines, NothingReceived, ExpiryInThePast, Forbidden, SupplierNotFound, UnknownGoods, StockTooLarge.
    """
    purchase = purchase_of(purchase_id, locked=True)
    if purchase.status not in OPEN or purchase.type is not PurchaseType.PURCHASE:
        raise WrongStatus(purchase.status.value, _("Only what is not confirmed yet can be confirmed."))
    _refuse_unmatched(purchase)
    for item in purchase.items:
        if item.received_quantity is None:
            item.received_quantity = item.quantity
    # Before anything that is scarce, as whoever enters and confirms a purchase at once does.
    anew = remainder is Remainder.BACKORDER and any(item.quantity > counted(item) for item in purchase.items)
    number = next_number("purchase", "P") if anew else None
    goods = _locked_goods(purchase, actor)
    check_expiry(purchase.items, goods, actor)
    reckon(purchase, goods, actor=actor)
    arrived = [item for item in purchase.items if counted(item) > 0]
    if not arrived:
        raise NothingReceived
    supplier = lock_supplier(purchase.supplier_id, actor=actor) if purchase.supplier_id is not None else None
    _name_lots(purchase, arrived, goods)
    for item in arrived:
        item.unit_cost = unit_cost(value_of(item, purchase), counted(item))
    _write_items(purchase, actor)
    _take_in(arrived, goods, purchase, actor)
    _move(purchase, arrived, actor)
    if supplier is not None:
        _owe(purchase, supplier, arrived, actor)
    purchase.status = PurchaseStatus.CONFIRMED
    purchase.confirmed_by, purchase.confirmed_at = actor.user_id, utc_now()
    forget_waiting(purchase.id)
    record(
        PURCHASE_CONFIRMED,
        origin_kind=PURCHASE_ORIGIN,
        origin_id=purchase.id,
        facts={"number": purchase.number, "branch_id": purchase.branch_id, "lines": len(arrived)},
        actor=actor,
    )
    rest = _backorder(purchase, number, actor) if number is not None else None
    db.session.flush()
    return purchase, rest


def _refuse_unmatched(purchase: Purchase) -> None:
    unmatched = [
        {"item_id": item.id, "position": item.position, "product_name_raw": item.product_name_raw}
        for item in purchase.items
        if item.product_id is None
    ]
    if unmatched:
        raise UnmatchedLines(unmatched)


def _locked_goods(purchase: Purchase, actor: Actor) -> dict[int, BoughtGoods]:
    wanted = {item.product_id for item in purchase.items if item.product_id is not None}
    goods = bought_goods(wanted, country=actor.organization.country, day=purchase.document_date, locked=True)
    missing = sorted(wanted - goods.keys())
    if missing:
        raise UnknownGoods(missing)
    return goods


def _name_lots(purchase: Purchase, arrived: Sequence[PurchaseItem], goods: Mapping[int, BoughtGoods]) -> None:
    """Give a number to lots that have none on the box."""
    told = _with_lots(arrived, goods)
    for item in arrived:
        if item.product_id in told and not item.batch_number:
            item.batch_number = f"{purchase.number}-{item.position}"


def _with_lots(arrived: Sequence[PurchaseItem], goods: Mapping[int, BoughtGoods]) -> set[int]:
    return {
        item.product_id
        for item in arrived
        if item.product_id is not None
        and goods[item.product_id].is_tracked
        and (goods[item.product_id].keeps_lots or item.batch_number or item.expiration_date)
    }


def _take_in(
    arrived: Sequence[PurchaseItem], goods: Mapping[int, BoughtGoods], purchase: Purchase, actor: Actor
) -> None:
    values: dict[int, Decimal] = {}
    quantities: dict[int, Decimal] = {}
    prices: dict[int, Decimal] = {}
    for item in arrived:
        product_id = item.product_id or 0
        values[product_id] = values.get(product_id, NOTHING) + value_of(item, purchase)
        quantities[product_id] = quantities.get(product_id, NOTHING) + counted(item)
        if item.sale_price is not None:
            prices[product_id] = item.sale_price
    costs = {
        product_id: unit_cost(values[product_id], quantities[product_id]) for product_id in sorted(values)
    }
    changed = {product_id: price for product_id, price in prices.items() if price != goods[product_id].price}
    take_in_products(costs, changed, with_lots=_with_lots(arrived, goods), actor=actor)


def _move(purchase: Purchase, arrived: Sequence[PurchaseItem], actor: Actor) -> None:
    movements = [
        Movement(
            item.product_id or 0,
            counted(item),
            value=value_of(item, purchase),
            lot=Lot(item.batch_number, item.expiration_date, purchase.supplier_id)
            if item.batch_number
            else None,
        )
        for item in arrived
    ]
    prepared = prepare_movements(movements, branch_id=purchase.branch_id, actor=actor)
    write_movements(prepared, origin_kind=PURCHASE_ORIGIN, origin_id=purchase.id, actor=actor)
    lots = {
        item.id: posted.lots[0].batch_id
        for item, posted in zip(arrived, prepared.posted, strict=True)
        if posted.lots
    }
    if lots:
        parameters = {
            "organization_id": actor.organization.id,
            "ids": array(lots),
            "batches": array(lots.values()),
        }
        send(_WRITE_LOTS, parameters)
    for item in arrived:
        set_committed_value(item, "batch_id", lots.get(item.id))


def _write_items(purchase: Purchase, actor: Actor) -> None:
    items = purchase.items
    send(
        _WRITE_ITEMS,
        {
            "organization_id": actor.organization.id,
            "ids": array(item.id for item in items),
            "received": array(counted(item) for item in items),
            "taxes": array(item.tax_amount for item in items),
            "totals": array(item.total for item in items),
            "shares": array(item.cost_share for item in items),
            "costs": [item.unit_cost for item in items],
            "numbers": [item.batch_number for item in items],
        },
    )
    # They are written; the session need not write them again one by one.
    for item in items:
        for name in _WRITTEN:
            set_committed_value(item, name, getattr(item, name))


def _owe(purchase: Purchase, supplier: LockedSupplier, arrived: Sequence[PurchaseItem], actor: Actor) -> None:
    if purchase.due_date is None:
        purchase.due_date = purchase.document_date + timedelta(days=supplier.payment_days)
    if purchase.total_amount:
        post_supplier_entry(
            supplier.id,
            SupplierEntryKind.PURCHASE,
            amount=purchase.total_amount,
            due_date=purchase.due_date,
            origin_kind=PURCHASE_ORIGIN,
            origin_id=purchase.id,
            branch_id=purchase.branch_id,
            note=purchase.number,
            actor=actor,
        )
    asked = {
        item.product_id: item.price if purchase.vat_included else price_with_vat(item.price, item.vat_rate)
        for item in arrived
        if item.product_id is not None
    }
    send(
        _WRITE_PRICES,
        {
            "organization_id": actor.organization.id,
            "supplier_id": supplier.id,
            "product_ids": array(asked),
            "prices": array(asked.values()),
            "now": utc_now(),
        },
    )


def _backorder(purchase: Purchase, number: str, actor: Actor) -> Purchase:
    """The rest of a delivery in part, as an order of its own."""
    missing = [
        (item, item.quantity - counted(item)) for item in purchase.items if item.quantity > counted(item)
    ]
    now = utc_now()
    rest = Purchase(
        number=number,
        backorder_of_id=purchase.id,
        supplier_id=purchase.supplier_id,
        branch_id=purchase.branch_id,
        status=PurchaseStatus.ORDERED,
        document_date=actor.organization.today,
        vat_included=purchase.vat_included,
        notes=purchase.notes,
        created_by=actor.user_id,
        ordered_by=actor.user_id,
        ordered_at=now,
    )
    rest.items.extend(
        PurchaseItem(
            position=place,
            product_id=item.product_id,
            product_name_raw=item.product_name_raw,
            quantity=quantity,
            price=item.price,
            discount_percent=item.discount_percent,
            vat_rate=item.vat_rate,
            sale_price=item.sale_price,
        )
        for place, (item, quantity) in enumerate(missing, start=1)
    )
    reckon(rest, {}, actor=actor)
    db.session.add(rest)
    db.session.flush()
    return rest
