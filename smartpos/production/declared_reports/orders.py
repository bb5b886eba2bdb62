"""Orders against their plan, and how long they took."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Boolean, Integer, Numeric, and_, case, cast, func, or_, select

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
from smartpos.core.admin.labels import Words
from smartpos.core.db import utc_now
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
    percent_of,
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.declared_reports.parts import MACHINE, NUMBER_COLUMN, PERIOD, hours, percent
from smartpos.production.models import Machine, OrderPriority, OrderStatus, ProductionOrder
from smartpos.production.permissions import ProductionPermission as P


def _within(query: AnySelect, asked: Asked) -> AnySelect:
    """Orders of the period, of the branch and the machine asked for: by the planned start, else when it was made."""
    order = ProductionOrder
    # Two ranges, each of an index; a function of both columns would read every order there is.
    query = query.where(
        or_(
            and_(order.planned_start_at >= asked.begin, order.planned_start_at < asked.end),
            and_(
                order.planned_start_at.is_(None),
                order.created_at >= asked.begin,
                order.created_at < asked.end,
            ),
        )
    )
    if asked["branch_id"] is not None:
        query = query.where(order.branch_id == asked["branch_id"])
    if asked["machine_id"] is not None:
        query = query.where(order.machine_id == asked["machine_id"])
    return query


def _plan_and_fact(asked: Asked) -> AnySelect:
    order = ProductionOrder
    is_open = order.status.not_in((OrderStatus.COMPLETED, OrderStatus.CANCELLED))
    late = case((is_open, order.due_at < utc_now()), else_=order.completed_at > order.due_at)
    actual = order.material_cost + order.labor_cost + order.overhead_cost
    query: AnySelect = (
        select(
            order.id,
            order.id.label("order_id"),
            order.number,
            func.coalesce(order.planned_start_at, order.created_at).label("planned"),
            order.status,
            order.priority,
            Branch.name.label("branch"),
            *NAMES,
            Machine.name.label("machine"),
            shown_name().label("operator"),
            order.quantity_to_produce.label("wanted"),
            order.quantity_completed.label("good"),
            order.quantity_scrapped.label("scrap"),
            percent(order.quantity_completed, order.quantity_to_produce).label("fulfilled"),
            order.due_at.label("due"),
            order.started_at.label("started"),
            order.completed_at.label("completed"),
            func.coalesce(late, False).cast(Boolean).label("late"),
            order.estimated_cost.label("estimated"),
            cast(actual, Numeric(18, 2)).label("actual"),
        )
        .select_from(order)
        .join(Branch, Branch.id == order.branch_id)
        .join(Product, Product.id == order.product_id)
        .outerjoin(Machine, Machine.id == order.machine_id)
        .outerjoin(User, User.id == order.operator_id)
    )
    if asked["status"] is not None:
        query = query.where(order.status == OrderStatus(asked["status"]))
    return narrowed(_within(with_names(query), asked), asked)


declare_report(
    Report(
        slug="production-orders",
        title=_l("Production: plan and fact"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l(
            "Orders by the start that was planned, or by the day they were made. Late is what was completed after it"
            " was due, or is due and not completed."
        ),
        icon="factory",
        filters=(
            PERIOD,
            Filter("status", _l("Status"), FilterKind.CHOICE, choices=Words(OrderStatus)),
            BRANCH,
            MACHINE,
            CATEGORY,
            PRODUCT,
        ),
        columns=(
            Column("planned", _l("Planned"), ColumnKind.MOMENT),
            NUMBER_COLUMN,
            Column("status", _l("Status"), choices=Words(OrderStatus)),
            Column("priority", _l("Priority"), choices=Words(OrderPriority)),
            BRANCH_COLUMN,
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("machine", _l("Machine")),
            Column("operator", _l("Operator")),
            Column("wanted", _l("To produce"), ColumnKind.QUANTITY),
            Column("good", _l("Completed"), ColumnKind.QUANTITY),
            Column("scrap", _l("Scrap"), ColumnKind.QUANTITY),
            Column("fulfilled", _l("Fulfilled"), ColumnKind.PERCENT),
            Column("due", _l("Due"), ColumnKind.MOMENT),
            Column("started", _l("Started"), ColumnKind.MOMENT),
            Column("completed", _l("Finished"), ColumnKind.MOMENT),
            Column("late", _l("Late"), ColumnKind.FLAG),
            Column("estimated", _l("Cost by the recipe"), ColumnKind.MONEY, total=True, permission=COST),
            Column("actual", _l("Actual cost"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_plan_and_fact,
        order=("-planned", "-id"),
    )
)


def _lead_times(asked: Asked) -> AnySelect:
    order = ProductionOrder
    in_time = order.completed_at <= order.due_at

    def mean(later: Any, earlier: Any) -> Any:
        return cast(func.avg(hours(later, earlier)), Numeric(18, 2))

    query: AnySelect = (
        select(
            Product.id,
            *NAMES,
            cast(func.count(), Integer).label("orders"),
            mean(order.started_at, order.created_at).label("waited"),
            mean(order.completed_at, order.started_at).label("worked"),
            mean(order.completed_at, order.created_at).label("lead"),
            mean(order.planned_end_at, order.planned_start_at).label("planned"),
            cast(func.count(order.due_at), Integer).label("due"),
            cast(func.count().filter(in_time), Integer).label("in_time"),
            percent(func.count().filter(in_time), func.count(order.due_at)).label("share"),
        )
        .select_from(order)
        .join(Branch, Branch.id == order.branch_id)
        .join(Product, Product.id == order.product_id)
        .where(order.completed_at >= asked.begin, order.completed_at < asked.end)
        .group_by(Product.id, Product.name, Product.sku, Category.name, Unit.name)
    )
    if asked["branch_id"] is not None:
        query = query.where(order.branch_id == asked["branch_id"])
    if asked["machine_id"] is not None:
        query = query.where(order.machine_id == asked["machine_id"])
    return narrowed(with_names(query), asked)


declare_report(
    Report(
        slug="production-lead-times",
        title=_l("Production: lead times"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l("Orders that were finished in the period. Times are means, in hours."),
        icon="clock",
        filters=(PERIOD, BRANCH, MACHINE, CATEGORY, PRODUCT),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            Column("orders", _l("Orders"), ColumnKind.WHOLE, total=True),
            Column("waited", _l("From order to start, hours"), ColumnKind.QUANTITY),
            Column("worked", _l("From start to finish, hours"), ColumnKind.QUANTITY),
            Column("lead", _l("From order to finish, hours"), ColumnKind.QUANTITY),
            Column("planned", _l("Planned, hours"), ColumnKind.QUANTITY),
            Column("due", _l("With a due date"), ColumnKind.WHOLE, total=True),
            Column("in_time", _l("In time"), ColumnKind.WHOLE, total=True),
            Column("share", _l("In time, %"), ColumnKind.PERCENT, total=percent_of("in_time", "due")),
        ),
        select=_lead_times,
        order=("-orders", "id"),
        chart=Chart(ChartKind.BAR, "product", ("lead",), most=20),
    )
)
