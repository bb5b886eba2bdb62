"""Price types, and prices that refine a product's own."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import literal, select

from smartpos.catalog.errors import DefaultPriceType, InUse
from smartpos.catalog.models import Price, PriceType, Product
from smartpos.catalog.operations import values
from smartpos.catalog.operations.products import touch, touch_products, update_product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.usage import uses_of
from smartpos.core.db import db
from smartpos.core.money import ZERO
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import Branch, BranchKind


def create_price_type(*, name: str, is_default: bool = False, actor: Actor) -> PriceType:
    """Make a price type; the first one is the default. Raises BadField, AlreadyTaken."""
    price_type = PriceType(name=_free_name(name, None), is_default=False)
    db.session.add(price_type)
    db.session.flush()
    if is_default or db.session.scalar(select(PriceType.id).where(PriceType.is_default)) is None:
        make_default_price_type(price_type, actor=actor)
    return price_type


def update_price_type(
    price_type: PriceType, *, name: str | None = None, is_default: bool | None = None, actor: Actor
) -> PriceType:
    """Rename a price type or make it the default. Raises DefaultPriceType when the default would be lost."""
    if name is not None:
        price_type.name = _free_name(name, price_type)
    if is_default is False and price_type.is_default:
        raise DefaultPriceType
    db.session.flush()
    if is_default and not price_type.is_default:
        make_default_price_type(price_type, actor=actor)
    return price_type


def make_default_price_type(price_type: PriceType, *, actor: Actor) -> None:
    """Sell by this price type from now on. The products' own prices stay what they are."""
    before = db.session.scalar(select(PriceType).where(PriceType.is_default).with_for_update())
    if before is not None and before is not price_type:
        before.is_default = False
        db.session.flush()  # the database allows one default at any moment
    price_type.is_default = True
    touch_products(Product.deleted_at.is_(None))
    db.session.flush()


def delete_price_type(price_type: PriceType, *, actor: Actor) -> None:
    """Remove a price type without prices. Raises DefaultPriceType, InUse."""
    if price_type.is_default:
        raise DefaultPriceType
    uses = uses_of("price_types", price_type.id)
    if uses == ["label_prints"]:
        raise InUse(_("Labels were printed by the type “%(name)s”.", name=price_type.name), uses=uses)
    if uses:
        raise InUse(_("There are still prices of the type “%(name)s”.", name=price_type.name), uses=uses)
    db.session.delete(price_type)
    db.session.flush()


def set_product_price(
    product: Product,
    price: Any,
    *,
    price_type: PriceType | None = None,
    branch_id: int | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    actor: Actor,
) -> Price | None:
    """Set what a product costs, for one base unit.

    Without a branch or a period the price of the default type is the product's own (None is given back); anything
    else is a row of its own, and the one of the same type, branch and ``valid_from`` is replaced. Moments carry
    a time zone; ``valid_to`` is the first one at which the price no longer holds. Raises BadField, Forbidden.
    """
    actor.require(CatalogPermission.PRICE_WRITE)
    if price_type is None:
        price_type = db.session.scalars(select(PriceType).where(PriceType.is_default)).one()
    if price_type.is_default and branch_id is None and valid_from is None and valid_to is None:
        update_product(product, price=price, actor=actor)
        return None
    same = select(Price).where(
        Price.product_id == product.id,
        Price.price_type_id == price_type.id,
        Price.branch_id.is_not_distinct_from(literal(branch_id, Price.branch_id.type)),
        Price.valid_from.is_not_distinct_from(literal(valid_from, Price.valid_from.type)),
    )
    row = db.session.scalar(same) or Price(created_by=actor.user_id)
    return update_price(
        row,
        product=product,
        price_type=price_type,
        branch_id=branch_id,
        price=price,
        valid_from=valid_from,
        valid_to=valid_to,
        actor=actor,
    )


def update_price(
    row: Price,
    *,
    product: Product,
    price_type: PriceType,
    branch_id: int | None,
    price: Any,
    valid_from: datetime | None,
    valid_to: datetime | None,
    actor: Actor,
) -> Price:
    """Write all facts of a price row, a new one included. Raises BadField, AlreadyTaken, Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    for field, moment in (("valid_from", valid_from), ("valid_to", valid_to)):
        if moment is not None and moment.tzinfo is None:
            raise BadField(field, _("This moment needs a time zone."))
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        raise BadField("valid_to", _("A price must end after it begins."))
    branch = None if branch_id is None else db.session.get(Branch, branch_id)
    if branch_id is not None and (branch is None or branch.kind is BranchKind.TRANSIT):
        raise BadField("branch_id", _("This choice does not exist."))
    cleaned = values.price(price, "price", needed=True)
    twin = select(Price.id).where(
        Price.product_id == product.id,
        Price.price_type_id == price_type.id,
        Price.branch_id.is_not_distinct_from(literal(branch_id, Price.branch_id.type)),
        Price.valid_from.is_not_distinct_from(literal(valid_from, Price.valid_from.type)),
        Price.id.is_distinct_from(row.id),
    )
    if db.session.scalar(twin.limit(1)) is not None:
        sentence = _("There is already a price that begins at the same time.")
        raise AlreadyTaken(sentence, errors={"valid_from": [sentence]})
    if row.product_id is not None and row.product_id != product.id:
        touch_products(Product.id == row.product_id)
    row.product_id = product.id
    row.price_type_id = price_type.id
    row.branch_id = branch_id
    row.price = cleaned or ZERO
    row.valid_from = valid_from
    row.valid_to = valid_to
    db.session.add(row)
    touch(product)
    db.session.flush()
    return row


def delete_price(row: Price, *, actor: Actor) -> None:
    """Remove a price row; the next special one holds from now on. Raises Forbidden."""
    actor.require(CatalogPermission.PRICE_WRITE)
    touch_products(Product.id == row.product_id)
    db.session.delete(row)
    db.session.flush()


def _free_name(value: Any, price_type: PriceType | None) -> str:
    name = str(values.text(value, "name", longest=100, needed=True))
    own = price_type.id if price_type is not None else None
    taken = select(PriceType.id).where(PriceType.name == name, PriceType.id.is_distinct_from(own))
    if db.session.scalar(taken) is not None:
        sentence = _("There is already a price type of this name.")
        raise AlreadyTaken(sentence, errors={"name": [sentence]})
    return name
