"""Customers in the back office, with their contacts and addresses."""

from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin import DetailsTable, RowAction, Section, TenantView
from smartpos.core.admin.fields import ExactJSONField
from smartpos.core.admin.formatters import NOTHING, local_date, money, number
from smartpos.core.admin.forms import LinesField
from smartpos.core.permissions import can
from smartpos.crm import operations
from smartpos.crm.admin.common import Owes, balance, overdue, phone, seen_amount
from smartpos.crm.admin.forms import AddressLine, ContactLine, CorrectionForm, OpeningForm
from smartpos.crm.errors import CustomerNotFound
from smartpos.crm.models import Customer
from smartpos.crm.operations.facts import LONGEST_NAME
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import doors, search_customers
from smartpos.crm.queries.accounts import Ageing, Summary, ageing_of, overdue_customers, summaries_of
from smartpos.identity.principal import me

MOST_FOUND = 500
# What those who only add customers do not decide.
TREATMENT_FIELDS = ("tier", "price_type", "payment_terms", "iin", "assignee", "workspace")


def _fact(name: str, shown: Any) -> Any:
    return lambda _view, _context, row, _name: shown(getattr(row.summary, name))


def _iin(_view: Any, _context: Any, row: Any, _name: str) -> Any:
    return doors.iin_of(row, me()) or NOTHING


def _to_statement(row: Customer) -> Any:
    return redirect(url_for("crm.statement", customer_id=row.id))


def _change(form: Any) -> operations.Change:
    return operations.Change(
        form.amount.data or Decimal("0.00"), form.points.data or Decimal("0.00"), form.due_date.data
    )


def _open(row: Customer, form: OpeningForm) -> str:
    operations.open_account(row.id, _change(form), note=form.note.data, actor=me())
    return _("The opening balance is entered.")


def _correct(row: Customer, form: CorrectionForm) -> str:
    operations.correct_account(
        row.id,
        _change(form),
        reason=form.reason.data or "",
        expected_balance=seen_amount(form.seen_balance.data),
        actor=me(),
    )
    return _("The account is corrected.")


class CustomerView(TenantView):
    """Who buys, and what they owe."""

    list_template = "crm/customers.html"
    permission_read, permission_create = P.CUSTOMER_READ, P.CUSTOMER_CREATE
    permission_edit, permission_delete = P.CUSTOMER_WRITE, P.CUSTOMER_DELETE
    column_permissions = {
        **dict.fromkeys(
            ("balance", "points", "overdue", "lifetime_value", "order_count", "last_order_date"),
            P.ACCOUNT_READ,
        ),
        "credit_limit": P.ACCOUNT_READ,
        "iin": P.CUSTOMER_WRITE,
    }
    constraint_messages = {"uq_customers_phone": _l("This phone number belongs to somebody else.")}
    menu_icon, menu_order = "users", 10
    populates_model = False
    new_title, new_label = _l("New customer"), _l("New customer")
    delete_question = _l("Delete this customer? This is possible only while nothing is owed on either side.")
    search_hint = _l("Name, phone or number")
    lead = _l("Who buys, and what they owe. A negative balance is a debt.")

    column_list = (
        *(
            "name",
            "phone",
            "tier",
            "balance",
            "overdue",
            "points",
            "order_count",
            "last_order_date",
            "assignee",
        ),
    )
    column_labels = {
        "name": _l("Name"),
        "customer_number": _l("Number"),
        "client_uuid": _l("Number of the device"),
        "type": _l("Kind"),
        "status": _l("Status"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
        "website": _l("Website"),
        "address": _l("Address"),
        "birth_date": _l("Birthday"),
        "company_name": _l("Company"),
        "legal_name": _l("Legal name"),
        "industry": _l("Industry"),
        "employee_count": _l("Number of employees"),
        "annual_revenue": _l("Revenue a year"),
        "bin": _l("STIR or BIN"),
        "iin": _l("PINFL or IIN"),
        "kbe_code": _l("KBE code"),
        "credit_limit": _l("Credit limit"),
        "balance": _l("Balance"),
        "points": _l("Points"),
        "overdue": _l("Overdue"),
        "currency": _l("Currency"),
        "payment_terms": _l("Payment terms"),
        "payment_behavior": _l("Pays"),
        "price_type": _l("Price type"),
        "source": _l("Source"),
        "segment": _l("Segment"),
        "tier": _l("Tier"),
        "assigned_to": _l("Looked after by"),
        "assignee": _l("Looked after by"),
        "rating": _l("Rating"),
        "last_contact_date": _l("Last contact"),
        "tags": _l("Tags"),
        "custom_fields": _l("Own fields"),
        "preferences": _l("Preferences"),
        "ai_preferences": _l("Preferences found by the system"),
        "notes": _l("Notes"),
        "workspace": _l("Workspace"),
        "contacts": _l("Contacts"),
        "addresses": _l("Addresses"),
        "lifetime_value": _l("Bought in all"),
        "order_count": _l("Purchases"),
        "last_order_date": _l("Last purchase"),
        "created_by": _l("Made by"),
        "created_at": _l("Created"),
        "updated_at": _l("Changed"),
    }
    column_descriptions = {
        "balance": _l("Negative: owed; positive: paid in advance"),
        "lifetime_value": _l("Less what came back"),
    }
    column_formats = {"rating": number, "lifetime_value": money, "overdue": money, "order_count": number}
    column_formatters = {
        "phone": phone,
        "balance": balance,
        "overdue": overdue,
        "order_count": _fact("order_count", number),
        "last_order_date": _fact("last_order_date", local_date),
        "lifetime_value": _fact("lifetime_value", money),
    }
    column_formatters_detail = column_formatters | {"iin": _iin}
    column_sortable_list = ("name", "balance", "points")
    column_wrap = ("name", "notes")
    column_filters = (
        Owes(
            Customer,
            names={
                "debt": _l("Owes"),
                "overdue": _l("Overdue"),
                "prepaid": _l("Has paid in advance"),
                "clear": _l("Settled"),
            },
            sign=-1,
            overdue=overdue_customers,
        ),
        *("tier", "type", "status", "balance", "points", "price_type", "assignee", "created_at"),
    )
    column_details_list = (
        *(
            "name",
            "customer_number",
            "type",
            "status",
            "phone",
            "email",
            "address",
            "birth_date",
            "tags",
            "notes",
        ),
        *("balance", "overdue", "points", "credit_limit", "payment_terms", "payment_behavior"),
        *("lifetime_value", "order_count", "last_order_date"),
        *("tier", "price_type", "segment", "source", "assignee", "rating", "last_contact_date"),
        *(
            "company_name",
            "legal_name",
            "bin",
            "iin",
            "kbe_code",
            "industry",
            "employee_count",
            "annual_revenue",
        ),
        *("website", "currency", "custom_fields", "preferences", "workspace", "created_at", "updated_at"),
    )
    details_sections = (
        Section(
            _l("Account"),
            (
                *("balance", "overdue", "points", "credit_limit", "payment_terms", "payment_behavior"),
                *("lifetime_value", "order_count", "last_order_date"),
            ),
        ),
        Section(
            _l("Relationship"),
            ("tier", "price_type", "segment", "source", "assignee", "rating", "last_contact_date"),
        ),
        Section(
            _l("Company and documents"),
            (
                *("company_name", "legal_name", "bin", "iin", "kbe_code", "industry", "employee_count"),
                *("annual_revenue", "website", "currency"),
            ),
        ),
        Section(_l("More"), ("custom_fields", "preferences", "workspace", "created_at", "updated_at")),
    )
    details_tables = (
        DetailsTable(
            "contacts",
            _l("Contacts"),
            ("first_name", "last_name", "position", "phone", "mobile", "email", "is_primary"),
            {
                "first_name": _l("First name"),
                "last_name": _l("Last name"),
                "position": _l("Position"),
                "phone": _l("Phone"),
                "mobile": _l("Mobile"),
                "email": _l("E-mail"),
                "is_primary": _l("Main contact"),
            },
        ),
        DetailsTable(
            "addresses",
            _l("Addresses"),
            ("type", "address_line_1", "city", "state_region", "postal_code", "is_primary"),
            {
                "type": _l("Kind"),
                "address_line_1": _l("Street and house"),
                "city": _l("City"),
                "state_region": _l("Region"),
                "postal_code": _l("Postal code"),
                "is_primary": _l("Main address"),
            },
        ),
    )
    form_columns = (
        *("name", "phone", "type", "status", "email", "address", "birth_date", "tags", "notes"),
        *("credit_limit", "payment_terms", "payment_behavior", "tier", "price_type", "assignee"),
        *("segment", "source", "rating", "last_contact_date", "contacts", "addresses"),
        *("company_name", "legal_name", "bin", "iin", "kbe_code", "industry", "employee_count"),
        *("annual_revenue", "website", "currency", "workspace", "custom_fields", "preferences"),
    )
    form_extra_fields = {
        "phone": StringField(_l("Phone"), [Length(max=40)], description="+998 90 123 45 67"),
        "iin": StringField(
            _l("PINFL or IIN"),
            [Length(max=40)],
            description=_l("Kept encrypted; seen only by those who may edit customers."),
        ),
        "contacts": LinesField(ContactLine, _l("Contacts")),
        "addresses": LinesField(AddressLine, _l("Addresses")),
        "custom_fields": ExactJSONField(_l("Own fields")),
        "preferences": ExactJSONField(_l("Preferences")),
    }
    form_args = {
        "name": {"validators": [InputRequired(), Length(max=LONGEST_NAME)]},
        "credit_limit": {"description": _l("Left empty: the shop's limit for everybody")},
        "payment_terms": {"description": _l("When a debt is due, unless the sale says otherwise")},
    }
    form_wide = ("name", "contacts", "addresses", "tags", "custom_fields", "preferences")
    form_sections = (
        Section(_l("Account"), ("credit_limit", "payment_terms", "payment_behavior")),
        Section(
            _l("Relationship"),
            ("tier", "price_type", "assignee", "segment", "source", "rating", "last_contact_date"),
        ),
        Section(_l("Contacts"), ("contacts",)),
        Section(_l("Addresses"), ("addresses",)),
        Section(
            _l("Company and documents"),
            (
                *("company_name", "legal_name", "bin", "iin", "kbe_code", "industry", "employee_count"),
                *("annual_revenue", "website", "currency"),
            ),
        ),
        Section(_l("More"), ("workspace", "custom_fields", "preferences")),
    )
    row_actions = [
        RowAction("statement", _l("Statement"), "receipt", P.ACCOUNT_READ, _to_statement),
        RowAction(
            "opening",
            _l("Opening balance"),
            "wallet",
            P.ACCOUNT_CORRECT,
            _open,
            form=OpeningForm,
            in_list=False,
        ),
        RowAction(
            "correct",
            _l("Correct the account"),
            "adjust",
            P.ACCOUNT_CORRECT,
            _correct,
            form=CorrectionForm,
            in_list=False,
        ),
    ]

    def title_of(self, model: Any) -> str:
        return str(model.name)

    # --- List ---------------------------------------------------------------------------------------------------
    def search(self, query: Any, words: list[str]) -> Any:
        """As the till searches; the nearest first, unless the person sorts otherwise."""
        ids = search_customers(" ".join(words), limit=MOST_FOUND).ids
        query = query.filter(in_ids(Customer.id, ids))
        if "sort" not in request.args:
            query = query.order_by(func.array_position(literal(ids, ARRAY(BigInteger)), Customer.id))
        return query

    def enrich(self, rows: list[Any]) -> None:
        """What customers have bought and what is overdue."""
        ids = [row.id for row in rows]
        sees = can(P.ACCOUNT_READ)
        summaries = summaries_of(ids, me()) if sees else {}
        ages = ageing_of([row.id for row in rows if row.balance < 0], me()) if sees else {}
        for row in rows:
            row.summary = summaries.get(row.id, Summary())
            row.ageing = ages.get(row.id, Ageing())

    # --- Form ---------------------------------------------------------------------------------------------------
    def create_form(self, obj: Any = None) -> Any:
        return _fitted(super().create_form(obj))

    def edit_form(self, obj: Any = None) -> Any:
        form = _fitted(super().edit_form(obj))
        if request.method == "GET" and obj is not None and "iin" in form:
            form.iin.data = doors.iin_of(obj, me())
        return form

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        facts = self.keywords(form)
        if "assignee_id" in facts:
            facts["assigned_to"] = facts.pop("assignee_id")
        if facts.get("rating", 0) is None:
            facts["rating"] = 0
        if is_created:
            return operations.create_customer(actor=me(), **facts)[0]
        return operations.update_customer(model, actor=me(), **facts)

    def remove(self, model: Any) -> None:
        if model is None:
            raise CustomerNotFound
        operations.delete_customer(model, actor=me())


def _fitted(form: Any) -> Any:
    """Without what the person may not decide."""
    if not can(P.CUSTOMER_CREDIT) and "credit_limit" in form:
        del form.credit_limit
    if not can(P.CUSTOMER_WRITE):
        for name in TREATMENT_FIELDS:
            if name in form:
                del form[name]
    return form
