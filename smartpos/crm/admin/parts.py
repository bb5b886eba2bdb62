"""Contacts and addresses of customers in the back office."""

from flask_babel import lazy_gettext as _l

from smartpos.core.admin import ReadOnlyView
from smartpos.crm.admin.common import phone
from smartpos.crm.permissions import CrmPermission as P


class ContactView(ReadOnlyView):
    """All contacts; they are edited with their customer."""

    permission_read = P.CUSTOMER_READ
    menu_icon, menu_order = "user", 40
    lead = _l("People to talk to at customers. They are edited with their customer.")
    column_list = (
        "first_name",
        "last_name",
        "customer",
        "position",
        "phone",
        "mobile",
        "email",
        "is_primary",
    )
    column_labels = {
        "first_name": _l("First name"),
        "last_name": _l("Last name"),
        "customer": _l("Customer"),
        "position": _l("Position"),
        "department": _l("Department"),
        "phone": _l("Phone"),
        "mobile": _l("Mobile"),
        "email": _l("E-mail"),
        "is_primary": _l("Main contact"),
        "is_decision_maker": _l("Decides"),
        "notes": _l("Notes"),
    }
    column_formatters = {"phone": phone, "mobile": phone}
    column_searchable_list = ("first_name", "last_name")
    column_filters = ("customer", "is_primary", "is_decision_maker")


class AddressView(ReadOnlyView):
    """All addresses; they are edited with their customer."""

    permission_read = P.CUSTOMER_READ
    menu_icon, menu_order = "branch", 50
    lead = _l("Addresses of customers. They are edited with their customer.")
    column_list = ("customer", "type", "address_line_1", "city", "state_region", "is_primary")
    column_labels = {
        "customer": _l("Customer"),
        "type": _l("Kind"),
        "address_line_1": _l("Street and house"),
        "address_line_2": _l("More of the address"),
        "city": _l("City"),
        "state_region": _l("Region"),
        "postal_code": _l("Postal code"),
        "country": _l("Country"),
        "is_primary": _l("Main address"),
        "is_default_billing": _l("Bills go here"),
        "is_default_shipping": _l("Goods go here"),
        "latitude": _l("Latitude"),
        "longitude": _l("Longitude"),
        "notes": _l("Notes"),
    }
    column_searchable_list = ("address_line_1", "city")
    column_filters = ("customer", "type", "city")
