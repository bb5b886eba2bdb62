"""Completing a sale: everything in the books, or nothing.

The number of statements does not depend on the number of lines; ``docs/locking.md`` tells the order of the locks.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import PriceType
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Conflict, Forbidden, Invalid, NotFound
from smartpos.core.idempotency import sent_before
from smartpos.core.money import plain, round_money
from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.operations import lock_customer, post_entry
from smartpos.identity.actors import Actor
from smartpos.identity.models import User
from smartpos.sales.errors import (
    CashAboveLimit,
    CashNotAllowed,
    ClientUuidReused,
    EmptySale,
    GoodsExpired,
    NoOpenShift,
    NotTheirShift,
    ShiftElsewhere,
    TooManyLines,
    TotalDiffers,
    WrongMoment,
)
from smartpos.sales.models import PaymentMethod, SaleFlag, SaleType
from smartpos.sales.operations.accounts import Account, settle_account
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.basket import BasketLine, fill_basket
from smartpos.sales.operations.discounts import check_discount, check_prices, promote_sale
from smartpos.sales.operations.drafts import SALE_ORIGIN, Draft, DraftLine
from smartpos.sales.operations.drawer import LockedShift, lock_open_shift, lock_shift
from smartpos.sales.operations.notices import note_discount
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.operations.payments import ForeignCash, Settlement, is_cash_only, settle
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import PricedCart, price_cart
from smartpos.sales.queries import SoldSale, sold_sale
from smartpos.sales.requests import SaleRequest
from smartpos.stock.operations import Posted, prepare_movements, write_movements

MOST_LINES = 1000
# Clocks of tills are never quite right.
CLOCK_TOLERANCE = timedelta(minutes=5)


def complete_sale(request: SaleRequest, *, actor: Actor) -> tuple[SoldSale, bool]:
    """Sell to a customer: price, take the money, move the stock, note the cash and the account.

    The sale goes to the shift in which the actor sells. Prices, promotions and VAT are those in force in its branch at
    the moment of the sale. One that was made offline goes to the shift it was made in, open or closed, as the till
    showed it; what would have been refused is flagged. Gives the receipt, and whether it was made now: the same
    request again gives the first receipt and writes nothing.

    Raises NoOpenShift, ShiftElsewhere, NotTheirShift, ClientUuidReused, CustomerNotFound, WrongMoment, EmptySale,
    TooManyLines, TotalDiffers, GoodsExpired, CashNotAllowed, CashAboveLimit, NotEnoughStock, Forbidden (a discount,
    price or credit without the right; the fact ``approval`` tells what a manager may allow), and what ``fill_basket``,
    ``price_cart``, ``settle``, ``check_discount`` and ``settle_account`` raise.
    """
    if not request.items:
        raise EmptySale
    if len(request.items) > MOST_LINES:
        raise TooManyLines(MOST_LINES)
    shift = _shift_of(request, actor)
    # Only after the lock, so that the second of two identical requests sees what the first has done.
    done = already_sold(request.client_uuid, request.fingerprint(), actor)
    if done is not None:
        return done, False
    if shift is None:
        raise NoOpenShift
    if actor.till_id is not None and actor.till_id != shift.till_id and not request.offline:
        raise ShiftElsewhere(shift.till_name)
    now = utc_now()
    sale = OngoingSale(
        request,
        actor,
        shift,
        Approvals(request.approvals, request.client_uuid, actor),
        now,
        request.sold_at or now,
    )
    settle_moment(sale)
    if not shift.is_open:
        sale.flag(SaleFlag.LATE)
    if request.customer_id is not None or request.customer_uuid is not None:
        sale.customer = lock_customer(request.customer_id, client_uuid=request.customer_uuid, actor=actor)
    price_type_id = price_type_of(sale)
    basket = fill_basket(
        request.items,
        branch_id=shift.branch_id,
        at=sale.sold_at,
        price_type_id=price_type_id,
        as_shown=request.offline,
        actor=actor,
    )
    check_prices(sale, basket)
    basket = promote_sale(sale, basket)
    cart = price_cart(
        [line.cart for line in basket],
        cart_discount=request.discount,
        rounding_step=actor.setting("cash_rounding_step"),
        cash_only=is_cash_only(request.payments),
    )
    check_discount(sale, cart)
    check_expiry(sale, basket)
    prepared = prepare_movements(
        [line.leaving() for line in basket],
        branch_id=shift.branch_id,
        allow_negative=request.offline or actor.setting("sell_below_zero"),
        happened_on=sale.day if request.offline else None,
        goods={line.product.id: line.goods for line in basket},
        actor=actor,
    )
    if request.offline and any(level.quantity < 0 for level in prepared.levels.values()):
        sale.flag(SaleFlag.BELOW_ZERO)
    if request.offline and any(one.has_expired(sale.day) for one in prepared.posted):
        sale.flag(SaleFlag.NOT_FOR_SALE)
    # After the goods: what is not there changes the total, and with it what has to be paid.
    _check_total(sale, cart)
    settlement = settle(
        cart.total,
        request.payments,
        foreign=ForeignCash(shift.foreign_currency, shift.exchange_rate)
        if shift.foreign_currency and shift.exchange_rate
        else None,
        foreign_change=request.foreign_change,
    )
    check_cash(sale, basket, settlement)
    account = settle_account(sale, cart.total, settlement)
    lines = draft_lines(basket, cart, prepared.posted)
    sold = _draft(sale, lines, cart, settlement, account, price_type_id=price_type_id).write()
    if sold is None:
        # Somebody on another shift was faster with the very same sale.
        return _first_sold(request, actor), False
    write_movements(
        prepared, origin_kind=SALE_ORIGIN, origin_id=sold.id, occurred_at=sale.sold_at, actor=actor
    )
    if account is not None:
        post_entry(
            account.customer.id,
            CustomerEntryKind.SALE,
            amount=-account.credit,
            turnover=cart.total,
            points_earned=account.points_earned,
            points_used=account.points_used,
            due_date=account.due_date,
            origin_kind=SALE_ORIGIN,
            origin_id=sold.id,
            branch_id=shift.branch_id,
            occurred_at=sale.sold_at,
            actor=actor,
        )
    sale.approvals.use(SALE_ORIGIN, sold.id)
    note_discount(cart, sale_id=sold.id, number=sold.number, branch_id=shift.branch_id, actor=actor)
    return sold, True


def _shift_of(request: SaleRequest, actor: Actor) -> LockedShift | None:
    """The shift a sale goes to, locked. One that was made offline says itself which."""
    if not request.offline or request.shift_id is None:
        shift = lock_open_shift(actor)
        if shift is not None and request.shift_id not in {None, shift.id}:
            raise ShiftElsewhere(shift.till_name)
        return shift
    try:
        shift = lock_shift(request.shift_id, actor)
    except NotFound:
        raise NoOpenShift from None
    speaks_for_it = (
        actor.user_id == shift.cashier_id
        or actor.till_id == shift.till_id
        or actor.can(SalesPermission.SALE_SEND_FOR_OTHERS)
    )
    if not speaks_for_it:
        raise NotTheirShift
    return shift


def already_sold(client_uuid: object, fingerprint: str, actor: Actor) -> SoldSale | None:
    """The receipt that this ``client_uuid`` stands for, if any. Raises ClientUuidReused when it had other contents."""
    known = sent_before("sales", client_uuid)
    if known is None:
        return None
    sale_id, content_hash = known
    if content_hash != fingerprint:
        raise ClientUuidReused(sale_id=sale_id)
    return sold_sale(sale_id)


def _first_sold(request: SaleRequest, actor: Actor) -> SoldSale:
    sale = already_sold(request.client_uuid, request.fingerprint(), actor)
    if sale is None:
        raise Conflict
    return sale


def settle_moment(sale: OngoingSale) -> None:
    """When it was sold: never in the future and never before the shift; a till's clock may be wrong by a day."""
    claimed, opened_at, now = sale.request.sold_at, sale.shift.opened_at, sale.now
    if claimed is None:
        return
    if claimed > now + CLOCK_TOLERANCE or claimed < opened_at - CLOCK_TOLERANCE:
        if not sale.has_happened:
            raise WrongMoment(opened_at=opened_at.isoformat(), now=now.isoformat())
        sale.flag(SaleFlag.CLOCK_WRONG)
    sale.sold_at = min(max(claimed, opened_at), now)


def price_type_of(sale: OngoingSale) -> int | None:
    """The price type asked for, which somebody has to allow unless it is the customer's own; else the customer's.

    Raises Invalid when there is no such type, and Forbidden.
    """
    own = sale.customer.price_type_id if sale.customer else None
    asked = sale.request.price_type_id
    if asked is None or asked == own:
        return own
    if db.session.execute(select(PriceType.id).where(PriceType.id == asked)).first() is None:
        if not sale.has_happened:
            sentence = _("This choice does not exist.")
            raise Invalid(sentence, errors={"price_type_id": [sentence]})
        # It was removed while the till had no connection; what was charged holds all the same.
        sale.flag(SaleFlag.PRICE_DIFFERS)
        return own
    if not sale.has_happened:
        sale.approvals.require(SalesPermission.SALE_PRICE_TYPE)
    elif not sale.approvals.allow(SalesPermission.SALE_PRICE_TYPE):
        sale.flag(SaleFlag.PRICE_DIFFERS)
    return asked


def _check_total(sale: OngoingSale, cart: PricedCart) -> None:
    shown = sale.request.total
    if shown is None or shown == cart.total:
        return
    if not sale.has_happened:
        raise TotalDiffers(plain(cart.total), plain(shown))
    sale.flag(SaleFlag.PRICE_DIFFERS)


def check_expiry(sale: OngoingSale, basket: Sequence[BasketLine]) -> None:
    """Raises GoodsExpired for goods whose scanned day of expiry has passed; what has happened is flagged."""
    today = sale.day
    expired = {
        line.product.id: line.product.name
        for line in basket
        if line.asked.expiration_date is not None and line.asked.expiration_date < today
    }
    if not expired:
        return
    if not sale.has_happened:
        raise GoodsExpired([{"product_id": number, "name": name} for number, name in expired.items()])
    sale.flag(SaleFlag.NOT_FOR_SALE)


def check_cash(sale: OngoingSale, basket: Sequence[BasketLine], settlement: Settlement) -> None:
    """Raises CashNotAllowed and CashAboveLimit where the law forbids the cash; what has happened is flagged."""
    cash = settlement.paid_by(PaymentMethod.CASH)
    if not cash:
        return
    refused = {line.product.id: line.product.name for line in basket if not line.product.cash_allowed}
    limit: Decimal = sale.actor.setting("cash_limit_per_receipt")
    if not refused and not (limit and cash > limit):
        return
    if sale.has_happened:
        sale.flag(SaleFlag.CASH_RULE)
    elif refused:
        raise CashNotAllowed([{"product_id": number, "name": name} for number, name in refused.items()])
    else:
        raise CashAboveLimit(plain(round_money(limit)))


def _cashier(sale: OngoingSale) -> tuple[int, str]:
    """Who sold: the person whose PIN it was, who need not be the one who sends it in."""
    actor, asked = sale.actor, sale.request.cashier_id
    if actor.user_id is None:
        raise Forbidden(permission=str(SalesPermission.SALE_CREATE))
    if asked in {None, actor.user_id}:
        return actor.user_id, actor.name
    if not sale.has_happened:
        raise NotTheirShift
    user = db.session.execute(select(User).where(User.id == asked)).scalar_one_or_none()
    if user is None:
        raise NotTheirShift
    sale.flag(SaleFlag.OTHER_SENDER)
    return user.id, user.display


def _draft(
    sale: OngoingSale,
    lines: Sequence[DraftLine],
    cart: PricedCart,
    settlement: Settlement,
    account: Account | None,
    *,
    price_type_id: int | None,
) -> Draft:
    request = sale.request
    cashier_id, cashier = _cashier(sale)
    claimed = request.sold_at if SaleFlag.CLOCK_WRONG in sale.flags else None
    return Draft(
        type=SaleType.SALE,
        client_uuid=request.client_uuid,
        content_hash=request.fingerprint(),
        shift=sale.shift,
        lines=lines,
        rounding=cart.rounding,
        total=cart.total,
        settlement=settlement if account is None else account.settlement,
        sold_at=sale.sold_at,
        now=sale.now,
        actor=sale.actor,
        cashier_id=cashier_id,
        cashier=cashier,
        buyer=account.buyer if account else None,
        price_type_id=price_type_id,
        is_offline=request.offline,
        claimed_at=claimed,
        flags=sale.flags,
    )


def draft_lines(basket: Sequence[BasketLine], cart: PricedCart, posted: Sequence[Posted]) -> list[DraftLine]:
    """The lines of goods that leave, with all their figures; with their lot where it was scanned or is the only one."""
    known = [
        (line.asked.batch_number, line.asked.expiration_date)
        if line.asked.batch_number or line.asked.expiration_date or movement.only_lot is None
        else (movement.only_lot.number, movement.only_lot.expiration_date)
        for line, movement in zip(basket, posted, strict=True)
    ]
    return [
        DraftLine(
            product_id=line.product.id,
            name=line.product.name,
            barcode=line.asked.barcode,
            unit=line.unit,
            quantity=line.quantity,
            multiplier=line.multiplier,
            price=line.cart.price,
            gross=priced.gross,
            discount=priced.discount,
            cart_discount=priced.cart_discount,
            vat_rate=line.cart.vat_rate,
            vat_included=line.cart.vat_included,
            tax=priced.tax,
            total=priced.total,
            unit_cost=movement.unit_cost,
            cost=round_money(-movement.value),
            is_tracked=movement.is_tracked,
            list_price=line.list_price if line.list_price != line.cart.price else None,
            promotion_id=line.promotion_id,
            promotion_name=line.promotion_name,
            promotion=priced.promotion,
            batch_number=batch_number,
            expiration_date=expires,
            marking_code=line.asked.marking_code,
        )
        for line, priced, movement, (batch_number, expires) in zip(
            basket, cart.lines, posted, known, strict=True
        )
    ]
