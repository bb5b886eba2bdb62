"""Sales by product and by category, and what promotions took off."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, cast, func, literal, select

from smartpos.catalog.models import Category, Product, Promotion, PromotionKind, Unit
from smartpos.catalog.queries.tree import category_paths
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
from smartpos.sales.models import SaleItem
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import (
    LINE_COLUMNS,
    OF_LINES,
    SHARE,
    line_figures,
    lines_of_receipts,
    percent,
    share_of_all,
    whole,
)

_BASE_UNITS = cast(SaleItem.quantity * SaleItem.multiplier, Numeric(38, 3))
_CAME_BACK = SaleItem.quantity < 0
_ON_RECEIPTS = func.count(SaleItem.sale_id.distinct()).filter(SaleItem.quantity > 0)


def _by_product(asked: Asked) -> AnySelect:
    sold = (
        lines_of_receipts(
            asked,
            SaleItem.product_id.label("product_id"),
            func.max(SaleItem.product_name).label("said"),
            whole(_ON_RECEIPTS).label("receipts"),
            func.sum(_BASE_UNITS).label("quantity"),
            func.coalesce(-func.sum(_BASE_UNITS).filter(_CAME_BACK), 0).label("returned"),
            *line_figures(),
        )
        .group_by(SaleItem.product_id)
        .subquery("sold")
    )
    return (
        select(
            *sold.c,
            func.coalesce(Product.name, sold.c.said).label("product"),
            Product.sku.label("sku"),
            Category.name.label("category"),
            Unit.name.label("unit"),
            share_of_all(sold.c.revenue).label("share"),
        )
        .select_from(sold)
        # A product that the viewer does not see was sold all the same, under the name on its receipts.
        .outerjoin(Product, Product.id == sold.c.product_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .outerjoin(Unit, Unit.id == Product.unit_id)
    )


def _by_category(asked: Asked) -> AnySelect:
    tops = category_paths()
    by_top = bool(asked["top"])
    number = func.coalesce(tops.c.top_id if by_top else tops.c.id, 0)
    sold = (
        lines_of_receipts(
            asked,
            number.label("category_key"),
            func.max(tops.c.top if by_top else tops.c.path).label("category"),
            whole(func.count(SaleItem.product_id.distinct())).label("products"),
            whole(_ON_RECEIPTS).label("receipts"),
            *line_figures(),
        )
        .outerjoin(Product, Product.id == SaleItem.product_id)
        .outerjoin(tops, tops.c.id == Product.category_id)
        .group_by(number)
        .subquery("sold")
    )
    return select(
        *sold.c,
        func.nullif(sold.c.category_key, 0).label("category_id"),
        share_of_all(sold.c.revenue).label("share"),
    )


def _promotions(asked: Asked) -> AnySelect:
    taken_off = func.sum(SaleItem.promotion_amount)
    sold = (
        lines_of_receipts(
            asked,
            SaleItem.promotion_id.label("promotion_id"),
            whole(_ON_RECEIPTS).label("receipts"),
            whole(func.count().filter(SaleItem.quantity > 0)).label("lines"),
            taken_off.label("taken_off"),
            percent(taken_off, func.sum(SaleItem.gross_amount)).label("taken_percent"),
            *line_figures(),
        )
        .where(SaleItem.promotion_id.is_not(None))
        .group_by(SaleItem.promotion_id)
        .subquery("sold")
    )
    return select(
        *sold.c,
        func.coalesce(Promotion.name, literal("")).label("promotion"),
        Promotion.kind.label("kind"),
    ).outerjoin_from(sold, Promotion, Promotion.id == sold.c.promotion_id)


declare_report(
    Report(
        slug="sales-by-product",
        title=_l("Sales by product"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l("Lines of receipts in base units, without what came back. Cash rounding is not in them."),
        icon="product",
        filters=OF_LINES,
        columns=(
            Column("product", _l("Product"), link=("products.details_view", "product_id"), width=40),
            Column("sku", _l("Article")),
            Column("category", _l("Category"), width=24),
            Column("unit", _l("Unit")),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE),
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("returned", _l("Came back"), ColumnKind.QUANTITY),
            *LINE_COLUMNS,
        ),
        select=_by_product,
        order=("-revenue", "product_id"),
        chart=Chart(ChartKind.BAR, "product", ("revenue",), most=20),
    )
)
declare_report(
    Report(
        slug="sales-by-category",
        title=_l("Sales by category"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l("Lines of receipts by the category in which their product is now, without what came back."),
        icon="category",
        filters=(*OF_LINES, Filter("top", _l("Sum up to the topmost categories"), FilterKind.FLAG)),
        columns=(
            Column("category", _l("Category"), link=("categories.details_view", "category_id"), width=40),
            Column("products", _l("Products"), ColumnKind.WHOLE, total=True),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE),
            *LINE_COLUMNS,
        ),
        select=_by_category,
        order=("-revenue", "category_key"),
        chart=Chart(ChartKind.BAR, "category", ("revenue",), most=20),
    )
)
declare_report(
    Report(
        slug="promotions",
        title=_l("Promotions"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "What each promotion took off, and what its goods brought. Goods that came back are taken off."
        ),
        icon="percent",
        filters=OF_LINES,
        columns=(
            Column("promotion", _l("Promotion"), link=("promotions.details_view", "promotion_id"), width=32),
            Column(
                "kind",
                _l("Kind"),
                choices=Words(PromotionKind),
            ),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE),
            Column("lines", _l("Lines"), ColumnKind.WHOLE, total=True),
            Column("taken_off", _l("Taken off"), ColumnKind.MONEY, total=True),
            Column("taken_percent", _l("Taken off, in per cent"), ColumnKind.PERCENT),
            *(column for column in LINE_COLUMNS if column is not SHARE),
        ),
        select=_promotions,
        order=("-taken_off", "promotion_id"),
        chart=Chart(ChartKind.BAR, "promotion", ("taken_off",), most=20),
    )
)
