"""What of a receipt comes back, line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.money import plain, round_cost, round_quantity
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.sales.errors import (
    EmptyRefund,
    NotReturnable,
    SaleItemsNotFound,
    TooManyLines,
    TooMuchReturned,
    WrongQuantity,
)
from smartpos.sales.models import Restock, SaleStatus, SaleType
from smartpos.sales.operations.drafts import NOTHING, SALE_ORIGIN, DraftLine
from smartpos.sales.operations.refunds.requests import RefundLine
from smartpos.sales.pricing import fits_unit
from smartpos.sales.queries.returns import Original, ReturnableLine, original_sale
from smartpos.sales.refunding import Amounts, piece_of
from smartpos.stock.operations import Movement, shares
from smartpos.stock.queries import Goods, goods_of

NO_COST = Decimal("0.0000")

# The receipt and those whose money it shares, always in the order of their numbers. What has come back is summed only
# after this: of two refunds of one receipt the second sees the first.
_LOCK = """
WITH RECURSIVE up AS (
    SELECT id, original_id FROM sales WHERE organization_id = %(organization_id)s AND id = %(sale_id)s
    UNION ALL
    SELECT sale.id, sale.original_id FROM up
    JOIN sales AS sale ON sale.organization_id = %(organization_id)s AND sale.id = up.original_id
)
SELECT sale.id FROM sales AS sale
WHERE sale.organization_id = %(organization_id)s AND sale.id IN (SELECT id FROM up)
ORDER BY sale.id FOR NO KEY UPDATE OF sale
"""
# What went out by the receipt itself less what came back by those that returned it. An exchange has both kinds of rows.
_LOTS_OUT = """
SELECT moved.product_id, moved.batch_id, -sum(moved.quantity) FROM inventory_movements AS moved
WHERE moved.organization_id = %(organization_id)s AND moved.origin_kind = %(origin_kind)s
  AND moved.product_id = ANY (%(product_ids)s::bigint[])
  AND ((moved.origin_id = %(sale_id)s AND moved.quantity < 0)
       OR (moved.quantity > 0
           AND moved.origin_id IN (SELECT back.id FROM sales AS back
                                   WHERE back.organization_id = %(organization_id)s
                                     AND back.original_id = %(sale_id)s)))
GROUP BY moved.product_id, moved.batch_id
ORDER BY max(moved.id) FILTER (WHERE moved.quantity < 0) DESC NULLS LAST
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that comes back. ``amounts`` and ``quantity`` are positive."""

    line: ReturnableLine
    quantity: Decimal
    restock: Restock
    amounts: Amounts

    @property
    def moved(self) -> Decimal:
        """Base units."""
        return round_quantity(self.quantity * self.line.multiplier)

    def moves(self, goods: Mapping[int, Goods]) -> bool:
        """Whether it comes back into stock."""
        return self.restock is not Restock.NONE and goods[self.line.product_id].is_tracked

    def movements(self, lots: "LotsBack") -> list[Movement]:
        """Back into stock with exactly the cost it had, into the lots it left from."""
        parts = lots.take(self.line.product_id, self.moved)
        values = shares([quantity for _batch_id, quantity in parts], self.amounts.cost)
        return [
            Movement(self.line.product_id, quantity, value=value, batch_id=batch_id)
            for (batch_id, quantity), value in zip(parts, values, strict=True)
        ]


class LotsBack:
    """What of a receipt's lots is still out, the last that went out first; taken back piece by piece."""

    def __init__(self, out: Sequence[tuple[int, int | None, Decimal]] = ()) -> None:
        self._out: dict[int, dict[int | None, Decimal]] = {}
        for product_id, batch_id, quantity in out:
            if quantity > 0:
                self._out.setdefault(product_id, {})[batch_id] = quantity

    def take(self, product_id: int, quantity: Decimal) -> list[tuple[int | None, Decimal]]:
        """The lots (None: without one) that so much of a product came from, and how much of each."""
        out = self._out.get(product_id, {})
        parts: dict[int | None, Decimal] = {}
        for batch_id, still_out in out.items():
            part = min(quantity, still_out)
            if part > 0:
                out[batch_id] = still_out - part
                quantity -= part
                parts[batch_id] = part
        if quantity:
            parts[None] = parts.get(None, Decimal("0.000")) + quantity
        return list(parts.items())


def lots_back(original: Original, goods: Mapping[int, Goods], actor: Actor) -> LotsBack:
    """Which lots the goods of a locked receipt left and have not come back to; one statement where lots are kept."""
    kept = [number for number, one in goods.items() if one.keeps_lots and one.is_tracked]
    if not kept:
        return LotsBack()
    parameters = {
        "organization_id": actor.organization.id,
        "sale_id": original.id,
        "origin_kind": SALE_ORIGIN,
        "product_ids": array(kept),
    }
    return LotsBack([(row[0], row[1], row[2]) for row in send(_LOTS_OUT, parameters)])


def lock_original(sale_id: int, actor: Actor) -> Original:
    """Lock a receipt and read what may come back of it. Raises NotFound, NotReturnable for a refund."""
    send(_LOCK, {"organization_id": actor.organization.id, "sale_id": sale_id})
    original = original_sale(sale_id, actor)
    if original.type is SaleType.REFUND:
        raise NotReturnable(sale_id=sale_id)
    return original


def check_size(items: Sequence[object], most: int) -> None:
    """Raises EmptyRefund and TooManyLines."""
    if not items:
        raise EmptyRefund
    if len(items) > most:
        raise TooManyLines(most)


def pieces_of(asked: Sequence[RefundLine], original: Original) -> list[Piece]:
    """What comes back, each part worth what it adds to what came back of its line before.

    A line may be named several times, for parts that go to different places. Raises SaleItemsNotFound, WrongQuantity
    and TooMuchReturned, each naming all lines that are wrong.
    """
    unknown = [one.sale_item_id for one in asked if one.sale_item_id not in original.lines]
    if unknown:
        raise SaleItemsNotFound(list(dict.fromkeys(unknown)))
    _refuse_fine_quantities(asked, original)
    _refuse_too_much(asked, original)
    returned = {line.id: line.returned for line in original.lines.values()}
    pieces = []
    for one in asked:
        line = original.lines[one.sale_item_id]
        quantity = round_quantity(one.quantity)
        amounts = piece_of(line.amounts, line.quantity, returned=returned[line.id], quantity=quantity)
        returned[line.id] += quantity
        pieces.append(Piece(line, quantity, one.restock, amounts))
    return pieces


def _refuse_fine_quantities(asked: Sequence[RefundLine], original: Original) -> None:
    wrong = []
    for place, one in enumerate(asked, start=1):
        line = original.lines[one.sale_item_id]
        # The whole rest may always come back, even when the unit was changed to a coarser one since.
        if one.quantity <= 0 or (one.quantity != line.left and not fits_unit(one.quantity, line.digits)):
            wrong.append(
                {
                    "line": place,
                    "sale_item_id": line.id,
                    "name": line.name,
                    "quantity": plain(one.quantity),
                    "digits": line.digits,
                }
            )
    if wrong:
        raise WrongQuantity(wrong)


def _refuse_too_much(asked: Sequence[RefundLine], original: Original) -> None:
    together: dict[int, Decimal] = {}
    for one in asked:
        together[one.sale_item_id] = together.get(one.sale_item_id, Decimal("0.000")) + one.quantity
    too_much = [
        {
            "sale_item_id": line.id,
            "name": line.name,
            "sold": plain(line.quantity),
            "returned": plain(line.returned),
            "left": plain(line.left),
            "asked": plain(quantity),
        }
        for line, quantity in ((original.lines[number], amount) for number, amount in together.items())
        if quantity > line.left
    ]
    if too_much:
        raise TooMuchReturned(too_much)


def is_all_back(original: Original, pieces: Sequence[Piece]) -> bool:
    """Whether nothing of the receipt is out any more after this."""
    coming: dict[int, Decimal] = {}
    for piece in pieces:
        coming[piece.line.id] = coming.get(piece.line.id, Decimal(0)) + piece.quantity
    return all(line.left == coming.get(line.id, 0) for line in original.lines.values())


def goods_back(pieces: Sequence[Piece]) -> dict[int, Goods]:
    """The products that come back, as stock sees them now; also those that were deleted since."""
    return goods_of([piece.line.product_id for piece in pieces])


def draft_pieces(pieces: Sequence[Piece], goods: Mapping[int, Goods]) -> list[DraftLine]:
    """The lines that give goods back, with negative quantities and amounts.

    What does not come back takes its cost with it: the shop has paid for goods that it neither has nor sold.
    """
    return [_draft_line(piece, goods) for piece in pieces]


def _draft_line(piece: Piece, goods: Mapping[int, Goods]) -> DraftLine:
    line, amounts = piece.line, piece.amounts.negative
    has_cost = piece.restock is not Restock.NONE
    return DraftLine(
        product_id=line.product_id,
        name=line.name,
        barcode=line.barcode,
        unit=line.unit,
        quantity=-piece.quantity,
        multiplier=line.multiplier,
        price=line.price,
        gross=amounts.gross,
        discount=amounts.discount,
        cart_discount=amounts.cart_discount,
        vat_rate=line.vat_rate,
        vat_included=line.vat_included,
        tax=amounts.tax,
        total=amounts.total,
        unit_cost=round_cost(piece.amounts.cost / piece.moved) if has_cost else NO_COST,
        cost=amounts.cost if has_cost else NOTHING,
        is_tracked=piece.moves(goods),
        list_price=line.list_price,
        promotion_id=line.promotion_id,
        promotion_name=line.promotion_name,
        promotion=amounts.promotion,
        returns_id=line.id,
        restock=piece.restock,
        batch_number=line.batch_number,
        expiration_date=line.expiration_date,
        marking_code=line.marking_code,
    )


def note_status(original: Original, *, all_back: bool, actor: Actor) -> None:
    """Keep what has become of the receipt that something came back of."""
    status = SaleStatus.RETURNED if all_back else SaleStatus.PARTLY_RETURNED
    if original.status is status:
        return
    send(
        "UPDATE sales SET status = %(status)s WHERE organization_id = %(organization_id)s AND id = %(sale_id)s",
        {"organization_id": actor.organization.id, "sale_id": original.id, "status": status.value},
    )
