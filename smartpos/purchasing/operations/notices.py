"""What people are told of purchases: what has to be paid to suppliers, and what was unloaded and not confirmed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.db import utc_now
from smartpos.core.figures import day_text
from smartpos.crm.operations.notices import tell_of_dues, text_of, title_of
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind, notify, withdraw
from smartpos.purchasing.permissions import CONFIRM_HOURS
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.purchases import PURCHASE_ORIGIN, unconfirmed_since

PAYABLES_DUE = "purchasing.payables_due"
PURCHASE_WAITING = "purchasing.purchase_waiting"

Facts = Mapping[str, Any]


def _title(facts: Facts) -> str:
    return title_of(
        facts,
        _("Suppliers we should have paid: %(count)s, %(amount)s"),
        _("Suppliers to pay within %(days)s days: %(count)s, %(amount)s"),
    )


def _text(facts: Facts) -> str:
    return text_of(facts, _("To pay within %(days)s days: %(count)s, %(amount)s"))


def tell_of_payables(*, actor: Actor) -> int:
    """Tell those who pay suppliers what is due, once a day; gives how many were told. Safe to repeat."""
    return tell_of_dues(PAYABLES_DUE, SUPPLIERS, link="/suppliers/debts", actor=actor)


def tell_of_waiting_purchases(*, actor: Actor) -> int:
    """Tell those who confirm purchases of each that was unloaded long ago and still waits; gives how many are told.

    Its goods are on the shelf and not in stock. Of a purchase people hear once, until it is unloaded anew.
    """
    hours = int(actor.setting(CONFIRM_HOURS))
    if hours <= 0:
        return 0
    told = 0
    for purchase, supplier, branch in unconfirmed_since(utc_now() - timedelta(hours=hours)):
        received = (purchase.received_at or utc_now()).astimezone(actor.organization.zone)
        told += notify(
            PURCHASE_WAITING,
            facts={
                "id": purchase.id,
                "number": purchase.number,
                "branch_id": purchase.branch_id,
                "branch": branch,
                "supplier": supplier,
                "day": received.date().isoformat(),
            },
            origin_kind=PURCHASE_ORIGIN,
            origin_id=purchase.id,
            dedupe_key=f"{PURCHASE_WAITING}:{purchase.id}:{received:%Y%m%d%H%M%S}",
            link=f"/admin/purchases/details/?id={purchase.id}",
        )
    return told


def forget_waiting(purchase_id: int) -> None:
    """It waits no more: who has not read of it need not."""
    withdraw(PURCHASE_WAITING, origin_kind=PURCHASE_ORIGIN, origin_id=purchase_id)


def _waiting_text(facts: Facts) -> str:
    place = ", ".join(filter(None, (facts.get("supplier"), facts["branch"])))
    unloaded = _("Unloaded on %(day)s; its goods are not in stock yet.", day=day_text(facts["day"]))
    return f"{place}\n{unloaded}"


declare_kind(
    Kind(
        PURCHASE_WAITING,
        _l("A purchase waits for confirmation"),
        NoticeGroup.STOCK,
        title=lambda facts: _("Purchase %(number)s waits for confirmation", number=facts["number"]),
        text=_waiting_text,
        level=Level.WARN,
        permission=P.PURCHASE_CONFIRM.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="truck",
    )
)
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
