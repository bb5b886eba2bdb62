"""What may be done with tenants, people and settings; what roles are called; the settings of the organization."""

from typing import Any

from flask_babel import lazy_gettext as _l

from smartpos.core.permissions import Permission, RoleKey, declare
from smartpos.core.settings import Setting, SettingKind, declare_setting


class IdentityPermission(Permission):
    PLATFORM_ORGANIZATIONS = "platform:organization:manage"
    PLATFORM_VISIT = "platform:organization:visit"
    PLATFORM_JOBS = "platform:job:read"
    PLATFORM_BACKUPS = "platform:backup:manage"
    ORGANIZATION_READ = "identity:organization:read"
    ORGANIZATION_WRITE = "identity:organization:write"
    BRANCH_READ = "identity:branch:read"
    BRANCH_WRITE = "identity:branch:write"
    USER_READ = "identity:user:read"
    USER_WRITE = "identity:user:write"
    ROLE_READ = "identity:role:read"
    ROLE_WRITE = "identity:role:write"
    SETTING_READ = "identity:setting:read"
    SETTING_WRITE = "identity:setting:write"
    AUDIT_READ = "identity:audit:read"
    TILL_USE = "identity:till:use"
    TILL_REGISTER = "identity:till:register"
    ADMIN_ENTER = "identity:admin:enter"


P = IdentityPermission

RANKS = {
    RoleKey.SUPER_ADMIN: 100,
    RoleKey.OWNER: 90,
    RoleKey.ADMIN: 80,
    RoleKey.MANAGER: 60,
    RoleKey.ACCOUNTANT: 40,
    RoleKey.WAREHOUSE_MANAGER: 40,
    RoleKey.CASHIER: 20,
    RoleKey.OPERATOR: 20,
    RoleKey.AGENT: 20,
    RoleKey.DRIVER: 20,
    RoleKey.EMPLOYEE: 10,
}

_ROLE_TITLES = {
    RoleKey.SUPER_ADMIN: _l("Super admin"),
    RoleKey.OWNER: _l("Owner"),
    RoleKey.ADMIN: _l("Admin"),
    RoleKey.MANAGER: _l("Manager"),
    RoleKey.CASHIER: _l("Cashier"),
    RoleKey.WAREHOUSE_MANAGER: _l("Warehouse manager"),
    RoleKey.ACCOUNTANT: _l("Accountant"),
    RoleKey.OPERATOR: _l("Operator"),
    RoleKey.AGENT: _l("Agent"),
    RoleKey.DRIVER: _l("Driver"),
    RoleKey.EMPLOYEE: _l("Employee"),
}


def first_role_name(key: RoleKey) -> str:
    """What a role is called in a new tenant; shown translated until the tenant renames it."""
    return key.value.replace("_", " ").capitalize()


def role_title(key: str | None, name: str) -> Any:
    """The name to show: translated while a role still has the name it started with, else the tenant's own."""
    known = next((role for role in RoleKey if role.value == key), None)
    return _ROLE_TITLES[known] if known is not None and name == first_role_name(known) else name


declare(
    {
        P.PLATFORM_ORGANIZATIONS: _l("Create and suspend organizations"),
        P.PLATFORM_VISIT: _l("Look into an organization with a recorded reason"),
        P.PLATFORM_JOBS: _l("See how periodic work goes"),
        P.PLATFORM_BACKUPS: _l("Make and download backups of everything"),
        P.ORGANIZATION_READ: _l("See the organization's details"),
        P.ORGANIZATION_WRITE: _l("Edit the organization's details"),
        P.BRANCH_READ: _l("See branches, tills and workspaces"),
        P.BRANCH_WRITE: _l("Edit branches, tills and workspaces"),
        P.USER_READ: _l("See the staff"),
        P.USER_WRITE: _l("Add and edit staff"),
        P.ROLE_READ: _l("See roles"),
        P.ROLE_WRITE: _l("Edit roles and their permissions"),
        P.SETTING_READ: _l("See settings"),
        P.SETTING_WRITE: _l("Change settings"),
        P.AUDIT_READ: _l("See the audit trail"),
        P.TILL_USE: _l("Work at a till"),
        P.TILL_REGISTER: _l("Make a device a known till"),
        P.ADMIN_ENTER: _l("Enter the back office"),
    },
    {
        RoleKey.SUPER_ADMIN: {
            P.PLATFORM_ORGANIZATIONS,
            P.PLATFORM_VISIT,
            P.PLATFORM_JOBS,
            P.PLATFORM_BACKUPS,
        },
        RoleKey.MANAGER: {
            P.ORGANIZATION_READ,
            P.BRANCH_READ,
            P.USER_READ,
            P.ROLE_READ,
            P.SETTING_READ,
            P.AUDIT_READ,
            P.TILL_USE,
            P.TILL_REGISTER,
            P.ADMIN_ENTER,
        },
        RoleKey.CASHIER: {P.BRANCH_READ, P.TILL_USE},
        RoleKey.WAREHOUSE_MANAGER: {P.BRANCH_READ, P.ADMIN_ENTER},
        RoleKey.ACCOUNTANT: {P.ORGANIZATION_READ, P.BRANCH_READ, P.AUDIT_READ, P.ADMIN_ENTER},
        RoleKey.OPERATOR: {P.BRANCH_READ, P.ADMIN_ENTER},
        RoleKey.AGENT: {P.BRANCH_READ},
        RoleKey.DRIVER: {P.BRANCH_READ},
        RoleKey.EMPLOYEE: {P.BRANCH_READ},
    },
)

declare_setting(Setting("display_name", SettingKind.TEXT, "", _l("Name shown on pages and receipts")))
declare_setting(Setting("receipt_header", SettingKind.TEXT, "", _l("Text at the top of receipts")))
declare_setting(Setting("receipt_footer", SettingKind.TEXT, "", _l("Text at the bottom of receipts")))
declare_setting(
    Setting(
        "receipt_width",
        SettingKind.WHOLE,
        80,
        _l("Receipt paper, mm"),
        _l("For new tills; each till may have its own."),
        own_page=True,
    )
)
declare_setting(
    Setting(
        "shown_digits",
        SettingKind.WHOLE,
        0,
        _l("Decimal places shown with money"),
        _l("0 shows 24 500, 2 shows 24 500,00. Amounts are always kept to the tiyin."),
    )
)
