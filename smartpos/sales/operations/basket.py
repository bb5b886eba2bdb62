"""From what a client names to goods with prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.catalog.queries import Scanned, Sellable, products_of_codes, sellable_products
from smartpos.catalog.scales import SCALE_SETTING, ScaleCode, scale_codes
from smartpos.core.errors import Invalid
from smartpos.core.money import plain, round_money, round_quantity
from smartpos.identity.actors import Actor
from smartpos.sales.errors import ProductNotFound, ProductNotSold, WrongBarcode, WrongQuantity
from smartpos.sales.pricing import CartLine, fits_unit, pack_price
from smartpos.sales.requests import SaleLine
from smartpos.stock.operations import Lot, Movement
from smartpos.stock.queries import Goods, is_tracked

ONE = Decimal("1.000")


@dataclass(frozen=True, slots=True)
class BasketLine:
    """A line whose goods are known. ``moved`` is what leaves stock, in base units.

    ``digits`` says how finely it may be counted; a pack is sold whole, whatever its goods are measured in.
    ``list_price`` is the shop's own; ``cart`` has the price that is charged.
    """

    asked: SaleLine
    product: Sellable
    unit: str
    digits: int
    multiplier: Decimal
    quantity: Decimal
    moved: Decimal
    list_price: Decimal
    cart: CartLine
    promotion_id: int | None = None
    promotion_name: str | None = None

    @property
    def goods(self) -> Goods:
        """The product as stock sees it."""
        product = self.product
        tracked = is_tracked(product.type, product.track_inventory)
        return Goods(product.id, product.name, tracked, product.cost_price, product.track_batches)

    def leaving(self) -> Movement:
        """What leaves stock, of the lot that was scanned if one was."""
        number = self.asked.batch_number
        return Movement(self.product.id, -self.moved, lot=Lot(number) if number else None)

    @property
    def price_by_hand(self) -> bool:
        """Whether somebody set another price than the shop's own."""
        return self.asked.price is not None and self.cart.price != self.list_price


def fill_basket(
    lines: Sequence[SaleLine],
    *,
    branch_id: int,
    at: datetime,
    price_type_id: int | None = None,
    as_shown: bool = False,
    actor: Actor,
) -> list[BasketLine]:
    """Look up goods, prices and VAT as they are in a branch at a moment; one statement, and three more for labels of
    the shop's scale.

    A price set by hand goes before the shop's own. ``as_shown`` is for what was sold offline: the price that the till
    showed holds, and goods that are not for sale any more have been sold all the same.

    Raises ProductNotFound, ProductNotSold and WrongQuantity, each naming all that are wrong; WrongBarcode.
    """

    def look_up(ids: list[int], barcodes: list[str]) -> tuple[dict[int, Sellable], dict[str, Scanned]]:
        return sellable_products(
            ids,
            barcodes,
            branch_id=branch_id,
            country=actor.organization.country,
            at=at,
            price_type_id=price_type_id,
        )

    products, codes = look_up(
        [line.product_id for line in lines if line.product_id is not None],
        [line.barcode for line in lines if line.barcode is not None],
    )
    labels = scale_codes(
        [line.barcode for line in lines if line.barcode is not None and line.barcode not in codes],
        actor.setting(SCALE_SETTING),
    )
    if labels:
        numbers = products_of_codes([one for label in labels.values() for one in label.candidates])
        weighed, _codes = look_up(list(set(numbers.values())), [])
        products = weighed | products
        codes = codes | _read_labels(labels, numbers, products)
    _refuse_unknown(lines, products, codes)
    basket = [_line(line, products, codes, as_shown) for line in lines]
    if not as_shown:
        _refuse_inactive(basket)
    _refuse_fine_quantities(basket)
    return basket


def _read_labels(
    labels: Mapping[str, ScaleCode], numbers: Mapping[str, int], products: Mapping[int, Sellable]
) -> dict[str, Scanned]:
    """What labels of a scale stand for: so much of the goods, or as much as the price on the label makes."""
    scanned = {}
    for code, label in labels.items():
        product_id = next((numbers[one] for one in label.candidates if one in numbers), None)
        if product_id is None:
            continue
        product = products[product_id]
        quantity = label.quantity_at(product.price)
        if quantity is None:
            continue
        if label.price is None:
            scanned[code] = Scanned(code, product_id, quantity, None, None)
        else:
            title = f"{plain(quantity)} {product.unit_name}"
            scanned[code] = Scanned(code, product_id, quantity, label.price, title)
    return scanned


def _refuse_unknown(
    lines: Sequence[SaleLine], products: Mapping[int, Sellable], codes: Mapping[str, Scanned]
) -> None:
    unknown_codes = [line.barcode for line in lines if line.barcode is not None and line.barcode not in codes]
    unknown_ids = [
        line.product_id for line in lines if line.product_id is not None and line.product_id not in products
    ]
    if unknown_codes or unknown_ids:
        raise ProductNotFound(list(dict.fromkeys(unknown_ids)), list(dict.fromkeys(unknown_codes)))


def _line(
    line: SaleLine, products: Mapping[int, Sellable], codes: Mapping[str, Scanned], as_shown: bool
) -> BasketLine:
    code = codes[line.barcode] if line.barcode is not None else None
    if code is not None and line.product_id not in {None, code.product_id}:
        raise WrongBarcode(barcode=code.barcode)
    product_id = line.product_id if code is None else code.product_id
    if product_id is None:
        raise Invalid(_("A line needs a product or a barcode."))
    product = products[product_id]
    is_pack = _is_pack(code)
    multiplier = code.multiplier if code else ONE
    list_price = round_money(pack_price(product.price, multiplier, code.price) if code else product.price)
    shown = line.shown_price if as_shown and line.shown_price is not None else list_price
    # All figures get the digits they are stored with, so that a receipt reads the same now and later.
    quantity = round_quantity(line.quantity)
    return BasketLine(
        asked=line,
        product=product,
        unit=(code.title if code and is_pack else None) or product.unit_name,
        digits=0 if is_pack else product.unit_digits,
        multiplier=multiplier,
        quantity=quantity,
        moved=round_quantity(quantity * multiplier),
        list_price=list_price,
        cart=CartLine(
            price=round_money(line.price if line.price is not None else shown),
            quantity=quantity,
            discount=round_money(line.discount),
            vat_rate=round_money(product.vat_rate),
            vat_included=product.vat_included,
        ),
    )


def _is_pack(code: Scanned | None) -> bool:
    return code is not None and (code.multiplier != 1 or code.price is not None)


def _refuse_inactive(basket: Sequence[BasketLine]) -> None:
    inactive = {line.product.id: line.product.name for line in basket if not line.product.is_active}
    if inactive:
        raise ProductNotSold([{"product_id": number, "name": name} for number, name in inactive.items()])


def _refuse_fine_quantities(basket: Sequence[BasketLine]) -> None:
    wrong = [
        {
            "line": place,
            "product_id": line.product.id,
            "name": line.product.name,
            "quantity": plain(line.quantity),
            "digits": line.digits,
        }
        for place, line in enumerate(basket, start=1)
        if line.moved == 0 or not fits_unit(line.quantity, line.digits)
    ]
    if wrong:
        raise WrongQuantity(wrong)
