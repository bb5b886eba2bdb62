"""Questions about expenses and their categories."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.paging import AnySelect
from smartpos.finance.models import Expense, ExpenseCategory
from smartpos.identity.models import Branch, Till, User


def categories(*, only_active: bool = True) -> AnySelect:
    """The categories of expenses, to be paged by ``(name, id)``."""
    query = select(ExpenseCategory).where(ExpenseCategory.deleted_at.is_(None))
    return query.where(ExpenseCategory.is_active) if only_active else query


def category(category_id: int) -> ExpenseCategory:
    """A category. Raises NotFound."""
    row = db.session.get(ExpenseCategory, category_id)
    if row is None or row.deleted_at is not None:
        raise NotFound
    return row


def active_category(category_id: int) -> ExpenseCategory | None:
    """A category that expenses may be booked under."""
    query = select(ExpenseCategory).where(
        ExpenseCategory.id == category_id,
        ExpenseCategory.deleted_at.is_(None),
        ExpenseCategory.is_active,
    )
    return db.session.execute(query).scalar_one_or_none()


def expenses() -> AnySelect:
    """Expenses with what lists tell of them, to be filtered and paged by ``(spent_on, id)``.

    Those of branches that the person does not see are not among them.
    """
    # The branch is joined for the sake of the wall.
    return (
        select(Expense)
        .join(Branch, Branch.id == Expense.branch_id)
        .options(
            joinedload(Expense.branch).load_only(Branch.name),
            joinedload(Expense.till).load_only(Till.name),
            joinedload(Expense.category).load_only(ExpenseCategory.name),
            joinedload(Expense.author).load_only(User.full_name, User.username),
        )
    )


def expense(expense_id: int) -> Expense:
    """An expense. Raises NotFound."""
    row: Expense | None = db.session.execute(expenses().where(Expense.id == expense_id)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


def expense_by_client_uuid(client_uuid: UUID) -> Expense | None:
    """The expense that a client entered under this name."""
    return db.session.execute(expenses().where(Expense.client_uuid == client_uuid)).scalar_one_or_none()
