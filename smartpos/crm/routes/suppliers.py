"""Pages about suppliers' accounts: the statement, on the screen and as a PDF, and whom we owe, and when to pay."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from smartpos.core.admin import added_actions
from smartpos.core.admin.guard import may_enter
from smartpos.core.permissions import can, require
from smartpos.crm.models import Supplier
from smartpos.crm.operations import SUPPLIER_ORIGIN
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import doors
from smartpos.crm.queries.supplier_accounts import SUPPLIERS, expected_payments
from smartpos.crm.routes.statements import (
    DEBTORS_PER_PAGE,
    Account,
    debts_page,
    narrowed_by,
    statement_page,
    statement_paper,
)
from smartpos.identity.principal import me

blueprint = Blueprint("crm_suppliers", __name__, url_prefix="/suppliers")


def _account(supplier: Supplier) -> Account:
    facts = [(_("Days until an invoice is due"), supplier.payment_days)]
    in_panel = may_enter() and can(P.SUPPLIER_READ)
    return Account(
        ledger=SUPPLIERS,
        id=supplier.id,
        name=supplier.name,
        phone=supplier.phone,
        balance=supplier.balance,
        number=supplier.bin or "",
        endpoint="crm_suppliers.statement",
        arguments={"supplier_id": supplier.id},
        by_hand=SUPPLIER_ORIGIN,
        heading=_("Supplier"),
        closing=_("A positive balance is owed to the supplier."),
        back_url=url_for("suppliers.details_view", id=supplier.id) if in_panel else None,
        facts=[*facts, (_("Contact person"), supplier.contact_person)],
        actions=[one for one in added_actions("suppliers") if in_panel and one.applies_to(supplier)],
        actions_endpoint="suppliers.act_view",
    )


@blueprint.get("/<int:supplier_id>/statement")
def statement(supplier_id: int) -> tuple[str, int]:
    """A supplier's account in a period, line by line, and what is open."""
    require(P.SUPPLIER_ACCOUNT_READ)
    return statement_page(_account(doors.supplier(supplier_id)))


@blueprint.get("/<int:supplier_id>/statement.pdf")
def statement_pdf(supplier_id: int) -> Response:
    """The same on paper, the whole period at once."""
    require(P.SUPPLIER_ACCOUNT_READ)
    return statement_paper(_account(doors.supplier(supplier_id)), f"statement-supplier-{supplier_id}")


@blueprint.get("/debts")
def debts() -> str:
    """Whom we owe, the longest overdue first, and what has to be paid in which week."""
    require(P.SUPPLIER_ACCOUNT_READ)
    kept = narrowed_by("branch")
    found = SUPPLIERS.debtors(
        me(),
        limit=DEBTORS_PER_PAGE,
        cursor=request.args.get("cursor") or None,
        branch_id=kept.get("branch"),
    )
    weeks = expected_payments(me(), branch_id=kept.get("branch"))
    most = max((week.amount for week in weeks), default=None)
    return debts_page("crm/supplier_debts.html", "crm_suppliers.debts", found, kept, weeks=weeks, most=most)
