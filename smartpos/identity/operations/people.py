"""Users: who they are, what they may do, how they sign in. The rules of rank live here."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from smartpos.core import crypto
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.i18n import LANGUAGES
from smartpos.core.permissions import RoleKey
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import (
    AboveYourRank,
    AlreadyTaken,
    BadField,
    BeyondYourPermissions,
    LastOwner,
    NotYourself,
)
from smartpos.identity.models import (
    Branch,
    LoginKind,
    LoginName,
    Role,
    User,
    UserSession,
    UserStatus,
    UserWorkspace,
    Workspace,
)
from smartpos.identity.operations.rows import existing_id
from smartpos.identity.operations.sessions import revoke_sessions
from smartpos.identity.passwords import check_password, check_pin, hash_password, new_password
from smartpos.identity.queries import permissions_of_role

CHANGEABLE = frozenset(
    {
        "username", "full_name", "email", "phone", "role", "status", "locale", "default_branch_id", "address",
        "birth_date", "passport_data", "job_title", "hired_date", "workspace_ids",
    }
)  # fmt: skip
OWN = frozenset({"full_name", "email", "phone", "locale"})
HEADS = (RoleKey.OWNER.value, RoleKey.SUPER_ADMIN.value)


def create_user(
    *,
    username: str,
    full_name: str,
    role: Role | RoleKey | int,
    password: str | None = None,
    pin: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    must_change_password: bool = False,
    default_branch_id: int | None = None,
    actor: Actor,
    **facts: Any,
) -> User:
    """Add a person to the actor's organization, in whose scope we are.

    ``role`` is a row, its id or the key of a role every tenant has. Without a password (or PIN) that way of
    signing in does not work. ``facts`` are any of ``CHANGEABLE``. Raises BadField, AlreadyTaken,
    AboveYourRank and BeyondYourPermissions.
    """
    user = User(must_change_password=must_change_password, status=UserStatus.ACTIVE)
    details = {
        "username": username,
        "full_name": full_name,
        "role": role,
        "email": email,
        "phone": phone,
        "default_branch_id": default_branch_id,
        **facts,
    }
    _apply(user, details, actor)
    if password is not None:
        check_password(password, related=(user.username, user.email, user.phone_number))
        user.password_hash = hash_password(password)
    if pin is not None:
        check_pin(pin)
        user.pin_code_hash = hash_password(pin)
    db.session.add(user)
    db.session.flush()
    _set_workspaces(user, facts.get("workspace_ids"))
    _write_login_names(user)
    return user


def update_user(user: User, changes: Mapping[str, Any], *, actor: Actor) -> User:
    """Change any of ``CHANGEABLE`` facts of a colleague; ``role`` as in ``create_user``.

    Raises what ``create_user`` raises, NotYourself for one's own role or status, LastOwner.
    """
    _refuse_higher(user, actor)
    was_head = _is_active_head(user)
    before = user.role_id, user.status
    _apply(user, changes, actor)
    if (user.role_id, user.status) != before:
        if user.id == actor.user_id:
            raise NotYourself(_("Somebody else has to change your own role or status."))
        if was_head and not _is_active_head(user):
            _keep_a_head(user)
    if user.status is not UserStatus.ACTIVE:
        revoke_sessions(user.id)
    db.session.flush()
    if "workspace_ids" in changes:
        _set_workspaces(user, changes["workspace_ids"])
    _write_login_names(user)
    return user


def update_own_profile(changes: Mapping[str, Any], *, actor: Actor) -> User:
    """Change one's own name, language, phone or e-mail. Raises BadField, AlreadyTaken."""
    user = own_row(actor)
    if set(changes) - OWN:
        raise TypeError(f"not one's own to change: {sorted(set(changes) - OWN)}")
    _apply(user, changes, actor)
    db.session.flush()
    _write_login_names(user)
    return user


def delete_user(user: User, *, actor: Actor) -> None:
    """Remove a person: hidden, out at once, names free for others; what they did stays.

    Raises NotYourself, AboveYourRank, LastOwner.
    """
    if user.id == actor.user_id:
        raise NotYourself(_("You cannot remove yourself."))
    _refuse_higher(user, actor)
    if _is_active_head(user):
        _keep_a_head(user)
    user.deleted_at = utc_now()
    user.status = UserStatus.INACTIVE
    user.password_hash = user.pin_code_hash = None
    revoke_sessions(user.id)
    db.session.execute(delete(LoginName).where(LoginName.user_id == user.id))
    db.session.flush()


def reset_password(user: User, *, password: str | None = None, actor: Actor) -> str:
    """Give a colleague a password that they must change at their next sign-in; all their sessions end.

    Without ``password`` one is made. Returns it, to be shown once. Raises AboveYourRank, Invalid.
    """
    _refuse_higher(user, actor)
    chosen = password or new_password()
    check_password(chosen, related=(user.username, user.email, user.phone_number))
    user.password_hash = hash_password(chosen)
    user.must_change_password = True
    user.failed_logins = 0
    user.locked_until = None
    revoke_sessions(user.id)
    db.session.flush()
    return chosen


def reset_pin(user: User, pin: str | None, *, actor: Actor) -> None:
    """Give a colleague a PIN, or take it away with None. Raises AboveYourRank, Invalid."""
    _refuse_higher(user, actor)
    if pin is not None:
        check_pin(pin)
    user.pin_code_hash = hash_password(pin) if pin is not None else None
    user.failed_pins = 0
    user.pin_locked_until = None
    db.session.flush()


def turn_off_two_step(user: User, *, actor: Actor) -> None:
    """Let a colleague who lost their phone in without a code. Raises AboveYourRank, NotYourself."""
    if user.id == actor.user_id:
        raise NotYourself(_("Turn it off in your own profile, with your password."))
    _refuse_higher(user, actor)
    user.totp_secret = user.recovery_codes = user.totp_last_step = None
    db.session.flush()


def lock_user(user: User, *, actor: Actor) -> None:
    """Shut a colleague out until ``unlock_user``. Raises NotYourself, AboveYourRank, LastOwner."""
    update_user(user, {"status": UserStatus.SUSPENDED}, actor=actor)


def unlock_user(user: User, *, actor: Actor) -> None:
    """Let a colleague sign in again: after ``lock_user`` as well as after too many wrong attempts."""
    update_user(user, {"status": UserStatus.ACTIVE}, actor=actor)
    user.failed_logins = user.failed_pins = 0
    user.locked_until = user.pin_locked_until = None
    db.session.flush()


def end_sessions(user: User, *, actor: Actor) -> int:
    """Sign a colleague out everywhere. Returns how many sessions ended. Raises AboveYourRank."""
    _refuse_higher(user, actor)
    return revoke_sessions(user.id)


def end_one_session(row: UserSession, *, actor: Actor) -> None:
    """End one session of a colleague, or of oneself. Raises AboveYourRank."""
    if row.user_id != actor.user_id:
        _refuse_higher(row.user, actor)
    revoke_sessions(row.user_id, only=row.id)


def own_row(actor: Actor) -> User:
    """The actor's own row. Raises NotFound for the system and for a visitor from the platform."""
    user = db.session.get(User, actor.user_id) if actor.user_id is not None else None
    if user is None:
        raise NotFound(_("You have no profile in this organization."))
    return user


def _apply(user: User, changes: Mapping[str, Any], actor: Actor) -> None:
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"not facts of a user: {sorted(unknown)}")
    for field, value in changes.items():
        if field == "username":
            user.username = _free_username(checks.username(value), user.id)
        elif field == "full_name":
            user.full_name = checks.required_text(value, field)
        elif field == "role":
            _give_role(user, value, actor)
        elif field == "status":
            user.status = UserStatus(value)
        elif field != "workspace_ids":
            column, checked = _fact(field, value, actor)
            setattr(user, column, checked)


def _fact(field: str, value: Any, actor: Actor) -> tuple[str, Any]:
    """The column that keeps an optional fact, and the checked value."""
    country = actor.organization.country
    readers: dict[str, tuple[str, Callable[[], Any]]] = {
        "email": ("email", lambda: checks.email(value)),
        "phone": ("phone_number", lambda: checks.phone(value, country)),
        "locale": ("locale", lambda: _locale(value)),
        "default_branch_id": ("default_branch_id", lambda: existing_id(Branch, value, field)),
        "address": ("address", lambda: checks.optional_text(value, field)),
        "job_title": ("job_title", lambda: checks.optional_text(value, field)),
        "birth_date": ("birth_date", lambda: _date(value, field)),
        "hired_date": ("hired_date", lambda: _date(value, field)),
        "passport_data": ("passport_data", lambda: _passport(value)),
    }
    column, read = readers[field]
    return column, read()


def _locale(value: Any) -> str | None:
    if value and value not in LANGUAGES:
        raise BadField("locale", _("Please choose one of the list."))
    return value or None


def _passport(value: Any) -> bytes | None:
    text = checks.optional_text(value, "passport_data", 200)
    return crypto.encrypt(text) if text else None


def _give_role(user: User, given: Role | RoleKey | int, actor: Actor) -> None:
    role = _role(given)
    if role.id != user.role_id:
        _refuse_giving(role, actor)
        user.role_id = role.id
        user.role = role


def _role(given: Role | RoleKey | int) -> Role:
    if isinstance(given, Role):
        return given
    found = Role.key == given.value if isinstance(given, RoleKey) else Role.id == given
    role = db.session.scalars(select(Role).where(found)).one_or_none()
    if role is None:
        raise BadField("role", _("There is no such role."))
    return role


def _refuse_giving(role: Role, actor: Actor) -> None:
    if role.rank > actor.rank:
        raise AboveYourRank
    missing = permissions_of_role(role) - actor.permissions
    if missing:
        raise BeyondYourPermissions(permissions=sorted(missing))


def _refuse_higher(user: User, actor: Actor) -> None:
    if user.role.rank > actor.rank:
        raise AboveYourRank(_("This person's role is above your own."))


def _is_active_head(user: User) -> bool:
    return user.role.key in HEADS and user.status is UserStatus.ACTIVE and user.deleted_at is None


def _keep_a_head(leaving: User) -> None:
    # Two owners who remove each other at the same moment must meet here, so all of them are locked.
    heads = (
        select(User.id)
        .join(Role, Role.id == User.role_id)
        .where(Role.key == leaving.role.key if leaving.role.key in HEADS else Role.key.in_(HEADS))
        .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None))
        .order_by(User.id)
        .with_for_update(of=User, key_share=True)
    )
    if not [head for head in db.session.scalars(heads) if head != leaving.id]:
        raise LastOwner


def _date(value: Any, field: str) -> date | None:
    if value is None or value == "":
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise BadField(field, _("This is not a date.")) from None
    if not 1900 <= day.year <= utc_now().year + 1:
        raise BadField(field, _("This is not a date."))
    return day


def _free_username(name: str, but: int | None) -> str:
    taken = exists().where(User.username == name, User.id != (but or 0), User.deleted_at.is_(None))
    if db.session.scalar(select(taken)):
        sentence = _("Somebody already has this user name.")
        raise AlreadyTaken(sentence, errors={"username": [sentence]})
    return name


def _set_workspaces(user: User, ids: Collection[int] | None) -> None:
    if ids is None:
        return
    wanted = set(ids)
    known = select(func.count()).select_from(Workspace)
    known = known.where(Workspace.id.in_(wanted), Workspace.deleted_at.is_(None))
    if wanted and db.session.scalar(known) != len(wanted):
        raise BadField("workspace_ids", _("Please choose one of the list."))
    for row in list(user.workspaces):
        if row.workspace_id not in wanted:
            user.workspaces.remove(row)
    present = {row.workspace_id for row in user.workspaces}
    user.workspaces.extend(UserWorkspace(workspace_id=workspace) for workspace in sorted(wanted - present))
    db.session.flush()


def _write_login_names(user: User) -> None:
    """Bring the directory in line with the row. Raises AlreadyTaken when a name belongs to somebody else."""
    wanted = {
        LoginKind.USERNAME: user.username,
        LoginKind.EMAIL: user.email,
        LoginKind.PHONE: user.phone_number,
    }
    rows = {
        row.kind: row for row in db.session.scalars(select(LoginName).where(LoginName.user_id == user.id))
    }
    for kind, value in wanted.items():
        row = rows.get(kind)
        if row is not None and row.value == value:
            continue
        if row is not None and value is None:
            db.session.delete(row)
        elif value is not None:
            _claim(user, row or LoginName(kind=kind, user_id=user.id), value)
    db.session.flush()


def _claim(user: User, row: LoginName, value: str) -> None:
    # Another tenant's rows are invisible here; only the unique index can tell that a name is taken.
    try:
        with db.session.begin_nested():
            row.value = value
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        field, sentence = {
            LoginKind.USERNAME: ("username", _("Somebody already has this user name.")),
            LoginKind.EMAIL: ("email", _("This e-mail address already belongs to somebody.")),
            LoginKind.PHONE: ("phone", _("This phone number already belongs to somebody.")),
        }[row.kind]
        raise AlreadyTaken(sentence, errors={field: [sentence]}) from None
