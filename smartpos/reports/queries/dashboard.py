"""The figures of the dashboards about sales: a fixed number of statements, however many sales there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from smartpos.core.db import utc_now
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.reports.queries.summaries import (
    DayOfBranch,
    HourOfDay,
    MethodPaid,
    ProductSold,
    Reach,
    read_together,
)

WEEK = timedelta(days=7)
DAYS_SHOWN = 30
DAYS_READ = 2 * DAYS_SHOWN
"""Twice what is shown, so that a period can be held against the one before it."""
DAYS_OF_MAP = 28
TOP = 8
NOTHING = Decimal(0)

# The hour that is not over yet, a week ago; whole hours are summed up.
_PART_OF_HOUR = """
SELECT count(*) FILTER (WHERE type <> 'refund'), coalesce(sum(total_amount), 0.00) FROM sales
WHERE organization_id = %(organization_id)s AND sold_at >= %(since)s AND sold_at < %(until)s
  AND business_date = %(day)s AND branch_id = ANY (%(branches)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over days of branches; refunds are taken off already."""

    receipts: int = 0
    refunds: int = 0
    revenue: Decimal = NOTHING
    refunded: Decimal = NOTHING
    discount: Decimal = NOTHING
    tax: Decimal = NOTHING
    cost: Decimal = NOTHING

    @classmethod
    def of(cls, days: Collection[DayOfBranch]) -> "Sums":
        """The sums of these days."""
        return cls(
            sum(one.receipts for one in days),
            sum(one.refunds for one in days),
            sum((one.revenue for one in days), NOTHING),
            sum((one.refunded for one in days), NOTHING),
            sum((one.discount for one in days), NOTHING),
            sum((one.tax for one in days), NOTHING),
            sum((one.cost for one in days), NOTHING),
        )

    @property
    def profit(self) -> Decimal:
        """What was earned before any expenses: the revenue without its VAT, less what the goods cost."""
        return self.revenue - self.tax - self.cost

    @property
    def margin(self) -> Decimal | None:
        """The profit in per cent of the revenue without VAT; None where nothing was sold."""
        net = self.revenue - self.tax
        return self.profit * 100 / net if net else None

    @property
    def average(self) -> Decimal | None:
        """What a receipt comes to on average, refunds taken off; None where there is none."""
        return self.revenue / self.receipts if self.receipts else None


class SoFar(NamedTuple):
    """What was sold on a day until a certain time of it."""

    receipts: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """Days that are looked at, both included."""

    since: date
    until: date

    @property
    def length(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def before(self) -> "Period":
        """As many days just before."""
        return Period(self.since - timedelta(days=self.length), self.since - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class SalesFigures:
    """What was sold: of late day by day, today hour by hour, and in the period that is looked at."""

    today: date
    now: datetime
    period: Period
    days: list[DayOfBranch]
    hours: list[HourOfDay]
    week_ago: SoFar
    products: list[ProductSold]
    payments: list[MethodPaid]

    def sums(self, period: Period, branch_id: int | None = None) -> Sums:
        """The sums of a period, of all branches or of one."""
        return Sums.of(
            [
                one
                for one in self.days
                if one.day in period and (branch_id is None or one.branch_id == branch_id)
            ]
        )

    def of_day(self, day: date) -> Sums:
        """The sums of one day."""
        return self.sums(Period(day, day))


def sales_figures(actor: Actor, branch_ids: Sequence[int], days: int) -> SalesFigures:
    """What these branches have sold; the period is the last ``days`` days, at most ``DAYS_SHOWN``, today included."""
    zone = actor.organization.zone
    now = utc_now().astimezone(zone)
    today = now.date()
    period = Period(today - timedelta(days=days - 1), today)

    def read(reach: Reach) -> SalesFigures:
        hours = reach.hours(today - timedelta(days=DAYS_OF_MAP - 1), today)
        return SalesFigures(
            today=today,
            now=now,
            period=period,
            days=reach.days(today - timedelta(days=DAYS_READ - 1), today),
            hours=hours,
            week_ago=_week_ago(reach, hours, now),
            products=reach.products(period.since, period.until, limit=TOP),
            payments=reach.payments(period.since, period.until),
        )

    return read_together(actor, branch_ids, read)


def _week_ago(reach: Reach, hours: Sequence[HourOfDay], now: datetime) -> SoFar:
    """What was sold on the same weekday of the last week until the same time of the day."""
    moment = now - WEEK
    whole = [one for one in hours if one.day == moment.date() and one.hour < moment.hour]
    parameters = {
        "organization_id": reach.organization_id,
        "since": moment.replace(minute=0, second=0, microsecond=0),
        "until": moment,
        "day": moment.date(),
        "branches": array(reach.branch_ids),
    }
    receipts, revenue = send(_PART_OF_HOUR, parameters)[0]
    return SoFar(
        receipts + sum(one.receipts for one in whole), revenue + sum((one.revenue for one in whole), NOTHING)
    )
