"""Goods that go back to the supplier: a document of its own, with negative quantities, beside the purchase."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.idempotency import fingerprint_of, lock_client_uuid
from smartpos.core.money import plain, round_cost, round_money
from smartpos.core.numbers import next_number
from smartpos.crm.models import SupplierEntryKind
from smartpos.crm.operations.suppliers import lock_supplier, post_supplier_entry
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.purchasing.costing import NOTHING, part
from smartpos.purchasing.errors import (
    ClientUuidReused,
    GoodsAreGone,
    MoreThanReceived,
    UnknownLines,
    WrongStatus,
)
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.reckoning import check_digits, counted, name_of, value_of
from smartpos.purchasing.queries.goods import BoughtGoods, bought_goods
from smartpos.purchasing.queries.purchases import (
    PURCHASE_ORIGIN,
    Returned,
    purchase_by_client_uuid,
    purchase_of,
    returned_amounts,
)
from smartpos.stock.errors import NotEnoughStock
from smartpos.stock.operations import Movement, prepare_movements, write_movements

NONE = Returned(Decimal("0.000"), NOTHING, NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """How much of a line goes back, in base units; positive."""

    item_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """What goes back of one purchase."""

    client_uuid: UUID
    items: tuple[ReturnLine, ...]
    reason: str | None = None

    def fingerprint(self, purchase_id: int) -> str:
        """SHA-256 of what is asked for."""
        lines = [[line.item_id, plain(line.quantity.normalize())] for line in self.items]
        return fingerprint_of(["return to supplier", purchase_id, lines, self.reason])


def return_purchase(purchase_id: int, request: ReturnRequest, *, actor: Actor) -> tuple[Purchase, bool]:
    """Send goods of a confirmed purchase back to the supplier; whether the document is new comes second.

    They leave the lots they came in, at the value they came with, and the supplier is owed that much less. Of two
    returns at once the second sees what the first took. Raises PurchaseNotFound, ClientUuidReused, WrongStatus,
    UnknownLines, MoreThanReceived and GoodsAreGone with all the lines, Invalid and BadField.
    """
    lock_client_uuid(request.client_uuid)
    content_hash = request.fingerprint(purchase_id)
    known = purchase_by_client_uuid(request.client_uuid)
    if known is not None:
        if known.content_hash != content_hash:
            raise ClientUuidReused(purchase_id=known.id)
        return known, False
    original = purchase_of(purchase_id, locked=True)
    if original.status is not PurchaseStatus.CONFIRMED or original.type is not PurchaseType.PURCHASE:
        raise WrongStatus(original.status.value, _("Only what was bought and confirmed can go back."))
    wanted = _wanted(original, request.items)
    goods = bought_goods(
        {item.product_id for item in wanted if item.product_id is not None},
        country=actor.organization.country,
        day=original.document_date,
    )
    gone = returned_amounts([item.id for item in wanted])
    _refuse_too_much(wanted, gone, goods)
    document = Purchase(
        type=PurchaseType.RETURN,
        original_id=original.id,
        client_uuid=request.client_uuid,
        content_hash=content_hash,
        supplier_id=original.supplier_id,
        branch_id=original.branch_id,
        document_number=original.document_number,
        document_date=actor.organization.today,
        vat_included=original.vat_included,
        vat_recoverable=original.vat_recoverable,
        reason=request.reason,
        created_by=actor.user_id,
    )
    for place, (item, quantity) in enumerate(wanted.items(), start=1):
        document.items.append(_line(place, item, quantity, gone.get(item.id, NONE)))
    _sum_up(document)
    _write(document, actor)
    return document, True


def _wanted(original: Purchase, lines: Sequence[ReturnLine]) -> dict[PurchaseItem, Decimal]:
    if not lines:
        raise Invalid(_("Say what goes back."))
    items = {item.id: item for item in original.items}
    strangers = sorted({line.item_id for line in lines} - items.keys())
    if strangers:
        raise UnknownLines(strangers)
    wanted: dict[PurchaseItem, Decimal] = {}
    for place, line in enumerate(lines):
        if line.quantity <= 0:
            raise BadField(f"items.{place}.quantity", _("This must be more than zero."))
        item = items[line.item_id]
        wanted[item] = wanted.get(item, NOTHING) + line.quantity
    return wanted


def _refuse_too_much(
    wanted: dict[PurchaseItem, Decimal], gone: dict[int, Returned], goods: dict[int, BoughtGoods]
) -> None:
    too_much = []
    for item, quantity in wanted.items():
        product = goods.get(item.product_id) if item.product_id is not None else None
        if product is not None:
            check_digits(quantity, product, item.position)
        left = counted(item) - gone.get(item.id, NONE).quantity
        if quantity > left:
            too_much.append(
                {
                    "item_id": item.id,
                    "product_id": item.product_id,
                    "name": name_of(item, goods),
                    "requested": plain(quantity),
                    "left": plain(left),
                }
            )
    if too_much:
        raise MoreThanReceived(too_much)


def _line(place: int, item: PurchaseItem, quantity: Decimal, gone: Returned) -> PurchaseItem:
    whole = counted(item)
    after = gone.quantity + quantity
    return PurchaseItem(
        position=place,
        product_id=item.product_id,
        product_name_raw=item.product_name_raw,
        quantity=-quantity,
        received_quantity=-quantity,
        price=item.price,
        discount_percent=item.discount_percent,
        vat_rate=item.vat_rate,
        tax_amount=-part(item.tax_amount, gone.tax, after, whole),
        total=-part(item.total, gone.total, after, whole),
        cost_share=-round_cost(part(item.cost_share, gone.cost_share, after, whole)),
        unit_cost=item.unit_cost,
        batch_number=item.batch_number,
        expiration_date=item.expiration_date,
        batch_id=item.batch_id,
        returns_id=item.id,
    )


def _sum_up(document: Purchase) -> None:
    items = document.items
    document.total_amount = sum((item.total for item in items), NOTHING)
    document.tax_amount = sum((item.tax_amount for item in items), NOTHING)
    on_top = NOTHING if document.vat_included else document.tax_amount
    document.subtotal = document.total_amount - on_top
    gross = sum((round_money(item.price * item.quantity) for item in items), NOTHING)
    document.discount_amount = gross - document.subtotal
    document.costs_amount = sum((item.cost_share for item in items), NOTHING)


def _write(document: Purchase, actor: Actor) -> None:
    supplier_id = document.supplier_id
    # Before anything that is scarce, as whoever enters and confirms a purchase at once does.
    document.number = next_number("purchase", "P")
    if supplier_id is not None:
        lock_supplier(supplier_id, deleted_too=True, actor=actor)
    movements = [
        Movement(
            item.product_id or 0,
            item.quantity,
            value=value_of(item, document),
            batch_id=item.batch_id,
            # What came without a lot must not leave the lots of other purchases.
            loose=item.batch_id is None,
        )
        for item in document.items
    ]
    try:
        prepared = prepare_movements(movements, branch_id=document.branch_id, allow_expired=True, actor=actor)
    except NotEnoughStock as error:
        raise GoodsAreGone(error.facts["lines"]) from None
    document.status = PurchaseStatus.CONFIRMED
    document.confirmed_by, document.confirmed_at = actor.user_id, utc_now()
    db.session.add(document)
    db.session.flush()
    write_movements(prepared, origin_kind=PURCHASE_ORIGIN, origin_id=document.id, actor=actor)
    if supplier_id is not None and document.total_amount:
        post_supplier_entry(
            supplier_id,
            SupplierEntryKind.RETURN,
            amount=document.total_amount,
            origin_kind=PURCHASE_ORIGIN,
            origin_id=document.id,
            branch_id=document.branch_id,
            note=document.reason or document.number,
            actor=actor,
        )
