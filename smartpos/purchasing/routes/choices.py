"""What is offered to choose from on the pages of purchasing."""

from typing import Any

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace

MOST_CHOICES = 500


def branch_choices() -> list[Any]:
    """Branches to choose from, by name."""
    query = select(Branch.id, Branch.name).where(is_workplace()).order_by(Branch.name)
    return list(db.session.execute(query.limit(MOST_CHOICES)))
