"""What can be wrong with customers and their accounts."""

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import NotFound


class CustomerNotFound(NotFound):
    """No such customer, or one that was deleted."""

    code = "customer_not_found"
    title = _l("There is no such customer")
