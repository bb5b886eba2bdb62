"""Suppliers and their accounts in the back office."""

from decimal import Decimal
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import RowAction, Section, TenantView
from smartpos.core.admin.formatters import money, number, pill
from smartpos.core.admin.origins import CausedBy, caused_by, origin_link
from smartpos.core.permissions import can
from smartpos.crm import operations
from smartpos.crm.admin.common import Owes, overdue, phone, seen_amount
from smartpos.crm.admin.ledgers import LedgerView, change, taking_back
from smartpos.crm.admin.supplier_forms import SupplierCorrectionForm, SupplierOpeningForm
from smartpos.crm.errors import SupplierNotFound
from smartpos.crm.models import Supplier, SupplierTransaction
from smartpos.crm.operations.supplier_accounts import SUPPLIER_BY_HAND, SUPPLIER_ORIGIN
from smartpos.crm.operations.suppliers import LONGEST_SUPPLIER_NAME
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries.choices import SupplierChoices
from smartpos.crm.queries.ledgers import Ageing, ageing_of_debts
from smartpos.crm.queries.supplier_accounts import SUPPLIERS, overdue_suppliers
from smartpos.crm.queries.suppliers import matching_suppliers
from smartpos.identity.principal import me

NOTHING_OWED = Decimal("0.00")


def _balance(_view: Any, _context: Any, row: Supplier, _name: str) -> Any:
    """Our debt as it is, a prepayment in green: owing a supplier is everyday, being late is not."""
    return pill(money(row.balance), "good") if row.balance < 0 else money(row.balance)


def _to_statement(row: Supplier) -> Any:
    return redirect(url_for("crm_suppliers.statement", supplier_id=row.id))


def _open(row: Supplier, form: SupplierOpeningForm) -> str:
    operations.open_supplier_account(
        row.id,
        form.amount.data or NOTHING_OWED,
        due_date=form.due_date.data,
        note=form.note.data,
        actor=me(),
    )
    return _("The opening balance is entered.")


def _correct(row: Supplier, form: SupplierCorrectionForm) -> str:
    operations.correct_supplier_account(
        row.id,
        form.amount.data or NOTHING_OWED,
        reason=form.reason.data or "",
        due_date=form.due_date.data,
        expected_balance=seen_amount(form.seen_balance.data),
        actor=me(),
    )
    return _("The account is corrected.")


class SupplierView(TenantView):
    """From whom we buy, and what we owe."""

    permission_read, permission_write = P.SUPPLIER_READ, P.SUPPLIER_WRITE
    column_permissions = dict.fromkeys(("balance", "overdue"), P.SUPPLIER_ACCOUNT_READ)
    menu_icon, menu_order = "truck", 20
    populates_model = False
    new_title, new_label = _l("New supplier"), _l("New supplier")
    delete_question = _l("Delete this supplier? This is possible only while nothing is owed on either side.")
    search_hint = _l("Name, person, phone or number")
    lead = _l("From whom we buy, and what we owe. A negative balance is paid in advance.")
    details_template = "crm/supplier_details.html"

    column_list = ("name", "contact_person", "phone", "balance", "overdue", "payment_days")
    column_default_sort = "name"
    column_labels = {
        "name": _l("Name"),
        "legal_name": _l("Legal name"),
        "bin": _l("STIR or BIN"),
        "contact_person": _l("Contact person"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "address": _l("Address"),
        "bank_details": _l("Bank details"),
        "payment_days": _l("Payment, days"),
        "lead_time_days": _l("Delivery, days"),
        "balance": _l("Balance"),
        "overdue": _l("Overdue"),
        "notes": _l("Notes"),
        "created_by": _l("Made by"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {
        "balance": _l("What we owe; negative: paid in advance"),
        "payment_days": _l("Until an invoice is due"),
        "lead_time_days": _l("From the order to the delivery"),
    }
    column_formats = {"overdue": money, "payment_days": number, "lead_time_days": number}
    column_formatters = {"phone": phone, "balance": _balance, "overdue": overdue}
    column_sortable_list = ("name", "balance", "payment_days", "lead_time_days")
    column_wrap = ("name", "notes", "address", "bank_details")
    column_filters = (
        Owes(
            Supplier,
            names={
                "debt": _l("We owe"),
                "overdue": _l("Overdue"),
                "prepaid": _l("Paid in advance"),
                "clear": _l("Settled"),
            },
            sign=1,
            overdue=overdue_suppliers,
        ),
        *("balance", "payment_days", "lead_time_days", "created_at"),
    )
    column_details_list = (
        *("name", "contact_person", "phone", "email", "address", "notes"),
        *("balance", "overdue", "payment_days", "lead_time_days"),
        *("legal_name", "bin", "bank_details", "created_at", "updated_at"),
    )
    details_sections = (
        Section(_l("Account"), ("balance", "overdue", "payment_days", "lead_time_days")),
        Section(
            _l("Company and documents"), ("legal_name", "bin", "bank_details", "created_at", "updated_at")
        ),
    )
    form_columns = (
        *("name", "contact_person", "phone", "email", "address", "payment_days", "lead_time_days"),
        *("legal_name", "bin", "bank_details", "notes"),
    )
    form_extra_fields = {
        "phone": StringField(_l("Phone"), [Length(max=40)], description="+998 90 123 45 67"),
        "bank_details": TextAreaField(_l("Bank details"), [Length(max=2000)]),
    }
    form_args = {
        "name": {"validators": [InputRequired(), Length(max=LONGEST_SUPPLIER_NAME)]},
        "payment_days": {"description": _l("Days until an invoice is due; 0: at once")},
        "lead_time_days": {"description": _l("Days from the order to the delivery")},
    }
    form_wide = ("name",)
    form_sections = (
        Section(_l("Terms"), ("payment_days", "lead_time_days")),
        Section(_l("Company and documents"), ("legal_name", "bin", "bank_details")),
        Section(_l("More"), ("notes",)),
    )
    row_actions = [
        RowAction("statement", _l("Statement"), "receipt", P.SUPPLIER_ACCOUNT_READ, _to_statement),
        RowAction(
            "opening",
            _l("Opening balance"),
            "wallet",
            P.SUPPLIER_ACCOUNT_CORRECT,
            _open,
            form=SupplierOpeningForm,
            in_list=False,
        ),
        RowAction(
            "correct",
            _l("Correct the account"),
            "adjust",
            P.SUPPLIER_ACCOUNT_CORRECT,
            _correct,
            form=SupplierCorrectionForm,
            in_list=False,
        ),
    ]

    def title_of(self, model: Any) -> str:
        return str(model.name)

    def search(self, query: Any, words: list[str]) -> Any:
        """By name, person, phone or number, in any alphabet."""
        return query.filter(in_ids(Supplier.id, matching_suppliers(" ".join(words))))

    def enrich(self, rows: list[Any]) -> None:
        """What is overdue."""
        sees = can(P.SUPPLIER_ACCOUNT_READ)
        ages = SUPPLIERS.ageing_of([row.id for row in rows if row.balance > 0], me()) if sees else {}
        for row in rows:
            row.ageing = ages.get(row.id, Ageing())

    def account_of(self, model: Supplier) -> dict[str, Any] | None:
        """The open debts for the details page; None for those who may not see accounts."""
        if not can(P.SUPPLIER_ACCOUNT_READ):
            return None
        debts = SUPPLIERS.open_debts(model.id, me())
        return {
            "debts": debts,
            "ageing": ageing_of_debts(debts),
            "cause": origin_link,
            "by_hand": SUPPLIER_ORIGIN,
        }

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        if is_created:
            return operations.create_supplier(actor=me(), **facts)
        return operations.edit_supplier(model, actor=me(), **facts)

    def remove(self, model: Any) -> None:
        if model is None:
            raise SupplierNotFound
        operations.delete_supplier(model, actor=me())


class SupplierEntryView(LedgerView):
    """Every line of every supplier's account."""

    permission_read = P.SUPPLIER_ACCOUNT_READ
    menu_order = 30
    lead = _l("Every line of every supplier's account with its cause. Lines are added, never changed.")
    column_list = (
        *("occurred_at", "supplier", "transaction_type", "amount", "due_date", "branch", "origin_kind"),
        *("author", "note"),
    )
    column_labels = {**LedgerView.column_labels, "supplier": _l("Supplier")}
    column_details_list = (*column_list, "reverses_id", "created_at")
    # Owing a supplier more is everyday, paying them is good.
    column_formatters = {"origin_kind": caused_by, "amount": change(less="good", more="")}
    column_filters = (
        *("supplier", "branch", "transaction_type"),
        CausedBy(SupplierTransaction.origin_kind),
        *("amount", "due_date", "occurred_at", "author"),
    )
    form_ajax_refs = {"supplier": SupplierChoices("supplier")}
    row_actions = [
        taking_back(P.SUPPLIER_ACCOUNT_CORRECT, operations.take_back_supplier_entry, SUPPLIER_BY_HAND)
    ]
