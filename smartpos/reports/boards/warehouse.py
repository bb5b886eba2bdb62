"""The dashboard of the warehouse."""

from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin.formatters import quantity, tenant_zone
from smartpos.core.admin.labels import label_of
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.reports.boards.looking import Look
from smartpos.reports.boards.parts import (
    Widget,
    amount,
    bars,
    count,
    list_link,
    report_link,
    rows,
    short_day,
    tile,
)
from smartpos.reports.boards.waiting import OF_STOCK, waiting_lines
from smartpos.reports.queries.attention import Matter, matters
from smartpos.reports.queries.warehouse import StockOfBranch, Warehouse
from smartpos.stock.models import CountStatus, TransferStatus
from smartpos.stock.permissions import StockPermission


class WarehouseBoard:
    """The widgets about the stock of some branches, of what the person may see."""

    def __init__(self, look: Look, now: datetime) -> None:
        self._look = look
        self._now = now
        self._asked = Warehouse(look.actor, look.open_ids, now)
        self._sees_cost = look.actor.can(CatalogPermission.COST_READ)

    def widgets(self) -> list[Widget]:
        """All of them, in their order."""
        counted = matters(self._look.actor, self._look.open_ids, OF_STOCK)
        stock = self._asked.stock()
        found = [
            *self._tiles(stock, counted),
            rows(
                "attention",
                _("Needs attention"),
                waiting_lines(self._look, counted),
                empty=_("Nothing waits. Well done."),
            ),
            self._low(),
            self._lots(),
            self._transfers(),
            self._purchases(),
            self._counts(),
            self._dead(),
            self._by_branch(stock),
        ]
        return [one for one in found if one is not None]

    def _tiles(self, stock: list[StockOfBranch] | None, counted: dict[Matter, int]) -> list[Widget]:
        look = self._look
        tiles = []
        if stock is not None:
            link = report_link("stock-on-hand", look.actor, branch_id=look.branch_id) or list_link(
                "branch_stocks.index_view", StockPermission.STOCK_READ
            )
            products = sum(one.products for one in stock)
            worth = sum((one.value for one in stock), Decimal(0))
            if self._sees_cost:
                tiles.append(
                    tile(
                        "value",
                        _("Stock at cost"),
                        amount(worth),
                        worth,
                        note=ngettext("%(num)d article in stock", "%(num)d articles in stock", products),
                        link=link,
                    )
                )
            else:
                tiles.append(tile("articles", _("Articles in stock"), count(products), products, link=link))
        for matter, key, label, tone in (
            (Matter.OUT, "out", _("Out of stock"), "bad"),
            (Matter.LOW, "low", _("Running low"), "warn"),
        ):
            if matter in counted:
                number = counted[matter]
                link = report_link("inventory-status", look.actor, branch_id=look.branch_id) or list_link(
                    "running_low.low", StockPermission.STOCK_READ, in_panel=False
                )
                tiles.append(tile(key, label, count(number), number, link=link, tone=tone if number else ""))
        if Matter.EXPIRING in counted:
            soon, past = counted[Matter.EXPIRING], counted[Matter.EXPIRED]
            tiles.append(
                tile(
                    "expiring",
                    _("Lots about to expire"),
                    count(soon),
                    soon,
                    note=_("past their date: %(number)s", number=count(past)) if past else "",
                    link=report_link("expiring-lots", look.actor, branch_id=look.branch_id)
                    or list_link("batch_stocks.index_view", StockPermission.BATCH_READ),
                    tone="bad" if past else "warn" if soon else "",
                )
            )
        return tiles

    def _low(self) -> Widget | None:
        found = self._asked.low()
        if found is None:
            return None
        return rows(
            "low-list",
            _("To be ordered"),
            [
                {
                    "label": one.product,
                    "note": one.branch,
                    "shown": _(
                        "%(quantity)s of %(level)s %(unit)s",
                        quantity=quantity(one.quantity),
                        level=quantity(one.level),
                        unit=one.unit,
                    ),
                    "tone": "bad" if one.quantity <= 0 else "warn",
                    "link": list_link(
                        "branch_stocks.details_view", StockPermission.STOCK_READ, id=one.stock_id
                    ),
                }
                for one in found
            ],
            empty=_("Everything is above its level."),
            link=list_link(
                "running_low.low",
                StockPermission.STOCK_READ,
                in_panel=False,
                **({"branch": self._look.branch_id} if self._look.branch_id else {}),
            ),
        )

    def _lots(self) -> Widget | None:
        found = self._asked.lots()
        if found is None:
            return None
        today = self._look.actor.organization.today
        return rows(
            "lots",
            _("Lots that expire first"),
            [
                {
                    "label": one.product,
                    "note": f"{one.branch} \u00b7 {one.number} \u00b7 {quantity(one.quantity)} {one.unit}",
                    "shown": one.expires.strftime("%d.%m.%Y"),
                    "tone": "bad" if one.expires < today else "warn",
                    "link": list_link("batches.details_view", StockPermission.BATCH_READ, id=one.batch_id),
                }
                for one in found
            ],
            empty=_("No lot is near its date."),
            link=report_link("expiring-lots", self._look.actor, branch_id=self._look.branch_id)
            or list_link("batch_stocks.index_view", StockPermission.BATCH_READ),
        )

    def _transfers(self) -> Widget | None:
        found = self._asked.transfers()
        if found is None:
            return None
        lines = []
        for one in found:
            label = label_of(TransferStatus(one.status))
            lines.append(
                {
                    "label": f"{one.source} \u2192 {one.target}",
                    "note": f"{one.number} \u00b7 {short_day(one.since.astimezone(tenant_zone()).date())}",
                    "shown": str(label.text),
                    "tone": label.tone,
                    "link": list_link(
                        "stock_transfers.details_view", StockPermission.TRANSFER_READ, id=one.id
                    ),
                }
            )
        link = list_link("stock_transfers.index_view", StockPermission.TRANSFER_READ)
        return rows("transfers", _("Transfers under way"), lines, empty=_("Nothing is under way."), link=link)

    def _purchases(self) -> Widget | None:
        found = self._asked.purchases()
        if found is None:
            return None
        today = self._look.actor.organization.today
        lines = []
        for one in found:
            is_late = one.expected_on is not None and one.expected_on < today
            note = f"{one.number} \u00b7 {one.branch}"
            if self._sees_cost:
                note += f" \u00b7 {amount(one.total)}"
            lines.append(
                {
                    "label": one.supplier or _("No supplier"),
                    "note": note,
                    "shown": short_day(one.expected_on) if one.expected_on else "",
                    "tone": "bad" if is_late else "",
                    "link": list_link(
                        "purchases.details_view", PurchasingPermission.PURCHASE_READ, id=one.id
                    ),
                }
            )
        link = list_link("purchases.index_view", PurchasingPermission.PURCHASE_READ)
        return rows(
            "purchases", _("Expected from suppliers"), lines, empty=_("Nothing was ordered."), link=link
        )

    def _counts(self) -> Widget | None:
        found = self._asked.counts()
        if found is None:
            return None
        lines = []
        for one in found:
            label = label_of(CountStatus(one.status))
            lines.append(
                {
                    "label": one.branch,
                    "note": f"{one.number} \u00b7 {short_day(one.since.astimezone(tenant_zone()).date())}",
                    "shown": str(label.text),
                    "tone": label.tone,
                    "link": list_link("stock_counts.details_view", StockPermission.COUNT_READ, id=one.id),
                }
            )
        link = list_link("stock_counts.index_view", StockPermission.COUNT_READ)
        return rows("counts", _("Stock counts"), lines, empty=_("Nothing is being counted."), link=link)

    def _dead(self) -> Widget | None:
        found = self._asked.dead()
        if found is None:
            return None
        return rows(
            "dead",
            _("Lying for two months"),
            [
                {
                    "label": one.product,
                    "note": f"{one.branch} \u00b7 {quantity(one.quantity)} {one.unit}"
                    if self._sees_cost
                    else one.branch,
                    "shown": amount(one.value) if self._sees_cost else f"{quantity(one.quantity)} {one.unit}",
                }
                for one in found
            ],
            empty=_("Everything has moved in the last two months."),
            link=report_link("dead-stock", self._look.actor, branch_id=self._look.branch_id),
        )

    def _by_branch(self, stock: list[StockOfBranch] | None) -> Widget | None:
        if stock is None or not self._sees_cost or self._look.branch_id is not None or len(stock) < 2:
            return None
        names = {one.id: one.name for one in self._look.branches}
        lines = [
            {
                "label": names[one.branch_id],
                "note": ngettext("%(num)d article in stock", "%(num)d articles in stock", one.products),
                "shown": amount(one.value),
                "worth": one.value,
                "link": report_link("stock-on-hand", self._look.actor, branch_id=one.branch_id),
            }
            for one in sorted(stock, key=lambda row: -row.value)
        ]
        return bars("stock-by-branch", _("Stock at cost by branch"), lines, empty=_("Nothing is in stock."))
