"""What people are told of customers' debts: once a day, what is overdue and what falls due soon."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.figures import grouped, money_text
from smartpos.core.money import plain
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries.accounts import CUSTOMERS
from smartpos.crm.queries.dues import Dues, dues_of
from smartpos.crm.queries.ledgers import Ledger
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Channel, Level, Mode
from smartpos.notifications.operations import Kind, NoticeGroup, declare_kind, notify, was_told

DEBTS_DUE = "crm.debts_due"
ORGANIZATION_ORIGIN = "organization"
SOON_DAYS = 3
SHOWN = 5

Facts = Mapping[str, Any]


def facts_of(dues: Dues, actor: Actor) -> dict[str, Any]:
    """What a notice about dues says, as JSON."""
    return {
        "overdue_accounts": dues.overdue_accounts,
        "overdue": plain(dues.overdue),
        "soon_accounts": dues.soon_accounts,
        "soon": plain(dues.soon),
        "days": SOON_DAYS,
        "largest": [[name, plain(amount)] for name, amount in dues.largest],
        "currency": actor.organization.currency,
    }


def lines_of(facts: Facts) -> str:
    """The largest dues, a line for each."""
    return "\n".join(f"{name}: {money_text(amount, facts['currency'])}" for name, amount in facts["largest"])


def title_of(facts: Facts, overdue: str, soon: str) -> str:
    """The title of a notice about dues: what is overdue, else what falls due soon; sentences with places to fill."""
    return _filled(overdue, facts, "overdue") if facts["overdue_accounts"] else _filled(soon, facts, "soon")


def text_of(facts: Facts, soon: str) -> str:
    """The text of a notice about dues: what falls due soon where the title does not say so, and the largest."""
    both = facts["overdue_accounts"] and facts["soon_accounts"]
    return "\n".join([*([_filled(soon, facts, "soon")] if both else []), lines_of(facts)])


def _filled(sentence: str, facts: Facts, which: str) -> str:
    amount = money_text(facts[which], facts["currency"])
    return sentence % {
        "days": facts["days"],
        "count": grouped(facts[f"{which}_accounts"], 0),
        "amount": amount,
    }


def _title(facts: Facts) -> str:
    return title_of(
        facts,
        _("Customers overdue: %(count)s, %(amount)s"),
        _("Customers to pay within %(days)s days: %(count)s, %(amount)s"),
    )


def _text(facts: Facts) -> str:
    return text_of(facts, _("Due within %(days)s days: %(count)s, %(amount)s"))


def tell_of_debts(*, actor: Actor) -> int:
    """Tell those who answer for customers' debts what is due, once a day; gives how many were told. Safe to repeat."""
    return tell_of_dues(DEBTS_DUE, CUSTOMERS, link="/customers/debts", actor=actor)


def tell_of_dues(kind: str, ledger: Ledger, *, link: str, actor: Actor) -> int:
    """Tell of what is due in the accounts of a ledger, once a day; gives how many were told. Safe to repeat."""
    shop = actor.organization.id
    key = f"{kind}:{actor.organization.today}"
    if was_told(kind, origin_kind=ORGANIZATION_ORIGIN, origin_id=shop, dedupe_key=key):
        return 0
    dues = dues_of(ledger, actor, days=SOON_DAYS, most=SHOWN)
    if dues.is_empty:
        return 0
    # The sums are of all workspaces, so they are for people who see all of them.
    return notify(
        kind,
        facts=facts_of(dues, actor),
        origin_kind=ORGANIZATION_ORIGIN,
        origin_id=shop,
        dedupe_key=key,
        link=link,
        whole=True,
    )


declare_kind(
    Kind(
        DEBTS_DUE,
        _l("Customers' debts are due"),
        NoticeGroup.MONEY,
        title=_title,
        text=_text,
        level=lambda facts: Level.WARN if facts["overdue_accounts"] else Level.INFO,
        permission=P.REPORT_READ.value,
        defaults={Channel.TELEGRAM: Mode.AT_ONCE, Channel.EMAIL: Mode.DIGEST},
        icon="wallet",
    )
)
