"""Permissions are names of the form ``domain:resource:action``, one enum per domain.

Roles are rows per tenant; what a role starts with is declared here by each domain, next to its enum. The owner and
the admin of a tenant start with everything. ``docs/permissions.md`` has the table.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol

from flask import g, has_request_context

from smartpos.core.errors import Forbidden, Unauthorized


class RoleKey(StrEnum):
    """The roles every tenant starts with; a tenant may add its own."""

    SUPER_ADMIN = "super_admin"
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    CASHIER = "cashier"
    WAREHOUSE_MANAGER = "warehouse_manager"
    ACCOUNTANT = "accountant"
    OPERATOR = "operator"
    AGENT = "agent"
    DRIVER = "driver"
    EMPLOYEE = "employee"


class Permission(StrEnum):
    """Base of the domains' permission enums."""


class Holder(Protocol):
    """Who acts: anything with a permission set. A request's holder is ``g.principal``."""

    @property
    def permissions(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class DeclaredPermission:
    """One permission with the sentence shown in the role editor and the roles that start with it."""

    name: str
    label: Any
    roles: frozenset[RoleKey]


_declared: dict[str, DeclaredPermission] = {}

ALWAYS = frozenset({RoleKey.OWNER, RoleKey.ADMIN})


def declare(labels: Mapping[Permission, Any], grants: Mapping[RoleKey, Collection[Permission]]) -> None:
    """Register a domain's permissions with their labels and default grants. Called at import of the module."""
    for permission, label in labels.items():
        roles = ALWAYS | {role for role, granted in grants.items() if permission in granted}
        _declared[str(permission)] = DeclaredPermission(str(permission), label, frozenset(roles))


def declared_permissions() -> list[DeclaredPermission]:
    """All permissions of all domains, in the order of their names."""
    return [_declared[name] for name in sorted(_declared)]


def default_permissions(role: RoleKey) -> frozenset[str]:
    """What a role starts with in a new tenant. Platform permissions go to the super admin alone."""
    return frozenset(
        declared.name
        for declared in _declared.values()
        if role in declared.roles and declared.name.startswith("platform:") == (role is RoleKey.SUPER_ADMIN)
    )


def holder() -> Holder | None:
    """Who is acting in this request, or None when nobody is signed in."""
    return getattr(g, "principal", None) if has_request_context() else None


def can(permission: str) -> bool:
    """Whether the person of this request holds the permission."""
    who = holder()
    return who is not None and str(permission) in who.permissions


def require(permission: str) -> None:
    """Raise Unauthorized when nobody is signed in, Forbidden when the person lacks the permission."""
    who = holder()
    if who is None:
        raise Unauthorized
    if str(permission) not in who.permissions:
        raise Forbidden(permission=str(permission))


def needs(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``require`` before the arguments of an API view are read: who may not ask is not told what is wrong with it."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            require(permission)
            return view(*arguments, **named)

        return guarded

    return decorate
