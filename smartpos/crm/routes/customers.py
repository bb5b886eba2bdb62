"""Pages about customers' accounts: the statement, on the screen and as a PDF, and who owes."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.admin.formatters import money
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.loaders import parse_id
from smartpos.core.admin.origins import known_origins, origin_link
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.i18n import select_locale
from smartpos.core.pdf import pdf_answer, render_pdf
from smartpos.core.permissions import can, require
from smartpos.core.phones import shown_phone
from smartpos.crm.models import Customer
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import accounts, doors
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import is_workplace

blueprint = Blueprint("crm", __name__, url_prefix="/customers")

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


def _period(today: date) -> Period:
    problems: dict[str, str] = {}

    def read(name: str, usual: date) -> date:
        text = request.args.get(name, "").strip()
        if not text:
            return usual
        try:
            day = date.fromisoformat(text)
            if not accounts.FIRST_DAY <= day <= accounts.LAST_DAY:
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


@blueprint.get("/<int:customer_id>/statement")
def statement(customer_id: int) -> tuple[str, int]:
    """A customer's account in a period, line by line, and what is open."""
    require(P.ACCOUNT_READ)
    customer, actor = doors.customer(customer_id), _me()
    period = _period(accounts.today_of(actor))
    found = None
    if not period.problems:
        found = accounts.statement(
            customer.id,
            actor,
            first_day=period.first,
            last_day=period.last,
            limit=PER_PAGE,
            cursor=request.args.get("cursor") or None,
        )
    debts = accounts.open_debts(customer.id, actor)
    following = found.next_cursor if found else None
    page = render_template(
        "crm/statement.html",
        customer=customer,
        phone=shown_phone(customer.phone),
        period=period,
        found=found,
        debts=debts,
        ageing=accounts.ageing_of_debts(debts),
        summary=accounts.summary_of(customer.id, actor),
        cause=origin_link,
        back_url=url_for("customers.details_view", id=customer.id)
        if may_enter() and can(P.CUSTOMER_READ)
        else None,
        label_of=label_of,
        is_continued=bool(request.args.get("cursor")),
        first_url=url_for("crm.statement", customer_id=customer.id, **period.arguments),
        next_url=url_for("crm.statement", customer_id=customer.id, cursor=following, **period.arguments)
        if following
        else None,
        pdf_url=url_for("crm.statement_pdf", customer_id=customer.id, **period.arguments),
    )
    return page, 422 if period.problems else 200


@blueprint.get("/<int:customer_id>/statement.pdf")
def statement_pdf(customer_id: int) -> Response:
    """The same on paper, the whole period at once."""
    require(P.ACCOUNT_READ)
    customer, actor = doors.customer(customer_id), _me()
    period = _period(accounts.today_of(actor))
    if period.problems:
        raise Invalid(
            next(iter(period.problems.values())), errors={k: [v] for k, v in period.problems.items()}
        )
    found = accounts.statement(
        customer.id, actor, first_day=period.first, last_day=period.last, limit=MOST_PDF_LINES
    )
    if found.next_cursor:
        raise Invalid(
            _("At most %(most)s lines fit into one document. Choose a shorter period.", most=MOST_PDF_LINES)
        )
    content = render_pdf(
        "crm/statement.typ", _pdf_data(customer, period, found, actor), language=select_locale()
    )
    return pdf_answer(content, f"statement-{customer.customer_number}-{period.last.isoformat()}.pdf")


def _pdf_data(customer: Customer, period: Period, found: accounts.Statement, actor: Actor) -> dict[str, Any]:
    debts = accounts.open_debts(customer.id, actor)
    zone = actor.organization.zone
    origins = known_origins()

    def day(value: date | None) -> str:
        return f"{value:%d.%m.%Y}" if value else ""

    def cause(entry: accounts.Entry) -> str:
        origin = origins.get(entry.origin_kind)
        kind = str(label_of(entry.kind).text)
        named = f"{origin.label} {entry.origin_id}" if origin and origin.endpoint != "customers" else ""
        return " · ".join(part for part in (kind if not named else "", named, entry.note or "") if part)

    return {
        "title": _("Statement of account"),
        "shop": actor.setting("display_name") or actor.organization.name,
        "note": _("Made on %(day)s", day=day(accounts.today_of(actor))),
        "facts": [
            [_("Customer"), customer.name],
            [_("Number"), customer.customer_number],
            *([[_("Phone"), shown_phone(customer.phone)]] if customer.phone else []),
            [_("Period"), f"{day(period.first)} – {day(period.last)}"],
            [_("Currency"), actor.organization.currency],
        ],
        "head": [_("Date"), _("What for"), _("Due on"), _("Change"), _("Balance")],
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
        "closing": _("A negative balance is owed by the customer."),
        "signatures": [_("For the shop"), _("Customer")],
    }


@blueprint.get("/debts")
def debts() -> str:
    """Who owes, the longest overdue first, with the sums of all."""
    require(P.ACCOUNT_READ)
    actor = _me()
    branch_id, person_id = parse_id(request.args.get("branch", "")), parse_id(request.args.get("who", ""))
    kept: dict[str, Any] = {
        name: value for name, value in (("branch", branch_id), ("who", person_id)) if value
    }
    cursor = request.args.get("cursor") or None
    found = accounts.debtors(
        actor, limit=DEBTORS_PER_PAGE, cursor=cursor, branch_id=branch_id, assigned_to=person_id
    )
    branches = select(Branch.id, Branch.name).where(is_workplace()).order_by(Branch.name)
    people = (
        select(User)
        .where(User.id.in_(select(Customer.assigned_to).where(Customer.balance < 0)))
        .order_by(User.full_name)
    )
    return render_template(
        "crm/debts.html",
        found=found,
        buckets=_bucket_labels(),
        branches=db.session.execute(branches.limit(MOST_CHOICES)).all(),
        people=db.session.scalars(people.limit(MOST_CHOICES)).all(),
        branch_id=branch_id,
        person_id=person_id,
        is_narrowed=bool(kept),
        shown_phone=shown_phone,
        first_url=url_for("crm.debts", **kept) if cursor else None,
        next_url=url_for("crm.debts", cursor=found.next_cursor, **kept) if found.next_cursor else None,
    )


def _bucket_labels() -> list[tuple[str, str]]:
    return [
        ("not_due", _("Not yet due")),
        ("days_1_30", _("1–30 days")),
        ("days_31_60", _("31–60 days")),
        ("days_61_90", _("61–90 days")),
        ("days_over_90", _("Over 90 days")),
    ]


def _me() -> Actor:
    actor: Actor = g.principal
    return actor
