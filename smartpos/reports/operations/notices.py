"""What people are told about their downloads, and in the evening about the day."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from smartpos.core.figures import day_text, grouped, money_text
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind
from smartpos.notifications.operations.kinds import Facts
from smartpos.reports.permissions import ReportsPermission
from smartpos.sales.permissions import SalesPermission

EXPORT_READY = "reports.export_ready"
EXPORT_FAILED = "reports.export_failed"
DAILY_DIGEST = "reports.daily_digest"
REPORT_SENT = "reports.sent"


def _money(facts: Facts, name: str) -> str:
    return money_text(facts[name], str(facts["currency"]))


def _digest_title(facts: Facts) -> str:
    day = day_text(facts["day"])
    return str(_("%(day)s: sold for %(revenue)s", day=day, revenue=_money(facts, "revenue")))


def _digest_text(facts: Facts) -> str:
    receipts = ngettext("%(num)d receipt", "%(num)d receipts", facts["receipts"])
    lines = [_("%(receipts)s, on average %(average)s", receipts=receipts, average=_money(facts, "average"))]
    if facts.get("profit") is not None:
        lines.append(_("Gross profit: %(amount)s", amount=_money(facts, "profit")))
    lines.append(_("A week before: %(amount)s", amount=_money(facts, "week_before")))
    if facts["refunds"]:
        lines.append(
            _(
                "Refunds: %(count)s for %(amount)s",
                count=grouped(facts["refunds"], 0),
                amount=_money(facts, "refunded"),
            )
        )
    if facts["products"]:
        lines.append(_("Sold best: %(products)s", products=", ".join(facts["products"])))
    return "\n".join(lines)


declare_kind(
    Kind(
        EXPORT_READY,
        _l("A download is ready"),
        NoticeGroup.REPORTS,
        title=lambda facts: _("Ready to download: %(title)s", title=facts["title"]),
        text=lambda facts: _("Rows: %(rows)s", rows=grouped(int(facts["rows"]), 0)),
        level=Level.GOOD,
        permission=ReportsPermission.EXPORT_CREATE.value,
        icon="download",
        awaited=True,
    )
)
declare_kind(
    Kind(
        EXPORT_FAILED,
        _l("A download failed"),
        NoticeGroup.REPORTS,
        title=lambda facts: _("The download failed: %(title)s", title=facts["title"]),
        text=lambda facts: str(facts.get("message") or ""),
        level=Level.BAD,
        permission=ReportsPermission.EXPORT_CREATE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE},
        icon="warning",
        awaited=True,
    )
)
declare_kind(
    Kind(
        DAILY_DIGEST,
        _l("The figures of the day"),
        NoticeGroup.REPORTS,
        title=_digest_title,
        text=_digest_text,
        permission=SalesPermission.REPORT_READ.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE},
        icon="chart",
    )
)
declare_kind(
    Kind(
        REPORT_SENT,
        _l("A regular report"),
        NoticeGroup.REPORTS,
        title=lambda facts: _("The report %(title)s is there", title=facts["title"]),
        level=Level.GOOD,
        icon="chart",
        awaited=True,
    )
)
