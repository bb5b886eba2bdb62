"""What may be done with customers and their accounts."""

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare


class CrmPermission(Permission):
    CUSTOMER_READ = "crm:customer:read"
    CUSTOMER_CREATE = "crm:customer:create"
    CUSTOMER_WRITE = "crm:customer:write"
    CUSTOMER_DELETE = "crm:customer:delete"
    CUSTOMER_CREDIT = "crm:customer:credit"
    ACCOUNT_READ = "crm:account:read"
    ACCOUNT_CORRECT = "crm:account:correct"


P = CrmPermission

declare(
    {
        P.CUSTOMER_READ: _l("See customers"),
        P.CUSTOMER_CREATE: _l("Add customers"),
        P.CUSTOMER_WRITE: _l("Edit customers"),
        P.CUSTOMER_DELETE: _l("Delete customers"),
        P.CUSTOMER_CREDIT: _l("Set customers' credit limits"),
        P.ACCOUNT_READ: _l("See customers' accounts"),
        P.ACCOUNT_CORRECT: _l("Correct customers' accounts"),
    },
    {
        RoleKey.MANAGER: {
            P.CUSTOMER_READ,
            P.CUSTOMER_CREATE,
            P.CUSTOMER_WRITE,
            P.CUSTOMER_CREDIT,
            P.ACCOUNT_READ,
            P.ACCOUNT_CORRECT,
        },
        RoleKey.CASHIER: {P.CUSTOMER_READ, P.CUSTOMER_CREATE, P.ACCOUNT_READ},
        RoleKey.ACCOUNTANT: {P.CUSTOMER_READ, P.ACCOUNT_READ, P.ACCOUNT_CORRECT},
        RoleKey.AGENT: {P.CUSTOMER_READ, P.CUSTOMER_CREATE, P.ACCOUNT_READ},
    },
)
