"""What people are told of our own debts: once a day, what has to be paid to suppliers."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.figures import money_text
from smartpos.crm.operations.notices import lines_of, tell_of_dues
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind
from smartpos.purchasing.permissions import PurchasingPermission as P

PAYABLES_DUE = "purchasing.payables_due"

Facts = Mapping[str, Any]


def _title(facts: Facts) -> Any:
    if facts["overdue_accounts"]:
        return _(
            "Suppliers we should have paid: %(count)s, %(amount)s",
            count=facts["overdue_accounts"],
            amount=money_text(facts["overdue"], facts["currency"]),
        )
    return _(
        "Suppliers to pay within %(days)s days: %(count)s, %(amount)s",
        days=facts["days"],
        count=facts["soon_accounts"],
        amount=money_text(facts["soon"], facts["currency"]),
    )


def _text(facts: Facts) -> str:
    lines = []
    if facts["overdue_accounts"] and facts["soon_accounts"]:
        lines.append(
            _(
                "To pay within %(days)s days: %(count)s, %(amount)s",
                days=facts["days"],
                count=facts["soon_accounts"],
                amount=money_text(facts["soon"], facts["currency"]),
            )
        )
    return "\n".join([*lines, lines_of(facts)])


def tell_of_payables(*, actor: Actor) -> int:
    """Tell those who pay suppliers what is due, once a day; gives how many were told. Safe to repeat."""
    return tell_of_dues(PAYABLES_DUE, SUPPLIERS, link="/suppliers/debts", actor=actor)


declare_kind(
    Kind(
        PAYABLES_DUE,
        _l("Suppliers are to be paid"),
        NoticeGroup.MONEY,
        title=_title,
        text=_text,
        level=lambda facts: Level.WARN if facts["overdue_accounts"] else Level.INFO,
        permission=P.PAYMENT_MAKE.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="wallet",
    )
)
