"""Statements of accounts, on the screen and on paper, and the page of debts: the same for customers and suppliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.admin import RowAction
from smartpos.core.admin.formatters import money
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.admin.origins import known_origins, origin_link
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.i18n import select_locale
from smartpos.core.pdf import pdf_answer, render_pdf
from smartpos.core.phones import shown_phone
from smartpos.crm.queries import ledgers
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.principal import me
from smartpos.identity.queries import is_workplace

PER_PAGE = 200
DEBTORS_PER_PAGE = 50
USUAL_PERIOD = timedelta(days=90)
MOST_PDF_LINES = 3000
MOST_CHOICES = 500


@dataclass(frozen=True, slots=True)
class Period:
    """The days asked for, both included; ``problems`` are sentences by field."""

    first: date
    last: date
    problems: dict[str, str]

    @property
    def arguments(self) -> dict[str, Any]:
        """The period in an address."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account a statement is of, and how it is spoken of.

    ``endpoint`` (with ``arguments``) is the page itself, and with ``_pdf`` behind its name the paper. ``by_hand`` is
    the origin of lines that have no document; ``facts`` are pairs beside the balance, ``heading`` what such an account
    is called, ``closing`` says on paper what the sign means, ``actions`` are offered and carried out by the view of
    ``actions_endpoint``.
    """

    ledger: ledgers.Ledger
    id: int
    name: str
    phone: str | None
    balance: Any
    number: str
    endpoint: str
    arguments: dict[str, Any]
    by_hand: str
    heading: str
    closing: str
    back_url: str | None
    facts: list[tuple[str, Any]]
    actions: Sequence[RowAction] = ()
    actions_endpoint: str = ""
    has_points: bool = False

    @property
    def subtitle(self) -> str:
        """Name, phone and number in one line."""
        return " · ".join(part for part in (self.name, shown_phone(self.phone) or "", self.number) if part)

    def tone(self, amount: Any) -> str:
        """The class of an amount: a debt to us, a prepayment, or nothing. To owe others is everyday."""
        if self.ledger.debt_is_negative:
            return "owed" if amount < 0 else "ahead" if amount > 0 else ""
        return "ahead" if amount < 0 else ""


def asked_period(today: date) -> Period:
    """The period of this request; three months without one."""
    problems: dict[str, str] = {}

    def read(name: str, usual: date) -> date:
        text = request.args.get(name, "").strip()
        if not text:
            return usual
        try:
            day = date.fromisoformat(text)
            if not ledgers.FIRST_DAY <= day <= ledgers.LAST_DAY:
                raise ValueError(text)
        except ValueError:
            problems[name] = _("This is not a date.")
            return usual
        return day

    last = read("to", today)
    first = read("from", min(today, last) - USUAL_PERIOD)
    if first > last and not problems:
        problems["to"] = _("This is before the first day.")
    return Period(first, last, problems)


def statement_page(account: Account) -> tuple[str, int]:
    """An account in a period, line by line, and what is open."""
    actor = me()
    period = asked_period(actor.organization.today)
    found = None
    if not period.problems:
        found = account.ledger.statement(
            account.id,
            actor,
            first_day=period.first,
            last_day=period.last,
            limit=PER_PAGE,
            cursor=request.args.get("cursor") or None,
        )
    debts = account.ledger.open_debts(account.id, actor)
    following = found.next_cursor if found else None
    where = account.arguments | period.arguments
    page = render_template(
        "crm/statement.html",
        account=account,
        period=period,
        found=found,
        debts=debts,
        ageing=ledgers.ageing_of_debts(debts),
        cause=origin_link,
        is_continued=bool(request.args.get("cursor")),
        page_url=url_for(account.endpoint, **account.arguments),
        first_url=url_for(account.endpoint, **where),
        next_url=url_for(account.endpoint, cursor=following, **where) if following else None,
        pdf_url=url_for(f"{account.endpoint}_pdf", **where),
    )
    return page, 422 if period.problems else 200


def statement_paper(account: Account, file_name: str) -> Response:
    """The same on paper, the whole period at once. Raises Invalid for a period that does not fit."""
    actor = me()
    period = asked_period(actor.organization.today)
    if period.problems:
        raise Invalid(
            next(iter(period.problems.values())), errors={k: [v] for k, v in period.problems.items()}
        )
    found = account.ledger.statement(
        account.id, actor, first_day=period.first, last_day=period.last, limit=MOST_PDF_LINES
    )
    if found.next_cursor:
        raise Invalid(
            _("At most %(most)s lines fit into one document. Choose a shorter period.", most=MOST_PDF_LINES)
        )
    content = render_pdf(
        "crm/statement.typ", _pdf_data(account, period, found, actor), language=select_locale()
    )
    return pdf_answer(content, f"{file_name}-{period.last.isoformat()}.pdf")


def _pdf_data(account: Account, period: Period, found: ledgers.Statement, actor: Actor) -> dict[str, Any]:
    debts = account.ledger.open_debts(account.id, actor)
    zone = actor.organization.zone
    origins = known_origins()

    def day(value: date | None) -> str:
        return f"{value:%d.%m.%Y}" if value else ""

    def cause(entry: ledgers.Entry) -> str:
        origin = origins.get(entry.origin_kind)
        kind = str(label_of(entry.kind).text)
        named = f"{origin.label} {entry.origin_id}" if origin and entry.origin_kind != account.by_hand else ""
        return " · ".join(part for part in (kind if not named else "", named, entry.note or "") if part)

    return {
        "title": _("Statement of account"),
        "shop": actor.setting("display_name") or actor.organization.name,
        "note": _("Made on %(day)s", day=day(actor.organization.today)),
        "facts": [
            [account.heading, account.name],
            *([[_("Number"), account.number]] if account.number else []),
            *([[_("Phone"), shown_phone(account.phone)]] if account.phone else []),
            [_("Period"), f"{day(period.first)} – {day(period.last)}"],
            [_("Currency"), actor.organization.currency],
        ],
        "head": [_("Date"), _("What for"), _("Due on"), _("Amount"), _("Balance")],
        "rows": [
            [day(period.first), _("Balance at the beginning"), "", "", str(money(found.opening))],
            *(
                [
                    day(entry.occurred_at.astimezone(zone).date()),
                    cause(entry),
                    day(entry.due_date),
                    str(money(entry.amount)),
                    str(money(entry.balance)),
                ]
                for entry in found.entries
                if entry.amount
            ),
        ],
        "total": [day(period.last), _("Balance at the end"), "", "", str(money(found.closing))],
        "debts_title": _("Open debts"),
        "debts_head": [_("Date"), _("Due on"), _("Amount"), _("Still open"), _("Days overdue")],
        "debts": [
            [
                day(debt.occurred_at.astimezone(zone).date()),
                day(debt.due_on),
                str(money(debt.owed)),
                str(money(debt.open)),
                str(max(debt.days_overdue, 0)),
            ]
            for debt in debts
        ],
        "closing": account.closing,
        "signatures": [_("For the shop"), account.heading],
    }


def debts_page(
    template: str, endpoint: str, found: ledgers.Debtors, kept: dict[str, Any], **more: Any
) -> str:
    """Who owes, or is owed, the longest overdue first; ``kept`` are the arguments that narrow the list."""
    branches = select(Branch.id, Branch.name).where(is_workplace()).order_by(Branch.name)
    return render_template(
        template,
        found=found,
        buckets=bucket_labels(),
        branches=db.session.execute(branches.limit(MOST_CHOICES)).all(),
        branch_id=kept.get("branch"),
        is_narrowed=bool(kept),
        shown_phone=shown_phone,
        page_url=url_for(endpoint),
        first_url=url_for(endpoint, **kept) if request.args.get("cursor") else None,
        next_url=url_for(endpoint, cursor=found.next_cursor, **kept) if found.next_cursor else None,
        **more,
    )


def narrowed_by(*names: str) -> dict[str, Any]:
    """The numbers among the arguments of this request; what is no number narrows nothing."""
    read = {name: parse_id(request.args.get(name, "")) for name in names}
    return {name: value for name, value in read.items() if value}


def bucket_labels() -> list[tuple[str, str]]:
    """What the parts of an ageing are called."""
    return [
        ("not_due", _("Not yet due")),
        ("days_1_30", _("1–30 days")),
        ("days_31_60", _("31–60 days")),
        ("days_61_90", _("61–90 days")),
        ("days_over_90", _("Over 90 days")),
    ]
