"""What reports about goods have in common: the filters, the columns that say which product it is, who may see costs."""

from flask_babel import lazy_gettext as _l

from smartpos.catalog.models import Category, Product, Unit
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.tree import of_category
from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, Filter, FilterKind
from smartpos.identity.models import Branch

COST = CatalogPermission.COST_READ
"""Purchase prices, values in stock and margins."""

BRANCH = Filter("branch_id", _l("Branch"), FilterKind.ROW, model=Branch)
CATEGORY = Filter("category_id", _l("Category"), FilterKind.ROW, model=Category)
PRODUCT = Filter("product_id", _l("Product"), FilterKind.ROW, model=Product)

PRODUCT_COLUMN = Column("product", _l("Product"), link=("products.details_view", "product_id"), width=40)
SKU_COLUMN = Column("sku", _l("Article"))
CATEGORY_COLUMN = Column("category", _l("Category"), width=24)
UNIT_COLUMN = Column("unit", _l("Unit"), width=8)
BRANCH_COLUMN = Column("branch", _l("Branch"), width=20)

NAMES = (
    Product.id.label("product_id"),
    Product.name.label("product"),
    Product.sku.label("sku"),
    Category.name.label("category"),
    Unit.name.label("unit"),
)
"""The labels of the columns above but for the branch."""


def with_names(query: AnySelect) -> AnySelect:
    """A select that has products already, with the tables that ``NAMES`` are from."""
    return query.join(Unit, Unit.id == Product.unit_id).outerjoin(
        Category, Category.id == Product.category_id
    )


def narrowed(query: AnySelect, asked: Asked) -> AnySelect:
    """Of the products asked for alone: of one, or of a category with what is below it."""
    if asked["product_id"] is not None:
        query = query.where(Product.id == asked["product_id"])
    if asked["category_id"] is not None:
        query = query.where(of_category(asked["category_id"]))
    return query
