"""The back office of customers and suppliers."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import add_views, register_link, register_shortcut
from smartpos.core.admin.origins import register_origin
from smartpos.core.admin.trail import describe_subjects
from smartpos.crm import operations
from smartpos.crm.admin.accounts import EntryView
from smartpos.crm.admin.common import CUSTOMERS, PURCHASING
from smartpos.crm.admin.customers import CustomerView
from smartpos.crm.admin.parts import AddressView, ContactView
from smartpos.crm.admin.suppliers import SupplierEntryView, SupplierView
from smartpos.crm.models import (
    Customer,
    CustomerAddress,
    CustomerContact,
    CustomerTransaction,
    Supplier,
    SupplierTransaction,
)
from smartpos.crm.permissions import CrmPermission as P

describe_subjects({"customer_contacts": _l("Contacts"), "customer_addresses": _l("Addresses")})


def init_app(app: Flask) -> None:
    """Put the views and pages into the panel."""
    register_origin(operations.CUSTOMER_ORIGIN, _l("By hand"), "customers")
    register_origin(operations.SUPPLIER_ORIGIN, _l("By hand (supplier)"), "suppliers")
    add_views(
        app,
        [
            CustomerView(Customer, name=_l("Customers"), category=CUSTOMERS, endpoint="customers"),
            EntryView(
                CustomerTransaction, name=_l("Accounts"), category=CUSTOMERS, endpoint="customer_transactions"
            ),
            ContactView(
                CustomerContact, name=_l("Contacts"), category=CUSTOMERS, endpoint="customer_contacts"
            ),
            AddressView(
                CustomerAddress, name=_l("Addresses"), category=CUSTOMERS, endpoint="customer_addresses"
            ),
            SupplierView(Supplier, name=_l("Suppliers"), category=PURCHASING, endpoint="suppliers"),
            SupplierEntryView(
                SupplierTransaction,
                name=_l("Suppliers' accounts"),
                category=PURCHASING,
                endpoint="supplier_transactions",
            ),
        ],
    )
    register_link(CUSTOMERS, _l("Debts"), "crm.debts", "clock", P.ACCOUNT_READ, order=15)
    register_shortcut(
        _l("Debts"), "crm.debts", "wallet", P.ACCOUNT_READ, hint=_l("Who owes, and since when"), order=40
    )
    register_link(
        PURCHASING,
        _l("Debts to suppliers"),
        "crm_suppliers.debts",
        "clock",
        P.SUPPLIER_ACCOUNT_READ,
        order=25,
    )
