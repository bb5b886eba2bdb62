"""What was bought: by supplier, line by line, and what suppliers ask for more than before."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, cast, func, lateral, select, true, tuple_
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Category, Product, Unit
from smartpos.catalog.queries.reporting import (
    BRANCH,
    BRANCH_COLUMN,
    CATEGORY,
    CATEGORY_COLUMN,
    COST,
    PRODUCT,
    PRODUCT_COLUMN,
    SKU_COLUMN,
    UNIT_COLUMN,
    narrowed,
)
from smartpos.core.admin.labels import Words
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.crm.models import Supplier
from smartpos.crm.permissions import CrmPermission
from smartpos.identity.models import Branch
from smartpos.identity.queries import in_sight
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus, PurchaseType
from smartpos.purchasing.permissions import PurchasingPermission

SUPPLIER = Filter("supplier_id", _l("Supplier"), FilterKind.ROW, model=Supplier)
SUPPLIER_COLUMN = Column("supplier", _l("Supplier"), link=("suppliers.details_view", "supplier_id"), width=28)
PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)
_HUNDRED = Decimal(100)


def _within(query: AnySelect, asked: Asked) -> AnySelect:
    query = query.where(Purchase.document_date.between(asked.since, asked.until))
    if asked["branch_id"] is not None:
        query = query.where(Purchase.branch_id == asked["branch_id"])
    if asked["supplier_id"] is not None:
        query = query.where(Purchase.supplier_id == asked["supplier_id"])
    return query


def _by_supplier(asked: Asked) -> AnySelect:
    total = func.sum(Purchase.total_amount)
    is_return = Purchase.type == PurchaseType.RETURN
    query: AnySelect = (
        select(
            func.coalesce(Supplier.id, 0).label("supplier_key"),
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            cast(func.count().filter(~is_return), Integer).label("purchases"),
            cast(func.count().filter(is_return), Integer).label("returns"),
            func.coalesce(total.filter(~is_return), 0).cast(Numeric(18, 2)).label("bought"),
            (-func.coalesce(total.filter(is_return), 0)).cast(Numeric(18, 2)).label("returned"),
            total.label("total"),
            func.sum(Purchase.tax_amount).label("tax"),
            func.sum(Purchase.costs_amount).label("costs"),
            func.max(Purchase.document_date).label("last"),
            Supplier.balance.label("owed"),
        )
        .select_from(Purchase)
        .join(Branch, Branch.id == Purchase.branch_id)
        .outerjoin(Supplier, Supplier.id == Purchase.supplier_id)
        .where(Purchase.status == PurchaseStatus.CONFIRMED)
        .group_by(Supplier.id, Supplier.name, Supplier.balance)
    )
    return _within(query, asked)


declare_report(
    Report(
        slug="purchases-by-supplier",
        title=_l("Purchases by supplier"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        note=_l(
            "Confirmed purchases and returns by the date of the paper. What is owed now is what the account of the"
            " supplier shows today."
        ),
        icon="truck",
        filters=(PERIOD, BRANCH, SUPPLIER),
        columns=(
            SUPPLIER_COLUMN,
            Column("purchases", _l("Purchases"), ColumnKind.WHOLE, total=True),
            Column("returns", _l("Returns"), ColumnKind.WHOLE, total=True),
            Column("last", _l("Last"), ColumnKind.DATE),
            Column("bought", _l("Bought"), ColumnKind.MONEY, total=True, permission=COST),
            Column("returned", _l("Returned"), ColumnKind.MONEY, total=True, permission=COST),
            Column("total", _l("Total"), ColumnKind.MONEY, total=True, permission=COST),
            Column("tax", _l("VAT in it"), ColumnKind.MONEY, total=True, permission=COST),
            Column("costs", _l("Costs of bringing it here"), ColumnKind.MONEY, total=True, permission=COST),
            Column(
                "owed",
                _l("Owed now"),
                ColumnKind.MONEY,
                total=True,
                permission=CrmPermission.SUPPLIER_ACCOUNT_READ,
            ),
        ),
        select=_by_supplier,
        order=("-purchases", "supplier_key"),
        chart=Chart(ChartKind.BAR, "supplier", ("total",), most=20),
    )
)


def _lines(asked: Asked) -> AnySelect:
    item = PurchaseItem
    quantity = func.coalesce(item.received_quantity, item.quantity)
    query: AnySelect = (
        select(
            item.id,
            Purchase.id.label("purchase_id"),
            Purchase.number.label("number"),
            Purchase.document_date.label("day"),
            Purchase.type.label("type"),
            Purchase.status.label("status"),
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            Branch.name.label("branch"),
            Product.id.label("product_id"),
            func.coalesce(Product.name, item.product_name_raw).label("product"),
            Product.sku.label("sku"),
            Category.name.label("category"),
            Unit.name.label("unit"),
            cast(quantity, Numeric(14, 3)).label("quantity"),
            item.price,
            item.discount_percent.label("discount"),
            item.tax_amount.label("tax"),
            item.total,
            item.cost_share.label("costs"),
            item.unit_cost,
            item.batch_number.label("lot"),
            item.expiration_date.label("expires"),
        )
        .select_from(Purchase)
        .join(item, item.purchase_id == Purchase.id)
        .join(Branch, Branch.id == Purchase.branch_id)
        .outerjoin(Supplier, Supplier.id == Purchase.supplier_id)
        .outerjoin(Product, Product.id == item.product_id)
        .outerjoin(Unit, Unit.id == Product.unit_id)
        .outerjoin(Category, Category.id == Product.category_id)
    )
    if asked["status"] is not None:
        query = query.where(Purchase.status == PurchaseStatus(asked["status"]))
    return narrowed(_within(query, asked), asked)


declare_report(
    Report(
        slug="purchase-lines",
        title=_l("Lines of purchases"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        note=_l(
            "Every line by the date of the paper; goods that went back are negative. The unit cost is what one costs on"
            " the shelf."
        ),
        icon="truck",
        filters=(
            PERIOD,
            Filter(
                "status",
                _l("Status"),
                FilterKind.CHOICE,
                choices=Words(PurchaseStatus),
                default=PurchaseStatus.CONFIRMED.value,
            ),
            BRANCH,
            SUPPLIER,
            CATEGORY,
            PRODUCT,
        ),
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("number", _l("Purchase"), link=("purchases.details_view", "purchase_id")),
            Column("type", _l("Kind"), choices=Words(PurchaseType)),
            Column("status", _l("Status"), choices=Words(PurchaseStatus)),
            SUPPLIER_COLUMN,
            BRANCH_COLUMN,
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("price", _l("Price"), ColumnKind.COST, permission=COST),
            Column("discount", _l("Discount"), ColumnKind.PERCENT, permission=COST),
            Column("tax", _l("VAT"), ColumnKind.MONEY, total=True, permission=COST),
            Column("total", _l("Total"), ColumnKind.MONEY, total=True, permission=COST),
            Column("costs", _l("Costs of bringing it here"), ColumnKind.COST, total=True, permission=COST),
            Column("unit_cost", _l("Unit cost"), ColumnKind.COST, permission=COST),
            Column("lot", _l("Lot")),
            Column("expires", _l("Best before"), ColumnKind.DATE),
        ),
        select=_lines,
        order=("-day", "-id"),
    )
)


def _paid(item: Any) -> Any:
    """What a supplier takes for one, the discount of the line off."""
    return cast(item.price * (_HUNDRED - item.discount_percent) / _HUNDRED, Numeric(18, 4))


def _price_changes(asked: Asked) -> AnySelect:
    """Each line beside the one by which the same was bought of the same supplier before it."""
    item, older_item, older = PurchaseItem, aliased(PurchaseItem), aliased(Purchase)
    before = lateral(
        select(_paid(older_item).label("price"), older.document_date.label("day"))
        .select_from(older_item)
        .join(older, older.id == older_item.purchase_id)
        .where(
            older_item.product_id == item.product_id,
            older.supplier_id == Purchase.supplier_id,
            older.type == PurchaseType.PURCHASE,
            older.status == PurchaseStatus.CONFIRMED,
            in_sight(older.branch_id),
            tuple_(older.document_date, older.id, older_item.id)
            < tuple_(Purchase.document_date, Purchase.id, item.id),
        )
        .order_by(older.document_date.desc(), older.id.desc(), older_item.id.desc())
        .limit(1)
        .correlate(item, Purchase),
        "before",
    )
    price = _paid(item)
    difference = price - before.c.price
    query: AnySelect = (
        select(
            item.id,
            Purchase.id.label("purchase_id"),
            Purchase.number.label("number"),
            Purchase.document_date.label("day"),
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            Product.id.label("product_id"),
            Product.name.label("product"),
            Product.sku.label("sku"),
            Category.name.label("category"),
            Unit.name.label("unit"),
            before.c.day.label("day_before"),
            before.c.price.label("price_before"),
            price.label("price"),
            difference.label("difference"),
            cast(difference * 100 / func.nullif(before.c.price, 0), Numeric(38, 2)).label("percent"),
            cast(difference * func.coalesce(item.received_quantity, item.quantity), Numeric(18, 2)).label(
                "effect"
            ),
        )
        .select_from(Purchase)
        .join(item, item.purchase_id == Purchase.id)
        .join(Branch, Branch.id == Purchase.branch_id)
        .join(Supplier, Supplier.id == Purchase.supplier_id)
        .join(Product, Product.id == item.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .join(before, true())
        .where(
            Purchase.type == PurchaseType.PURCHASE,
            Purchase.status == PurchaseStatus.CONFIRMED,
            price != before.c.price,
        )
    )
    if asked["way"] is not None:
        query = query.where(difference > 0 if asked["way"] == "up" else difference < 0)
    return narrowed(_within(query, asked), asked)


declare_report(
    Report(
        slug="supplier-price-changes",
        title=_l("Changed prices of suppliers"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        permissions=(COST,),
        note=_l(
            "Goods for which a supplier took more or less than the time before, discounts of the line taken off; and"
            " what the difference made for what was bought."
        ),
        icon="price",
        filters=(
            PERIOD,
            Filter(
                "way",
                _l("Which"),
                FilterKind.CHOICE,
                choices={"up": _l("Dearer"), "down": _l("Cheaper")},
            ),
            BRANCH,
            SUPPLIER,
            CATEGORY,
            PRODUCT,
        ),
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("number", _l("Purchase"), link=("purchases.details_view", "purchase_id")),
            SUPPLIER_COLUMN,
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("day_before", _l("Bought before"), ColumnKind.DATE),
            Column("price_before", _l("Price before"), ColumnKind.COST, permission=COST),
            Column("price", _l("Price"), ColumnKind.COST, permission=COST),
            Column("difference", _l("Difference"), ColumnKind.COST, permission=COST),
            Column("percent", _l("Change"), ColumnKind.PERCENT, permission=COST),
            Column("effect", _l("For all that was bought"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_price_changes,
        order=("-day", "-id"),
    )
)
