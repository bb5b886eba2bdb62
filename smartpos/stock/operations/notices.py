"""What people are told of stock: what runs low, what expires, what waits for their approval."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from smartpos.core.figures import day_text, quantity_text
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind, more
from smartpos.stock.permissions import StockPermission as P

LOW = "stock.low"
EXPIRING = "stock.expiring"
TRANSFER_WAITING = "stock.transfer_waiting"
COUNT_WAITING = "stock.count_waiting"
COUNT_ORIGIN = "stock_count"
STOCK_ORIGIN = "branch_stock"

SHOWN = 10

Facts = Mapping[str, Any]


def _low_title(facts: Facts) -> Any:
    products = facts["products"]
    if len(products) > 1 or facts["count"] > 1:
        return ngettext(
            "%(branch)s: %(num)d product runs low",
            "%(branch)s: %(num)d products run low",
            facts["count"],
            branch=facts["branch"],
        )
    one = products[0]
    if one["state"] == "out":
        return _("%(product)s has run out", product=one["name"])
    return _("%(product)s runs low", product=one["name"])


def _low_text(facts: Facts) -> Any:
    products = facts["products"]
    if len(products) == 1 and facts["count"] == 1:
        one = products[0]
        return _(
            "%(branch)s: %(quantity)s left, at least %(level)s wanted",
            branch=facts["branch"],
            quantity=quantity_text(one["quantity"], one["unit"]),
            level=quantity_text(one["level"], one["unit"]),
        )
    lines = [f"{one['name']}: {quantity_text(one['quantity'], one['unit'])}" for one in products[:SHOWN]]
    if facts["count"] > SHOWN:
        lines.append(more(facts["count"] - SHOWN))
    return "\n".join(lines)


def _low_level(facts: Facts) -> Level:
    return Level.BAD if any(one["state"] == "out" for one in facts["products"]) else Level.WARN


def _expiring_title(facts: Facts) -> Any:
    if facts["expired"] and facts["soon"]:
        return _(
            "%(branch)s: lots expired: %(expired)s, expiring soon: %(soon)s",
            branch=facts["branch"],
            expired=facts["expired"],
            soon=facts["soon"],
        )
    if facts["expired"]:
        return _("%(branch)s: lots expired: %(expired)s", branch=facts["branch"], expired=facts["expired"])
    return _("%(branch)s: lots expiring soon: %(soon)s", branch=facts["branch"], soon=facts["soon"])


def _expiring_text(facts: Facts) -> Any:
    lines = [
        f"{lot['name']}, {day_text(lot['day'])}: {quantity_text(lot['quantity'], lot['unit'])}"
        for lot in facts["lots"]
    ]
    count = facts["expired"] + facts["soon"]
    if count > len(lines):
        lines.append(more(count - len(lines)))
    return "\n".join(lines)


declare_kind(
    Kind(
        LOW,
        _l("Goods run low"),
        NoticeGroup.STOCK,
        title=_low_title,
        text=_low_text,
        level=_low_level,
        permission=P.LEVEL_WRITE.value,
        # A shop that sells well would ring all day long.
        defaults={Channel.TELEGRAM: Mode.DIGEST, Channel.EMAIL: Mode.DIGEST},
        icon="warehouse",
    )
)
declare_kind(
    Kind(
        EXPIRING,
        _l("Lots expire"),
        NoticeGroup.STOCK,
        title=_expiring_title,
        text=_expiring_text,
        level=lambda facts: Level.BAD if facts["expired"] else Level.WARN,
        permission=P.BATCH_WRITE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="calendar",
    )
)
declare_kind(
    Kind(
        TRANSFER_WAITING,
        _l("A transfer waits for approval"),
        NoticeGroup.STOCK,
        title=lambda facts: _("Transfer %(number)s waits for approval", number=facts["number"]),
        text=lambda facts: (
            f"{facts['branch']} → {facts['to_branch']}, "
            + ngettext("%(num)d line", "%(num)d lines", facts["lines"])
            + (f"\n{facts['author']}" if facts.get("author") else "")
        ),
        permission=P.TRANSFER_APPROVE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.AT_ONCE},
        icon="truck",
        # What the bot understands: "ta" approves and "tr" refuses a transfer, "cp" posts a count.
        buttons=lambda facts: [
            [
                {"text": _("Approve"), "data": f"ta:{facts['id']}"},
                {"text": _("Reject"), "data": f"tr:{facts['id']}"},
            ]
        ],
    )
)
declare_kind(
    Kind(
        COUNT_WAITING,
        _l("A stock count waits for approval"),
        NoticeGroup.STOCK,
        title=lambda facts: _("Stock count %(number)s waits for approval", number=facts["number"]),
        text=lambda facts: "\n".join(filter(None, (facts["branch"], facts.get("author")))),
        permission=P.COUNT_POST.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.AT_ONCE},
        icon="barcode",
        buttons=lambda facts: [[{"text": _("Post"), "data": f"cp:{facts['id']}"}]],
    )
)
