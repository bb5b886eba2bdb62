"""What those who run the shop ask: the figures of the day."""

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from smartpos.bot.chat import Chat, as_staff
from smartpos.bot.menu import keys_of
from smartpos.bot.replies import Reply, Say
from smartpos.bot.words import amount
from smartpos.core.errors import Forbidden
from smartpos.core.figures import day_text, quantity_text
from smartpos.core.money import round_money
from smartpos.reports.permissions import ReportsPermission
from smartpos.reports.queries.summaries import Reach, branches_seen, read_together

WEEK = timedelta(days=7)
BEST = 3


def today(chat: Chat) -> list[Reply]:
    """The business day so far, beside the same day a week ago; of the branches that this person sees."""
    with as_staff(chat) as who:
        if not who.can(ReportsPermission.STATS_READ):
            raise Forbidden(permission=str(ReportsPermission.STATS_READ))
        day = who.organization.today
        branches = branches_seen()
        names = {branch.id: branch.name for branch in branches}

        def read(
            reach: Reach,
        ) -> tuple[list[tuple[int, Decimal, int]], Decimal, list[tuple[str, str, Decimal]]]:
            now = [(one.branch_id, one.revenue, one.receipts) for one in reach.days(day, day)]
            before = sum((one.revenue for one in reach.days(day - WEEK, day - WEEK)), Decimal(0))
            best = reach.products(day, day, limit=BEST)
            return (
                now,
                before,
                [(one.name, quantity_text(one.quantity, one.unit), one.revenue) for one in best],
            )

        now, before, best = read_together(who, list(names), read)
    return [Say(_text(chat, day, now=now, before=before, best=best, names=names), keys=keys_of(chat))]


def _text(
    chat: Chat,
    day: date,
    *,
    now: list[tuple[int, Decimal, int]],
    before: Decimal,
    best: list[tuple[str, str, Decimal]],
    names: dict[int, str],
) -> str:
    revenue = sum((one[1] for one in now), Decimal(0))
    receipts = sum(one[2] for one in now)
    lines = [
        f"{chat.shop} · {day_text(day)}",
        "",
        _("Revenue: %(amount)s", amount=amount(chat, revenue)),
        ngettext("%(num)d receipt", "%(num)d receipts", receipts),
    ]
    if receipts:
        average = round_money(revenue / receipts)
        lines.append(_("Average receipt: %(amount)s", amount=amount(chat, average)))
    lines.append(_("The whole day a week ago: %(amount)s", amount=amount(chat, before)))
    if len(now) > 1:
        lines.append("")
        lines += [f"{names[branch_id]}: {amount(chat, sold)}" for branch_id, sold, _receipts in now]
    if best:
        lines += ["", _("Best sold:")]
        lines += [f"• {name}: {quantity} · {amount(chat, sold)}" for name, quantity, sold in best]
    return "\n".join(lines)
