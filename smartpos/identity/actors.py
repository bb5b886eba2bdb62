"""Who acts: one immutable value with everything a request needs to know, loaded by one statement.

Operations take it as ``actor``; ``flask.g.principal`` is the actor of the request.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from smartpos.core.db import utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.settings import setting_value


@dataclass(frozen=True, slots=True)
class Tenant:
    """The facts about an organization that nearly every page needs."""

    id: int
    name: str
    domain: str
    country: str = "UZ"
    currency: str = "UZS"
    timezone: str = "Asia/Tashkent"
    locale: str = "uz"
    is_platform: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the tenant's business days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def today(self) -> date:
        """The business day it is for the tenant now."""
        return utc_now().astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system itself (``user_id`` None), acting for a tenant."""

    user_id: int | None
    name: str
    organization: Tenant
    permissions: frozenset[str] = frozenset()
    username: str = ""
    role_id: int | None = None
    role_key: str | None = None
    role_name: str = ""
    rank: int = 0
    max_discount_percent: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    workspace_ids: tuple[int, ...] | None = None
    default_branch_id: int | None = None
    session_id: int | None = None
    session_kind: str | None = None
    till_id: int | None = None
    locale: str | None = None
    must_change_password: bool = False
    visit_reason: str | None = None

    def can(self, permission: str) -> bool:
        """Whether the actor holds the permission."""
        return str(permission) in self.permissions

    def require(self, permission: str) -> None:
        """Stop here unless the actor holds the permission. Raises Forbidden."""
        if not self.can(permission):
            raise Forbidden(permission=str(permission))

    def setting(self, key: str) -> Any:
        """The value of a declared setting for this tenant."""
        return setting_value(key, self.settings.get(key))
