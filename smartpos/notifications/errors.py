"""What can be wrong with notices, messages and their settings."""

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, NotFound


class NoSuchNotice(NotFound):
    """There is no such notice, or it is somebody else's."""

    code = "notice_not_found"
    title = _l("There is no such notice")


class NoSuchDelivery(NotFound):
    """There is no such message in this shop."""

    code = "delivery_not_found"
    title = _l("There is no such message")


class NotToBeRetried(Conflict):
    """The message was sent, cancelled or is still on its way."""

    code = "not_to_be_retried"
    title = _l("Only a message that failed can be sent again")


class NoSuchBroadcast(NotFound):
    """There is no such message to customers in this shop."""

    code = "broadcast_not_found"
    title = _l("There is no such message")
