"""Completing a sale: everything in the books, or nothing.

The whole takes seven statements whatever the number of lines; ``docs/locking.md`` tells the order of the locks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from smartpos.core.db import utc_now
from smartpos.core.errors import Conflict, Forbidden
from smartpos.core.money import plain, round_money
from smartpos.core.sql import send
from smartpos.finance.models import CashEntryKind
from smartpos.finance.operations import record_cash
from smartpos.identity.actors import Actor
from smartpos.sales.errors import (
    CashAboveLimit,
    CashNotAllowed,
    ClientUuidReused,
    CustomerNotFound,
    DiscountAboveLimit,
    EmptySale,
    NoOpenShift,
    ShiftElsewhere,
    TooManyLines,
    WrongMoment,
)
from smartpos.sales.operations.basket import BasketLine, fill_basket
from smartpos.sales.operations.drafts import Draft
from smartpos.sales.operations.payments import Settlement, is_cash_only, settle
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import PricedCart, price_cart
from smartpos.sales.queries import OpenShift, SoldSale, find_by_client_uuid, sold_sale
from smartpos.sales.requests import SaleRequest
from smartpos.stock.operations import Movement, prepare_movements, write_movements
from smartpos.stock.queries import Goods, is_tracked

SALE_ORIGIN = "sale"
MOST_LINES = 1000
# Clocks of tills are never quite right.
CLOCK_TOLERANCE = timedelta(minutes=5)

_LOCK_SHIFT = """
SELECT shift.id, shift.number, shift.last_number, shift.opened_at, shift.branch_id, branch.name,
       shift.till_id, till.number, till.name, shift.cashier_id
FROM shifts AS shift
JOIN tills AS till ON till.organization_id = shift.organization_id AND till.id = shift.till_id
JOIN branches AS branch ON branch.organization_id = shift.organization_id AND branch.id = shift.branch_id
WHERE shift.organization_id = %(organization_id)s AND shift.cashier_id = %(cashier_id)s AND shift.status = 'open'
FOR NO KEY UPDATE OF shift
"""


def complete_sale(request: SaleRequest, *, actor: Actor) -> tuple[SoldSale, bool]:
    """Sell to a customer: price, take the money, move the stock, note the cash.

    The sale goes to the actor's own open shift. Prices and VAT are those in force in its branch at the moment of the
    sale. Gives the receipt, and whether it was made now: the same request again gives the first receipt and writes
    nothing.

    Raises NoOpenShift, ShiftElsewhere, ClientUuidReused, CustomerNotFound, WrongMoment, EmptySale, TooManyLines,
    DiscountAboveLimit, CashNotAllowed, CashAboveLimit, Forbidden (a discount without the right), NotEnoughStock, and
    what ``fill_basket``, ``price_cart`` and ``settle`` raise.
    """
    if not request.items:
        raise EmptySale
    if len(request.items) > MOST_LINES:
        raise TooManyLines(MOST_LINES)
    shift = _lock_open_shift(actor)
    # Only after the lock, so that the second of two identical requests sees what the first has done.
    done = _already_sold(request, actor)
    if done is not None:
        return done, False
    if shift is None:
        raise NoOpenShift
    if actor.till_id is not None and actor.till_id != shift.till_id:
        raise ShiftElsewhere(shift.till_name)
    if request.customer_id is not None:
        raise CustomerNotFound(customer_id=request.customer_id)
    now = utc_now()
    sold_at = _moment(request.sold_at, shift, now)
    basket = fill_basket(request.items, branch_id=shift.branch_id, at=sold_at, actor=actor)
    cart = price_cart(
        [line.cart for line in basket],
        cart_discount=request.discount,
        rounding_step=actor.setting("cash_rounding_step"),
        cash_only=is_cash_only(request.payments),
    )
    _check_discount(cart, actor)
    prepared = prepare_movements(
        [Movement(line.product.id, -line.moved) for line in basket],
        branch_id=shift.branch_id,
        allow_negative=actor.setting("sell_below_zero"),
        goods={line.product.id: _goods(line) for line in basket},
        actor=actor,
    )
    # After the goods: what is not there changes the total, and with it what has to be paid.
    settlement = settle(cart.total, request.payments)
    _check_cash(basket, settlement, actor)
    draft = Draft(request, shift, basket, cart, settlement, prepared.posted, sold_at, now, actor)
    sale = draft.write()
    if sale is None:
        # Somebody on another shift was faster with the very same sale.
        return _first_sold(request, actor), False
    if settlement.cash:
        record_cash(
            branch_id=shift.branch_id,
            till_id=shift.till_id,
            shift_id=shift.id,
            kind=CashEntryKind.SALE,
            amount=settlement.cash,
            origin_kind=SALE_ORIGIN,
            origin_id=sale.id,
            occurred_at=sold_at,
            actor=actor,
        )
    write_movements(prepared, origin_kind=SALE_ORIGIN, origin_id=sale.id, occurred_at=sold_at, actor=actor)
    return sale, True


def _lock_open_shift(actor: Actor) -> OpenShift | None:
    # The lock keeps the shift from being closed and counted while the sale is on its way, and gives receipts
    # their numbers one after the other. Tills do not wait for each other.
    parameters = {"organization_id": actor.organization.id, "cashier_id": actor.user_id}
    rows = send(_LOCK_SHIFT, parameters)
    return OpenShift(*rows[0]) if rows else None


def _already_sold(request: SaleRequest, actor: Actor) -> SoldSale | None:
    known = find_by_client_uuid(request.client_uuid, actor)
    if known is None:
        return None
    sale_id, content_hash = known
    if content_hash != request.fingerprint():
        raise ClientUuidReused(sale_id=sale_id)
    return sold_sale(sale_id)


def _first_sold(request: SaleRequest, actor: Actor) -> SoldSale:
    sale = _already_sold(request, actor)
    if sale is None:
        raise Conflict
    return sale


def _moment(sold_at: datetime | None, shift: OpenShift, now: datetime) -> datetime:
    if sold_at is None:
        return now
    if sold_at > now + CLOCK_TOLERANCE or sold_at < shift.opened_at - CLOCK_TOLERANCE:
        raise WrongMoment(opened_at=shift.opened_at.isoformat(), now=now.isoformat())
    return min(max(sold_at, shift.opened_at), now)


def _goods(line: BasketLine) -> Goods:
    product = line.product
    tracked = is_tracked(product.type, product.track_inventory)
    return Goods(product.id, product.name, tracked, product.cost_price)


def _check_discount(cart: PricedCart, actor: Actor) -> None:
    if cart.discount == 0:
        return
    if not actor.can(SalesPermission.SALE_DISCOUNT):
        raise Forbidden(permission=str(SalesPermission.SALE_DISCOUNT))
    limit = actor.setting("max_discount_percent")
    if cart.discount * 100 > cart.gross * limit:
        raise DiscountAboveLimit(limit)


def _check_cash(basket: Sequence[BasketLine], settlement: Settlement, actor: Actor) -> None:
    if not settlement.cash:
        return
    refused = {line.product.id: line.product.name for line in basket if not line.product.cash_allowed}
    if refused:
        raise CashNotAllowed([{"product_id": number, "name": name} for number, name in refused.items()])
    limit: Decimal = actor.setting("cash_limit_per_receipt")
    if limit and settlement.cash > limit:
        raise CashAboveLimit(plain(round_money(limit)))
