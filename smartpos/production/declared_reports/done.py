"""What was produced and what it cost against the recipe, day by day, and what was scrapped and why."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, Numeric, cast, func, select

from smartpos.catalog.models import Category, Product, Unit
from smartpos.catalog.queries.reporting import (
    BRANCH,
    BRANCH_COLUMN,
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
    percent_of,
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.declared_reports.parts import (
    MACHINE,
    NUMBER_COLUMN,
    PERIOD,
    each,
    percent,
    standing,
)
from smartpos.production.models import Machine, ProductionCompletion, ProductionOrder
from smartpos.production.permissions import ProductionPermission as P


def _by_product(asked: Asked) -> AnySelect:
    done = ProductionCompletion
    good, scrap = func.sum(done.quantity), func.sum(done.scrapped_quantity)
    actual = func.sum(done.material_cost + done.labor_cost + done.overhead_cost)
    by_recipe = func.sum(done.standard_cost)
    query: AnySelect = (
        select(
            Product.id,
            *NAMES,
            cast(func.count(), Integer).label("completions"),
            good.label("good"),
            scrap.label("scrap"),
            percent(scrap, good + scrap).label("scrap_share"),
            cast(func.sum(done.material_cost), Numeric(18, 2)).label("material"),
            cast(func.sum(done.labor_cost), Numeric(18, 2)).label("labor"),
            cast(func.sum(done.overhead_cost), Numeric(18, 2)).label("overhead"),
            cast(actual, Numeric(18, 2)).label("actual"),
            cast(by_recipe, Numeric(18, 2)).label("by_recipe"),
            cast(actual - by_recipe, Numeric(18, 2)).label("difference"),
            percent(actual - by_recipe, by_recipe).label("difference_share"),
            cast(func.sum(done.output_cost), Numeric(18, 2)).label("output"),
            each(func.sum(done.output_cost), good).label("unit_cost"),
            each(by_recipe, good + scrap).label("recipe_unit_cost"),
        )
        .select_from(done)
        .join(Branch, Branch.id == done.branch_id)
        .join(Product, Product.id == done.product_id)
        .group_by(Product.id, Product.name, Product.sku, Category.name, Unit.name)
    )
    return narrowed(standing(with_names(query), asked), asked)


declare_report(
    Report(
        slug="production-costs",
        title=_l("Production: cost against the recipe"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l(
            "What was completed in the period and not taken back. By the recipe: what its materials cost at that"
            " moment, with labour and overhead, for all that was made. One costs what the good ones carry; scrap and"
            " by-products carry their own share."
        ),
        icon="factory",
        filters=(PERIOD, BRANCH, MACHINE, CATEGORY, PRODUCT),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("completions", _l("Completions"), ColumnKind.WHOLE, total=True),
            Column("good", _l("Produced"), ColumnKind.QUANTITY),
            Column("scrap", _l("Scrap"), ColumnKind.QUANTITY),
            Column("scrap_share", _l("Scrap, %"), ColumnKind.PERCENT),
            Column("material", _l("Materials"), ColumnKind.MONEY, total=True, permission=COST),
            Column("labor", _l("Labour"), ColumnKind.MONEY, total=True, permission=COST),
            Column("overhead", _l("Overhead"), ColumnKind.MONEY, total=True, permission=COST),
            Column("actual", _l("Actual cost"), ColumnKind.MONEY, total=True, permission=COST),
            Column("by_recipe", _l("Cost by the recipe"), ColumnKind.MONEY, total=True, permission=COST),
            Column("difference", _l("Difference"), ColumnKind.MONEY, total=True, permission=COST),
            Column(
                "difference_share",
                _l("Difference, %"),
                ColumnKind.PERCENT,
                total=percent_of("difference", "by_recipe"),
                permission=COST,
            ),
            Column("output", _l("Value of the good ones"), ColumnKind.MONEY, total=True, permission=COST),
            Column("unit_cost", _l("One costs"), ColumnKind.COST, permission=COST),
            Column("recipe_unit_cost", _l("One by the recipe"), ColumnKind.COST, permission=COST),
        ),
        select=_by_product,
        order=("-good", "id"),
        chart=Chart(ChartKind.BAR, "product", ("good",), most=20),
    )
)


def _by_day(asked: Asked) -> AnySelect:
    done = ProductionCompletion
    day = cast(func.timezone(str(asked.zone), done.completed_at), Date)
    good, scrap = func.sum(done.quantity), func.sum(done.scrapped_quantity)
    query: AnySelect = (
        select(
            day.label("day"),
            cast(func.count(), Integer).label("completions"),
            cast(func.count(func.distinct(done.product_id)), Integer).label("products"),
            percent(scrap, good + scrap).label("scrap_share"),
            cast(func.sum(done.material_cost), Numeric(18, 2)).label("material"),
            cast(func.sum(done.labor_cost), Numeric(18, 2)).label("labor"),
            cast(func.sum(done.overhead_cost), Numeric(18, 2)).label("overhead"),
            cast(func.sum(done.output_cost + done.by_product_cost), Numeric(18, 2)).label("output"),
            cast(func.sum(done.scrap_cost), Numeric(18, 2)).label("lost"),
        )
        .select_from(done)
        .join(Branch, Branch.id == done.branch_id)
        .join(Product, Product.id == done.product_id)
        .group_by(day)
    )
    return narrowed(standing(query, asked), asked)


declare_report(
    Report(
        slug="production-by-day",
        title=_l("Production by day"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l(
            "Materials, labour and overhead are what went in; the value of the goods and of the scrap is what came out."
            " Both are the same sum."
        ),
        icon="calendar",
        filters=(PERIOD, BRANCH, MACHINE, CATEGORY, PRODUCT),
        columns=(
            Column("day", _l("Day"), ColumnKind.DATE),
            Column("completions", _l("Completions"), ColumnKind.WHOLE, total=True),
            Column("products", _l("Products"), ColumnKind.WHOLE),
            Column("scrap_share", _l("Scrap, %"), ColumnKind.PERCENT),
            Column("material", _l("Materials"), ColumnKind.MONEY, total=True, permission=COST),
            Column("labor", _l("Labour"), ColumnKind.MONEY, total=True, permission=COST),
            Column("overhead", _l("Overhead"), ColumnKind.MONEY, total=True, permission=COST),
            Column("output", _l("Value of the goods"), ColumnKind.MONEY, total=True, permission=COST),
            Column("lost", _l("Lost as scrap"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_by_day,
        order=("-day",),
        chart=Chart(ChartKind.LINE, "day", ("completions",)),
    )
)


def _scrap(asked: Asked) -> AnySelect:
    done = ProductionCompletion
    query: AnySelect = (
        select(
            done.id,
            done.completed_at.label("moment"),
            ProductionOrder.id.label("order_id"),
            ProductionOrder.number,
            Branch.name.label("branch"),
            *NAMES,
            Machine.name.label("machine"),
            shown_name().label("operator"),
            done.scrapped_quantity.label("scrap"),
            percent(done.scrapped_quantity, done.quantity + done.scrapped_quantity).label("scrap_share"),
            done.scrap_reason.label("reason"),
            cast(done.scrap_cost, Numeric(18, 2)).label("lost"),
        )
        .select_from(done)
        .join(ProductionOrder, ProductionOrder.id == done.order_id)
        .join(Branch, Branch.id == done.branch_id)
        .join(Product, Product.id == done.product_id)
        .outerjoin(Machine, Machine.id == done.machine_id)
        .outerjoin(User, User.id == done.operator_id)
        .where(done.scrapped_quantity > 0)
    )
    return narrowed(standing(with_names(query), asked), asked)


declare_report(
    Report(
        slug="production-scrap",
        title=_l("Scrap of production"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l("What was made and was no good, with the cost that it had taken."),
        icon="trash",
        filters=(PERIOD, BRANCH, MACHINE, CATEGORY, PRODUCT),
        columns=(
            Column("moment", _l("When"), ColumnKind.MOMENT),
            NUMBER_COLUMN,
            BRANCH_COLUMN,
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("machine", _l("Machine")),
            Column("operator", _l("Operator")),
            Column("scrap", _l("Scrap"), ColumnKind.QUANTITY),
            Column("scrap_share", _l("Of what was made, %"), ColumnKind.PERCENT),
            Column("reason", _l("Reason"), width=30),
            Column("lost", _l("Lost as scrap"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_scrap,
        order=("-moment", "-id"),
    )
)
