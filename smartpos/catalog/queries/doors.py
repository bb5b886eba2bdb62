"""One door per thing: whatever comes with an id from outside is loaded here, and a stranger's is not found."""

from typing import TypeVar

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Category, Price, PriceType, Product, ProductImage, Promotion, Unit
from smartpos.core.db import TenantModel, db
from smartpos.core.errors import NotFound
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch

Row = TypeVar("Row", bound=TenantModel)

LARGEST_ID = 2**63 - 1


def _row(model: type[Row], row_id: int) -> Row:
    row = db.session.get(model, row_id) if 0 < row_id <= LARGEST_ID else None
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise NotFound
    return row


def product(product_id: int) -> Product:
    """A product that is not deleted. Raises NotFound."""
    return _row(Product, product_id)


def category(category_id: int) -> Category:
    """A category that is not deleted. Raises NotFound."""
    return _row(Category, category_id)


def price(price_id: int) -> Price:
    """A special price. Raises NotFound."""
    return _row(Price, price_id)


def price_type(price_type_id: int) -> PriceType:
    """A price type. Raises NotFound."""
    return _row(PriceType, price_type_id)


def promotion(promotion_id: int) -> Promotion:
    """A promotion that is not deleted. Raises NotFound."""
    return _row(Promotion, promotion_id)


def product_image(image_id: int, *, of: int | None = None) -> ProductImage:
    """A picture, of this product if one is named. Raises NotFound."""
    image = _row(ProductImage, image_id)
    if of is not None and image.product_id != of:
        raise NotFound
    return image


def branch_id(number: int | None) -> int | None:
    """A branch by its number, as given in a query; None stays None. Raises NotFound."""
    return None if number is None else _row(Branch, number).id


def unit_named(name: str) -> int:
    """The unit of this name. Raises BadField."""
    found = db.session.scalar(select(Unit.id).where(Unit.name == name))
    if found is None:
        raise BadField("unit", _("There is no unit of this name."))
    return found


def unit_of_pieces() -> Unit | None:
    """The unit of a product of which nothing else is said: the first one that is not divided."""
    return db.session.scalar(select(Unit).order_by(Unit.digits, Unit.id).limit(1))
