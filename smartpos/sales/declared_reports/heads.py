"""How a receipt begins on every list of receipts: what it is, when and where it was made, by whom and for whom.

Whoever selects these joins branches, users and, outwards, customers.
"""

from flask_babel import lazy_gettext as _l

from smartpos.core.reports import Column, ColumnKind
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch
from smartpos.sales.models import Sale
from smartpos.sales.queries.reporting import PERSON, TYPES

HEAD = (
    Sale.id.label("sale_id"),
    Sale.number.label("number"),
    Sale.business_date.label("day"),
    Sale.sold_at.label("sold_at"),
    Sale.type.label("type"),
    Branch.name.label("branch"),
    PERSON.label("cashier"),
    Sale.customer_id.label("customer_id"),
    Customer.name.label("customer"),
)

HEAD_COLUMNS = (
    Column("number", _l("Receipt"), link=("receipts.details_view", "sale_id")),
    Column("day", _l("Business day"), ColumnKind.DATE),
    Column("sold_at", _l("Time"), ColumnKind.MOMENT),
    Column("type", _l("Kind"), choices=TYPES),
    Column("branch", _l("Branch")),
)
CUSTOMER_COLUMN = Column("customer", _l("Customer"), link=("customers.details_view", "customer_id"))
