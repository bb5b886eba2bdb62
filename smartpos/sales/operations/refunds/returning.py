"""Taking goods of a receipt back, and exchanging them for others: everything in the books, or nothing.

Locks: shift, approvals, receipt, customer, stock rows. ``docs/locking.md`` tells why in this order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.db import utc_now
from smartpos.core.errors import Conflict, Forbidden, NotFound
from smartpos.core.money import ZERO, round_to_step
from smartpos.crm.operations import lock_customer
from smartpos.identity.actors import Actor
from smartpos.sales.errors import NoOpenShift, ShiftElsewhere
from smartpos.sales.models import PaymentMethod, Restock, SaleType
from smartpos.sales.operations.accounts import Account, points_for, settle_account
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.basket import BasketLine, fill_basket
from smartpos.sales.operations.discounts import check_discount, check_prices, promote_sale
from smartpos.sales.operations.drafts import SALE_ORIGIN, Draft
from smartpos.sales.operations.drawer import LockedShift, lock_open_shift
from smartpos.sales.operations.notices import note_discount, note_refund
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.operations.payments import ForeignCash, Settlement, settle
from smartpos.sales.operations.refunds.entries import AccountChange, post_changes
from smartpos.sales.operations.refunds.money import give_back, goes_back_in_cash
from smartpos.sales.operations.refunds.pieces import (
    Piece,
    check_size,
    draft_pieces,
    goods_back,
    is_all_back,
    lock_original,
    lots_back,
    note_status,
    pieces_of,
)
from smartpos.sales.operations.refunds.requests import RefundRequest, RefundTender
from smartpos.sales.operations.refunds.writing_off import write_off
from smartpos.sales.operations.selling import (
    MOST_LINES,
    already_sold,
    check_cash,
    check_expiry,
    draft_lines,
    price_type_of,
    settle_moment,
)
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import NOTHING, PricedCart, price_cart
from smartpos.sales.queries import SoldSale
from smartpos.sales.queries.returns import Original, is_sale
from smartpos.sales.refunding import credit_for, points_to_take_back, together
from smartpos.sales.requests import SaleRequest, Tender
from smartpos.stock.operations import lock_stock, prepare_movements, write_movements

EMPTY_CART = PricedCart([], NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)


@dataclass(slots=True)
class Return:
    """Goods that come back, and what goes out for them.

    ``credit`` is what the goods that come back count for, ``exact`` what their lines say; ``cart`` are the new goods
    and ``net`` what is to be paid: by the customer when it is positive.
    """

    sale: OngoingSale
    request: RefundRequest
    original: Original
    pieces: list[Piece]
    all_back: bool
    exact: Decimal
    credit: Decimal = NOTHING
    basket: Sequence[BasketLine] = ()
    cart: PricedCart = EMPTY_CART
    net: Decimal = NOTHING

    @property
    def is_exchange(self) -> bool:
        """Whether other goods go out."""
        return bool(self.request.exchange_items)

    @property
    def rounding(self) -> Decimal:
        """What the total differs from the sum of the lines by."""
        lines = sum((line.total for line in self.cart.lines), NOTHING) - self.exact
        return self.net - lines


def refund_sale(sale_id: int, request: RefundRequest, *, actor: Actor) -> tuple[SoldSale, bool]:
    """Take goods of a receipt back in the shift in which the actor works, and give the money back.

    Whoever may take goods back may do so with anybody's receipt of the organization. With ``exchange_items`` new goods
    go out in the same document, and only the difference is paid. Gives the receipt and whether it was made now: the
    same request again gives the first receipt and writes nothing.

    Raises NotFound, Forbidden (the fact ``approval`` tells what a manager may allow), EmptyRefund, TooManyLines,
    NoOpenShift, ShiftElsewhere, ClientUuidReused, WrongMoment, what ``lock_original``, ``pieces_of`` and ``give_back``
    raise, and for new goods what ``complete_sale`` raises.
    """
    check_size([*request.items, *request.exchange_items] if request.items else (), MOST_LINES)
    if not is_sale(sale_id, actor):
        raise NotFound
    fingerprint = request.fingerprint(sale_id)
    sale = begin(
        SaleRequest(
            client_uuid=request.client_uuid,
            items=request.exchange_items,
            payments=(),
            discount=request.discount,
            approvals=request.approvals,
            sold_at=request.sold_at,
        ),
        fingerprint,
        SalesPermission.SALE_REFUND,
        actor,
    )
    if isinstance(sale, SoldSale):
        return sale, False
    original = lock_original(sale_id, actor)
    if original.customer_id is not None:
        sale.customer = lock_customer(original.customer_id, deleted_too=True, actor=actor)
    elif request.customer_id is not None:
        sale.customer = lock_customer(request.customer_id, actor=actor)
    pieces = pieces_of(request.items, original)
    work = Return(
        sale=sale,
        request=request,
        original=original,
        pieces=pieces,
        all_back=is_all_back(original, pieces),
        exact=together([piece.amounts for piece in pieces]),
    )
    if work.is_exchange:
        _price_new_goods(work)
    _settle_net(work)
    return _complete(work, fingerprint)


def begin(
    request: SaleRequest, fingerprint: str, permission: SalesPermission, actor: Actor
) -> OngoingSale | SoldSale:
    """Lock the shift; gives the work that begins, or the receipt that the same request made before.

    Raises Forbidden, NoOpenShift, ShiftElsewhere, ClientUuidReused and WrongMoment.
    """
    if not request.approvals and not actor.can(permission):
        raise Forbidden(permission=str(permission), approval=str(permission))
    shift = lock_open_shift(actor)
    # Only after the lock, so that the second of two identical requests sees what the first has done.
    done = already_sold(request.client_uuid, fingerprint, actor)
    if done is not None:
        return done
    if shift is None:
        raise NoOpenShift
    if actor.till_id is not None and actor.till_id != shift.till_id:
        raise ShiftElsewhere(shift.till_name)
    approvals = Approvals(request.approvals, request.client_uuid, actor)
    approvals.require(permission)
    now = utc_now()
    sale = OngoingSale(request, actor, shift, approvals, now, request.sold_at or now)
    settle_moment(sale)
    return sale


def _price_new_goods(work: Return) -> None:
    """New goods cost what they would in a sale, promotions and discounts included."""
    sale = work.sale
    basket = fill_basket(
        work.request.exchange_items,
        branch_id=sale.shift.branch_id,
        at=sale.sold_at,
        price_type_id=price_type_of(sale),
        actor=sale.actor,
    )
    check_prices(sale, basket)
    work.basket = promote_sale(sale, basket)
    work.cart = price_cart([line.cart for line in work.basket], cart_discount=work.request.discount)
    check_discount(sale, work.cart)
    check_expiry(sale, work.basket)


def _settle_net(work: Return) -> None:
    """What the goods that come back count for, and what is then to be paid."""
    step: Decimal = work.sale.actor.setting("cash_rounding_step")
    tenders, held = work.request.payments, work.original.held_by_method()
    back_in_cash = goes_back_in_cash(tenders, held)
    work.credit = credit_for(
        work.exact,
        exact_before=work.original.exact_before,
        given_before=work.original.given_before,
        bought=work.original.bought,
        is_last=work.all_back,
        # In an exchange only the difference is handed over, so that only it is rounded.
        rounding_step=step if back_in_cash and not work.is_exchange else NOTHING,
    )
    if not work.is_exchange:
        work.net = -work.credit
        return
    net = work.cart.total - work.credit
    in_cash = back_in_cash if net < 0 or tenders else True
    work.net = round_to_step(net, step) if in_cash else net
    if work.net < -work.credit:
        # Rounded away from zero, more would go back than came.
        work.net += step


def _complete(work: Return, fingerprint: str) -> tuple[SoldSale, bool]:
    sale, original = work.sale, work.original
    goods = goods_back(work.pieces)
    lots = lots_back(original, goods, sale.actor)
    into_stock, damaged = (
        [
            movement
            for piece in work.pieces
            if piece.restock is place and piece.moves(goods)
            for movement in piece.movements(lots)
        ]
        for place in (Restock.SALE, Restock.DAMAGED)
    )
    leaving = [line.leaving() for line in work.basket]
    if damaged:
        # Written off after the others have moved, but locked together with them.
        moving = {one.product_id for one in (*into_stock, *leaving, *damaged)}
        lock_stock(moving, branch_id=sale.shift.branch_id, actor=sale.actor)
    prepared = prepare_movements(
        [*into_stock, *leaving],
        branch_id=sale.shift.branch_id,
        allow_negative=sale.actor.setting("sell_below_zero"),
        goods=goods | {line.product.id: line.goods for line in work.basket},
        actor=sale.actor,
    )
    # After the goods: what is not there changes the total, and with it what has to be paid.
    settlement = _pay(work)
    account = None
    if work.is_exchange:
        check_cash(sale, work.basket, settlement)
        account = _account_of_new_goods(work, settlement)
        settlement = account.settlement if account else settlement
    change = _account_change(work, settlement, account)
    new_lines = draft_lines(work.basket, work.cart, prepared.posted[len(into_stock) :])
    sold = Draft(
        type=SaleType.EXCHANGE if work.is_exchange else SaleType.REFUND,
        client_uuid=work.request.client_uuid,
        content_hash=fingerprint,
        shift=sale.shift,
        lines=[*draft_pieces(work.pieces, goods), *new_lines],
        rounding=work.rounding,
        total=work.net,
        returned=work.credit,
        settlement=settlement,
        sold_at=sale.sold_at,
        now=sale.now,
        actor=sale.actor,
        cashier_id=_cashier(sale.actor),
        cashier=sale.actor.name,
        buyer=change.buyer if change else None,
        original_id=original.id,
        original_number=original.number,
        price_type_id=sale.customer.price_type_id if sale.customer and work.is_exchange else None,
        reason=work.request.reason,
    ).write()
    if sold is None:
        # Somebody on another shift was faster with the very same refund.
        first = already_sold(work.request.client_uuid, fingerprint, sale.actor)
        if first is None:
            raise Conflict
        return first, False
    note_status(original, all_back=work.all_back, actor=sale.actor)
    write_movements(
        prepared, origin_kind=SALE_ORIGIN, origin_id=sold.id, occurred_at=sale.sold_at, actor=sale.actor
    )
    write_off(damaged, sold, branch_id=sale.shift.branch_id, actor=sale.actor)
    if change is not None:
        post_changes(change, sold, actor=sale.actor)
    sale.approvals.use(SALE_ORIGIN, sold.id)
    note_refund(
        work.credit,
        sale_id=sold.id,
        number=sold.number,
        branch_id=sale.shift.branch_id,
        reason=work.request.reason,
        actor=sale.actor,
    )
    if work.is_exchange:
        note_discount(
            work.cart, sale_id=sold.id, number=sold.number, branch_id=sale.shift.branch_id, actor=sale.actor
        )
    return sold, True


def _cashier(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden(permission=str(SalesPermission.SALE_REFUND))
    return actor.user_id


def _pay(work: Return) -> Settlement:
    """The customer pays the difference, or gets it back."""
    sale, tenders = work.sale, work.request.payments
    if work.net < 0 or not work.is_exchange:
        return give_back(
            -work.net,
            tenders,
            held=work.original.held,
            by_method=work.original.held_by_method(),
            has_customer=sale.customer is not None,
            shift=sale.shift,
            approvals=sale.approvals,
        )
    if tenders is None:
        tenders = (RefundTender(PaymentMethod.CASH),) if work.net else ()
    return settle(
        work.net,
        _handed_over(work.net, tenders),
        foreign=foreign_cash_of(sale.shift),
        foreign_change=work.request.foreign_change,
    )


def foreign_cash_of(shift: LockedShift) -> ForeignCash | None:
    """What a shift takes besides the shop's own money."""
    if shift.foreign_currency and shift.exchange_rate:
        return ForeignCash(shift.foreign_currency, shift.exchange_rate)
    return None


def _handed_over(net: Decimal, tenders: Sequence[RefundTender]) -> list[Tender]:
    given = sum((one.amount for one in tenders if one.amount is not None and one.currency is None), NOTHING)
    return [
        Tender(
            one.method,
            max(net - given, NOTHING) if one.amount is None else one.amount,
            due_date=one.due_date,
            currency=one.currency,
        )
        for one in tenders
    ]


def _account_of_new_goods(work: Return, settlement: Settlement) -> Account | None:
    """What the new goods enter into the account: points are earned for all that they cost, however that was paid."""
    if work.net < 0:
        if work.sale.customer is None:
            return None
        earned = points_for(work.sale.customer.tier, work.net + work.credit, work.sale.actor)
        return Account(work.sale.customer, NOTHING, None, earned, NOTHING, settlement)
    account = settle_account(work.sale, work.net, settlement)
    if account is None:
        return None
    worth = work.net + work.credit - account.points_used
    return Account(
        account.customer,
        account.credit,
        account.due_date,
        points_for(account.customer.tier, worth, work.sale.actor),
        account.points_used,
        account.settlement,
    )


def _account_change(work: Return, settlement: Settlement, account: Account | None) -> AccountChange | None:
    customer, original = work.sale.customer, work.original
    if customer is None:
        return None
    gives_back = work.net < 0
    entry, debt = original.entry, original.debt_entry
    return AccountChange(
        customer=customer,
        credit_back=-settlement.paid_by(PaymentMethod.CREDIT) if gives_back else ZERO,
        points_back=-settlement.paid_by(PaymentMethod.POINTS) if gives_back else ZERO,
        points_lost=points_to_take_back(
            entry.points_earned if entry else NOTHING,
            bought=original.bought,
            given_before=original.given_before,
            given=work.credit,
            is_last=work.all_back,
        ),
        turnover_back=work.credit,
        entry_id=entry.id if entry else None,
        debt_entry_id=debt.id if debt else None,
        new=account,
        new_turnover=work.net + work.credit if work.is_exchange else NOTHING,
        branch_id=work.sale.shift.branch_id,
        reason=work.request.reason,
    )
