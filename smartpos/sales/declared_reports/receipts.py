"""Receipts one by one, and their lines."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.models import Category, Product, Promotion
from smartpos.catalog.queries.reporting import CATEGORY, PRODUCT
from smartpos.catalog.queries.tree import of_category
from smartpos.core.admin.labels import Words
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.declared_reports.heads import CUSTOMER_COLUMN, HEAD, HEAD_COLUMNS
from smartpos.sales.models import Restock, Sale, SaleItem
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import (
    EARNED,
    LINE_DISCOUNT,
    OF_LINES,
    OF_RECEIPTS,
    PAYMENTS,
    TYPES,
    earned,
    lines_asked,
    receipts_asked,
)

TYPE = Filter("type", _l("Kind"), FilterKind.CHOICE, choices=TYPES)


def _receipts(asked: Asked) -> AnySelect:
    query = (
        select(
            *HEAD,
            Till.name.label("till"),
            Sale.payment_method.label("payment"),
            Sale.gross_amount.label("gross"),
            Sale.discount_amount.label("discount"),
            Sale.tax_amount.label("tax"),
            Sale.rounding_amount.label("rounding"),
            Sale.total_amount.label("total"),
            Sale.returned_amount.label("refunded"),
            *earned(Sale.total_amount, Sale.tax_amount, Sale.cost_amount),
            Sale.is_offline.label("offline"),
        )
        .join_from(Sale, Branch, Branch.id == Sale.branch_id)
        .join(Till, Till.id == Sale.till_id)
        .join(User, User.id == Sale.cashier_id)
        .outerjoin(Customer, Customer.id == Sale.customer_id)
        .where(*receipts_asked(asked))
    )
    if asked["type"] is not None:
        query = query.where(Sale.type == asked["type"])
    if asked["product_id"] is not None:
        query = query.where(
            Sale.id.in_(select(SaleItem.sale_id).where(SaleItem.product_id == asked["product_id"]))
        )
    if asked["category_id"] is not None:
        below = select(Product.id).where(of_category(asked["category_id"]))
        query = query.where(Sale.id.in_(select(SaleItem.sale_id).where(SaleItem.product_id.in_(below))))
    return query


def _lines(asked: Asked) -> AnySelect:
    query = (
        select(
            *HEAD,
            SaleItem.line_number.label("line"),
            SaleItem.product_id.label("product_id"),
            SaleItem.product_name.label("product"),
            SaleItem.barcode.label("barcode"),
            Category.name.label("category"),
            SaleItem.quantity.label("quantity"),
            SaleItem.unit.label("unit"),
            SaleItem.price.label("price"),
            SaleItem.gross_amount.label("gross"),
            Promotion.name.label("promotion"),
            LINE_DISCOUNT.label("discount"),
            SaleItem.vat_rate.label("vat_rate"),
            SaleItem.tax_amount.label("tax"),
            SaleItem.total_amount.label("total"),
            *earned(SaleItem.total_amount, SaleItem.tax_amount, SaleItem.cost_amount),
            SaleItem.restock.label("restock"),
        )
        .join_from(Sale, SaleItem, SaleItem.sale_id == Sale.id)
        .join(Branch, Branch.id == Sale.branch_id)
        .join(User, User.id == Sale.cashier_id)
        .outerjoin(Customer, Customer.id == Sale.customer_id)
        .outerjoin(Product, Product.id == SaleItem.product_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .outerjoin(Promotion, Promotion.id == SaleItem.promotion_id)
        .where(*receipts_asked(asked), *lines_asked(asked))
    )
    if asked["type"] is not None:
        query = query.where(Sale.type == asked["type"])
    return query


declare_report(
    Report(
        slug="receipts",
        title=_l("Receipts"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.SALE_READ_ALL,),
        note=_l("Every receipt of the period, the latest day first. Refunds have negative amounts."),
        icon="receipt",
        filters=(*OF_RECEIPTS, PRODUCT, CATEGORY, TYPE),
        columns=(
            *HEAD_COLUMNS,
            Column("till", _l("Till")),
            Column("cashier", _l("Cashier")),
            CUSTOMER_COLUMN,
            Column("payment", _l("Payment"), choices=PAYMENTS),
            Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
            Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
            Column("tax", _l("VAT"), ColumnKind.MONEY, total=True),
            Column("rounding", _l("Rounding"), ColumnKind.MONEY, total=True),
            Column("total", _l("Total"), ColumnKind.MONEY, total=True),
            Column("refunded", _l("Refunded"), ColumnKind.MONEY, total=True),
            *EARNED,
            Column("offline", _l("Made without a connection"), ColumnKind.FLAG),
        ),
        select=_receipts,
        order=("-day", "-sale_id"),
    )
)
declare_report(
    Report(
        slug="receipt-lines",
        title=_l("Lines of receipts"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.SALE_READ_ALL,),
        note=_l(
            "Every line of every receipt of the period, the latest day first. What came back is negative."
        ),
        icon="receipt",
        filters=(*OF_LINES, TYPE),
        columns=(
            *HEAD_COLUMNS,
            Column("cashier", _l("Cashier")),
            CUSTOMER_COLUMN,
            Column("line", _l("Line"), ColumnKind.WHOLE),
            Column("product", _l("Product"), link=("products.details_view", "product_id"), width=40),
            Column("barcode", _l("Barcode")),
            Column("category", _l("Category")),
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("unit", _l("Unit")),
            Column("price", _l("Price"), ColumnKind.MONEY),
            Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
            Column("promotion", _l("Promotion")),
            Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
            Column("vat_rate", _l("VAT rate"), ColumnKind.PERCENT),
            Column("tax", _l("VAT"), ColumnKind.MONEY, total=True),
            Column("total", _l("Total"), ColumnKind.MONEY, total=True),
            *EARNED,
            Column(
                "restock",
                _l("Where it went"),
                choices=Words(Restock),
            ),
        ),
        select=_lines,
        order=("-day", "-sale_id", "line"),
    )
)
