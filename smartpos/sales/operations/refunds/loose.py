"""Goods that come back without a receipt: somebody has to allow it, and the shop's price of now is the most."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from smartpos.core.errors import Conflict, Forbidden
from smartpos.core.money import round_cost, round_money, round_to_step
from smartpos.crm.operations import lock_customer
from smartpos.identity.actors import Actor
from smartpos.sales.errors import PriceAboveShop, TenderNotForRefunds
from smartpos.sales.models import PaymentMethod, Restock, SaleType
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.basket import BasketLine, fill_basket
from smartpos.sales.operations.discounts import promote
from smartpos.sales.operations.drafts import NOTHING, SALE_ORIGIN, Draft, DraftLine
from smartpos.sales.operations.notices import note_refund
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.operations.payments import Settlement
from smartpos.sales.operations.refunds.entries import AccountChange, post_changes
from smartpos.sales.operations.refunds.money import give_back, goes_back_in_cash
from smartpos.sales.operations.refunds.pieces import NO_COST, check_size
from smartpos.sales.operations.refunds.requests import LooseLine, LooseRefundRequest, RefundTender
from smartpos.sales.operations.refunds.returning import begin
from smartpos.sales.operations.refunds.writing_off import write_off_posted
from smartpos.sales.operations.selling import MOST_LINES, already_sold
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import PricedLine, line_gross, price_cart
from smartpos.sales.queries import SoldSale
from smartpos.sales.requests import SaleLine, SaleRequest
from smartpos.stock.operations import Movement, Posted, prepare_movements, write_movements

TENDERS = frozenset({PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.CREDIT})
ALL_IN_CASH = (RefundTender(PaymentMethod.CASH),)


def refund_without_receipt(request: LooseRefundRequest, *, actor: Actor) -> tuple[SoldSale, bool]:
    """Take goods back of which nobody has the receipt, at the prices of now or at lower ones set by hand.

    They come into stock at the branch's average cost. Gives the receipt and whether it was made now.

    Raises Forbidden (the fact ``approval`` tells what a manager may allow), EmptyRefund, TooManyLines, NoOpenShift,
    ShiftElsewhere, ClientUuidReused, CustomerNotFound, WrongMoment, PriceAboveShop, TenderNotForRefunds, and what
    ``fill_basket``, ``price_cart`` and ``give_back`` raise.
    """
    check_size(request.items, MOST_LINES)
    fingerprint = request.fingerprint()
    sale = begin(
        SaleRequest(
            client_uuid=request.client_uuid,
            items=tuple(SaleLine(one.product_id, one.barcode, one.quantity) for one in request.items),
            payments=(),
            approvals=request.approvals,
            sold_at=request.sold_at,
        ),
        fingerprint,
        SalesPermission.REFUND_WITHOUT_RECEIPT,
        actor,
    )
    if isinstance(sale, SoldSale):
        return sale, False
    tenders = ALL_IN_CASH if request.payments is None else request.payments
    if any(tender.method not in TENDERS for tender in tenders):
        raise TenderNotForRefunds
    if request.customer_id is not None:
        sale.customer = lock_customer(request.customer_id, actor=actor)
    basket = _basket(sale, request.items)
    return _complete(sale, request, basket, tenders, fingerprint)


def _basket(sale: OngoingSale, asked: Sequence[LooseLine]) -> list[BasketLine]:
    """The goods at what they would cost now, promotions included; a price by hand may only be lower.

    What is not sold any more comes back all the same.
    """
    branch_id = sale.shift.branch_id
    basket = fill_basket(
        sale.request.items,
        branch_id=branch_id,
        at=sale.sold_at,
        price_type_id=sale.customer.price_type_id if sale.customer else None,
        as_shown=True,
        actor=sale.actor,
    )
    tier = sale.customer.tier if sale.customer else None
    basket = promote(basket, branch_id=branch_id, tier=tier, at=sale.sold_at, actor=sale.actor)
    by_hand = [_at_price(line, one.price) for line, one in zip(basket, asked, strict=True)]
    dear = {
        line.product.id: line.product.name
        for line, hand in zip(basket, by_hand, strict=True)
        if line_gross(hand.cart.price, line.quantity) - hand.cart.promotion
        > line_gross(line.cart.price, line.quantity) - line.cart.promotion
    }
    if dear:
        raise PriceAboveShop([{"product_id": number, "name": name} for number, name in dear.items()])
    return by_hand


def _at_price(line: BasketLine, price: Decimal | None) -> BasketLine:
    if price is None:
        return line
    cart = replace(line.cart, price=round_money(price), promotion=NOTHING)
    return replace(line, cart=cart, promotion_id=None, promotion_name=None)


def _complete(
    sale: OngoingSale,
    request: LooseRefundRequest,
    basket: Sequence[BasketLine],
    tenders: Sequence[RefundTender],
    fingerprint: str,
) -> tuple[SoldSale, bool]:
    actor, shift = sale.actor, sale.shift
    if actor.user_id is None:
        raise Forbidden(permission=str(SalesPermission.REFUND_WITHOUT_RECEIPT))
    cart = price_cart([line.cart for line in basket])
    goods = {line.product.id: line.goods for line in basket}
    coming = [
        place
        for place, (line, one) in enumerate(zip(basket, request.items, strict=True))
        if one.restock is not Restock.NONE
    ]
    prepared = prepare_movements(
        [Movement(basket[place].product.id, basket[place].moved) for place in coming],
        branch_id=shift.branch_id,
        goods=goods,
        actor=actor,
    )
    posted = dict(zip(coming, prepared.posted, strict=True))
    step: Decimal = actor.setting("cash_rounding_step")
    total = round_to_step(cart.total, step) if goes_back_in_cash(tenders, {}) else cart.total
    settlement = _give_back(total, tenders, sale)
    change = _account_change(sale, settlement, total, request.reason)
    lines = [
        _draft_line(line, priced, one, posted.get(place))
        for place, (line, priced, one) in enumerate(zip(basket, cart.lines, request.items, strict=True))
    ]
    sold = Draft(
        type=SaleType.REFUND,
        client_uuid=request.client_uuid,
        content_hash=fingerprint,
        shift=shift,
        lines=lines,
        rounding=cart.total - total,
        total=-total,
        returned=total,
        settlement=settlement,
        sold_at=sale.sold_at,
        now=sale.now,
        actor=actor,
        cashier_id=actor.user_id,
        cashier=actor.name,
        buyer=change.buyer if change else None,
        reason=request.reason,
    ).write()
    if sold is None:
        first = already_sold(request.client_uuid, fingerprint, actor)
        if first is None:
            raise Conflict
        return first, False
    damaged = [
        Movement(one.product_id, one.quantity, value=one.value)
        for place, one in posted.items()
        if request.items[place].restock is Restock.DAMAGED and one.is_tracked
    ]
    write_movements(
        prepared,
        origin_kind=SALE_ORIGIN,
        origin_id=sold.id,
        occurred_at=sale.sold_at,
        # What is damaged is there for a moment only; the write-off tells what it has come to.
        untold={one.product_id for one in damaged},
        actor=actor,
    )
    write_off_posted(damaged, sold, branch_id=shift.branch_id, actor=actor)
    if change is not None:
        post_changes(change, sold, actor=actor)
    sale.approvals.use(SALE_ORIGIN, sold.id)
    note_refund(
        total,
        sale_id=sold.id,
        number=sold.number,
        branch_id=shift.branch_id,
        reason=request.reason,
        actor=actor,
    )
    return sold, True


def _give_back(total: Decimal, tenders: Sequence[RefundTender], sale: OngoingSale) -> Settlement:
    # Nobody knows how it was paid, so that every way is as good as another.
    limits = dict.fromkeys(TENDERS, total)
    approvals: Approvals = sale.approvals
    return give_back(
        total,
        tenders,
        held=(),
        by_method=limits,
        has_customer=sale.customer is not None,
        shift=sale.shift,
        approvals=approvals,
    )


def _draft_line(line: BasketLine, priced: PricedLine, one: LooseLine, posted: Posted | None) -> DraftLine:
    return DraftLine(
        product_id=line.product.id,
        name=line.product.name,
        barcode=line.asked.barcode,
        unit=line.unit,
        quantity=-line.quantity,
        multiplier=line.multiplier,
        price=line.cart.price,
        gross=-priced.gross,
        discount=NOTHING,
        cart_discount=NOTHING,
        vat_rate=line.cart.vat_rate,
        vat_included=line.cart.vat_included,
        tax=-priced.tax,
        total=-priced.total,
        unit_cost=round_cost(posted.unit_cost) if posted else NO_COST,
        cost=-round_money(posted.value) if posted else NOTHING,
        is_tracked=posted is not None and posted.is_tracked,
        list_price=line.list_price if line.list_price != line.cart.price else None,
        promotion_id=line.promotion_id,
        promotion_name=line.promotion_name,
        promotion=-priced.promotion,
        restock=one.restock,
    )


def _account_change(
    sale: OngoingSale, settlement: Settlement, total: Decimal, reason: str
) -> AccountChange | None:
    if sale.customer is None:
        return None
    return AccountChange(
        customer=sale.customer,
        credit_back=-settlement.paid_by(PaymentMethod.CREDIT),
        points_back=NOTHING,
        points_lost=NOTHING,
        turnover_back=total,
        entry_id=None,
        debt_entry_id=None,
        new=None,
        new_turnover=NOTHING,
        branch_id=sale.shift.branch_id,
        reason=reason,
    )
