"""Customers: made at a till in seconds, kept in the back office."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from smartpos.catalog.models import PriceType
from smartpos.core.crypto import encrypt
from smartpos.core.db import TenantModel, db, utc_now
from smartpos.core.errors import Conflict, Forbidden
from smartpos.core.money import plain
from smartpos.crm.errors import AccountNotEmpty, CustomerUuidReused, PhoneTaken
from smartpos.crm.models import Customer, CustomerAddress, CustomerContact
from smartpos.crm.operations.accounts import lock_customer
from smartpos.crm.operations.facts import ADDRESS_READERS, CONTACT_READERS, READERS, digits, part_facts
from smartpos.crm.operations.indexing import forget_customer, index_customer
from smartpos.crm.permissions import CrmPermission as P
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import User, Workspace

NUMBER_DIGITS = 8
NUMBER_ATTEMPTS = 8
# What changes how a customer is found.
NAMING = frozenset({"name", "company_name", "legal_name", "phone", "bin", "contacts"})
# What changes how a customer is treated: whoever only adds customers does not decide it.
TREATMENT = frozenset({"tier", "price_type_id", "payment_terms", "iin", "assigned_to", "workspace_id"})
IIN_LENGTHS = (12, 14)

Part = TypeVar("Part", CustomerContact, CustomerAddress)


class CustomerFacts(TypedDict, total=False):
    """What can be told about a customer. Numbers may come as text; ``contacts`` and ``addresses`` replace all there
    are, but a line that names its ``id`` keeps what it does not mention."""

    name: str
    type: Any
    status: Any
    phone: str | None
    email: str | None
    website: str | None
    address: str | None
    birth_date: Any
    company_name: str | None
    legal_name: str | None
    industry: str | None
    employee_count: Any
    annual_revenue: Any
    bin: str | None
    iin: str | None
    kbe_code: str | None
    credit_limit: Any
    currency: str | None
    payment_terms: Any
    payment_behavior: Any
    price_type_id: int | None
    source: str | None
    segment: str | None
    tier: Any
    assigned_to: int | None
    rating: Any
    last_contact_date: Any
    tags: Sequence[str]
    custom_fields: Mapping[str, Any]
    preferences: Mapping[str, Any]
    notes: str | None
    workspace_id: int | None
    contacts: Sequence[Mapping[str, Any]]
    addresses: Sequence[Mapping[str, Any]]


def create_customer(
    *, client_uuid: UUID | None = None, actor: Actor, **facts: Unpack[CustomerFacts]
) -> tuple[Customer, bool]:
    """Make a customer; needs a ``name``. Gives the row, and whether it was made now.

    The same ``client_uuid`` again gives the first row and writes nothing. Raises BadField, PhoneTaken (with whom),
    CustomerUuidReused, and Forbidden for a credit limit or a treatment that the actor may not decide.
    """
    if client_uuid is not None and (known := _made_before(client_uuid, facts, actor)):
        return known, False
    now = utc_now()
    # Both moments are one: whether anybody has touched the row since can be told by them.
    customer = Customer(client_uuid=client_uuid, created_by=actor.user_id, created_at=now, updated_at=now)
    _apply(customer, {"name": None, **facts}, actor)
    for _attempt in range(NUMBER_ATTEMPTS):
        # A number at random is free at once, where the next one in a row would make tills wait for each other; and
        # whoever reads it from a card cannot guess the neighbour's.
        customer.customer_number = str(
            10 ** (NUMBER_DIGITS - 1) + secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1))
        )
        if _insert(customer):
            break
        if client_uuid is not None and (known := _made_before(client_uuid, facts, actor)):
            return known, False
        _require_free_phone(customer.phone, None)
    else:
        raise Conflict
    _set_parts(customer, dict(facts), actor)
    db.session.flush()
    index_customer(customer.id)
    return customer, True


def update_customer(customer: Customer, *, actor: Actor, **changes: Unpack[CustomerFacts]) -> Customer:
    """Change what is given and leave the rest. Raises what ``create_customer`` raises."""
    given: dict[str, Any] = dict(changes)
    _apply(customer, given, actor)
    _set_parts(customer, given, actor)
    customer.updated_at = utc_now()
    db.session.flush()
    if NAMING & given.keys():
        index_customer(customer.id)
    return customer


def delete_customer(customer: Customer, *, actor: Actor) -> None:
    """Hide a customer; what was sold to them stays. Open tills take them off their lists.

    Raises AccountNotEmpty while something is owed on either side, points included: with the row would go the debt.
    """
    # Locked, so that nothing is sold on credit between the look at the balance and the end.
    locked = lock_customer(customer.id, actor=actor)
    if locked.balance != 0 or locked.points != 0:
        raise AccountNotEmpty(locked.name, plain(locked.balance), plain(locked.points))
    customer.deleted_at = utc_now()
    customer.updated_at = customer.deleted_at
    db.session.flush()
    forget_customer(customer.id)


def _made_before(client_uuid: UUID, facts: CustomerFacts, actor: Actor) -> Customer | None:
    statement = select(Customer).where(Customer.client_uuid == client_uuid)
    customer = db.session.scalars(statement).one_or_none()
    if customer is None:
        return None
    untouched = customer.updated_at == customer.created_at
    name = READERS["name"](facts.get("name"), "name")
    phone = checks.phone(facts.get("phone"), actor.organization.country)
    # Once somebody has edited the row, what the till sent can no longer be told from it.
    if untouched and (customer.name, customer.phone) != (name, phone):
        raise CustomerUuidReused(customer={"id": customer.id, "name": customer.name})
    return customer


def _insert(customer: Customer) -> bool:
    """Whether the row went in; not when its number, phone or uuid is somebody's."""
    try:
        with db.session.begin_nested():
            db.session.add(customer)
            db.session.flush()
    except IntegrityError:
        return False
    return True


def _apply(customer: Customer, given: dict[str, Any], actor: Actor) -> None:
    for field in sorted(TREATMENT & given.keys()):
        if given[field] not in (None, "") and not actor.can(P.CUSTOMER_WRITE):
            raise Forbidden(permission=str(P.CUSTOMER_WRITE))
    for field, read in READERS.items():
        if field in given:
            value = read(given[field], field)
            if field == "credit_limit":
                _require_credit(customer.credit_limit != value, actor)
            setattr(customer, field, value)
    if "phone" in given:
        phone = checks.phone(given["phone"], actor.organization.country)
        if phone != customer.phone:
            _require_free_phone(phone, customer.id)
        customer.phone = phone
    if "iin" in given:
        iin = digits(given["iin"], "iin", lengths=IIN_LENGTHS)
        customer.iin = None if iin is None else encrypt(iin)
    for field, model in (("price_type_id", PriceType), ("assigned_to", User), ("workspace_id", Workspace)):
        if field in given:
            setattr(customer, field, _reference(model, given[field], field))


def _require_credit(changes: bool, actor: Actor) -> None:
    if changes and not actor.can(P.CUSTOMER_CREDIT):
        raise Forbidden(permission=str(P.CUSTOMER_CREDIT))


def _require_free_phone(phone: str | None, customer_id: int | None) -> None:
    if phone is None:
        return
    taken = select(Customer.id, Customer.name).where(
        Customer.phone == phone, Customer.deleted_at.is_(None), Customer.id.is_distinct_from(customer_id)
    )
    with db.session.no_autoflush:
        row = db.session.execute(taken).first()
    if row is not None:
        raise PhoneTaken(row.id, row.name)


def _reference(model: type[Any], row_id: Any, field: str) -> Any:
    """An id that exists for this tenant; None stays None."""
    if row_id is None or row_id == "":
        return None
    good = isinstance(row_id, int) and not isinstance(row_id, bool) and 0 < row_id < 2**63
    row: TenantModel | None = db.session.get(model, row_id) if good else None
    if row is None or getattr(row, "deleted_at", None) is not None:
        raise BadField(field, _("This choice does not exist."))
    return row.id


def _set_parts(customer: Customer, given: dict[str, Any], actor: Actor) -> None:
    land = actor.organization.country
    if "contacts" in given:
        lines = part_facts(given["contacts"], "contacts", CONTACT_READERS, land)
        _replace(customer, customer.contacts, CustomerContact, lines, "contacts")
    if "addresses" in given:
        lines = part_facts(given["addresses"], "addresses", ADDRESS_READERS, land)
        _replace(customer, customer.addresses, CustomerAddress, lines, "addresses")


def _replace(
    customer: Customer, there: list[Part], model: type[Part], lines: list[dict[str, Any]], field: str
) -> None:
    """Make the parts exactly these. A line without an id takes the next row that no line names."""
    named = {line["id"]: line for line in lines if "id" in line}
    rows = {row.id: row for row in there}
    if len(named) < sum("id" in line for line in lines) or not named.keys() <= rows.keys():
        raise BadField(field, _("This choice does not exist."))
    free = [row for row in there if row.id not in named]
    kept: list[Part] = []
    for line in lines:
        facts = {name: value for name, value in line.items() if name != "id"}
        row = rows[line["id"]] if "id" in line else free.pop(0) if free else model(customer_id=customer.id)
        for name, value in facts.items():
            setattr(row, name, value)
        db.session.add(row)
        kept.append(row)
    for row in free:
        row.deleted_at = utc_now()
    db.session.flush()
    db.session.expire(customer, [field])
