"""Which widgets stand on which dashboard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from smartpos.core.db import utc_now
from smartpos.identity.actors import Actor
from smartpos.production.permissions import ProductionPermission
from smartpos.reports.boards.looking import Look
from smartpos.reports.boards.parts import Widget
from smartpos.reports.boards.production import ProductionBoard
from smartpos.reports.boards.sales import SalesBoard
from smartpos.reports.boards.waiting import attention, debt_tiles, shifts
from smartpos.reports.boards.warehouse import WarehouseBoard
from smartpos.reports.permissions import ReportsPermission
from smartpos.sales.permissions import SalesPermission
from smartpos.stock.permissions import StockPermission


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A dashboard: what it is called, who may open it, and what stands on it."""

    title: Any
    tab: Any
    lead: Any
    endpoint: str
    permissions: tuple[str, ...]
    widgets: Callable[[Look], list[Widget]]
    has_period: bool = True

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the person may open it."""
        return all(actor.can(one) for one in self.permissions)


def _executive(look: Look) -> list[Widget]:
    found: list[Widget | None] = []
    sales = SalesBoard(look) if look.actor.can(SalesPermission.REPORT_READ) else None
    if sales is not None:
        found += sales.today()
    found += debt_tiles(look)
    if sales is not None:
        found.append(sales.hours())
    found.append(attention(look))
    if sales is not None:
        found += [sales.days(), sales.products(), sales.branches(), sales.payments()]
    found.append(shifts(look, utc_now()))
    if sales is not None:
        found.append(sales.map())
    return [one for one in found if one is not None]


def _sales(look: Look) -> list[Widget]:
    sales = SalesBoard(look)
    found = [
        *(*sales.period(), sales.days(), sales.products(), sales.hours(), sales.payments(), sales.branches()),
        *(shifts(look, utc_now()), sales.map()),
    ]
    return [one for one in found if one is not None]


def _production(look: Look) -> list[Widget]:
    return ProductionBoard(look, utc_now()).widgets()


def _warehouse(look: Look) -> list[Widget]:
    return WarehouseBoard(look, utc_now()).widgets()


PAGES = {
    "executive": BoardPage(
        _l("Dashboard"),
        _l("Overview"),
        _l("The state of the business now."),
        "dashboards.executive",
        (ReportsPermission.DASHBOARD_READ,),
        _executive,
    ),
    "sales": BoardPage(
        _l("Sales dashboard"),
        _l("Sales"),
        _l("What was sold, against the days before."),
        "dashboards.sales",
        (ReportsPermission.DASHBOARD_READ, SalesPermission.REPORT_READ),
        _sales,
    ),
    "warehouse": BoardPage(
        _l("Warehouse dashboard"),
        _l("Warehouse"),
        _l("What lies where, what is missing, and what is on its way."),
        "dashboards.warehouse",
        (ReportsPermission.DASHBOARD_READ, StockPermission.STOCK_READ),
        _warehouse,
        has_period=False,
    ),
    "production": BoardPage(
        _l("Production dashboard"),
        _l("Production"),
        _l("What is being made, on what, and whether it is in time."),
        "dashboards.production",
        (ReportsPermission.DASHBOARD_READ, ProductionPermission.REPORT_READ),
        _production,
    ),
}
