"""Workspaces, branches and tills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, func, select

from smartpos.core import crypto
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.nearby import checked_host
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField, IsNoWorkplace, StillInUse
from smartpos.identity.models import (
    Branch,
    BranchKind,
    Organization,
    Till,
    User,
    Workspace,
    WorkspaceStatus,
    WorkspaceType,
)
from smartpos.identity.operations.rows import existing_id
from smartpos.identity.queries import transit_branch_id

RECEIPT_WIDTHS = (58, 80)
PRINTER_PORT = 9100
# Below it other things listen than printers.
LEAST_PORT = 1024


@dataclass(frozen=True, slots=True)
class BranchUse:
    """Something that lies in a branch or is under way there, so that the branch cannot be deleted.

    ``found`` makes of a branch's id the condition that there is some; ``sentence`` (lazily translated) tells the person
    what it is and what to do about it.
    """

    name: str
    found: Callable[[int], ColumnElement[bool]]
    sentence: Any


_USES: dict[str, BranchUse] = {}


def declare_branch_uses(*uses: BranchUse) -> None:
    """Tell what else keeps a branch from being deleted: the domains above know what they keep there."""
    _USES.update({use.name: use for use in uses})


def create_workspace(
    *,
    name: str,
    description: str | None = None,
    type: WorkspaceType = WorkspaceType.DIVISION,  # noqa: A002 - the column's name
    status: WorkspaceStatus = WorkspaceStatus.ACTIVE,
    actor: Actor,
) -> Workspace:
    """Make a part of the organization. Raises AlreadyTaken, BadField."""
    workspace = Workspace(created_by=actor.user_id)
    return update_workspace(
        workspace, {"name": name, "description": description, "type": type, "status": status}, actor=actor
    )


def update_workspace(workspace: Workspace, changes: Mapping[str, Any], *, actor: Actor) -> Workspace:
    """Change name, description, type or status; a new row is added."""
    if "name" in changes:
        workspace.name = _free_name(Workspace, changes["name"], workspace.id)
    if "description" in changes:
        workspace.description = checks.optional_text(changes["description"], "description", 2000)
    if "type" in changes:
        workspace.type = WorkspaceType(changes["type"])
    if "status" in changes:
        workspace.status = WorkspaceStatus(changes["status"])
    db.session.add(workspace)
    db.session.flush()
    return workspace


def delete_workspace(workspace: Workspace, *, actor: Actor) -> None:
    """Hide a workspace. Raises StillInUse while a branch belongs to it."""
    used = exists().where(Branch.workspace_id == workspace.id, Branch.deleted_at.is_(None))
    if db.session.scalar(select(used)):
        raise StillInUse(_("Branches still belong to this workspace."))
    workspace.deleted_at = utc_now()
    db.session.flush()


def create_branch(
    *,
    name: str,
    kind: BranchKind = BranchKind.STORE,
    address: str | None = None,
    phone: str | None = None,
    manager_id: int | None = None,
    workspace_id: int | None = None,
    is_active: bool = True,
    actor: Actor,
) -> Branch:
    """Make a shop, warehouse, workshop or office. Raises AlreadyTaken, BadField."""
    facts = {
        "name": name,
        "kind": kind,
        "address": address,
        "phone": phone,
        "manager_id": manager_id,
        "workspace_id": workspace_id,
        "is_active": is_active,
    }
    return update_branch(Branch(), facts, actor=actor)


def update_branch(branch: Branch, changes: Mapping[str, Any], *, actor: Actor) -> Branch:
    """Change any of the facts of ``create_branch``; a new row is added. Raises as it does, and IsNoWorkplace."""
    if branch.kind is BranchKind.TRANSIT:
        raise IsNoWorkplace
    if "name" in changes:
        branch.name = _free_name(Branch, changes["name"], branch.id)
    if "kind" in changes:
        branch.kind = _workplace_kind(changes["kind"])
    if "address" in changes:
        branch.address = checks.optional_text(changes["address"], "address")
    if "phone" in changes:
        branch.phone = checks.phone(changes["phone"], actor.organization.country)
    if "manager_id" in changes:
        branch.manager_id = existing_id(User, changes["manager_id"], "manager_id")
    if "workspace_id" in changes:
        branch.workspace_id = existing_id(Workspace, changes["workspace_id"], "workspace_id")
    if "is_active" in changes:
        branch.is_active = bool(changes["is_active"])
    db.session.add(branch)
    db.session.flush()
    return branch


def delete_branch(branch: Branch, *, actor: Actor) -> None:
    """Hide a branch; its history stays.

    Raises IsNoWorkplace, and StillInUse with all the reasons while it has tills or something lies or is under way
    there (``declare_branch_uses``).
    """
    if branch.kind is BranchKind.TRANSIT:
        raise IsNoWorkplace
    # Whatever is being entered for the branch refers to its row, and is waited for before it is looked at.
    db.session.execute(select(Branch.id).where(Branch.id == branch.id).with_for_update())
    uses = [_TILLS, *_USES.values()]
    asked = select(*(use.found(branch.id).label(use.name) for use in uses))
    found = db.session.execute(asked).one()
    reasons = {use.name: str(use.sentence) for use, lies in zip(uses, found, strict=True) if lies}
    if reasons:
        raise StillInUse(" ".join(reasons.values()), reasons=list(reasons))
    branch.deleted_at = utc_now()
    branch.is_active = False
    db.session.flush()


_TILLS = BranchUse(
    "tills",
    lambda branch_id: exists().where(Till.branch_id == branch_id, Till.deleted_at.is_(None)),
    _l("This branch still has tills. Remove them first."),
)


def create_till(
    *,
    branch: Branch | None = None,
    branch_id: int | None = None,
    name: str,
    number: int | None = None,
    receipt_width: int = 80,
    printer_host: str | None = None,
    printer_port: int | None = None,
    has_drawer: bool = False,
    is_active: bool = True,
    actor: Actor,
) -> Till:
    """Make a cash register of a branch, given as a row or by its id.

    ``number`` begins the till's receipt numbers; without one the next free number of the organization is taken.
    ``receipt_width`` is in millimetres, 58 or 80. Without ``printer_host`` the browser prints. Raises AlreadyTaken,
    BadField.
    """
    # Two tills made at once must not take the same number: the organization's row is the queue.
    organization = select(Organization.id).where(Organization.id == actor.organization.id)
    db.session.execute(organization.with_for_update(key_share=True))
    if number is None:
        number = (db.session.scalar(select(func.max(Till.number))) or 0) + 1
    facts = {
        "branch_id": branch.id if branch is not None else branch_id,
        "number": number,
        "name": name,
        "receipt_width": receipt_width,
        "printer_host": printer_host,
        "printer_port": printer_port,
        "has_drawer": has_drawer,
        "is_active": is_active,
    }
    return update_till(Till(), facts, actor=actor)


def update_till(till: Till, changes: Mapping[str, Any], *, actor: Actor) -> Till:
    """Change name, number, branch, receipt width, printer, drawer or whether it is in use; a new row is added."""
    if "branch_id" in changes:
        till.branch_id = existing_id(Branch, changes["branch_id"], "branch_id") or _missing("branch_id")
    if "name" in changes:
        till.name = _free_name(Till, changes["name"], till.id, Till.branch_id == till.branch_id)
    if "number" in changes:
        till.number = _free_number(changes["number"], till.id)
    if "receipt_width" in changes:
        if changes["receipt_width"] not in RECEIPT_WIDTHS:
            raise BadField("receipt_width", _("Receipts are 58 or 80 millimetres wide."))
        till.receipt_width = int(changes["receipt_width"])
    if "printer_host" in changes:
        till.printer_host = _printer_host(changes["printer_host"])
    if "printer_port" in changes:
        till.printer_port = _printer_port(changes["printer_port"])
    if "has_drawer" in changes:
        till.has_drawer = bool(changes["has_drawer"])
    if "is_active" in changes:
        till.is_active = bool(changes["is_active"])
    db.session.add(till)
    db.session.flush()
    return till


def transit_branch(*, actor: Actor) -> int:
    """The id of the place where goods lie while they are on their way, made when it is asked for the first time.

    Its name is in the tenant's language. People neither choose it nor work there: see ``queries.is_workplace``.
    """
    known = transit_branch_id()
    if known is not None:
        return known
    # Two first transfers sent off at once must not make two places: the organization's row is the queue.
    organization = select(Organization.id).where(Organization.id == actor.organization.id)
    db.session.execute(organization.with_for_update(key_share=True))
    known = transit_branch_id()
    if known is not None:
        return known
    locale = actor.organization.locale
    with force_locale(locale if locale in LANGUAGES else DEFAULT_LANGUAGE):
        name = _("On the way")
    used = select(Branch.name).where(
        Branch.name.startswith(name, autoescape=True), Branch.deleted_at.is_(None)
    )
    taken = set(db.session.scalars(used))
    names = (f"{name} {number}" for number in count(2))
    branch = Branch(name=name if name not in taken else next(one for one in names if one not in taken))
    branch.kind = BranchKind.TRANSIT
    db.session.add(branch)
    db.session.flush()
    return branch.id


def _workplace_kind(value: Any) -> BranchKind:
    kind = BranchKind(value)
    if kind is BranchKind.TRANSIT:
        raise BadField("kind", _("Please choose one of the list."))
    return kind


def _printer_host(typed: str | None) -> str | None:
    try:
        return checked_host(typed) if typed and typed.strip() else None
    except Invalid as error:
        raise BadField("printer_host", str(error)) from None


def _printer_port(typed: int | None) -> int:
    port = PRINTER_PORT if typed is None else typed
    if not LEAST_PORT <= port <= 65_535:
        raise BadField(
            "printer_port", _("Printers listen at a port from %(least)s to 65535.", least=LEAST_PORT)
        )
    return port


def delete_till(till: Till, *, actor: Actor) -> None:
    """Hide a till and forget its device; its receipts stay."""
    till.deleted_at = utc_now()
    till.is_active = False
    till.device_token_hash = None
    db.session.flush()


def register_till_device(till: Till, *, actor: Actor) -> str:
    """Make the device that keeps the returned secret this till; the one before is forgotten."""
    secret = crypto.new_secret()
    till.device_token_hash = crypto.hash_secret(secret)
    db.session.flush()
    return secret


def forget_till_device(till: Till, *, actor: Actor) -> None:
    """Nobody signs in by PIN at this till until a device is registered again."""
    till.device_token_hash = None
    db.session.flush()


def _missing(field: str) -> int:
    raise BadField(field, _("This must not be empty."))


def _free_name(model: type[Any], value: Any, but: int | None, *within: Any) -> str:
    name = checks.required_text(value, "name", 120)
    taken = exists().where(model.name == name, model.id != (but or 0), model.deleted_at.is_(None), *within)
    if db.session.scalar(select(taken)):
        sentence = _("There is already one with this name.")
        raise AlreadyTaken(sentence, errors={"name": [sentence]})
    return name


def _free_number(value: Any, but: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 99_999:
        raise BadField("number", _("The number is between 1 and 99999."))
    if db.session.scalar(select(exists().where(Till.number == value, Till.id != (but or 0)))):
        sentence = _("Another till has, or had, this number.")
        raise AlreadyTaken(sentence, errors={"number": [sentence]})
    return value
