"""Pages about customers' accounts: the statement, on the screen and as a PDF, and who owes."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.admin.formatters import local_date, money, quantity
from smartpos.core.admin.guard import may_enter
from smartpos.core.db import db
from smartpos.core.permissions import can, require
from smartpos.crm.models import Customer
from smartpos.crm.operations import CUSTOMER_ORIGIN
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import accounts, doors
from smartpos.crm.routes.statements import (
    DEBTORS_PER_PAGE,
    MOST_CHOICES,
    Account,
    debts_page,
    narrowed_by,
    statement_page,
    statement_paper,
)
from smartpos.identity.models import User
from smartpos.identity.principal import me

blueprint = Blueprint("crm", __name__, url_prefix="/customers")


def _account(customer: Customer) -> Account:
    summary = accounts.summary_of(customer.id, me())
    return Account(
        ledger=accounts.CUSTOMERS,
        id=customer.id,
        name=customer.name,
        phone=customer.phone,
        balance=customer.balance,
        number=customer.customer_number,
        endpoint="crm.statement",
        arguments={"customer_id": customer.id},
        by_hand=CUSTOMER_ORIGIN,
        heading=_("Customer"),
        closing=_("A negative balance is owed by the customer."),
        back_url=url_for("customers.details_view", id=customer.id)
        if may_enter() and can(P.CUSTOMER_READ)
        else None,
        facts=[
            (_("Points"), money(customer.points)),
            (_("Bought in all"), money(summary.lifetime_value)),
            (_("Purchases"), quantity(summary.order_count)),
            (_("Last purchase"), local_date(summary.last_order_date)),
        ],
        has_points=True,
    )


@blueprint.get("/<int:customer_id>/statement")
def statement(customer_id: int) -> tuple[str, int]:
    """A customer's account in a period, line by line, and what is open."""
    require(P.ACCOUNT_READ)
    return statement_page(_account(doors.customer(customer_id)))


@blueprint.get("/<int:customer_id>/statement.pdf")
def statement_pdf(customer_id: int) -> Response:
    """The same on paper, the whole period at once."""
    require(P.ACCOUNT_READ)
    account = _account(doors.customer(customer_id))
    return statement_paper(account, f"statement-{account.number}")


@blueprint.get("/debts")
def debts() -> str:
    """Who owes, the longest overdue first, with the sums of all."""
    require(P.ACCOUNT_READ)
    kept = narrowed_by("branch", "who")
    found = accounts.debtors(
        me(),
        limit=DEBTORS_PER_PAGE,
        cursor=request.args.get("cursor") or None,
        branch_id=kept.get("branch"),
        assigned_to=kept.get("who"),
    )
    people = (
        select(User)
        .where(User.id.in_(select(Customer.assigned_to).where(Customer.balance < 0)))
        .order_by(User.full_name)
    )
    return debts_page(
        "crm/debts.html",
        "crm.debts",
        found,
        kept,
        people=db.session.scalars(people.limit(MOST_CHOICES)).all(),
        person_id=kept.get("who"),
    )
