"""What is told of messages and files that are not kept any more; scheduled downloads narrowed to their readers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FORGOTTEN = ("forgotten_sent", "forgotten_failed", "forgotten_cancelled")


def upgrade() -> None:
    op.add_column(
        "notification_deliveries",
        sa.Column(
            "file_name", sa.Text(), nullable=True, comment="of what is to go along, kept when it is gone"
        ),
    )
    op.add_column(
        "notification_deliveries",
        sa.Column("file_page", sa.Text(), nullable=True, comment="address where it can be had anew"),
    )
    for name in FORGOTTEN:
        comment = "messages that went out and are not kept any more" if name == "forgotten_sent" else None
        op.add_column(
            "broadcasts", sa.Column(name, sa.Integer(), server_default="0", nullable=False, comment=comment)
        )
    op.add_column(
        "report_runs",
        sa.Column(
            "workspace_ids",
            sa.ARRAY(sa.BigInteger()),
            nullable=True,
            comment="scheduled: only these of what its author sees; null: no narrower",
        ),
    )


def downgrade() -> None:
    op.drop_column("report_runs", "workspace_ids")
    for name in reversed(FORGOTTEN):
        op.drop_column("broadcasts", name)
    op.drop_column("notification_deliveries", "file_page")
    op.drop_column("notification_deliveries", "file_name")
