"""What asks for somebody's attention: counts by one statement, and what is owed by whom and to whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from smartpos.core.sql import array, send
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries.accounts import CUSTOMERS
from smartpos.crm.queries.ledgers import Ledger, moment_of
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.actors import Actor
from smartpos.identity.permissions import IdentityPermission
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.attention import unseen_count
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lots import Watch

DUE_SOON = timedelta(days=3)
MOST_NAMES = 5
MOST_SHIFTS = 12


class Matter(StrEnum):
    """Something that is counted because somebody has to see to it."""

    OUT = "out"
    LOW = "low"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    TRANSFERS_WAITING = "transfers_waiting"
    TRANSFERS_COMING = "transfers_coming"
    COUNTS_WAITING = "counts_waiting"
    COUNTS_OPEN = "counts_open"
    PURCHASES_TO_CONFIRM = "purchases_to_confirm"
    PURCHASES_EXPECTED = "purchases_expected"
    RECEIPTS_FLAGGED = "receipts_flagged"
    SHIFTS_OPEN = "shifts_open"


class _Part(NamedTuple):
    """Part of the statement: a select of one row, for those who hold the permission."""

    permission: str
    matters: tuple[Matter, ...]
    select: str


_HERE = "organization_id = %(organization_id)s AND branch_id = ANY (%(branches)s::bigint[])"
_PARTS = (
    _Part(
        StockPermission.STOCK_READ,
        (Matter.OUT, Matter.LOW),
        """SELECT count(*) FILTER (WHERE stock.quantity <= 0), count(*) FILTER (WHERE stock.quantity > 0)
           FROM branch_stocks AS stock
           JOIN products AS product
             ON product.organization_id = stock.organization_id AND product.id = stock.product_id
           WHERE stock.organization_id = %(organization_id)s AND stock.branch_id = ANY (%(branches)s::bigint[])
             AND (stock.min_quantity > 0 OR stock.reorder_point IS NOT NULL)
             AND stock.quantity <= greatest(stock.min_quantity, stock.reorder_point)
             AND product.deleted_at IS NULL AND product.track_inventory""",
    ),
    _Part(
        StockPermission.BATCH_READ,
        (Matter.EXPIRED, Matter.EXPIRING),
        """SELECT count(*) FILTER (WHERE lot.expiration_date < %(today)s),
                  count(*) FILTER (WHERE lot.expiration_date >= %(today)s)
           FROM batches AS lot
           JOIN batch_stocks AS stock ON stock.organization_id = lot.organization_id AND stock.batch_id = lot.id
           WHERE lot.organization_id = %(organization_id)s AND stock.branch_id = ANY (%(branches)s::bigint[])
             AND lot.expiration_date <= %(expires_until)s AND stock.quantity > 0""",
    ),
    _Part(
        StockPermission.TRANSFER_READ,
        (Matter.TRANSFERS_WAITING, Matter.TRANSFERS_COMING),
        """SELECT count(*) FILTER (WHERE status = 'pending'), count(*) FILTER (WHERE status = 'in_transit')
           FROM stock_transfers
           WHERE organization_id = %(organization_id)s AND status = ANY (ARRAY['pending', 'in_transit'])
             AND (from_branch_id = ANY (%(branches)s::bigint[]) OR to_branch_id = ANY (%(branches)s::bigint[]))""",
    ),
    _Part(
        StockPermission.COUNT_READ,
        (Matter.COUNTS_WAITING, Matter.COUNTS_OPEN),
        f"""SELECT count(*) FILTER (WHERE status = 'review'), count(*) FILTER (WHERE status = 'counting')
            FROM stock_counts WHERE {_HERE} AND status = ANY (ARRAY['counting', 'review'])""",
    ),
    _Part(
        PurchasingPermission.PURCHASE_READ,
        (Matter.PURCHASES_TO_CONFIRM, Matter.PURCHASES_EXPECTED),
        f"""SELECT count(*) FILTER (WHERE status = 'received'),
                   count(*) FILTER (WHERE status = 'ordered' AND expected_on <= %(today)s)
            FROM purchases WHERE {_HERE} AND type = 'purchase' AND status = ANY (ARRAY['ordered', 'received'])""",
    ),
    _Part(
        SalesPermission.SHIFT_READ_ALL,
        (Matter.SHIFTS_OPEN,),
        f"SELECT count(*) FROM shifts WHERE {_HERE} AND status = 'open'",
    ),
)

_DUE = """
SELECT count(DISTINCT account_id) FILTER (WHERE due_on < %(today)s),
       coalesce(sum(open) FILTER (WHERE due_on < %(today)s), 0.00),
       count(DISTINCT account_id) FILTER (WHERE due_on BETWEEN %(today)s AND %(soon)s),
       coalesce(sum(open) FILTER (WHERE due_on BETWEEN %(today)s AND %(soon)s), 0.00),
       coalesce(sum(open), 0.00), %(today)s - min(due_on)
FROM debt WHERE branch_id = ANY (%(branches)s::bigint[]) OR (%(everywhere)s AND branch_id IS NULL)
"""
_OF_CUSTOMERS = CUSTOMERS.open_of_all("", _DUE)
_OF_SUPPLIERS = SUPPLIERS.open_of_all("", _DUE)

# Whoever was born on a 29th of February is congratulated on the 28th where there is none.
_BORN = """
SELECT id, {name}, count(*) OVER () FROM {table}
WHERE organization_id = %(organization_id)s AND deleted_at IS NULL AND birth_date IS NOT NULL AND {more}
  AND extract(month FROM birth_date) = %(month)s AND extract(day FROM birth_date) BETWEEN %(day)s AND %(last_day)s
ORDER BY 2, 1 LIMIT %(limit)s
"""
_CUSTOMERS_BORN = _BORN.format(table="customers", name="name", more="status = 'active'")
_STAFF_BORN = _BORN.format(
    table="users", name="coalesce(nullif(full_name, ''), username)", more="status = 'active'"
)

_SHIFTS = """
SELECT shift.id, branch.name, till.name, coalesce(nullif(person.full_name, ''), person.username), shift.opened_at,
       shift.last_number
FROM shifts AS shift
JOIN branches AS branch ON branch.organization_id = shift.organization_id AND branch.id = shift.branch_id
JOIN tills AS till ON till.organization_id = shift.organization_id AND till.id = shift.till_id
JOIN users AS person ON person.organization_id = shift.organization_id AND person.id = shift.cashier_id
WHERE shift.organization_id = %(organization_id)s AND shift.status = 'open'
  AND shift.branch_id = ANY (%(branches)s::bigint[])
ORDER BY shift.opened_at, shift.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed: by how many, how much, what of it is overdue and since when, and what falls due soon."""

    overdue_accounts: int
    overdue: Decimal
    soon_accounts: int
    soon: Decimal
    total: Decimal
    oldest_days: int | None


@dataclass(frozen=True, slots=True)
class Birthdays:
    """Whose birthday it is: how many, and the first of them by name as (id, name)."""

    count: int
    people: list[tuple[int, str]]


class OpenShift(NamedTuple):
    """A shift that is open now."""

    id: int
    branch: str
    till: str
    cashier: str
    opened_at: datetime
    receipts: int


def matters(
    actor: Actor, branch_ids: Sequence[int], wanted: Collection[Matter] = tuple(Matter)
) -> dict[Matter, int]:
    """How many of what waits in these branches, of what the person may see; by one statement, and one for receipts."""
    parts = [one for one in _PARTS if actor.can(one.permission) and not set(one.matters).isdisjoint(wanted)]
    found: dict[Matter, int] = {}
    if parts:
        statement = "SELECT * FROM " + " CROSS JOIN ".join(
            f"({one.select}) AS part_{place}" for place, one in enumerate(parts)
        )
        row = send(statement, _facts(actor, branch_ids) | {"expires_until": Watch(actor).until})[0]
        names = [matter for one in parts for matter in one.matters]
        found = {name: count for name, count in zip(names, row, strict=True) if name in wanted}
    if Matter.RECEIPTS_FLAGGED in wanted and actor.can(SalesPermission.SALE_READ_ALL):
        found[Matter.RECEIPTS_FLAGGED] = unseen_count()
    return found


def customers_debts(actor: Actor, branch_ids: Sequence[int], *, everywhere: bool) -> Due | None:
    """What customers owe from sales of these branches; ``everywhere`` counts debts of no branch too. None for those
    who may not see accounts."""
    return _due(CUSTOMERS, actor, branch_ids, everywhere) if actor.can(CrmPermission.ACCOUNT_READ) else None


def debts_to_suppliers(actor: Actor, branch_ids: Sequence[int], *, everywhere: bool) -> Due | None:
    """What suppliers are owed by these branches. None for those who may not see their accounts."""
    may = actor.can(CrmPermission.SUPPLIER_ACCOUNT_READ)
    return _due(SUPPLIERS, actor, branch_ids, everywhere) if may else None


def birthdays_of_customers(actor: Actor) -> Birthdays | None:
    """Customers whose birthday is today; None for those who may not see customers."""
    return _born(_CUSTOMERS_BORN, actor) if actor.can(CrmPermission.CUSTOMER_READ) else None


def birthdays_of_staff(actor: Actor) -> Birthdays | None:
    """Colleagues whose birthday is today; None for those who may not see the staff."""
    return _born(_STAFF_BORN, actor) if actor.can(IdentityPermission.USER_READ) else None


def open_shifts(actor: Actor, branch_ids: Sequence[int]) -> list[OpenShift] | None:
    """The shifts that are open in these branches, the oldest first; None for those who may not see them."""
    if not actor.can(SalesPermission.SHIFT_READ_ALL):
        return None
    return [OpenShift(*row) for row in send(_SHIFTS, _facts(actor, branch_ids) | {"limit": MOST_SHIFTS})]


def _facts(actor: Actor, branch_ids: Sequence[int]) -> dict[str, Any]:
    return moment_of(actor) | {"branches": array(branch_ids)}


def _due(ledger: Ledger, actor: Actor, branch_ids: Sequence[int], everywhere: bool) -> Due:
    facts = _facts(actor, branch_ids)
    facts |= {"soon": facts["today"] + DUE_SOON, "everywhere": everywhere}
    return Due(*send(_OF_CUSTOMERS if ledger is CUSTOMERS else _OF_SUPPLIERS, facts)[0])


def _born(statement: str, actor: Actor) -> Birthdays:
    today = actor.organization.today
    is_last_of_february = today.month == 2 and (today + timedelta(days=1)).month == 3
    parameters = {
        "organization_id": actor.organization.id,
        "month": today.month,
        "day": today.day,
        "last_day": 29 if is_last_of_february else today.day,
        "limit": MOST_NAMES,
    }
    rows = send(statement, parameters)
    return Birthdays(rows[0][2] if rows else 0, [(number, name) for number, name, _count in rows])
