"""What goods that come back are worth, to the tiyin: pure arithmetic. ``docs/money.md`` tells the rules in prose.

A line may come back in any number of pieces. What has come back of it so far is computed as a whole and the pieces are
the differences, so that they always add up to the line, whatever the order and the sizes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from smartpos.core.money import part_of as share
from smartpos.core.money import round_to_step
from smartpos.sales.models import PaymentMethod

NOTHING = Decimal("0.00")

# What is owed is forgiven before points are given back, those before a card is charged back; cash comes last.
BACK_IN_THIS_ORDER = (
    PaymentMethod.CREDIT,
    PaymentMethod.POINTS,
    PaymentMethod.CARD,
    PaymentMethod.TRANSFER,
    PaymentMethod.CASH,
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of a line or of a piece of it. total = gross − promotion − discount − cart_discount (+ tax on top)."""

    gross: Decimal
    promotion: Decimal
    discount: Decimal
    cart_discount: Decimal
    tax: Decimal
    total: Decimal
    cost: Decimal

    def less(self, other: "Amounts") -> "Amounts":
        """What is left when ``other`` is taken off."""
        return Amounts(
            self.gross - other.gross,
            self.promotion - other.promotion,
            self.discount - other.discount,
            self.cart_discount - other.cart_discount,
            self.tax - other.tax,
            self.total - other.total,
            self.cost - other.cost,
        )

    @property
    def negative(self) -> "Amounts":
        """As they stand on the receipt that gives them back."""
        return Amounts(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING).less(self)


def part_of(line: Amounts, part: Decimal, whole: Decimal) -> Amounts:
    """What ``part`` of the ``whole`` quantity of a line is worth.

    Gross, tax, cost and what was paid for the goods (net) are shares rounded half up. The discounts are what lies
    between net and gross, cut at rounded sums rather than rounded one by one: otherwise three roundings could together
    exceed the gross, and somebody would pay for giving something back.
    """
    net = line.gross - line.promotion - line.discount - line.cart_discount
    with_cart = net + line.cart_discount
    with_discount = with_cart + line.discount
    cuts = [share(amount, part, whole) for amount in (net, with_cart, with_discount, line.gross)]
    tax = share(line.tax, part, whole)
    on_top = line.total - net
    return Amounts(
        gross=cuts[3],
        promotion=cuts[3] - cuts[2],
        discount=cuts[2] - cuts[1],
        cart_discount=cuts[1] - cuts[0],
        tax=tax,
        total=cuts[0] + (tax if on_top else NOTHING),
        cost=share(line.cost, part, whole),
    )


def piece_of(line: Amounts, whole: Decimal, *, returned: Decimal, quantity: Decimal) -> Amounts:
    """What ``quantity`` more of a line is worth when ``returned`` of its ``whole`` quantity is back already."""
    return part_of(line, returned + quantity, whole).less(part_of(line, returned, whole))


def credit_for(
    exact: Decimal,
    *,
    exact_before: Decimal,
    given_before: Decimal,
    bought: Decimal,
    is_last: bool,
    rounding_step: Decimal = NOTHING,
) -> Decimal:
    """What goods count for that are worth ``exact`` by their lines; never less than nothing.

    ``bought`` is what the receipt's goods cost in the end, with its rounding; ``exact_before`` is the worth of what
    came back before, ``given_before`` what that counted for. Whatever is still missing comes with the last piece.
    Until then a refund that is paid in cash alone is a multiple of ``rounding_step``, as near as it can be to what
    should have been given so far, so that many small refunds do not add up to more than the receipt.
    """
    left = max(bought - given_before, NOTHING)
    if is_last:
        return left
    if rounding_step <= 0:
        return min(exact, left)
    due = max(exact_before + exact - given_before, NOTHING)
    return min(round_to_step(due, rounding_step), _down_to_step(left, rounding_step))


def points_to_take_back(
    earned: Decimal, *, bought: Decimal, given_before: Decimal, given: Decimal, is_last: bool
) -> Decimal:
    """Of the points that a receipt earned, what belongs to goods that count for ``given``."""
    if bought <= 0:
        return earned if is_last else NOTHING
    before = share(earned, min(given_before, bought), bought)
    after = earned if is_last else share(earned, min(given_before + given, bought), bought)
    return after - before


@dataclass(frozen=True, slots=True)
class Back:
    """Money that is given back; ``amount`` is positive. In a foreign currency ``foreign_amount`` is handed over."""

    method: PaymentMethod
    amount: Decimal
    currency: str | None = None
    exchange_rate: Decimal | None = None
    foreign_amount: Decimal | None = None


def back_as_paid(total: Decimal, held: Mapping[PaymentMethod, Decimal]) -> list[Back]:
    """Give ``total`` back in the ways it came, of each at most what the shop still holds by it."""
    given = []
    left = total
    for method in BACK_IN_THIS_ORDER:
        amount = min(left, max(held.get(method, NOTHING), NOTHING))
        if amount > 0:
            given.append(Back(method, amount))
            left -= amount
    if left > 0:
        # More than is held is never owed; should it be, it is money all the same.
        cash = next((one for one in given if one.method is PaymentMethod.CASH), None)
        given = [one for one in given if one is not cash]
        given.append(Back(PaymentMethod.CASH, left + (cash.amount if cash else NOTHING)))
    return given


def is_held_in_cash(held: Mapping[PaymentMethod, Decimal]) -> bool:
    """Whether all that the shop still holds of a receipt is cash; then it gives back round amounts."""
    return all(method is PaymentMethod.CASH or amount <= 0 for method, amount in held.items())


def beyond_held(backs: Iterable[Back], held: Mapping[PaymentMethod, Decimal]) -> list[PaymentMethod]:
    """The methods by which more is given back than was paid by them."""
    wanted: dict[PaymentMethod, Decimal] = {}
    for back in backs:
        wanted[back.method] = wanted.get(back.method, NOTHING) + back.amount
    return [method for method, amount in wanted.items() if amount > max(held.get(method, NOTHING), NOTHING)]


def together(amounts: Sequence[Amounts]) -> Decimal:
    """The sum of the totals."""
    return sum((one.total for one in amounts), NOTHING)


def _down_to_step(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).to_integral_value(ROUND_FLOOR) * step
