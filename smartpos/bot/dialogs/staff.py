"""What those who run the shop ask: the figures of the day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.bot.chat import Chat, as_staff
from smartpos.bot.menu import keys_of
from smartpos.bot.replies import Reply, Say
from smartpos.bot.words import amount
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.errors import Forbidden
from smartpos.core.figures import day_text, quantity_text
from smartpos.core.money import round_money
from smartpos.reports.permissions import ReportsPermission
from smartpos.reports.queries.summaries import (
    DayOfBranch,
    ProductSold,
    Reach,
    branches_seen,
    read_together,
)

WEEK = timedelta(days=7)
BEST = 3


@dataclass(frozen=True, slots=True)
class _Day:
    """What is told of a day; ``before`` is the revenue of the same day a week ago."""

    day: date
    branches: list[DayOfBranch]
    before: Decimal
    best: list[ProductSold]


def today(chat: Chat) -> list[Reply]:
    """The business day so far, beside the same day a week ago; of the branches that this person sees."""
    with as_staff(chat) as who:
        if not who.can(ReportsPermission.STATS_READ):
            raise Forbidden(permission=str(ReportsPermission.STATS_READ))
        day = who.organization.today
        names = {branch.id: branch.name for branch in branches_seen()}

        def read(reach: Reach) -> _Day:
            before = sum((one.revenue for one in reach.days(day - WEEK, day - WEEK)), Decimal(0))
            return _Day(day, reach.days(day, day), before, reach.products(day, day, limit=BEST))

        found = read_together(who, list(names), read)
        sees_costs = who.can(CatalogPermission.COST_READ)
    return [Say(_text(chat, found, names, sees_costs=sees_costs), keys=keys_of(chat))]


def _text(chat: Chat, found: _Day, names: dict[int, str], *, sees_costs: bool) -> str:
    revenue = sum((one.revenue for one in found.branches), Decimal(0))
    receipts = sum(one.receipts for one in found.branches)
    lines = [
        f"{chat.shop} · {day_text(found.day)}",
        "",
        _("Revenue: %(amount)s", amount=amount(chat, revenue)),
    ]
    if sees_costs:
        profit = revenue - sum((one.tax + one.cost for one in found.branches), Decimal(0))
        lines.append(_("Gross profit: %(amount)s", amount=amount(chat, profit)))
    lines.append(ngettext("%(num)d receipt", "%(num)d receipts", receipts))
    if receipts:
        average = round_money(revenue / receipts)
        lines.append(_("Average receipt: %(amount)s", amount=amount(chat, average)))
    lines.append(_("The whole day a week ago: %(amount)s", amount=amount(chat, found.before)))
    if len(found.branches) > 1:
        lines.append("")
        lines += [f"{names[one.branch_id]}: {amount(chat, one.revenue)}" for one in found.branches]
    if found.best:
        lines += ["", _("Best sold:")]
        lines += [
            f"• {one.name}: {quantity_text(one.quantity, one.unit)} · {amount(chat, one.revenue)}"
            for one in found.best
        ]
    return "\n".join(lines)
