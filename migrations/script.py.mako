"""${message}

A migration changes the schema in both directions, imports nothing from ``smartpos`` (it must run years from now) and
locks no large table for long: add a column without default first, fill it in batches, tighten it later. A new tenant
table gets its walls by ``SELECT smartpos_build_walls('table')`` and, when people edit it,
``SELECT smartpos_audit_changes('table')``.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
