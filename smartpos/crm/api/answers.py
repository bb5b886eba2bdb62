"""Customers and suppliers as JSON, written by hand rather than by schemas: tills ask for tens of thousands at once."""

from decimal import Decimal
from typing import Any

from smartpos.core.answers import amount, day, moment
from smartpos.core.money import plain
from smartpos.crm.models import Customer, CustomerEntryKind, Supplier
from smartpos.crm.permissions import CrmPermission as P
from smartpos.crm.queries import doors
from smartpos.crm.queries.accounts import BUCKETS, Ageing, Entry, OpenDebt, Summary, shown_amount
from smartpos.crm.queries.listing import CREDIT_SETTING
from smartpos.identity.actors import Actor

PLAIN_FACTS = (
    *(
        "website",
        "legal_name",
        "industry",
        "employee_count",
        "bin",
        "kbe_code",
        "currency",
        "source",
        "segment",
    ),
    *("assigned_to", "tags", "custom_fields", "preferences", "notes"),
)
CONTACT_FACTS = (
    *("id", "first_name", "last_name", "position", "email", "phone", "mobile", "is_primary"),
    *("is_decision_maker", "department", "notes"),
)
ADDRESS_FACTS = (
    *(
        "id",
        "address_line_1",
        "address_line_2",
        "city",
        "state_region",
        "postal_code",
        "country",
        "is_primary",
    ),
    *("is_default_billing", "is_default_shipping", "notes"),
)
SUPPLIER_FACTS = (
    *("id", "name", "legal_name", "bin", "contact_person", "phone", "email", "address", "bank_details"),
    *("payment_days", "lead_time_days", "notes"),
)


def client_items(rows: Any, actor: Actor) -> list[dict[str, Any]]:
    """Customers of a list, as ``ClientShape`` describes them."""
    default = actor.setting(CREDIT_SETTING)
    sees_account = actor.can(P.ACCOUNT_READ)
    return [_item(row, default, sees_account) for row in rows]


def client_details(customer: Customer, summary: Summary, actor: Actor) -> dict[str, Any]:
    """One customer, as ``ClientDetails`` describes it."""
    item = client_items([customer], actor)[0]
    item |= {name: getattr(customer, name) for name in PLAIN_FACTS}
    item |= {name: day(getattr(customer, name)) for name in ("birth_date", "last_contact_date")}
    item |= {
        "own_credit_limit": amount(customer.credit_limit),
        "annual_revenue": amount(customer.annual_revenue),
        "payment_behavior": customer.payment_behavior.value,
        "rating": shown_amount(customer.rating),
        "contacts": [{name: getattr(row, name) for name in CONTACT_FACTS} for row in customer.contacts],
        "addresses": [
            {name: getattr(row, name) for name in ADDRESS_FACTS}
            | {
                "type": row.type.value,
                "latitude": amount(row.latitude),
                "longitude": amount(row.longitude),
            }
            for row in customer.addresses
        ],
    }
    sees_account = actor.can(P.ACCOUNT_READ)
    item |= {
        "lifetime_value": shown_amount(summary.lifetime_value) if sees_account else None,
        "order_count": summary.order_count if sees_account else None,
        "last_order_date": day(summary.last_order_date) if sees_account else None,
    }
    if actor.can(P.CUSTOMER_WRITE):
        item["iin"] = doors.iin_of(customer, actor)
    return item


def supplier_item(row: Supplier, actor: Actor) -> dict[str, Any]:
    """A supplier, as ``SupplierShape`` describes it."""
    item = {name: getattr(row, name) for name in SUPPLIER_FACTS}
    return item | {
        "balance": shown_amount(row.balance) if actor.can(P.SUPPLIER_ACCOUNT_READ) else None,
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }


def entry_item(entry: Entry) -> dict[str, Any]:
    """A line of an account, as ``AccountLine`` and its heirs describe it."""
    item = {
        "id": entry.id,
        "occurred_at": moment(entry.occurred_at),
        "kind": entry.kind.value,
        "amount": plain(entry.amount),
        "balance": shown_amount(entry.balance),
        "due_date": day(entry.due_date),
        "reverses_id": entry.reverses_id,
        "origin_kind": entry.origin_kind,
        "origin_id": entry.origin_id,
        "note": entry.note,
    }
    if isinstance(entry.kind, CustomerEntryKind):
        item |= {name: plain(getattr(entry, name)) for name in ("turnover", "points_earned", "points_used")}
    return item


def debt_item(debt: OpenDebt) -> dict[str, Any]:
    """What is open of a debt, as ``DebtShape`` describes it."""
    return {
        "entry_id": debt.entry_id,
        "occurred_at": moment(debt.occurred_at),
        "due_date": day(debt.due_date),
        "amount": plain(debt.owed),
        "open": plain(debt.open),
        "days_overdue": debt.days_overdue,
        "origin_kind": debt.origin_kind,
        "origin_id": debt.origin_id,
    }


def ageing_item(ageing: Ageing) -> dict[str, str]:
    """An ageing, as ``AgeingShape`` describes it."""
    return {name: shown_amount(getattr(ageing, name)) for name in BUCKETS}


def _item(row: Any, default: Decimal, sees_account: bool) -> dict[str, Any]:
    limit = default if row.credit_limit is None else row.credit_limit
    item = {
        "id": row.id,
        "client_uuid": None if row.client_uuid is None else str(row.client_uuid),
        "number": row.customer_number,
        "name": row.name,
        "type": row.type.value,
        "status": row.status.value,
        "phone": row.phone,
        "email": row.email,
        "address": row.address,
        "company_name": row.company_name,
        "balance": shown_amount(row.balance) if sees_account else None,
        "points": shown_amount(row.points) if sees_account else None,
        "credit_limit": shown_amount(limit) if sees_account else None,
        "tier": row.tier.value,
        "price_type_id": row.price_type_id,
        "payment_terms": row.payment_terms.value,
        "payment_terms_days": row.payment_terms.days,
        "workspace_id": row.workspace_id,
        "deleted": row.deleted_at is not None,
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }
    words = getattr(row, "words", None)
    if words is not None:
        item["words"] = words
    return item
