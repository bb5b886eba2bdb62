"""Materials: what was used against what the recipes ask for."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, cast, func, select

from smartpos.catalog.models import Category, Product, Unit
from smartpos.catalog.queries.reporting import (
    BRANCH,
    CATEGORY,
    CATEGORY_COLUMN,
    COST,
    NAMES,
    PRODUCT,
    PRODUCT_COLUMN,
    SKU_COLUMN,
    UNIT_COLUMN,
    narrowed,
    with_names,
)
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.identity.models import Branch
from smartpos.production.declared_reports.parts import MACHINE, PERIOD, each, percent, standing
from smartpos.production.models import ProductionCompletion, ProductionUse
from smartpos.production.permissions import ProductionPermission as P


def _materials(asked: Asked) -> AnySelect:
    done, use = ProductionCompletion, ProductionUse
    used, wanted, value = func.sum(use.quantity), func.sum(use.standard_quantity), func.sum(use.value)
    query: AnySelect = (
        select(
            Product.id,
            *NAMES,
            cast(func.count(), Integer).label("completions"),
            wanted.label("wanted"),
            used.label("used"),
            (used - wanted).label("difference"),
            percent(used - wanted, wanted).label("difference_share"),
            cast(value, Numeric(18, 2)).label("value"),
            each(value, used).label("unit_cost"),
            cast((used - wanted) * value / func.nullif(used, 0), Numeric(18, 2)).label("effect"),
        )
        .select_from(done)
        .join(use, use.completion_id == done.id)
        .join(Branch, Branch.id == done.branch_id)
        .join(Product, Product.id == use.product_id)
        .group_by(Product.id, Product.name, Product.sku, Category.name, Unit.name)
    )
    return narrowed(standing(with_names(query), asked), asked)


declare_report(
    Report(
        slug="production-materials",
        title=_l("Materials of production: used and planned"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l(
            "What completions of the period have consumed, against what their orders asked for of so many. The"
            " difference is valued at what the material cost."
        ),
        icon="product",
        filters=(PERIOD, BRANCH, MACHINE, CATEGORY, PRODUCT),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("completions", _l("Completions"), ColumnKind.WHOLE),
            Column("wanted", _l("Planned"), ColumnKind.QUANTITY),
            Column("used", _l("Used"), ColumnKind.QUANTITY),
            Column("difference", _l("Difference"), ColumnKind.QUANTITY),
            Column("difference_share", _l("Difference, %"), ColumnKind.PERCENT),
            Column("unit_cost", _l("One costs"), ColumnKind.COST, permission=COST),
            Column("value", _l("Value used"), ColumnKind.MONEY, total=True, permission=COST),
            Column("effect", _l("Value of the difference"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_materials,
        order=("-completions", "id"),
        chart=Chart(ChartKind.BAR, "product", ("difference_share",), most=20),
    )
)
