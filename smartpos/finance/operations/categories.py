"""The categories of expenses."""

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.finance.models import ExpenseCategory
from smartpos.finance.operations.values import words
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken

LONGEST_NAME = 100


def create_expense_category(*, name: str, is_active: bool = True, actor: Actor) -> ExpenseCategory:
    """Make a category. Raises BadField, and AlreadyTaken when there is one of this name."""
    category = ExpenseCategory(name=_free_name(name), is_active=is_active)
    db.session.add(category)
    db.session.flush()
    return category


def update_expense_category(
    category: ExpenseCategory, *, name: str | None = None, is_active: bool | None = None, actor: Actor
) -> ExpenseCategory:
    """Change a category; what is None stays. Raises as ``create_expense_category`` does."""
    if name is not None:
        category.name = _free_name(name, category.id)
    if is_active is not None:
        category.is_active = is_active
    db.session.flush()
    return category


def delete_expense_category(category: ExpenseCategory, *, actor: Actor) -> None:
    """Hide a category; the expenses that were booked under it keep it."""
    category.deleted_at = utc_now()
    db.session.flush()


def _free_name(name: str, but: int | None = None) -> str:
    cleaned = words(name, "name", longest=LONGEST_NAME)
    taken = select(ExpenseCategory.id).where(
        ExpenseCategory.name == cleaned,
        ExpenseCategory.deleted_at.is_(None),
        ExpenseCategory.id.is_distinct_from(but),
    )
    with db.session.no_autoflush:
        if db.session.scalar(taken) is not None:
            sentence = _("There is already a category of this name.")
            raise AlreadyTaken(sentence, errors={"name": [sentence]})
    return cleaned
