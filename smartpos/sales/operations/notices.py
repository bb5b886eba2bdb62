"""What people are told of selling: cash that does not add up, large discounts, large refunds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.events import record
from smartpos.core.figures import grouped, money_text
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind
from smartpos.sales.operations.drafts import SALE_ORIGIN
from smartpos.sales.permissions import SalesPermission as P
from smartpos.sales.pricing import PricedCart

CASH_DIFFERENCE = "sales.cash_difference"
BIG_DISCOUNT = "sales.big_discount"
BIG_REFUND = "sales.big_refund"
DISCOUNT_SETTING = "notice_discount_percent"
REFUND_SETTING = "notice_refund_amount"

Facts = Mapping[str, Any]


def note_discount(cart: PricedCart, *, sale_id: int, number: str, branch_id: int, actor: Actor) -> None:
    """Write down that people (not promotions) took off more than the shop watches; else nothing happens."""
    watched: int = actor.setting(DISCOUNT_SETTING)
    by_hand = cart.discount - cart.promotion
    base = cart.gross - cart.promotion
    if not watched or base <= 0 or by_hand * 100 < base * watched:
        return
    record(
        BIG_DISCOUNT,
        origin_kind=SALE_ORIGIN,
        origin_id=sale_id,
        facts={
            "number": number,
            "branch_id": branch_id,
            "discount": plain(by_hand),
            "percent": plain((by_hand * 100 / base).quantize(Decimal("0.1"))),
            "total": plain(cart.total),
        },
        actor=actor,
    )


def note_refund(
    amount: Decimal, *, sale_id: int, number: str, branch_id: int, reason: str | None, actor: Actor
) -> None:
    """Write down that goods worth at least what the shop watches came back; else nothing happens."""
    watched: Decimal = actor.setting(REFUND_SETTING)
    if not watched or amount < watched:
        return
    record(
        BIG_REFUND,
        origin_kind=SALE_ORIGIN,
        origin_id=sale_id,
        facts={"number": number, "branch_id": branch_id, "amount": plain(amount), "reason": reason or ""},
        actor=actor,
    )


def _difference_title(facts: Facts) -> Any:
    amount = Decimal(facts["difference"])
    words = {"till": facts["till"], "amount": money_text(abs(amount), facts["currency"])}
    if amount < 0:
        return _("%(till)s: %(amount)s is missing", **words)
    if amount > 0:
        return _("%(till)s: %(amount)s too much", **words)
    return _("%(till)s: the foreign cash does not add up", **words)


def _difference_text(facts: Facts) -> Any:
    lines = [_("%(branch)s, %(cashier)s", branch=facts["branch"], cashier=facts["cashier"])]
    if facts.get("foreign"):
        abroad = Decimal(facts["foreign"])
        shown = money_text(abs(abroad), facts["foreign_currency"])
        lines.append(
            _("%(amount)s is missing", amount=shown) if abroad < 0 else _("%(amount)s too much", amount=shown)
        )
    if facts.get("reason"):
        lines.append(facts["reason"])
    return "\n".join(lines)


def _where(facts: Facts) -> str:
    return ", ".join(filter(None, (facts.get("branch"), facts.get("author"))))


declare_kind(
    Kind(
        CASH_DIFFERENCE,
        _l("Counted cash does not add up"),
        NoticeGroup.SALES,
        title=_difference_title,
        text=_difference_text,
        level=lambda facts: Level.WARN if Decimal(facts["difference"]) > 0 else Level.BAD,
        permission=P.SHIFT_READ_ALL.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="cash",
    )
)
declare_kind(
    Kind(
        BIG_DISCOUNT,
        _l("A large discount was given"),
        NoticeGroup.SALES,
        title=lambda facts: _(
            "Receipt %(number)s: discount of %(percent)s",
            number=facts["number"],
            percent=f"{grouped(Decimal(facts['percent']), 1)}%",
        ),
        text=lambda facts: "\n".join(
            (
                _(
                    "Taken off: %(amount)s, paid: %(total)s",
                    amount=money_text(facts["discount"], facts["currency"]),
                    total=money_text(facts["total"], facts["currency"]),
                ),
                _where(facts),
            )
        ),
        level=Level.WARN,
        permission=P.SALE_READ_ALL.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="percent",
    )
)
declare_kind(
    Kind(
        BIG_REFUND,
        _l("A large refund was made"),
        NoticeGroup.SALES,
        title=lambda facts: _(
            "Receipt %(number)s: goods worth %(amount)s came back",
            number=facts["number"],
            amount=money_text(facts["amount"], facts["currency"]),
        ),
        text=lambda facts: "\n".join(filter(None, (_where(facts), facts.get("reason")))),
        level=Level.WARN,
        permission=P.SALE_READ_ALL.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="undo",
    )
)
