"""Whose data the present work is about. A context variable, so that web, jobs and commands share one rule."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One tenant, or the platform across tenants with a reason.

    ``workspace_ids`` limits a user to some workspaces; None means the whole organization.
    """

    organization_id: int | None
    user_id: int | None = None
    workspace_ids: tuple[int, ...] | None = None
    request_id: str | None = None
    reason: str | None = None

    @property
    def is_platform(self) -> bool:
        return self.organization_id is None


_scope: ContextVar[Scope | None] = ContextVar("smartpos_scope", default=None)


def current_scope() -> Scope | None:
    """The scope in force, or None outside of any."""
    return _scope.get()


def current_organization_id() -> int | None:
    """The tenant in force; new rows are stamped with it. None in the platform scope or outside of any."""
    scope = _scope.get()
    return scope.organization_id if scope else None


def current_user_id() -> int | None:
    """The user in whose name the work is done, if any."""
    scope = _scope.get()
    return scope.user_id if scope else None


def replace_scope(scope: Scope | None) -> None:
    """Put another scope in force. Only ``core.tenancy`` calls this: the open transaction must follow."""
    _scope.set(scope)
