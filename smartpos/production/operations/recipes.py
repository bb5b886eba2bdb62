"""Writing recipes: drafts are edited, what is active never changes, a change is a new version.

Everybody who writes a recipe waits for the others of the shop at one lock, before any row is locked. So of two people
who activate versions of one product the second takes the place of the first, two recipes cannot close a circle that
neither of them sees, and a refresh of costs meets nobody half-way.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select, update

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken
from smartpos.production.errors import BomInOtherState
from smartpos.production.models import BillOfMaterials, BomStatus
from smartpos.production.operations.costing import cost_boms, refresh_costs
from smartpos.production.operations.recipe_facts import (
    BomDraft,
    ByProductLine,
    ComponentLine,
    SubstituteLine,
    draft_of,
)
from smartpos.production.operations.recipe_lock import lock_recipes
from smartpos.production.operations.recipe_reading import fill
from smartpos.production.queries.recipes import bom_of, refuse_circle

__all__ = [
    "BomDraft",
    "ByProductLine",
    "ComponentLine",
    "SubstituteLine",
    "activate_bom",
    "archive_bom",
    "change_bom",
    "copy_bom",
    "create_bom",
    "deactivate_bom",
    "delete_draft",
    "draft_of",
    "lock_recipes",
    "set_default_bom",
]

FIRST_VERSION = "1.0"
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})")


def create_bom(draft: BomDraft, *, actor: Actor) -> BillOfMaterials:
    """Write down a recipe as a draft; flushed, and its costs reckoned.

    Raises Invalid, BadField, UnknownGoods, UnitsDoNotConvert, CircularRecipe, MachineNotFound, AlreadyTaken for a
    version that the product has already.
    """
    lock_recipes()
    bom = BillOfMaterials(status=BomStatus.DRAFT, created_by=actor.user_id)
    return _write(bom, draft, actor)


def change_bom(bom_id: int, draft: BomDraft, *, actor: Actor) -> BillOfMaterials:
    """Make a draft exactly this; its lines are replaced. Raises BomNotFound, BomInOtherState, as ``create_bom``."""
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(bom, _("Only a draft can be changed; copy the recipe to a new version."), BomStatus.DRAFT)
    if draft.product_id != bom.product_id:
        sentence = _("A recipe stays that of its product; write a new one.")
        raise Invalid(sentence, errors={"product_id": [sentence]})
    bom.components.clear()
    bom.by_products.clear()
    db.session.flush()  # the places of the lines must be free before others take them
    bom.updated_at = utc_now()  # its lines may be all that is different
    return _write(bom, draft, actor)


def activate_bom(bom_id: int, *, make_default: bool = True, actor: Actor) -> BillOfMaterials:
    """Let a draft, or a recipe that rested, be produced by; from now on it never changes.

    With ``make_default`` it takes the place of the recipe that was the product's. Raises BomNotFound, BomInOtherState,
    and what ``create_bom`` raises: products may have been archived since.
    """
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(bom, _("This recipe cannot be activated."), BomStatus.DRAFT, BomStatus.INACTIVE)
    today = actor.organization.today
    if bom.valid_to is not None and bom.valid_to < today:
        sentence = _("The recipe is no longer valid: its last day is over.")
        raise Invalid(sentence, errors={"valid_to": [sentence]})
    _check_again(bom, actor)
    refuse_circle(bom.product_id, [part.component_id for part in bom.components])
    bom.status = BomStatus.ACTIVE
    if bom.approved_at is None:
        bom.approved_by, bom.approved_at = actor.user_id, utc_now()
    if make_default:
        _make_default(bom)
    db.session.flush()
    _cost([bom.id], actor, made=bom.product_id)
    return bom


def set_default_bom(bom_id: int, *, actor: Actor) -> BillOfMaterials:
    """Produce by this active recipe before other versions. Raises BomNotFound, BomInOtherState."""
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(bom, _("Only an active recipe can be the one to produce by."), BomStatus.ACTIVE)
    _make_default(bom)
    db.session.flush()
    _cost([bom.id], actor, made=bom.product_id)
    return bom


def deactivate_bom(bom_id: int, *, actor: Actor) -> BillOfMaterials:
    """Let an active recipe rest; orders that were made by it go on. Raises BomNotFound, BomInOtherState."""
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(bom, _("Only an active recipe can be deactivated."), BomStatus.ACTIVE)
    bom.is_default, bom.status = False, BomStatus.INACTIVE
    db.session.flush()
    _cost([bom.id], actor, made=bom.product_id)
    return bom


def archive_bom(bom_id: int, *, actor: Actor) -> BillOfMaterials:
    """Put a recipe away for good; it can still be looked at and copied. Raises BomNotFound, BomInOtherState."""
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(
        bom,
        _("A draft is deleted instead, and what is archived stays so."),
        BomStatus.ACTIVE,
        BomStatus.INACTIVE,
    )
    bom.is_default, bom.status = False, BomStatus.ARCHIVED
    db.session.flush()
    _cost([], actor, made=bom.product_id)
    return bom


def copy_bom(bom_id: int, *, version: str | None = None, actor: Actor) -> BillOfMaterials:
    """A new draft of the same product with the same contents; ``version`` None is the next one that is free.

    The days on which the old version holds are not copied. Raises BomNotFound and what ``create_bom`` raises.
    """
    lock_recipes()
    source = bom_of(bom_id)
    draft = replace(draft_of(source), version=version or None, valid_from=None, valid_to=None)
    if draft.version is None:
        draft = replace(draft, version=_next_version(source.product_id, source.version))
    bom = BillOfMaterials(status=BomStatus.DRAFT, created_by=actor.user_id, copied_from_id=source.id)
    return _write(bom, draft, actor)


def delete_draft(bom_id: int, *, actor: Actor) -> None:
    """Throw a draft away. Raises BomNotFound, BomInOtherState for what has been active."""
    lock_recipes()
    bom = bom_of(bom_id, locked=True)
    _require(bom, _("Only a draft can be deleted; archive the recipe instead."), BomStatus.DRAFT)
    db.session.delete(bom)
    db.session.flush()


def _require(bom: BillOfMaterials, sentence: str, *statuses: BomStatus) -> None:
    if bom.status not in statuses:
        raise BomInOtherState(bom.status.value, sentence)


def _write(bom: BillOfMaterials, draft: BomDraft, actor: Actor) -> BillOfMaterials:
    fill(bom, draft, actor=actor)
    wanted = " ".join((draft.version or "").split()) or (
        bom.version if bom.id else _next_version(bom.product_id, None)
    )
    taken = select(BillOfMaterials.id).where(
        BillOfMaterials.product_id == bom.product_id,
        BillOfMaterials.version == wanted,
        BillOfMaterials.id.is_distinct_from(bom.id),
    )
    with db.session.no_autoflush:
        if db.session.scalar(taken) is not None:
            sentence = _("The product already has a recipe of version %(version)s.", version=wanted)
            raise AlreadyTaken(sentence, errors={"version": [sentence]})
    bom.version = wanted
    refuse_circle(bom.product_id, [part.component_id for part in bom.components])
    db.session.add(bom)
    db.session.flush()
    _cost([bom.id], actor)
    return bom


def _check_again(bom: BillOfMaterials, actor: Actor) -> None:
    """Whether it could be written down today; nothing of it is changed."""
    with db.session.no_autoflush:
        fill(BillOfMaterials(), draft_of(bom), actor=actor)


def _make_default(bom: BillOfMaterials) -> None:
    # The index allows one at any moment, so the one before steps back first.
    db.session.execute(
        update(BillOfMaterials)
        .where(
            BillOfMaterials.product_id == bom.product_id,
            BillOfMaterials.is_default,
            BillOfMaterials.id != bom.id,
        )
        .values(is_default=False, updated_at=utc_now())
    )
    bom.is_default = True


def _next_version(product_id: int, after: str | None) -> str:
    """The version after the newest one of the same line: 1.0, 1.1, 1.2; 2.0 goes on with 2.1."""
    query = select(BillOfMaterials.version).where(BillOfMaterials.product_id == product_id)
    taken = set(db.session.scalars(query.order_by(BillOfMaterials.id)))
    if not taken:
        return FIRST_VERSION
    numbers = sorted(found for version in taken if (found := _numbers(version)) is not None)
    here = _numbers(after) if after is not None else (numbers[-1] if numbers else None)
    if here is None:
        base = after if after is not None else FIRST_VERSION
        if base not in taken:
            return base
        return next(name for turn in range(2, len(taken) + 3) if (name := f"{base[:15]}-{turn}") not in taken)
    newest = max((minor for major, minor in numbers if major == here[0]), default=here[1])
    return f"{here[0]}.{newest + 1}"


def _numbers(version: str) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(version)
    return (int(found[1]), int(found[2])) if found else None


def _cost(bom_ids: Sequence[int], actor: Actor, *, made: int | None = None) -> None:
    """Reckon what the recipes cost; and, when what is ``made`` is made otherwise now, all that it goes into."""
    if bom_ids:
        cost_boms(bom_ids, actor=actor)
    if made is not None:
        refresh_costs(actor=actor, product_ids=[made])
