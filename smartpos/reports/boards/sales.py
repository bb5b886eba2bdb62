"""The dashboards about sales: today at a glance, and a period against the one before."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin.formatters import quantity
from smartpos.core.admin.labels import label_of
from smartpos.reports.boards.looking import Look
from smartpos.reports.boards.parts import (
    Widget,
    amount,
    bars,
    change,
    count,
    heat,
    lines,
    list_link,
    report_link,
    share,
    short_day,
    tile,
    weekdays,
)
from smartpos.reports.queries.dashboard import DAYS_SHOWN, WEEK, Period, SalesFigures, Sums, sales_figures
from smartpos.sales.models import PaymentMethod
from smartpos.sales.permissions import SalesPermission

FIRST_HOUR, LAST_HOUR = 8, 22
ONE_DAY = timedelta(days=1)


class SalesBoard:
    """The widgets about what some branches have sold, for somebody who may see reports of sales."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._sees_cost = look.actor.can(CatalogPermission.COST_READ)
        self._figures: SalesFigures = sales_figures(look.actor, look.branch_ids, look.days)

    def today(self) -> list[Widget]:
        """Tiles of today, against the same weekday a week ago until the same time."""
        figures, ago = self._figures, self._figures.week_ago
        sums = figures.of_day(figures.today)
        against = _("against the same time a week ago")
        average_ago = ago.revenue / ago.receipts if ago.receipts else Decimal(0)
        day = Period(figures.today, figures.today)
        tiles = [
            tile(
                "revenue",
                _("Revenue today"),
                amount(sums.revenue),
                sums.revenue,
                note=_("a week ago by now: %(amount)s", amount=amount(ago.revenue)),
                link=self._report("sales-by-hour", day) or self._report("sales-by-day", day),
                compared=change(sums.revenue, ago.revenue, against),
            )
        ]
        if self._sees_cost:
            whole = figures.of_day(figures.today - WEEK)
            tiles.append(self._profit(sums, day, _("Gross profit today"), self._margins(sums, whole)))
        return [
            *tiles,
            tile(
                "receipts",
                _("Receipts today"),
                count(sums.receipts),
                sums.receipts,
                note=_("a week ago by now: %(amount)s", amount=count(ago.receipts)),
                link=self._report("receipts", day)
                or list_link("receipts.index_view", SalesPermission.SALE_READ_ALL),
                compared=change(sums.receipts, ago.receipts, against),
            ),
            tile(
                "average",
                _("Average receipt today"),
                amount(sums.average or Decimal(0)),
                sums.average or Decimal(0),
                note=_("a week ago by now: %(amount)s", amount=amount(average_ago)),
                link=self._report(
                    "sales-by-day", Period(figures.today - ONE_DAY * (DAYS_SHOWN - 1), figures.today)
                ),
                compared=change(sums.average or 0, average_ago, against),
            ),
            self._refunds(sums, day, _("Refunds today")),
        ]

    def period(self) -> list[Widget]:
        """Tiles of the period that is looked at, against as many days before it."""
        figures = self._figures
        period = figures.period
        sums, before = figures.sums(period), figures.sums(period.before)
        against = _("against the days before")
        tiles = [
            tile(
                "revenue",
                _("Revenue"),
                amount(sums.revenue),
                sums.revenue,
                note=_("before: %(amount)s", amount=amount(before.revenue)),
                link=self._report("sales-by-day", period),
                compared=change(sums.revenue, before.revenue, against),
            )
        ]
        if self._sees_cost:
            tiles.append(self._profit(sums, period, _("Gross profit"), self._margins(sums, before), before))
        return [
            *tiles,
            tile(
                "receipts",
                _("Receipts"),
                count(sums.receipts),
                sums.receipts,
                note=_("before: %(amount)s", amount=count(before.receipts)),
                link=self._report("receipts", period)
                or list_link("receipts.index_view", SalesPermission.SALE_READ_ALL),
                compared=change(sums.receipts, before.receipts, against),
            ),
            tile(
                "average",
                _("Average receipt"),
                amount(sums.average or Decimal(0)),
                sums.average or Decimal(0),
                note=_("before: %(amount)s", amount=amount(before.average or Decimal(0))),
                link=self._report("sales-by-day", period),
                compared=change(sums.average or 0, before.average or 0, against),
            ),
            tile(
                "discount",
                _("Discounts"),
                amount(sums.discount),
                sums.discount,
                note=_("before: %(amount)s", amount=amount(before.discount)),
                link=self._report("discounts-by-person", period) or self._report("sales-by-cashier", period),
                compared=change(sums.discount, before.discount, against, more_is_good=False),
            ),
            self._refunds(sums, period, _("Refunds")),
        ]

    def hours(self) -> Widget:
        """Today hour by hour, and the same weekday of the last week."""
        figures = self._figures
        ago = figures.today - WEEK
        by_hour = {(one.day, one.hour): one.revenue for one in figures.hours}
        seen = [hour for day, hour in by_hour if day in (figures.today, ago)]
        hours = range(min([FIRST_HOUR, *seen]), max([LAST_HOUR, *seen]) + 1)
        nothing = Decimal(0)
        return lines(
            "hours",
            _("Today by hour"),
            [f"{hour:02}:00" for hour in hours],
            [
                (
                    _("Today"),
                    [
                        by_hour.get((figures.today, hour), nothing) if hour <= figures.now.hour else None
                        for hour in hours
                    ],
                ),
                (_("A week ago"), [by_hour.get((ago, hour), nothing) for hour in hours]),
            ],
            link=self._report("sales-by-hour", Period(figures.today, figures.today)),
            empty=_("Nothing was sold today or a week ago."),
        )

    def days(self) -> Widget:
        """Revenue, and for those who may see it profit, of the last days."""
        figures = self._figures
        shown = [figures.today - ONE_DAY * back for back in reversed(range(DAYS_SHOWN))]
        sums = [figures.of_day(day) for day in shown]
        series: list[tuple[str, list[Decimal | None]]] = [(_("Revenue"), [one.revenue for one in sums])]
        if self._sees_cost:
            series.append((_("Gross profit"), [one.profit for one in sums]))
        return lines(
            "days",
            _("The last 30 days"),
            [short_day(day) for day in shown],
            series,
            link=self._report("sales-by-day", Period(shown[0], shown[-1])),
            empty=_("Nothing was sold in these days."),
        )

    def products(self) -> Widget:
        """What brought most."""
        found: list[dict[str, Any]] = []
        for one in self._figures.products:
            note = f"{quantity(one.quantity)} {one.unit}"
            if self._sees_cost:
                note += " \u00b7 " + _("profit %(amount)s", amount=amount(one.profit))
            found.append(
                {"label": one.name, "note": note, "shown": amount(one.revenue), "worth": one.revenue}
            )
        return bars(
            "products",
            self._titled(_("Best sellers")),
            found,
            empty=_("Nothing was sold yet."),
            link=self._report("sales-by-product", self._figures.period),
        )

    def branches(self) -> Widget | None:
        """Branch against branch; None where there is one alone."""
        if self._look.branch_id is not None or len(self._look.choices) < 2:
            return None
        period = self._figures.period
        found = []
        for branch in self._look.branches:
            sums = self._figures.sums(period, branch.id)
            if not sums.receipts and not sums.refunds and not sums.revenue:
                continue
            note = ngettext("%(num)d receipt", "%(num)d receipts", sums.receipts)
            if self._sees_cost and sums.margin is not None:
                note += " \u00b7 " + _("margin %(margin)s", margin=share(sums.margin))
            found.append(
                {
                    "label": branch.name,
                    "note": note,
                    "shown": amount(sums.revenue),
                    "worth": sums.revenue,
                    "link": self._report("sales-by-day", period, branch.id),
                }
            )
        return bars(
            "branches",
            self._titled(_("Branches")),
            sorted(found, key=lambda row: -row["worth"]),
            empty=_("Nothing was sold yet."),
            link=self._report("sales-by-branch", period),
        )

    def payments(self) -> Widget:
        """How it was paid for."""
        methods = self._figures.payments
        whole = sum((one.amount for one in methods if one.amount > 0), Decimal(0))
        found = [
            {
                "label": str(label_of(PaymentMethod(one.method)).text),
                "note": share(one.amount * 100 / whole) if whole and one.amount > 0 else "",
                "shown": amount(one.amount),
                "worth": one.amount,
            }
            for one in methods
        ]
        return bars(
            "payments",
            self._titled(_("Ways of paying")),
            found,
            empty=_("Nothing was sold yet."),
            link=self._report("sales-by-payment-method", self._figures.period),
        )

    def map(self) -> Widget:
        """Busy hours of the week, on average of the last four weeks."""
        figures = self._figures
        sums: dict[tuple[int, int], Decimal] = {}
        for one in figures.hours:
            place = (one.day.weekday(), one.hour)
            sums[place] = sums.get(place, Decimal(0)) + one.revenue
        seen = [hour for _day, hour in sums]
        hours = range(min([FIRST_HOUR, *seen]), max([LAST_HOUR, *seen]) + 1)
        rows = [
            (name, [sums.get((place, hour), Decimal(0)) / 4 for hour in hours])
            for place, name in enumerate(weekdays())
        ]
        since = figures.today - timedelta(days=27)
        return heat(
            "map",
            _("Busy hours"),
            [f"{hour:02}" for hour in hours],
            rows,
            note=_("average revenue of an hour in the last four weeks"),
            link=self._report("sales-by-hour", Period(since, figures.today)),
            empty=_("Nothing was sold in these weeks."),
        )

    def _profit(
        self, sums: Sums, period: Period, label: str, note: str, before: Sums | None = None
    ) -> Widget:
        against = _("against the days before")
        return tile(
            "profit",
            label,
            amount(sums.profit),
            sums.profit,
            note=note,
            link=self._report("profit", period),
            compared=change(sums.profit, before.profit, against) if before else None,
        )

    def _margins(self, sums: Sums, before: Sums) -> str:
        if sums.margin is None:
            return ""
        text = str(_("margin %(margin)s", margin=share(sums.margin)))
        if before.margin is None:
            return text
        return " \u00b7 ".join((text, _("before: %(amount)s", amount=share(before.margin))))

    def _refunds(self, sums: Sums, period: Period, label: str) -> Widget:
        return tile(
            "refunds",
            label,
            amount(sums.refunded),
            sums.refunded,
            note=ngettext("%(num)d refund", "%(num)d refunds", sums.refunds),
            link=self._report("refunds", period) or self._report("receipts", period),
        )

    def _titled(self, title: str) -> str:
        days = self._figures.period.length
        if days == 1:
            return str(_("%(title)s today", title=title))
        return str(_("%(title)s, last %(days)d days", title=title, days=days))

    def _report(self, slug: str, period: Period, branch_id: int | None = None) -> str | None:
        return report_link(
            slug,
            self._look.actor,
            since=period.since,
            until=period.until,
            branch_id=branch_id or self._look.branch_id,
        )
