"""What labels say of products, and which labels are due because their price no longer holds.

The price of a label is what one piece costs whoever takes it from the shelf: the price in force, less the promotion
that holds the whole day for everybody and for a single piece. Happy hours, tiers of customers and N-for-M are not for
a shelf label: it would be wrong for most of those who read it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Numeric,
    Text,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import (
    LabelKind,
    LabelPrint,
    LabelTemplate,
    PriceType,
    Product,
    ProductBarcode,
    ProductStatus,
    PromotionKind,
    Unit,
)
from smartpos.catalog.queries.doors import LARGEST_ID
from smartpos.catalog.queries.pricing import BRANCH, PRICE_TYPE, in_ids, price_in_force
from smartpos.catalog.queries.promotions import PromotionRule, promotions_in_force
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect, Page, decode_cursor, encode_cursor

EVERY_DAY = 127
IDS = ARRAY(BigInteger)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A product as its label tells of it.

    ``price`` is what one costs now; ``regular`` what it costs when no offer holds. ``weight`` is in kilograms.
    ``printed_price`` and ``printed_at`` are those of its latest price label in the branch, None without one.
    """

    id: int
    name: str
    sku: str
    barcode: str | None
    unit: str
    unit_digits: int
    weight: Decimal | None
    price: Decimal
    regular: Decimal
    printed_price: Decimal | None
    printed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Whose labels: of a branch (None: of none in particular), by a price type, at a moment."""

    branch_id: int | None
    price_type_id: int
    at: datetime

    @property
    def parameters(self) -> dict[str, Any]:
        return {"branch_id": self.branch_id, "price_type_id": self.price_type_id, "at": self.at}


def labelled_products(product_ids: Sequence[int], shelf: Shelf) -> list[Labelled]:
    """These products in this order; those that do not exist are left out. Two statements."""
    if not product_ids:
        return []
    statement = _labelled(shelf, in_ids(Product.id, product_ids))
    rows = db.session.execute(statement, shelf.parameters)
    by_id = {row.id: Labelled(*row) for row in rows}
    return [by_id[number] for number in product_ids if number in by_id]


def labels_due(
    shelf: Shelf, *, limit: int, cursor: str | None = None, never_printed: bool = False
) -> Page[Labelled]:
    """The products on sale whose latest price label in the branch says another price than the one in force.

    ``never_printed`` takes those in that have no label yet. Four statements however many products there are. Raises
    Invalid for a cursor of another list.
    """
    last = decode_cursor(cursor, [int])[0] if cursor else 0
    wanted = and_(Product.id > last, Product.status == ProductStatus.ACTIVE)
    rows = db.session.execute(
        _labelled(shelf, wanted, due="never" if never_printed else "changed", limit=limit + 1),
        shelf.parameters,
    ).all()
    following = encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None
    return Page(labelled_products([row.id for row in rows[:limit]], shelf), following)


def _labelled(shelf: Shelf, wanted: Any, *, due: str = "", limit: int | None = None) -> AnySelect:
    """The statement behind both: the columns of ``Labelled``, ordered by the product's number."""
    rules = [rule for rule in promotions_in_force(shelf.branch_id, shelf.at) if _is_for_labels(rule)]
    goods = (
        select(
            Product.id,
            Product.name,
            Product.sku,
            Product.unit_id,
            Product.category_id,
            Product.weight,
            price_in_force(of_type=True).label("price"),
            # All products are looked through for those that are due; what else is shown of these is asked afterwards.
            (Product.price if due else price_in_force(of_type=True, lasting=True)).label("lasting"),
        )
        .where(wanted, Product.deleted_at.is_(None))
        .order_by(Product.id)
        # Keeps PostgreSQL from asking for the price once per place where it is compared.
        .offset(0)
        .subquery("goods")
    )
    price: Any = goods.c.price
    if rules:
        price = price - func.coalesce(_taken_off(rules, goods), 0)
    printed = (
        select(LabelPrint.price, LabelPrint.created_at)
        .where(
            LabelPrint.product_id == goods.c.id,
            LabelPrint.branch_id.is_not_distinct_from(BRANCH),
            LabelPrint.price_type_id == PRICE_TYPE,
            LabelPrint.kind == LabelKind.PRICE,
        )
        # Not by the number alone: that would tempt PostgreSQL to look for the product among all labels there are.
        .order_by(LabelPrint.created_at.desc(), LabelPrint.id.desc())
        .limit(1)
        .lateral("printed")
    )
    barcode = (
        select(ProductBarcode.barcode)
        .where(ProductBarcode.product_id == goods.c.id)
        # A label is for one piece; a pack's code would sell the pack.
        .where(ProductBarcode.multiplier == 1)
        .order_by(ProductBarcode.created_at, ProductBarcode.id)
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(
            goods.c.id,
            goods.c.name,
            goods.c.sku,
            barcode,
            Unit.name,
            Unit.digits,
            goods.c.weight,
            price.label("now"),
            func.greatest(goods.c.lasting, goods.c.price),
            printed.c.price,
            printed.c.created_at,
        )
        .join(Unit, Unit.id == goods.c.unit_id)
        .join(printed, true(), isouter=due != "changed")
        .order_by(goods.c.id)
    )
    if due:
        differs = printed.c.price != price
        statement = statement.where(or_(differs, printed.c.price.is_(None)) if due == "never" else differs)
    return statement if limit is None else statement.limit(limit)


def _is_for_labels(rule: PromotionRule) -> bool:
    return (
        rule.kind is not PromotionKind.N_FOR_M
        and rule.tier is None
        and rule.weekdays == EVERY_DAY
        and rule.time_from is None
        and rule.min_quantity <= 1
    )


def _taken_off(rules: Sequence[PromotionRule], goods: Any) -> Any:
    """What promotions take off one piece: the highest priority that takes anything, and of it the most."""
    places = list(range(len(rules)))
    values = [one.percent if one.kind is PromotionKind.PERCENT else one.amount for one in rules]
    rule = (
        func.unnest(
            literal(places, IDS),
            literal([one.kind.value for one in rules], ARRAY(Text)),
            literal(values, ARRAY(Numeric)),
            literal([one.priority for one in rules], IDS),
            literal([not (one.product_ids or one.category_ids) for one in rules], ARRAY(Boolean)),
        )
        .table_valued(
            column("place", BigInteger),
            column("kind", Text),
            column("value", Numeric),
            column("priority", BigInteger),
            column("of_all", Boolean),
        )
        .render_derived(name="rule")
    )
    aims: list[Any] = [rule.c.of_all]
    for target, numbers in (
        (goods.c.id, [one.product_ids for one in rules]),
        (goods.c.category_id, [one.category_ids for one in rules]),
    ):
        pairs = [(place, number) for place, some in zip(places, numbers, strict=True) for number in some]
        if pairs:
            aim = (
                func.unnest(
                    literal([place for place, _number in pairs], IDS),
                    literal([number for _place, number in pairs], IDS),
                )
                .table_valued(column("place", BigInteger), column("number", BigInteger))
                .render_derived(name="aim")
            )
            # It does not refer to the product, so it is hashed once and not read again for each.
            aims.append(tuple_(rule.c.place, target).in_(select(aim.c.place, aim.c.number)))
    offered: Any = case(
        (rule.c.kind == PromotionKind.PERCENT.value, func.round(goods.c.price * rule.c.value / 100, 2)),
        (rule.c.kind == PromotionKind.FIXED_PRICE.value, goods.c.price - rule.c.value),
        else_=rule.c.value,
    )
    taken = func.least(offered, goods.c.price)
    return (
        select(taken)
        .select_from(rule)
        .where(or_(*aims), taken > 0)
        .order_by(rule.c.priority.desc(), taken.desc())
        .limit(1)
        .correlate(goods)
        .scalar_subquery()
    )


# --- templates -----------------------------------------------------------------------------------------------------


def label_templates() -> Sequence[LabelTemplate]:
    """All templates: price labels first, the default of each kind before the others."""
    query = select(LabelTemplate).where(LabelTemplate.deleted_at.is_(None))
    order = (LabelTemplate.kind != LabelKind.PRICE, LabelTemplate.is_default.desc(), LabelTemplate.name)
    return db.session.scalars(query.order_by(*order, LabelTemplate.id)).all()


def default_template(kind: LabelKind) -> LabelTemplate | None:
    """The template that is used where none is named."""
    query = select(LabelTemplate).where(LabelTemplate.deleted_at.is_(None), LabelTemplate.kind == kind)
    return db.session.scalar(query.order_by(LabelTemplate.is_default.desc(), LabelTemplate.id).limit(1))


def label_template(template_id: int) -> LabelTemplate:
    """A template that is not deleted. Raises NotFound."""
    row = db.session.get(LabelTemplate, template_id) if 0 < template_id <= LARGEST_ID else None
    if row is None or row.deleted_at is not None:
        raise NotFound
    return row


def default_price_type_id() -> int:
    """The price type by which is sold where nothing else is said."""
    return db.session.scalars(select(PriceType.id).where(PriceType.is_default)).one()


def products_without_barcode(product_ids: Collection[int]) -> list[int]:
    """Those of the products that have no barcode for a single piece, in the order of their numbers."""
    coded = select(ProductBarcode.id).where(
        ProductBarcode.product_id == Product.id, ProductBarcode.multiplier == 1
    )
    query = select(Product.id).where(
        in_ids(Product.id, product_ids), Product.deleted_at.is_(None), ~coded.exists()
    )
    return list(db.session.scalars(query.order_by(Product.id)))
