"""Which products bring the money, and how regularly they are sold: ABC and XYZ together.

ABC goes by the share of revenue. Products stand in the order of their revenue; A are those before which less than 80 %
of all revenue was reached, B up to 95 %, C the rest and what brought nothing. XYZ goes by how the weekly quantity
varies: the standard deviation of the weeks in per cent of their mean is the coefficient of variation; X up to 10 %,
Y up to 25 %, Z above. Weeks are counted back from the last day of the period, only whole ones, those without a sale
too; with fewer than four nothing is said.
"""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, Numeric, String, Text, case, cast, func, literal, select

from smartpos.catalog.models import Category, Product
from smartpos.catalog.queries.reporting import BRANCH, CATEGORY
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
from smartpos.sales.models import Sale, SaleItem
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import EARNED, earned, lines_of_receipts, percent

A_UNTIL, B_UNTIL = Decimal("0.80"), Decimal("0.95")
X_UNTIL, Y_UNTIL = Decimal(10), Decimal(25)
FEWEST_WEEKS = 4
_ABC = {"A": "A", "B": "B", "C": "C"}
_XYZ = {"X": "X", "Y": "Y", "Z": "Z"}


def _classes(asked: Asked) -> AnySelect:
    weeks = ((asked.until - asked.since).days + 1) // 7
    ago = cast(literal(asked.until, Date) - Sale.business_date, Integer)
    week = (ago // 7).label("week")
    weekly = (
        lines_of_receipts(
            asked,
            SaleItem.product_id.label("product_id"),
            week,
            func.max(SaleItem.product_name).label("said"),
            func.sum(SaleItem.total_amount).label("revenue"),
            func.sum(SaleItem.tax_amount).label("tax"),
            func.sum(SaleItem.cost_amount).label("cost"),
            func.sum(cast(SaleItem.quantity * SaleItem.multiplier, Numeric(38, 3))).label("quantity"),
        )
        .group_by(SaleItem.product_id, week)
        .subquery("weekly")
    )
    whole_weeks = weekly.c.week < weeks
    sums = (
        select(
            weekly.c.product_id,
            func.max(weekly.c.said).label("said"),
            func.sum(weekly.c.revenue).label("revenue"),
            func.sum(weekly.c.tax).label("tax"),
            func.sum(weekly.c.cost).label("cost"),
            func.sum(weekly.c.quantity).label("quantity"),
            (func.coalesce(func.sum(weekly.c.quantity).filter(whole_weeks), 0) / max(weeks, 1)).label("mean"),
            (
                func.coalesce(func.sum(weekly.c.quantity * weekly.c.quantity).filter(whole_weeks), 0)
                / max(weeks, 1)
            ).label("mean_square"),
        )
        .group_by(weekly.c.product_id)
        .subquery("sums")
    )
    brought = func.greatest(sums.c.revenue, Decimal(0))
    so_far = func.sum(brought).over(order_by=(sums.c.revenue.desc(), sums.c.product_id), rows=(None, 0))
    deviation = func.sqrt(func.greatest(sums.c.mean_square - sums.c.mean * sums.c.mean, Decimal(0)))
    varies = case((sums.c.mean > 0, cast(deviation * 100 / func.nullif(sums.c.mean, 0), Numeric(38, 2))))
    placed = select(
        *sums.c,
        (so_far - brought).label("before"),
        so_far.label("so_far"),
        func.sum(brought).over().label("whole"),
        (varies if weeks >= FEWEST_WEEKS else cast(literal(None), Numeric(38, 2))).label("variation"),
    ).subquery("placed")
    abc = case(
        (placed.c.revenue <= 0, "C"),
        (placed.c.before < placed.c.whole * A_UNTIL, "A"),
        (placed.c.before < placed.c.whole * B_UNTIL, "B"),
        else_="C",
    )
    xyz = (
        case((placed.c.variation <= X_UNTIL, "X"), (placed.c.variation <= Y_UNTIL, "Y"), else_="Z")
        if weeks >= FEWEST_WEEKS
        else cast(literal(None), String)
    )
    query = (
        select(
            placed.c.product_id,
            func.coalesce(Product.name, placed.c.said).label("product"),
            Product.sku.label("sku"),
            Category.name.label("category"),
            cast(func.concat(abc, xyz), Text).label("group"),
            cast(abc, Text).label("abc"),
            cast(xyz, Text).label("xyz"),
            placed.c.quantity,
            placed.c.revenue,
            percent(placed.c.revenue, placed.c.whole).label("share"),
            percent(placed.c.so_far, placed.c.whole).label("cumulative"),
            placed.c.variation,
            *earned(placed.c.revenue, placed.c.tax, placed.c.cost),
        )
        .select_from(placed)
        .outerjoin(Product, Product.id == placed.c.product_id)
        .outerjoin(Category, Category.id == Product.category_id)
    )
    if asked["abc"] is not None:
        query = query.where(abc == asked["abc"])
    if asked["xyz"] is not None:
        query = query.where(xyz == asked["xyz"])
    return query


declare_report(
    Report(
        slug="abc-xyz",
        title=_l("ABC and XYZ of products"),
        group=ReportGroup.STOCK,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "A brings the first 80 per cent of revenue, B up to 95, C the rest. X is sold every week alike (its "
            "quantity varies by at most 10 per cent), Y by at most 25, Z by more. Whole weeks up to the last day count."
        ),
        icon="scale",
        filters=(
            Filter("period", _l("Period"), FilterKind.PERIOD, default=91),
            BRANCH,
            CATEGORY,
            Filter("abc", _l("By revenue"), FilterKind.CHOICE, choices=_ABC),
            Filter("xyz", _l("By regularity"), FilterKind.CHOICE, choices=_XYZ),
        ),
        columns=(
            Column("product", _l("Product"), link=("products.details_view", "product_id"), width=40),
            Column("sku", _l("Article")),
            Column("category", _l("Category"), width=24),
            Column("group", _l("Group")),
            Column("abc", _l("By revenue"), choices=_ABC),
            Column("xyz", _l("By regularity"), choices=_XYZ),
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
            Column("share", _l("Share"), ColumnKind.PERCENT),
            Column("cumulative", _l("Share so far"), ColumnKind.PERCENT),
            Column("variation", _l("Variation of weeks"), ColumnKind.PERCENT),
            *EARNED,
        ),
        select=_classes,
        order=("-revenue", "product_id"),
    )
)
