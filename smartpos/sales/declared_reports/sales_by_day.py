"""Sales by day and by the hours of the week."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Text, cast, extract, func, select

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
from smartpos.sales.models import Sale
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import (
    OF_RECEIPTS,
    RECEIPT_COLUMNS,
    SHARE,
    local,
    receipt_figures,
    receipts_asked,
    share_of_all,
)

WEEKDAYS = {
    "1": _l("Monday"),
    "2": _l("Tuesday"),
    "3": _l("Wednesday"),
    "4": _l("Thursday"),
    "5": _l("Friday"),
    "6": _l("Saturday"),
    "7": _l("Sunday"),
}


def _by_day(asked: Asked) -> AnySelect:
    return (
        select(Sale.business_date.label("day"), *receipt_figures())
        .where(*receipts_asked(asked))
        .group_by(Sale.business_date)
    )


def _by_hour(asked: Asked) -> AnySelect:
    moment = local(Sale.sold_at, asked)
    weekday = cast(cast(extract("isodow", moment), Integer), Text)
    hour = func.to_char(moment, "HH24:00", type_=Text)
    within = (
        select(weekday.label("weekday"), hour.label("hour"), *receipt_figures())
        .where(*receipts_asked(asked))
        .group_by("weekday", "hour")
        .subquery("within")
    )
    return select(*within.c, share_of_all(within.c.revenue).label("share"))


declare_report(
    Report(
        slug="sales-by-day",
        title=_l("Sales by day"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l("Receipts by their business day. Refunds are taken off the day on which they were made."),
        filters=OF_RECEIPTS,
        columns=(Column("day", _l("Day"), ColumnKind.DATE), *RECEIPT_COLUMNS),
        select=_by_day,
        order=("-day",),
        chart=Chart(ChartKind.LINE, "day", ("revenue",), most=366),
    )
)
declare_report(
    Report(
        slug="sales-by-hour",
        title=_l("Sales by hour"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l("At which hours of the week it was sold, by the clock of the shop. Refunds are taken off."),
        icon="clock",
        filters=OF_RECEIPTS,
        columns=(
            Column("weekday", _l("Day of the week"), choices=WEEKDAYS),
            Column("hour", _l("Hour")),
            *(column for column in RECEIPT_COLUMNS if column.key not in ("gross", "discount", "tax")),
            SHARE,
        ),
        select=_by_hour,
        order=("weekday", "hour"),
        chart=Chart(ChartKind.HEAT, "hour", ("weekday", "revenue"), most=168),
    )
)
