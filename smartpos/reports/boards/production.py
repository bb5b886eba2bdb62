"""The dashboard of production."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin.formatters import quantity, tenant_zone
from smartpos.core.admin.labels import label_of
from smartpos.production.models import MachineStatus, OrderStatus
from smartpos.production.permissions import ProductionPermission as P
from smartpos.reports.boards.looking import Look
from smartpos.reports.boards.parts import (
    Widget,
    amount,
    bars,
    change,
    count,
    lines,
    list_link,
    report_link,
    rows,
    share,
    short_day,
    tile,
)
from smartpos.reports.queries.production import MachineNow, MadeProduct, Production
from smartpos.stock.permissions import StockPermission

DAYS_DRAWN = 14


class ProductionBoard:
    """The widgets about what some branches make; money for those who may see costs."""

    def __init__(self, look: Look, now: datetime) -> None:
        self._look = look
        self._now = now
        self._today = look.actor.organization.today
        self._since = self._today - timedelta(days=look.days - 1)
        self._sees_cost = look.actor.can(CatalogPermission.COST_READ)
        self._asked = Production(
            look.actor,
            look.branch_ids,
            now=now,
            since=self._midnight(self._since),
            before=self._midnight(self._since - timedelta(days=look.days)),
            until=self._midnight(self._today + timedelta(days=1)),
        )

    def widgets(self) -> list[Widget]:
        """All of them, in their order."""
        machines, products = self._asked.machines(), self._asked.products()
        return [
            *self._tiles(machines),
            self._machines(machines),
            self._due(),
            self._days(),
            self._products(products),
            self._short(),
            *([self._costs(products)] if self._sees_cost else []),
        ]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tenant_zone())

    def _report(self, slug: str) -> str | None:
        return report_link(
            slug, self._look.actor, since=self._since, until=self._today, branch_id=self._look.branch_id
        )

    def _tiles(self, machines: list[MachineNow]) -> list[Widget]:
        now, done = self._asked.now(), self._asked.done()
        busy = sum(one.status == MachineStatus.BUSY for one in machines)
        late_upkeep = sum(
            one.next_upkeep_on is not None and one.next_upkeep_on <= self._today for one in machines
        )
        made, made_before = done.good + done.scrapped, done.good_before + done.scrapped_before
        scrap = done.scrapped * 100 / made if made else Decimal(0)
        scrap_before = done.scrapped_before * 100 / made_before if made_before else Decimal(0)
        orders = list_link("production_orders.index_view", P.ORDER_READ)
        against = _("against as many days before")
        tiles = [
            tile(
                "busy",
                _("Machines at work"),
                _("%(busy)s of %(all)s", busy=count(busy), all=count(len(machines))),
                busy,
                note=_("upkeep due: %(number)s", number=count(late_upkeep)) if late_upkeep else "",
                link=self._report("machine-utilisation"),
                tone="warn" if late_upkeep else "",
            ),
            tile(
                "running",
                _("Orders in progress"),
                count(now.running),
                now.running,
                note=_("late: %(number)s", number=count(now.late))
                if now.late
                else _("waiting: %(number)s", number=count(now.waiting + now.on_hold)),
                link=self._report("production-orders") if now.late else orders,
                tone="bad" if now.late else "",
            ),
            tile(
                "scrap",
                _("Scrap"),
                share(scrap),
                scrap,
                note=amount(done.scrap_cost) if self._sees_cost and done.scrap_cost else "",
                link=self._report("production-scrap"),
                compared=change(scrap, scrap_before, against, more_is_good=False),
            ),
        ]
        if self._sees_cost:
            tiles.append(
                tile(
                    "worth",
                    _("Produced, at cost"),
                    amount(done.worth),
                    done.worth,
                    link=self._report("production-costs"),
                    compared=change(done.worth, done.worth_before, against),
                )
            )
        else:
            tiles.append(
                tile(
                    "completions",
                    _("Completions"),
                    count(done.completions),
                    done.completions,
                    link=self._report("production-by-day"),
                    compared=change(done.completions, done.completions_before, against),
                )
            )
        return tiles

    def _machines(self, machines: list[MachineNow]) -> Widget:
        found = []
        for one in machines:
            label = label_of(MachineStatus(one.status))
            since = one.since.astimezone(tenant_zone())
            moment = since.strftime("%H:%M") if since.date() == self._today else short_day(since.date())
            where = f"{one.order} \u00b7 {one.product}" if one.order else one.branch
            began = _("since %(moment)s", moment=moment)
            found.append(
                {
                    "label": one.name,
                    "note": f"{where} \u00b7 {began}",
                    "shown": str(label.text),
                    "tone": label.tone,
                    "link": list_link("production_orders.details_view", P.ORDER_READ, id=one.order_id)
                    if one.order_id
                    else list_link("machines.details_view", P.MACHINE_READ, id=one.id),
                }
            )
        return rows(
            "machines",
            _("Machines now"),
            found,
            empty=_("There are no machines yet."),
            link=list_link("machines.index_view", P.MACHINE_READ),
        )

    def _due(self) -> Widget:
        found = []
        for one in self._asked.due():
            due = one.due_at.astimezone(tenant_zone())
            label = label_of(OrderStatus(one.status))
            left = _("left: %(quantity)s", quantity=f"{quantity(one.left)} {one.unit}")
            found.append(
                {
                    "label": one.product,
                    "note": f"{one.number} \u00b7 {label.text} \u00b7 {left}",
                    "shown": due.strftime("%H:%M") if due.date() == self._today else short_day(due.date()),
                    "tone": "bad" if one.due_at < self._now else "warn" if due.date() == self._today else "",
                    "link": list_link("production_orders.details_view", P.ORDER_READ, id=one.id),
                }
            )
        return rows(
            "due",
            _("Due first"),
            found,
            empty=_("No open order has a date."),
            link=list_link("production_orders.index_view", P.ORDER_READ),
        )

    def _days(self) -> Widget:
        first = self._today - timedelta(days=DAYS_DRAWN - 1)
        found = self._asked.days(first, self._today, self._midnight(first))
        return lines(
            "days",
            _("Orders by day"),
            [short_day(one.day) for one in found],
            [
                (_("Finished"), [Decimal(one.finished) for one in found]),
                (_("Planned"), [Decimal(one.planned) for one in found]),
            ],
            link=self._report("production-orders"),
            empty=_("Nothing was planned or finished in two weeks."),
        )

    def _products(self, products: list[MadeProduct]) -> Widget:
        found = []
        for one in sorted(products, key=lambda row: -row.good):
            made = one.good + one.scrapped
            scrapped = _("scrap %(share)s", share=share(one.scrapped * 100 / made)) if one.scrapped else ""
            found.append(
                {
                    "label": one.product,
                    "note": scrapped,
                    "shown": f"{quantity(one.good)} {one.unit}",
                    "worth": one.good,
                }
            )
        return bars(
            "products",
            _("What was made"),
            found,
            empty=_("Nothing was completed in this time."),
            link=self._report("production-costs"),
        )

    def _short(self) -> Widget:
        return rows(
            "short",
            _("Materials that are short"),
            [
                {
                    "label": one.product,
                    "note": one.branch,
                    "shown": _(
                        "%(there)s of %(wanted)s %(unit)s",
                        there=quantity(one.there),
                        wanted=quantity(one.wanted),
                        unit=one.unit,
                    ),
                    "tone": "bad" if one.there <= 0 else "warn",
                    "link": list_link(
                        "branch_stocks.index_view", StockPermission.STOCK_READ, search=one.product
                    ),
                }
                for one in self._asked.short()
            ],
            empty=_("There is enough for all open orders."),
        )

    def _costs(self, products: list[MadeProduct]) -> Widget:
        found = []
        for one in products:
            if not one.by_recipe:
                continue
            percent = (one.cost - one.by_recipe) * 100 / one.by_recipe
            found.append(
                {
                    "label": one.product,
                    "note": _(
                        "%(actual)s, by the recipe %(planned)s",
                        actual=amount(one.cost),
                        planned=amount(one.by_recipe),
                    ),
                    "shown": f"{'+' if percent > 0 else ''}{share(percent)}",
                    "tone": "bad" if percent >= 5 else "good" if percent <= -5 else "",
                }
            )
        return rows(
            "costs",
            _("Cost against the recipe"),
            found,
            empty=_("Nothing was completed in this time."),
            link=self._report("production-costs"),
        )
