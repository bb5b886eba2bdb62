"""What may be done with messages, and the settings of telling people."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare


class NotificationsPermission(Permission):
    BROADCAST_SEND = "notifications:broadcast:send"
    DELIVERY_READ = "notifications:delivery:read"


P = NotificationsPermission

declare(
    {
        P.BROADCAST_SEND: _l("Send messages to customers"),
        P.DELIVERY_READ: _l("See which messages were sent"),
    },
    {RoleKey.MANAGER: {P.BROADCAST_SEND, P.DELIVERY_READ}},
)
