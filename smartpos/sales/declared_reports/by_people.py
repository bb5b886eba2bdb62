"""What people at tills did besides selling: discounts by hand, removed lines and the like, and approvals."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, cast, func, select
from sqlalchemy.orm import aliased

from smartpos.catalog.queries.reporting import BRANCH
from smartpos.core.paging import AnySelect
from smartpos.core.permissions import declared_permissions
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
from smartpos.identity.models import Branch, Till, User
from smartpos.identity.queries import in_sight
from smartpos.identity.queries.people import shown_name
from smartpos.sales.models import Approval, Sale, SaleItem, TillEvent, TillEventKind
from smartpos.sales.operations.approving import is_approvable
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.events import WITHOUT_RIGHT
from smartpos.sales.queries.reporting import (
    CASHIER,
    OF_LINES,
    PERIOD,
    PERSON,
    in_period,
    lines_of_receipts,
    percent,
    receipts_asked,
    whole,
)

ACTIONS = {one.name: one.label for one in declared_permissions() if is_approvable(one.name)}
"""What may be approved, in words."""


def _discounts(asked: Asked) -> AnySelect:
    gross, promotion = func.sum(SaleItem.gross_amount), func.sum(SaleItem.promotion_amount)
    line, cart = func.sum(SaleItem.discount_amount), func.sum(SaleItem.cart_discount_amount)
    given = SaleItem.discount_amount + SaleItem.cart_discount_amount
    cut = cast((SaleItem.list_price - SaleItem.price) * SaleItem.quantity, Numeric(38, 2))
    made = (
        lines_of_receipts(
            asked,
            Sale.cashier_id.label("cashier_id"),
            whole(func.count(Sale.id.distinct()).filter(SaleItem.quantity > 0)).label("receipts"),
            whole(func.count(Sale.id.distinct()).filter(given > 0)).label("discounted"),
            gross.label("gross"),
            line.label("line"),
            cart.label("cart"),
            (line + cart).label("by_hand"),
            percent(line + cart, gross).label("of_gross"),
            func.coalesce(func.sum(cut), 0).label("price_cut"),
            promotion.label("promotion"),
        )
        .group_by(Sale.cashier_id)
        .subquery("made")
    )
    return select(*made.c, PERSON.label("cashier")).join_from(made, User, User.id == made.c.cashier_id)


_COUNTED: tuple[tuple[str, tuple[TillEventKind, ...]], ...] = (
    ("lines_removed", (TillEventKind.LINE_REMOVED,)),
    ("reduced", (TillEventKind.QUANTITY_REDUCED,)),
    ("given_up", (TillEventKind.CART_VOIDED, TillEventKind.HELD_VOIDED)),
    ("prices", (TillEventKind.PRICE_CHANGED,)),
    ("reprints", (TillEventKind.REPRINT,)),
    ("drawer", (TillEventKind.DRAWER_OPENED,)),
)
_VOIDED = (
    TillEventKind.LINE_REMOVED,
    TillEventKind.QUANTITY_REDUCED,
    TillEventKind.CART_VOIDED,
    TillEventKind.HELD_VOIDED,
)


def _voids(asked: Asked) -> AnySelect:
    person = func.coalesce(TillEvent.user_id, 0)
    query = (
        select(
            person.label("person_key"),
            *(
                whole(func.count().filter(TillEvent.kind.in_(kinds))).label(label)
                for label, kinds in _COUNTED
            ),
            func.coalesce(func.sum(TillEvent.amount).filter(TillEvent.kind.in_(_VOIDED)), 0).label("amount"),
            whole(func.count()).label("events"),
            whole(func.count().filter(TillEvent.details.has_key(WITHOUT_RIGHT))).label("without_right"),
        )
        .where(*in_period(TillEvent.occurred_at, asked), in_sight(TillEvent.branch_id))
        .group_by(person)
    )
    if asked["branch_id"] is not None:
        query = query.where(TillEvent.branch_id == asked["branch_id"])
    if asked["cashier_id"] is not None:
        query = query.where(TillEvent.user_id == asked["cashier_id"])
    done = query.subquery("done")
    sold = (
        select(Sale.cashier_id, whole(func.count()).label("receipts"))
        .where(*receipts_asked(asked))
        .group_by(Sale.cashier_id)
        .subquery("sold")
    )
    receipts = whole(sold.c.receipts)
    return (
        select(
            *done.c,
            func.nullif(done.c.person_key, 0).label("user_id"),
            PERSON.label("person"),
            receipts.label("receipts"),
            percent(done.c.events, receipts).label("per_hundred"),
        )
        .select_from(done)
        .outerjoin(User, User.id == done.c.person_key)
        .outerjoin(sold, sold.c.cashier_id == done.c.person_key)
    )


def _approvals(asked: Asked) -> AnySelect:
    asker, giver = aliased(User), aliased(User)
    query = (
        select(
            Approval.id.label("approval_id"),
            Approval.created_at.label("moment"),
            Approval.action.label("action"),
            Approval.requested_by.label("asker_id"),
            shown_name(asker).label("asker"),
            Approval.approved_by.label("giver_id"),
            shown_name(giver).label("giver"),
            Branch.name.label("branch"),
            Till.name.label("till"),
            Approval.reason.label("reason"),
            Approval.used_at.is_not(None).label("used"),
            Sale.id.label("sale_id"),
            Sale.number.label("receipt"),
        )
        .join_from(Approval, asker, asker.id == Approval.requested_by)
        .join(giver, giver.id == Approval.approved_by)
        .outerjoin(Branch, Branch.id == Approval.branch_id)
        .outerjoin(Till, Till.id == Approval.till_id)
        .outerjoin(Sale, (Sale.id == Approval.origin_id) & (Approval.origin_kind == "sale"))
        .where(*in_period(Approval.created_at, asked), in_sight(Approval.branch_id))
    )
    for name, column in (
        ("branch_id", Approval.branch_id),
        ("cashier_id", Approval.requested_by),
        ("giver_id", Approval.approved_by),
        ("action", Approval.action),
    ):
        if asked[name] is not None:
            query = query.where(column == asked[name])
    return query


declare_report(
    Report(
        slug="discounts-by-person",
        title=_l("Discounts by person"),
        group=ReportGroup.PEOPLE,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "What cashiers took off by hand, besides promotions. Goods that came back are taken off again."
        ),
        icon="percent",
        filters=OF_LINES,
        columns=(
            Column("cashier", _l("Cashier"), link=("users.details_view", "cashier_id"), width=28),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
            Column("discounted", _l("Receipts with a discount"), ColumnKind.WHOLE, total=True),
            Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
            Column("line", _l("Discounts of lines"), ColumnKind.MONEY, total=True),
            Column("cart", _l("Discounts of receipts"), ColumnKind.MONEY, total=True),
            Column("by_hand", _l("Discounts by hand"), ColumnKind.MONEY, total=True),
            Column(
                "of_gross",
                _l("By hand, in per cent"),
                ColumnKind.PERCENT,
                total=percent_of("by_hand", "gross"),
            ),
            Column("price_cut", _l("Prices lowered by hand"), ColumnKind.MONEY, total=True),
            Column("promotion", _l("Promotions"), ColumnKind.MONEY, total=True),
        ),
        select=_discounts,
        order=("-by_hand", "cashier_id"),
        chart=Chart(ChartKind.BAR, "cashier", ("by_hand",), most=40),
    )
)
declare_report(
    Report(
        slug="voids",
        title=_l("Removed lines and given up receipts"),
        group=ReportGroup.PEOPLE,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.TILL_EVENT_READ,),
        note=_l("What people did at tills that left no receipt, against the receipts they made meanwhile."),
        icon="trash",
        filters=(PERIOD, BRANCH, CASHIER),
        columns=(
            Column("person", _l("Person"), link=("users.details_view", "user_id"), width=28),
            Column("lines_removed", _l("Lines removed"), ColumnKind.WHOLE, total=True),
            Column("reduced", _l("Quantities reduced"), ColumnKind.WHOLE, total=True),
            Column("given_up", _l("Receipts given up"), ColumnKind.WHOLE, total=True),
            Column("amount", _l("Worth"), ColumnKind.MONEY, total=True),
            Column("prices", _l("Prices changed"), ColumnKind.WHOLE, total=True),
            Column("reprints", _l("Printed again"), ColumnKind.WHOLE, total=True),
            Column("drawer", _l("Drawer opened"), ColumnKind.WHOLE, total=True),
            Column("without_right", _l("Without the right"), ColumnKind.WHOLE, total=True),
            Column("events", _l("Together"), ColumnKind.WHOLE, total=True),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
            Column(
                "per_hundred",
                _l("For a hundred receipts"),
                ColumnKind.QUANTITY,
                total=percent_of("events", "receipts"),
            ),
        ),
        select=_voids,
        order=("-events", "person_key"),
        chart=Chart(ChartKind.STACKED, "person", ("lines_removed", "reduced", "given_up"), most=40),
    )
)
declare_report(
    Report(
        slug="approvals",
        title=_l("Approvals"),
        group=ReportGroup.PEOPLE,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.APPROVAL_READ,),
        note=_l("What managers allowed by their PIN, and the receipts for which it was used."),
        icon="check",
        filters=(
            PERIOD,
            BRANCH,
            Filter("cashier_id", _l("Asked by"), FilterKind.ROW, model=User),
            Filter("giver_id", _l("Allowed by"), FilterKind.ROW, model=User),
            Filter("action", _l("What was allowed"), FilterKind.CHOICE, choices=ACTIONS),
        ),
        columns=(
            Column("moment", _l("Time"), ColumnKind.MOMENT, link=("approvals.details_view", "approval_id")),
            Column("action", _l("What was allowed"), choices=ACTIONS, width=40),
            Column("asker", _l("Asked by"), link=("users.details_view", "asker_id")),
            Column("giver", _l("Allowed by"), link=("users.details_view", "giver_id")),
            Column("branch", _l("Branch")),
            Column("till", _l("Till")),
            Column("reason", _l("Reason"), width=32),
            Column("used", _l("Used"), ColumnKind.FLAG),
            Column("receipt", _l("Receipt"), link=("receipts.details_view", "sale_id")),
        ),
        select=_approvals,
        order=("-moment", "-approval_id"),
    )
)
