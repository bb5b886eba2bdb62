"""One door per thing: whatever comes with an id from outside is loaded here, and a stranger's is not found."""

from smartpos.core.crypto import decrypt
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.crm.errors import CustomerNotFound, SupplierNotFound
from smartpos.crm.models import Customer, CustomerTransaction, Supplier
from smartpos.crm.permissions import CrmPermission
from smartpos.identity.actors import Actor

LARGEST_ID = 2**63 - 1


def customer(customer_id: int) -> Customer:
    """A customer that is not deleted. Raises CustomerNotFound."""
    row = db.session.get(Customer, customer_id) if 0 < customer_id <= LARGEST_ID else None
    if row is None or row.deleted_at is not None:
        raise CustomerNotFound(customer_id=customer_id)
    return row


def supplier(supplier_id: int, *, deleted_too: bool = False) -> Supplier:
    """A supplier; one that was deleted only with ``deleted_too``. Raises SupplierNotFound."""
    row = db.session.get(Supplier, supplier_id) if 0 < supplier_id <= LARGEST_ID else None
    if row is None or (row.deleted_at is not None and not deleted_too):
        raise SupplierNotFound(supplier_id=supplier_id)
    return row


def entry(entry_id: int) -> CustomerTransaction:
    """A line of a customer's account. Raises NotFound."""
    row = db.session.get(CustomerTransaction, entry_id) if 0 < entry_id <= LARGEST_ID else None
    if row is None:
        raise NotFound
    return row


def iin_of(row: Customer, actor: Actor) -> str | None:
    """The IIN or PINFL in clear, for those who may edit customers; None for everybody else."""
    if row.iin is None or not actor.can(CrmPermission.CUSTOMER_WRITE):
        return None
    return decrypt(row.iin)
