"""What may be done with customers, suppliers and their accounts."""

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
    SUPPLIER_READ = "crm:supplier:read"
    SUPPLIER_WRITE = "crm:supplier:write"
    SUPPLIER_ACCOUNT_READ = "crm:supplier_account:read"
    SUPPLIER_ACCOUNT_CORRECT = "crm:supplier_account:correct"
    REPORT_READ = "crm:report:read"


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
        P.SUPPLIER_READ: _l("See suppliers"),
        P.SUPPLIER_WRITE: _l("Add and edit suppliers"),
        P.SUPPLIER_ACCOUNT_READ: _l("See what is owed to suppliers"),
        P.SUPPLIER_ACCOUNT_CORRECT: _l("Correct suppliers' accounts"),
        P.REPORT_READ: _l("See the reports of customers and debts"),
    },
    {
        RoleKey.MANAGER: {
            P.CUSTOMER_READ,
            P.CUSTOMER_CREATE,
            P.CUSTOMER_WRITE,
            P.CUSTOMER_CREDIT,
            P.ACCOUNT_READ,
            P.ACCOUNT_CORRECT,
            P.SUPPLIER_READ,
            P.SUPPLIER_WRITE,
            P.SUPPLIER_ACCOUNT_READ,
            P.SUPPLIER_ACCOUNT_CORRECT,
            P.REPORT_READ,
        },
        RoleKey.CASHIER: {P.CUSTOMER_READ, P.CUSTOMER_CREATE, P.ACCOUNT_READ},
        RoleKey.WAREHOUSE_MANAGER: {P.SUPPLIER_READ, P.SUPPLIER_WRITE},
        RoleKey.ACCOUNTANT: {
            P.CUSTOMER_READ,
            P.ACCOUNT_READ,
            P.ACCOUNT_CORRECT,
            P.SUPPLIER_READ,
            P.SUPPLIER_WRITE,
            P.SUPPLIER_ACCOUNT_READ,
            P.SUPPLIER_ACCOUNT_CORRECT,
            P.REPORT_READ,
        },
        RoleKey.AGENT: {P.CUSTOMER_READ, P.CUSTOMER_CREATE, P.ACCOUNT_READ},
    },
)
