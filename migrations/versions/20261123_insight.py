"""Saved reports, downloads, summaries of sales, notices and messages, links to Telegram, turns of periodic work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "summary_marks",
    "daily_payments",
    "daily_sales",
    "hourly_sales",
    "broadcasts",
    "notification_preferences",
    "notifications",
    "reports",
    "subscriptions",
    "telegram_links",
    "daily_product_sales",
    "notification_deliveries",
    "report_recipients",
    "report_runs",
)

AUDITED = (
    ("reports", "INSERT OR UPDATE OR DELETE"),
    ("broadcasts", "INSERT OR UPDATE OF status"),
    ("telegram_links", "INSERT OR UPDATE OF user_id, customer_id, status OR DELETE"),
)

# Which of the roles that every tenant starts with may do what is new; the owner's role holds everything by itself.
NEW_RIGHTS = {
    "super_admin": ("platform:job:read",),
    "admin manager": ("notifications:broadcast:send", "notifications:delivery:read"),
    "admin manager accountant": (
        "crm:report:read",
        "finance:report:read",
        "reports:saved:schedule",
        "reports:saved:share",
        "sales:report:read",
    ),
    "admin manager accountant warehouse_manager": (
        "purchasing:report:read",
        "reports:dashboard:read",
        "reports:export:create",
        "stock:report:read",
    ),
    "admin manager accountant cashier": ("reports:stats:read",),
}
GRANT_RIGHTS = """
INSERT INTO role_permissions (organization_id, role_id, permission)
SELECT role.organization_id, role.id, wanted
FROM roles AS role CROSS JOIN unnest(ARRAY[{rights}]) AS wanted
WHERE role.key = ANY (string_to_array('{roles}', ' '))
ON CONFLICT (organization_id, role_id, permission) DO NOTHING
"""


def upgrade() -> None:
    op.create_table('job_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False, comment='module and function, as in the table of periodic work'),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Enum('running', 'done', 'failed', name='job_run_status', native_enum=False, create_constraint=True, length=32), server_default='running', nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_runs')),
    sa.UniqueConstraint('name', 'due_at', name='uq_job_runs_name_due_at')
    )
    op.create_index('ix_cash_entries_occurred_at', 'cash_entries', ['organization_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_job_runs_started_at', 'job_runs', ['started_at'], unique=False)
    op.create_table('summary_marks',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('last_sale_id', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('refreshed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_summary_marks_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_summary_marks'),
    sa.UniqueConstraint('organization_id', name=op.f('uq_summary_marks_organization_id'))
    )
    op.create_table('daily_payments',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.Enum('cash', 'card', 'transfer', 'credit', 'points', name='payment_method', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('payments', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_daily_payments_branch_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_daily_payments_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_daily_payments'),
    sa.UniqueConstraint('organization_id', 'business_date', 'branch_id', 'method', name=op.f('uq_daily_payments_organization_id_business_date_branch_id_method'))
    )
    op.create_index('ix_daily_payments_branch_id', 'daily_payments', ['organization_id', 'branch_id'], unique=False)
    op.create_table('daily_sales',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('receipts', sa.Integer(), nullable=False, comment='sales and exchanges'),
    sa.Column('refunds', sa.Integer(), nullable=False),
    sa.Column('customers', sa.Integer(), nullable=False, comment='different ones who were named'),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('revenue', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('refunded_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='of it what refunds took off; not negative'),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('cost_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('refreshed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_daily_sales_branch_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_daily_sales_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_daily_sales'),
    sa.UniqueConstraint('organization_id', 'business_date', 'branch_id', name=op.f('uq_daily_sales_organization_id_business_date_branch_id'))
    )
    op.create_index('ix_daily_sales_branch_id', 'daily_sales', ['organization_id', 'branch_id'], unique=False)
    op.create_table('hourly_sales',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('hour', sa.SmallInteger(), nullable=False, comment="in the tenant's time zone"),
    sa.Column('receipts', sa.Integer(), nullable=False),
    sa.Column('revenue', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.CheckConstraint('hour BETWEEN 0 AND 23', name=op.f('ck_hourly_sales_hour')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_hourly_sales_branch_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_hourly_sales_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_hourly_sales'),
    sa.UniqueConstraint('organization_id', 'business_date', 'branch_id', 'hour', name=op.f('uq_hourly_sales_organization_id_business_date_branch_id_hour'))
    )
    op.create_index('ix_hourly_sales_branch_id', 'hourly_sales', ['organization_id', 'branch_id'], unique=False)
    op.create_table('broadcasts',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False, comment='of what the client sent, for idempotency'),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('audience', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='which customers: tier, tags, with debts, ...'),
    sa.Column('status', sa.Enum('sending', 'done', 'cancelled', name='broadcast_status', native_enum=False, create_constraint=True, length=32), server_default='sending', nullable=False),
    sa.Column('recipients', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'cancelled_by'], ['users.organization_id', 'users.id'], name='fk_broadcasts_cancelled_by', ondelete='SET NULL (cancelled_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_broadcasts_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_broadcasts_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_broadcasts'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_broadcasts_organization_id_client_uuid'))
    )
    op.create_index('ix_broadcasts_cancelled_by', 'broadcasts', ['organization_id', 'cancelled_by'], unique=False)
    op.create_index('ix_broadcasts_created_at', 'broadcasts', ['organization_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_broadcasts_created_by', 'broadcasts', ['organization_id', 'created_by'], unique=False)
    op.create_table('notification_preferences',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=True),
    sa.Column('quiet_until', sa.Time(), nullable=True, comment='may be on the next day'),
    sa.Column('digest_at', sa.Time(), nullable=True, comment='null: nine in the morning'),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('(quiet_from IS NULL) = (quiet_until IS NULL)', name=op.f('ck_notification_preferences_quiet')),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_notification_preferences_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_notification_preferences_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_notification_preferences'),
    sa.UniqueConstraint('organization_id', 'user_id', name=op.f('uq_notification_preferences_organization_id_user_id'))
    )
    op.create_index('ix_notification_preferences_user_id', 'notification_preferences', ['organization_id', 'user_id'], unique=False)
    op.create_table('notifications',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='a declared kind: stock.low'),
    sa.Column('level', sa.Enum('info', 'good', 'warn', 'bad', name='level', native_enum=False, create_constraint=True, length=32), server_default='info', nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('link', sa.Text(), nullable=True, comment='a path of this product'),
    sa.Column('dedupe_key', sa.Text(), nullable=False, comment='a person is told of the same thing once'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_notifications_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_notifications_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_notifications'),
    sa.UniqueConstraint('organization_id', 'user_id', 'dedupe_key', name=op.f('uq_notifications_organization_id_user_id_dedupe_key'))
    )
    op.create_index('ix_notifications_of_user', 'notifications', ['organization_id', 'user_id', 'id'], unique=False)
    op.create_index('ix_notifications_origin', 'notifications', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_notifications_unread', 'notifications', ['organization_id', 'user_id', 'id'], unique=False, postgresql_where='read_at IS NULL')
    op.create_index('ix_notifications_user_id', 'notifications', ['organization_id', 'user_id'], unique=False)
    op.create_table('reports',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False, comment='slug of the declared report'),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='filters as a request gives them'),
    sa.Column('is_shared', sa.Boolean(), server_default='false', nullable=False, comment='seen by all who may see the report'),
    sa.Column('format', sa.Enum('xlsx', 'csv', 'pdf', name='export_format', native_enum=False, create_constraint=True, length=32), server_default='xlsx', nullable=False),
    sa.Column('rhythm', sa.Enum('daily', 'weekly', 'monthly', name='rhythm', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('send_day', sa.SmallInteger(), nullable=True, comment='weekly: 0 is Monday; monthly: day of the month'),
    sa.Column('send_at', sa.Time(), nullable=True, comment="in the tenant's time zone"),
    sa.Column('channels', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('next_run_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("CASE rhythm WHEN 'weekly' THEN send_day BETWEEN 0 AND 6 WHEN 'monthly' THEN send_day BETWEEN 1 AND 28 ELSE send_day IS NULL END", name=op.f('ck_reports_send_day')),
    sa.CheckConstraint('(rhythm IS NULL) = (send_at IS NULL)', name=op.f('ck_reports_send_at')),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_reports_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_reports_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_reports')
    )
    op.create_index('ix_reports_created_by', 'reports', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_reports_next_run_at', 'reports', ['organization_id', 'next_run_at'], unique=False, postgresql_where='next_run_at IS NOT NULL AND deleted_at IS NULL')
    op.create_table('subscriptions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('channel', sa.Enum('app', 'telegram', 'email', 'sms', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('mode', sa.Enum('at_once', 'digest', 'off', name='notice_mode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_subscriptions_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_subscriptions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_subscriptions'),
    sa.UniqueConstraint('organization_id', 'user_id', 'kind', 'channel', name=op.f('uq_subscriptions_organization_id_user_id_kind_channel'))
    )
    op.create_index('ix_subscriptions_user_id', 'subscriptions', ['organization_id', 'user_id'], unique=False)
    op.create_table('telegram_links',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('customer_id', sa.BigInteger(), nullable=True, comment='no foreign key: customers belong to crm, which is upstairs'),
    sa.Column('status', sa.Enum('pending', 'active', 'blocked', name='link_status', native_enum=False, create_constraint=True, length=32), server_default='pending', nullable=False),
    sa.Column('username', sa.Text(), nullable=True, comment='at Telegram'),
    sa.Column('name', sa.Text(), nullable=True, comment='at Telegram'),
    sa.Column('locale', sa.Text(), nullable=True),
    sa.Column('stage', sa.Text(), nullable=True, comment='what the bot has asked and waits to be told'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('selected_at', sa.DateTime(timezone=True), nullable=False, comment='of several shops the last chosen one answers'),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True, comment='a customer who wants no messages of the shop'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_telegram_links_user_id', ondelete='SET NULL (user_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_telegram_links_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_telegram_links'),
    sa.UniqueConstraint('organization_id', 'chat_id', name=op.f('uq_telegram_links_organization_id_chat_id'))
    )
    op.create_index('ix_telegram_links_chat_id', 'telegram_links', ['chat_id'], unique=False)
    op.create_index('ix_telegram_links_customer', 'telegram_links', ['organization_id', 'customer_id'], unique=False)
    op.create_index('ix_telegram_links_user_id', 'telegram_links', ['organization_id', 'user_id'], unique=False)
    op.create_table('daily_product_sales',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='base units'),
    sa.Column('receipts', sa.Integer(), nullable=False, comment='on which it stands'),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('revenue', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('cost_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_daily_product_sales_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_daily_product_sales_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_daily_product_sales_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_daily_product_sales'),
    sa.UniqueConstraint('organization_id', 'business_date', 'branch_id', 'product_id', name=op.f('uq_daily_product_sales_organization_id_business_date_branch_id_product_id'))
    )
    op.create_index('ix_daily_product_sales_branch_id', 'daily_product_sales', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_daily_product_sales_product', 'daily_product_sales', ['organization_id', 'product_id', 'business_date'], unique=False)
    op.create_index('ix_daily_product_sales_product_id', 'daily_product_sales', ['organization_id', 'product_id'], unique=False)
    op.create_table('notification_deliveries',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('channel', sa.Enum('app', 'telegram', 'email', 'sms', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('notification_id', sa.BigInteger(), nullable=True),
    sa.Column('broadcast_id', sa.BigInteger(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('customer_id', sa.BigInteger(), nullable=True, comment='no foreign key: customers belong to crm, which is upstairs'),
    sa.Column('address', sa.Text(), nullable=False, comment='number of the chat, e-mail address or phone'),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False, comment='plain text'),
    sa.Column('buttons', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='for Telegram: rows of {text, url | data}'),
    sa.Column('file_id', sa.BigInteger(), nullable=True, comment='sent along'),
    sa.Column('dedupe_key', sa.Text(), nullable=True),
    sa.Column('is_digest', sa.Boolean(), server_default='false', nullable=False, comment='waits to be sent together with others'),
    sa.Column('status', sa.Enum('waiting', 'sent', 'failed', 'blocked', 'cancelled', name='delivery_status', native_enum=False, create_constraint=True, length=32), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('error', sa.Text(), nullable=True, comment='of the last attempt'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel <> 'app'", name=op.f('ck_notification_deliveries_leaves_the_house')),
    sa.ForeignKeyConstraint(['organization_id', 'broadcast_id'], ['broadcasts.organization_id', 'broadcasts.id'], name='fk_notification_deliveries_broadcast_id', ondelete='SET NULL (broadcast_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'file_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_notification_deliveries_file_id', ondelete='SET NULL (file_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'notification_id'], ['notifications.organization_id', 'notifications.id'], name='fk_notification_deliveries_notification_id', ondelete='SET NULL (notification_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_notification_deliveries_user_id', ondelete='SET NULL (user_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_notification_deliveries_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_notification_deliveries'),
    sa.UniqueConstraint('organization_id', 'dedupe_key', name=op.f('uq_notification_deliveries_organization_id_dedupe_key'))
    )
    op.create_index('ix_notification_deliveries_broadcast', 'notification_deliveries', ['organization_id', 'broadcast_id', 'status'], unique=False)
    op.create_index('ix_notification_deliveries_broadcast_id', 'notification_deliveries', ['organization_id', 'broadcast_id'], unique=False)
    op.create_index('ix_notification_deliveries_created_at', 'notification_deliveries', ['organization_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_notification_deliveries_file_id', 'notification_deliveries', ['organization_id', 'file_id'], unique=False)
    op.create_index('ix_notification_deliveries_notification_id', 'notification_deliveries', ['organization_id', 'notification_id'], unique=False)
    op.create_index('ix_notification_deliveries_user_id', 'notification_deliveries', ['organization_id', 'user_id'], unique=False)
    op.create_index('ix_notification_deliveries_blocked', 'notification_deliveries', ['organization_id', 'channel', 'address'], unique=False, postgresql_where="status = 'blocked'")
    op.create_index('ix_notification_deliveries_waiting', 'notification_deliveries', ['organization_id', 'not_before', 'id'], unique=False, postgresql_where="status = 'waiting' AND broadcast_id IS NULL")
    op.create_table('report_recipients',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('report_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'report_id'], ['reports.organization_id', 'reports.id'], name='fk_report_recipients_report_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_report_recipients_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_report_recipients_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_report_recipients'),
    sa.UniqueConstraint('organization_id', 'report_id', 'user_id', name=op.f('uq_report_recipients_organization_id_report_id_user_id'))
    )
    op.create_index('ix_report_recipients_report_id', 'report_recipients', ['organization_id', 'report_id'], unique=False)
    op.create_index('ix_report_recipients_user_id', 'report_recipients', ['organization_id', 'user_id'], unique=False)
    op.create_table('report_runs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('source', sa.Enum('report', 'grid', name='run_source', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('report', sa.Text(), nullable=False, comment='slug of the report, or the endpoint of the list'),
    sa.Column('report_id', sa.BigInteger(), nullable=True, comment='the saved one, if any'),
    sa.Column('title', sa.Text(), nullable=False, comment='as the person saw it'),
    sa.Column('format', sa.Enum('xlsx', 'csv', 'pdf', name='export_format', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('filters', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='as a request gives them'),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='keys of those wanted; all when empty'),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'running', 'done', 'failed', 'cancelled', 'expired', name='run_status', native_enum=False, create_constraint=True, length=32), server_default='waiting', nullable=False),
    sa.Column('rows_total', sa.Integer(), nullable=True, comment='null while nobody has counted'),
    sa.Column('rows_done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cancel_asked', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('message', sa.Text(), nullable=True, comment='why it failed'),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=True, comment='when the worker last told how far it was'),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status <> 'done' OR file_id IS NOT NULL", name=op.f('ck_report_runs_file')),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_report_runs_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'file_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_report_runs_file_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'report_id'], ['reports.organization_id', 'reports.id'], name='fk_report_runs_report_id', ondelete='SET NULL (report_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_report_runs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_report_runs'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_report_runs_organization_id_client_uuid'))
    )
    op.create_index('ix_report_runs_created_at', 'report_runs', ['organization_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_report_runs_created_by', 'report_runs', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_report_runs_expires_at', 'report_runs', ['organization_id', 'expires_at'], unique=False, postgresql_where="status = 'done'")
    op.create_index('ix_report_runs_file_id', 'report_runs', ['organization_id', 'file_id'], unique=False)
    op.create_index('ix_report_runs_open', 'report_runs', ['organization_id', 'id'], unique=False, postgresql_where="status IN ('waiting', 'running')")
    op.create_index('ix_report_runs_report_id', 'report_runs', ['organization_id', 'report_id'], unique=False)
    op.alter_column('supplier_prices', 'price',
               existing_type=sa.NUMERIC(precision=18, scale=4),
               comment="with VAT in it, for one of the product's unit",
               existing_comment="per base unit, in the shop's own currency",
               existing_nullable=False)
    for table in TENANT_TABLES:
        op.execute(f"SELECT smartpos_build_walls('{table}')")
    # What a posted count found is part of a document: it is never changed, and now nobody can.
    op.execute("REVOKE UPDATE, DELETE ON stock_count_lines FROM smartpos_app, smartpos_platform")
    for table, occasion in AUDITED:
        op.execute(f"SELECT smartpos_audit_changes('{table}', '{occasion}')")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON job_runs TO smartpos_platform")
    # Rows of all tenants are seen by the platform alone, the owner of the tables included.
    op.execute("SET LOCAL ROLE smartpos_platform")
    for roles, rights in NEW_RIGHTS.items():
        op.execute(GRANT_RIGHTS.format(roles=roles, rights=", ".join(f"'{right}'" for right in rights)))
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("GRANT UPDATE, DELETE ON stock_count_lines TO smartpos_app, smartpos_platform")
    op.alter_column('supplier_prices', 'price',
               existing_type=sa.NUMERIC(precision=18, scale=4),
               comment="per base unit, in the shop's own currency",
               existing_comment="with VAT in it, for one of the product's unit",
               existing_nullable=False)
    op.drop_index('ix_cash_entries_occurred_at', table_name='cash_entries')
    op.drop_index('ix_report_runs_report_id', table_name='report_runs')
    op.drop_index('ix_report_runs_open', table_name='report_runs', postgresql_where="status IN ('waiting', 'running')")
    op.drop_index('ix_report_runs_file_id', table_name='report_runs')
    op.drop_index('ix_report_runs_expires_at', table_name='report_runs', postgresql_where="status = 'done'")
    op.drop_index('ix_report_runs_created_by', table_name='report_runs')
    op.drop_index('ix_report_runs_created_at', table_name='report_runs')
    op.drop_table('report_runs')
    op.drop_index('ix_report_recipients_user_id', table_name='report_recipients')
    op.drop_index('ix_report_recipients_report_id', table_name='report_recipients')
    op.drop_table('report_recipients')
    op.drop_index('ix_notification_deliveries_blocked', table_name='notification_deliveries', postgresql_where="status = 'blocked'")
    op.drop_index('ix_notification_deliveries_waiting', table_name='notification_deliveries', postgresql_where="status = 'waiting' AND broadcast_id IS NULL")
    op.drop_index('ix_notification_deliveries_user_id', table_name='notification_deliveries')
    op.drop_index('ix_notification_deliveries_notification_id', table_name='notification_deliveries')
    op.drop_index('ix_notification_deliveries_file_id', table_name='notification_deliveries')
    op.drop_index('ix_notification_deliveries_created_at', table_name='notification_deliveries')
    op.drop_index('ix_notification_deliveries_broadcast_id', table_name='notification_deliveries')
    op.drop_index('ix_notification_deliveries_broadcast', table_name='notification_deliveries')
    op.drop_table('notification_deliveries')
    op.drop_index('ix_daily_product_sales_product_id', table_name='daily_product_sales')
    op.drop_index('ix_daily_product_sales_product', table_name='daily_product_sales')
    op.drop_index('ix_daily_product_sales_branch_id', table_name='daily_product_sales')
    op.drop_table('daily_product_sales')
    op.drop_index('ix_telegram_links_user_id', table_name='telegram_links')
    op.drop_index('ix_telegram_links_customer', table_name='telegram_links')
    op.drop_index('ix_telegram_links_chat_id', table_name='telegram_links')
    op.drop_table('telegram_links')
    op.drop_index('ix_subscriptions_user_id', table_name='subscriptions')
    op.drop_table('subscriptions')
    op.drop_index('ix_reports_next_run_at', table_name='reports', postgresql_where='next_run_at IS NOT NULL AND deleted_at IS NULL')
    op.drop_index('ix_reports_created_by', table_name='reports')
    op.drop_table('reports')
    op.drop_index('ix_notifications_user_id', table_name='notifications')
    op.drop_index('ix_notifications_unread', table_name='notifications', postgresql_where='read_at IS NULL')
    op.drop_index('ix_notifications_origin', table_name='notifications')
    op.drop_index('ix_notifications_of_user', table_name='notifications')
    op.drop_table('notifications')
    op.drop_index('ix_notification_preferences_user_id', table_name='notification_preferences')
    op.drop_table('notification_preferences')
    op.drop_index('ix_broadcasts_created_by', table_name='broadcasts')
    op.drop_index('ix_broadcasts_created_at', table_name='broadcasts')
    op.drop_index('ix_broadcasts_cancelled_by', table_name='broadcasts')
    op.drop_table('broadcasts')
    op.drop_index('ix_hourly_sales_branch_id', table_name='hourly_sales')
    op.drop_table('hourly_sales')
    op.drop_index('ix_daily_sales_branch_id', table_name='daily_sales')
    op.drop_table('daily_sales')
    op.drop_index('ix_daily_payments_branch_id', table_name='daily_payments')
    op.drop_table('daily_payments')
    op.drop_table('summary_marks')
    op.drop_index('ix_job_runs_started_at', table_name='job_runs')
    op.drop_table('job_runs')
