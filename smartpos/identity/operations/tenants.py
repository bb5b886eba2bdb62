"""Organizations: made by the platform, suspended and resumed by it, described by themselves."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.i18n import LANGUAGES
from smartpos.core.permissions import RoleKey, default_permissions
from smartpos.core.scope import current_user_id
from smartpos.core.settings import check_setting, setting_value
from smartpos.core.starters import run_starters
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import AppSetting, Organization, OrganizationStatus, Role, RolePermission
from smartpos.identity.permissions import RANKS, first_role_name

CURRENCIES = ("UZS", "KZT", "USD", "EUR", "RUB", "KGS", "TJS", "TMT")
COUNTRIES = ("UZ", "KZ", "KG", "TJ", "TM")
_TEXTS = (
    "description", "legal_name", "bin", "tax_id", "registration_number", "industry", "address", "website",
)  # fmt: skip


def create_organization(
    *,
    name: str,
    domain: str,
    country: str = "UZ",
    currency: str = "UZS",
    timezone: str = "Asia/Tashkent",
    locale: str = "uz",
    is_platform: bool = False,
    **facts: Any,
) -> Organization:
    """Make a tenant with the roles and everything else that the domains lay into a new one (``core.starters``).

    May be called within ``platform_scope``, within a tenant's scope (a super admin's) or outside of any: it enters
    the scopes it needs and comes back to the caller's. What the caller has loaded before is detached by that, and
    so is the organization returned; use its ``id`` to enter it. ``facts`` are other columns of organizations.
    Raises BadField for what cannot be, AlreadyTaken when the domain or host is in use.
    """
    values = {
        **_described({**facts, "name": name, "country": country, "currency": currency}),
        **_described({"timezone": timezone, "locale": locale}),
        "domain": checks.domain(domain),
    }
    db.session.flush()
    with platform_scope(reason="create organization", user_id=current_user_id()):
        _refuse_taken("domain", values["domain"])
        _refuse_taken("host", values.get("host"))
        organization = Organization(**values, is_platform=is_platform)
        db.session.add(organization)
        db.session.flush()
        db.session.refresh(organization)
        db.session.expunge(organization)
    with tenant_scope(organization.id, user_id=current_user_id()):
        _seed_roles(is_platform)
        run_starters(organization.id)
    return organization


def _refuse_taken(field: str, value: str | None, but: int | None = None) -> None:
    column = getattr(Organization, field)
    if value and db.session.scalar(select(exists().where(column == value, Organization.id != (but or 0)))):
        sentence = _("Another organization already uses this.")
        raise AlreadyTaken(sentence, errors={field: [sentence]})


def _seed_roles(is_platform: bool) -> None:
    for key in RoleKey:
        if key is RoleKey.SUPER_ADMIN and not is_platform:
            continue
        role = Role(key=key.value, name=first_role_name(key), rank=RANKS[key])
        role.permissions = [
            RolePermission(permission=permission) for permission in sorted(default_permissions(key))
        ]
        db.session.add(role)
    db.session.flush()


def _described(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that describe an organization, each checked. Raises BadField."""
    values: dict[str, Any] = {}
    for field, value in facts.items():
        if field == "name":
            values[field] = checks.required_text(value, field)
        elif field in _TEXTS:
            values[field] = checks.optional_text(value, field)
        elif field == "host":
            host = checks.optional_text(value, field, 253)
            values[field] = host.lower() if host else None
        elif field == "email":
            values[field] = checks.email(value)
        elif field == "phone":
            values[field] = checks.phone(value, str(facts.get("country") or "UZ"))
        elif field == "employee_count":
            values[field] = _count(value)
        else:
            values[field] = _one_of(field, value)
    return values


def _count(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)[:12]) > 10_000_000:
        raise BadField("employee_count", _("This is not a whole number."))
    return int(value)


def _one_of(field: str, value: Any) -> str:
    known: dict[str, Any] = {
        "country": COUNTRIES,
        "currency": CURRENCIES,
        "timezone": checks.time_zones(),
        "locale": LANGUAGES,
    }
    if field not in known:
        raise TypeError(f"{field} does not describe an organization")
    if value not in known[field]:
        raise BadField(field, _("Please choose one of the list."))
    return str(value)


def update_organization(changes: Mapping[str, Any], *, actor: Actor) -> Organization:
    """Change how the actor's organization describes itself: any of its descriptive columns.

    The domain, the host and the status belong to the platform. Raises BadField.
    """
    organization = db.session.get_one(Organization, actor.organization.id)
    if "host" in changes:
        raise BadField("host", _("Only the platform changes this."))
    values = _described({"country": organization.country, **changes})
    for field in changes:
        setattr(organization, field, values[field])
    db.session.flush()
    return organization


def save_settings(values: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """Keep what the actor's organization chose for its settings; all or nothing. Returns what is stored.

    Raises Invalid with ``errors`` per key, for unknown keys too.
    """
    stored = {key: _checked(key, value) for key, value in values.items()}
    rows = {row.key: row for row in db.session.scalars(select(AppSetting))}
    for key, value in stored.items():
        row = rows.get(key)
        if row is None and setting_value(key, value) == setting_value(key, None):
            continue  # what was never chosen follows the default, also when that changes
        if row is None:
            db.session.add(AppSetting(key=key, value=value, updated_by=actor.user_id))
        elif row.value != value:
            row.value = value
            row.updated_by = actor.user_id
    db.session.flush()
    return stored


def _checked(key: str, value: Any) -> Any:
    try:
        return check_setting(key, value)
    except Invalid as error:
        raise BadField(key, str(error)) from None


def suspend_organization(organization_id: int, reason: str, *, actor: Actor) -> None:
    """Shut a tenant out; its people meet ``reason`` with their next request. For the platform only."""
    text = checks.required_text(reason, "reason", 500)
    _set_status(organization_id, OrganizationStatus.SUSPENDED, text, actor)


def resume_organization(organization_id: int, *, actor: Actor) -> None:
    """Let a suspended tenant work again. For the platform only."""
    _set_status(organization_id, OrganizationStatus.ACTIVE, None, actor)


def _set_status(organization_id: int, status: OrganizationStatus, reason: str | None, actor: Actor) -> None:
    db.session.flush()
    with platform_scope(reason=f"set an organization {status.value}", user_id=actor.user_id):
        organization = db.session.get(Organization, organization_id)
        if organization is None:
            raise NotFound(_("There is no such organization."))
        if organization.is_platform:
            raise BadField("organization", _("The platform itself cannot be suspended."))
        organization.status = status
        organization.status_reason = reason
