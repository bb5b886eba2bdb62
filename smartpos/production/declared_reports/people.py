"""What operators and machines have done."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, and_, case, cast, func, lateral, literal, select, true, union_all

from smartpos.catalog.queries.reporting import BRANCH, BRANCH_COLUMN
from smartpos.core.db import utc_now
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
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.declared_reports.parts import MACHINE, PERIOD, each, only_if, percent, standing
from smartpos.production.models import (
    Machine,
    MachineEvent,
    MachineLog,
    MachineStatus,
    ProductionCompletion,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.permissions import ProductionPermission as P


def _operators(asked: Asked) -> AnySelect:
    done = ProductionCompletion
    produced = standing(
        select(
            done.operator_id.label("person"),
            cast(func.count(), Integer).label("completions"),
            cast(func.count(func.distinct(done.order_id)), Integer).label("orders"),
            func.sum(done.quantity).label("good"),
            func.sum(done.scrapped_quantity).label("scrap"),
        )
        .join(Branch, Branch.id == done.branch_id)
        .group_by(done.operator_id),
        asked,
    ).subquery("produced")
    spell = ProductionSpell
    begins = func.greatest(spell.started_at, literal(asked.begin))
    ends = func.least(func.coalesce(spell.ended_at, utc_now()), literal(asked.end))
    timed = (
        select(
            spell.user_id.label("person"),
            cast(func.sum(func.extract("epoch", ends - begins)) / 3600, Numeric(18, 2)).label("hours"),
        )
        .join(ProductionOrder, ProductionOrder.id == spell.order_id)
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .where(spell.started_at < asked.end, func.coalesce(spell.ended_at, utc_now()) > asked.begin)
        .group_by(spell.user_id)
    )
    if asked["branch_id"] is not None:
        timed = timed.where(ProductionOrder.branch_id == asked["branch_id"])
    if asked["machine_id"] is not None:
        timed = timed.where(spell.machine_id == asked["machine_id"])
    worked = timed.subquery("worked")
    good, scrap = func.coalesce(produced.c.good, 0), func.coalesce(produced.c.scrap, 0)
    query: AnySelect = (
        select(
            User.id,
            shown_name().label("operator"),
            func.coalesce(produced.c.orders, 0).label("orders"),
            func.coalesce(produced.c.completions, 0).label("completions"),
            good.label("good"),
            scrap.label("scrap"),
            percent(scrap, good + scrap).label("scrap_share"),
            func.coalesce(worked.c.hours, 0).label("hours"),
            each(good, worked.c.hours).cast(Numeric(18, 2)).label("per_hour"),
        )
        .select_from(User)
        .outerjoin(produced, produced.c.person == User.id)
        .outerjoin(worked, worked.c.person == User.id)
        .where(func.coalesce(produced.c.person, worked.c.person).is_not(None))
    )
    return query


declare_report(
    Report(
        slug="production-operators",
        title=_l("Operators of production"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        note=_l(
            "What operators have completed in the period, and how long the timers of their orders ran. Pieces,"
            " kilograms and litres are added up as they are."
        ),
        icon="users",
        filters=(PERIOD, BRANCH, MACHINE),
        columns=(
            Column("operator", _l("Operator"), width=28),
            Column("orders", _l("Orders"), ColumnKind.WHOLE),
            Column("completions", _l("Completions"), ColumnKind.WHOLE, total=True),
            Column("good", _l("Produced"), ColumnKind.QUANTITY, total=True),
            Column("scrap", _l("Scrap"), ColumnKind.QUANTITY, total=True),
            Column("scrap_share", _l("Scrap, %"), ColumnKind.PERCENT),
            Column("hours", _l("Hours worked"), ColumnKind.QUANTITY, total=True),
            Column("per_hour", _l("Produced in an hour"), ColumnKind.QUANTITY),
        ),
        select=_operators,
        order=("-good", "id"),
        chart=Chart(ChartKind.BAR, "operator", ("good",), most=20),
    )
)


def _machines(asked: Asked) -> AnySelect:
    """What a machine did holds from one row of its log to the next; the last one holds until now."""
    log = MachineLog
    now = utc_now()
    told = select(log.machine_id, log.status, log.occurred_at, log.id).where(log.event == MachineEvent.STATUS)
    # What a machine did when the period began was written before it: the newest row of then.
    before = lateral(
        told.where(log.machine_id == Machine.id, log.occurred_at < asked.begin)
        .order_by(log.occurred_at.desc(), log.id.desc())
        .limit(1)
        .correlate(Machine),
        "before",
    )
    known = union_all(
        told.where(log.occurred_at >= asked.begin, log.occurred_at < asked.end),
        select(before.c.machine_id, before.c.status, before.c.occurred_at, before.c.id)
        .select_from(Machine)
        .join(before, true()),
    ).subquery("known")
    follows = func.lead(known.c.occurred_at, 1, literal(now)).over(
        partition_by=known.c.machine_id, order_by=(known.c.occurred_at, known.c.id)
    )
    stretch = select(
        known.c.machine_id,
        known.c.status,
        known.c.occurred_at.label("begins"),
        func.least(follows, literal(min(asked.end, now))).label("ends"),
    ).subquery("stretch")
    length = func.extract("epoch", stretch.c.ends - func.greatest(stretch.c.begins, literal(asked.begin)))

    def spent(status: MachineStatus) -> Any:
        total = func.coalesce(func.sum(only_if(stretch.c.status == status, length)), 0)
        return cast(total / 3600, Numeric(18, 2))

    together = cast(func.coalesce(func.sum(length), 0) / 3600, Numeric(18, 2))
    on = func.sum(only_if(stretch.c.status.in_((MachineStatus.FREE, MachineStatus.BUSY)), length))
    busy = func.sum(case((stretch.c.status == MachineStatus.BUSY, length), else_=0))
    query: AnySelect = (
        select(
            Machine.id,
            Machine.id.label("machine_id"),
            Machine.code,
            Machine.name.label("machine"),
            Branch.name.label("branch"),
            spent(MachineStatus.BUSY).label("busy"),
            spent(MachineStatus.FREE).label("free"),
            spent(MachineStatus.MAINTENANCE).label("maintenance"),
            spent(MachineStatus.OFF).label("off"),
            together.label("told"),
            percent(busy, on).label("share"),
            Machine.next_upkeep_on.label("upkeep"),
        )
        .select_from(Machine)
        .join(Branch, Branch.id == Machine.branch_id)
        .outerjoin(
            stretch,
            and_(
                stretch.c.machine_id == Machine.id,
                stretch.c.ends > asked.begin,
            ),
        )
        .where(Machine.deleted_at.is_(None))
        .group_by(Machine.id, Machine.code, Machine.name, Branch.name, Machine.next_upkeep_on)
    )
    if asked["branch_id"] is not None:
        query = query.where(Machine.branch_id == asked["branch_id"])
    if asked["machine_id"] is not None:
        query = query.where(Machine.id == asked["machine_id"])
    return query


declare_report(
    Report(
        slug="machine-utilisation",
        title=_l("Utilisation of machines"),
        group=ReportGroup.PRODUCTION,
        permission=P.REPORT_READ,
        permissions=(P.MACHINE_READ,),
        note=_l(
            "Hours by what the log of each machine says. Utilisation is the time busy, of the time that the machine"
            " was busy or free."
        ),
        icon="settings",
        filters=(PERIOD, BRANCH, MACHINE),
        columns=(
            Column("machine", _l("Machine"), link=("machines.details_view", "machine_id"), width=28),
            Column("code", _l("Code")),
            BRANCH_COLUMN,
            Column("busy", _l("Busy, hours"), ColumnKind.QUANTITY, total=True),
            Column("free", _l("Free, hours"), ColumnKind.QUANTITY, total=True),
            Column("maintenance", _l("Maintenance, hours"), ColumnKind.QUANTITY, total=True),
            Column("off", _l("Off, hours"), ColumnKind.QUANTITY, total=True),
            Column("told", _l("All together, hours"), ColumnKind.QUANTITY, total=True),
            Column("share", _l("Utilisation, %"), ColumnKind.PERCENT),
            Column("upkeep", _l("Next upkeep"), ColumnKind.DATE),
        ),
        select=_machines,
        order=("-busy", "id"),
        chart=Chart(ChartKind.STACKED, "machine", ("busy", "free", "maintenance", "off"), most=30),
    )
)
