"""Customers and credit, refunds and exchanges, promotions, expenses, and what else a counter needs.

Shifts learn what was sold in them, so that closing takes the same time whatever that was; shifts of before are told it
from their ledgers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "customers",
    "customer_words",
    "customer_contacts",
    "customer_addresses",
    "customer_transactions",
    "promotions",
    "promotion_targets",
    "exchange_rates",
    "expense_categories",
    "expenses",
    "payments",
    "approvals",
    "held_sales",
    "till_events",
    "print_jobs",
)

# Ledgers and documents are never edited: the application's role may only add to them and read.
APPEND_ONLY = ("customer_transactions", "till_events", "payments")

AUDITED = (
    ("customers", "INSERT OR DELETE OR UPDATE"),
    ("customer_contacts", "INSERT OR UPDATE OR DELETE"),
    ("customer_addresses", "INSERT OR UPDATE OR DELETE"),
    ("promotions", "INSERT OR UPDATE OR DELETE"),
    ("promotion_targets", "INSERT OR UPDATE OR DELETE"),
    ("exchange_rates", "INSERT OR UPDATE OR DELETE"),
    ("expense_categories", "INSERT OR UPDATE OR DELETE"),
    ("expenses", "INSERT OR UPDATE OR DELETE"),
    ("payments", "UPDATE"),
)

# What the columns of enumerations and documents may hold now, and what they held before.
CHECKS = {
    ("cash_entries", "cash_entry_kind"): (
        "kind IN ('opening', 'sale', 'refund', 'debt', 'in', 'out', 'expense', 'difference', 'late', 'late_offset')",
        "kind IN ('opening', 'sale', 'difference')",
    ),
    ("sales", "sale_type"): ("type IN ('sale', 'refund', 'exchange')", "type IN ('sale', 'refund')"),
    ("sales", "sale_status"): ("status IN ('completed', 'partly_returned', 'returned')", "status IN ('completed')"),
    ("sales", "payment_summary"): (
        "payment_method IN ('cash', 'card', 'transfer', 'credit', 'points', 'mixed')",
        "payment_method IN ('cash', 'card', 'transfer', 'mixed')",
    ),
    ("sales", "discount_amount"): ("discount_amount >= 0 OR type <> 'sale'", "discount_amount >= 0 OR type = 'refund'"),
    ("sales", "total_amount"): ("total_amount >= 0 OR type <> 'sale'", "total_amount >= 0 OR type = 'refund'"),
    ("sales", "refund_total"): ("total_amount <= 0 OR type <> 'refund'", None),
    ("sales", "returned_amount"): (
        "CASE type WHEN 'sale' THEN returned_amount = 0 WHEN 'refund' THEN returned_amount = -total_amount "
        "ELSE returned_amount >= 0 END",
        None,
    ),
    ("sale_payments", "payment_method"): (
        "method IN ('cash', 'card', 'transfer', 'credit', 'points')",
        "method IN ('cash', 'card', 'transfer')",
    ),
    ("sale_payments", "foreign_amount"): ("(currency IS NULL) = (foreign_amount IS NULL)", None),
    ("sale_payments", "exchange_rate"): ("(currency IS NULL) = (exchange_rate IS NULL)", None),
    ("sale_payments", "currency"): ("currency IS NULL OR method = 'cash'", None),
    ("sale_payments", "due_date"): ("due_date IS NULL OR method = 'credit'", None),
    ("sale_items", "restock"): ("restock IN ('sale', 'damaged', 'none')", None),
    ("shifts", "opening_foreign"): ("opening_foreign >= 0", None),
    ("shifts", "exchange_rate"): ("exchange_rate > 0", None),
    ("shifts", "foreign_currency"): ("(foreign_currency IS NULL) = (exchange_rate IS NULL)", None),
    ("tills", "printer_port"): ("printer_port BETWEEN 1 AND 65535", None),
    ("roles", "max_discount_percent"): ("max_discount_percent BETWEEN 0 AND 100", None),
}

# Which of the roles that every tenant starts with may do what is new; the owner's role holds everything by itself.
NEW_RIGHTS = {
    "admin manager accountant cashier agent": ("crm:customer:read", "crm:account:read"),
    "admin manager cashier agent": ("crm:customer:create",),
    "admin manager accountant": (
        "crm:account:correct",
        "finance:expense:create",
        "finance:expense:cancel",
        "finance:expense_category:write",
        "finance:payment:read",
        "finance:rate:write",
        "sales:approval:read",
        "sales:till_event:read",
    ),
    "admin manager accountant cashier": ("finance:expense:read", "finance:rate:read", "sales:payment:take"),
    "admin manager cashier": (
        "sales:cart:void",
        "sales:cash:expense",
        "sales:cash:move",
        "sales:drawer:open",
        "sales:held_sale:use",
        "sales:line:remove",
        "sales:receipt:reprint",
        "sales:sale:credit",
    ),
    "admin manager": (
        "crm:customer:credit",
        "crm:customer:write",
        "sales:approval:give",
        "sales:payment:reverse",
        "sales:sale:change_price",
        "sales:sale:choose_price_type",
        "sales:sale:credit_above_limit",
        "sales:sale:discount_above_limit",
        "sales:sale:refund",
        "sales:sale:refund_other_tender",
        "sales:sale:refund_without_receipt",
        "sales:sale:send_for_others",
    ),
    "admin": ("crm:customer:delete",),
}
GRANT_RIGHTS = """
INSERT INTO role_permissions (organization_id, role_id, permission)
SELECT role.organization_id, role.id, wanted
FROM roles AS role CROSS JOIN unnest(ARRAY[{rights}]) AS wanted
WHERE role.key = ANY (string_to_array('{roles}', ' '))
ON CONFLICT (organization_id, role_id, permission) DO NOTHING
"""

# What the shifts of before would have counted, from their ledgers (the shape is that of sales.totals).
FILL_SHIFTS = """
UPDATE shifts SET
    cash_balance = coalesce((
        SELECT sum(amount) FROM cash_entries AS entry
        WHERE entry.organization_id = shifts.organization_id AND entry.shift_id = shifts.id
          AND entry.kind <> 'difference'), 0),
    totals = jsonb_build_object(
        'counts', jsonb_build_object('sale', sold.receipts),
        'gross', sold.gross::text, 'discount', sold.discount::text, 'tax', sold.tax::text,
        'rounding', sold.rounding::text, 'total', sold.total::text, 'refunded', '0.00',
        'payments', coalesce((
            SELECT jsonb_object_agg(paid.method, paid.amount::text) FROM (
                SELECT payment.method, sum(payment.amount) AS amount
                FROM sale_payments AS payment
                JOIN sales AS sale
                  ON sale.organization_id = payment.organization_id AND sale.id = payment.sale_id
                WHERE sale.organization_id = shifts.organization_id AND sale.shift_id = shifts.id
                GROUP BY payment.method) AS paid), '{}'),
        'cash', coalesce((
            SELECT jsonb_object_agg(moved.kind, moved.amount::text) FROM (
                SELECT entry.kind, sum(entry.amount) AS amount FROM cash_entries AS entry
                WHERE entry.organization_id = shifts.organization_id AND entry.shift_id = shifts.id
                  AND entry.kind <> 'difference'
                GROUP BY entry.kind) AS moved), '{}'),
        'debts', '{}'::jsonb)
FROM (
    SELECT shift.organization_id, shift.id, count(sale.id) AS receipts,
           coalesce(sum(sale.gross_amount), 0.00) AS gross, coalesce(sum(sale.discount_amount), 0.00) AS discount,
           coalesce(sum(sale.tax_amount), 0.00) AS tax, coalesce(sum(sale.rounding_amount), 0.00) AS rounding,
           coalesce(sum(sale.total_amount), 0.00) AS total
    FROM shifts AS shift
    LEFT JOIN sales AS sale ON sale.organization_id = shift.organization_id AND sale.shift_id = shift.id
    GROUP BY shift.organization_id, shift.id
) AS sold
WHERE sold.organization_id = shifts.organization_id AND sold.id = shifts.id
"""

# Balances are sums of ledgers and have their history there; what identifies a person is never written out.
AUDIT_WORDS = (
    ("'passport_data',", "'passport_data', 'iin',"),
    ("'last_number']", "'last_number', 'balance', 'points']"),
)

# 003: what a customer has bought and owes. Lifetime value is what came back taken off.
CUSTOMER_SUMMARY = """
CREATE VIEW customer_summary WITH (security_invoker = true) AS
SELECT customer.organization_id, customer.id AS customer_id, customer.name, customer.phone, customer.tier,
       customer.balance, customer.points, account.lifetime_value, account.order_count, account.last_order_date
FROM customers AS customer
LEFT JOIN LATERAL (
    SELECT coalesce(sum(entry.turnover), 0.00) AS lifetime_value,
           count(*) FILTER (WHERE entry.transaction_type = 'sale') AS order_count,
           max(entry.occurred_at) FILTER (WHERE entry.transaction_type = 'sale')::date AS last_order_date
    FROM customer_transactions AS entry
    WHERE entry.organization_id = customer.organization_id AND entry.customer_id = customer.id
) AS account ON true
WHERE customer.deleted_at IS NULL
"""


def upgrade() -> None:
    op.create_table('expense_categories',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_expense_categories_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_expense_categories')
    )
    op.create_index('uq_expense_categories_name', 'expense_categories', ['organization_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('approvals',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('token', sa.Uuid(), nullable=False, comment='what the till sends along'),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject_uuid', sa.Uuid(), nullable=False),
    sa.Column('requested_by', sa.BigInteger(), nullable=False),
    sa.Column('approved_by', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='what the manager was shown'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('origin_kind', sa.Text(), nullable=True),
    sa.Column('origin_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(used_at IS NULL) = (origin_id IS NULL)', name=op.f('ck_approvals_used')),
    sa.ForeignKeyConstraint(['organization_id', 'approved_by'], ['users.organization_id', 'users.id'], name='fk_approvals_approved_by'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_approvals_branch_id', ondelete='SET NULL (branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'requested_by'], ['users.organization_id', 'users.id'], name='fk_approvals_requested_by'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_approvals_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_approvals_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_approvals'),
    sa.UniqueConstraint('organization_id', 'token', name=op.f('uq_approvals_organization_id_token'))
    )
    op.create_index('ix_approvals_approved_by', 'approvals', ['organization_id', 'approved_by'], unique=False)
    op.create_index('ix_approvals_branch_id', 'approvals', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_approvals_created_at', 'approvals', ['organization_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_approvals_requested_by', 'approvals', ['organization_id', 'requested_by'], unique=False)
    op.create_index('ix_approvals_till_id', 'approvals', ['organization_id', 'till_id'], unique=False)
    op.create_table('customers',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('customer_number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True, comment='given by a till that made it offline'),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('type', sa.Enum('person', 'company', name='customer_type', native_enum=False, create_constraint=True, length=32), server_default='person', nullable=False),
    sa.Column('status', sa.Enum('lead', 'prospect', 'active', 'inactive', 'churned', name='customer_status', native_enum=False, create_constraint=True, length=32), server_default='active', nullable=False),
    sa.Column('phone', sa.Text(), nullable=True, comment='E.164'),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('website', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('company_name', sa.Text(), nullable=True),
    sa.Column('legal_name', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('employee_count', sa.Integer(), nullable=True),
    sa.Column('annual_revenue', sa.Numeric(precision=18, scale=2), nullable=True),
    sa.Column('bin', sa.Text(), nullable=True, comment='BIN in Kazakhstan, INN in Uzbekistan'),
    sa.Column('iin', sa.LargeBinary(), nullable=True, comment='IIN or PINFL of a person, encrypted'),
    sa.Column('kbe_code', sa.Text(), nullable=True),
    sa.Column('credit_limit', sa.Numeric(precision=18, scale=2), nullable=True, comment="null: the shop's default_credit_limit"),
    sa.Column('balance', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('points', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('currency', sa.Text(), nullable=True, comment="null: the shop's own"),
    sa.Column('payment_terms', sa.Enum('prepayment', 'net_15', 'net_30', 'net_45', 'net_60', name='payment_terms', native_enum=False, create_constraint=True, length=32), server_default='net_30', nullable=False),
    sa.Column('payment_behavior', sa.Enum('excellent', 'good', 'fair', 'poor', 'unknown', name='payment_behavior', native_enum=False, create_constraint=True, length=32), server_default='unknown', nullable=False),
    sa.Column('price_type_id', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('segment', sa.Text(), nullable=True),
    sa.Column('tier', sa.Enum('standard', 'silver', 'gold', 'platinum', name='customer_tier', native_enum=False, create_constraint=True, length=32), server_default='standard', nullable=False),
    sa.Column('assigned_to', sa.BigInteger(), nullable=True),
    sa.Column('rating', sa.Numeric(precision=4, scale=2), server_default='0', nullable=False),
    sa.Column('last_contact_date', sa.Date(), nullable=True),
    sa.Column('tags', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('preferences', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('ai_preferences', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('credit_limit >= 0', name=op.f('ck_customers_credit_limit')),
    sa.CheckConstraint('rating >= 0 AND rating <= 10', name=op.f('ck_customers_rating')),
    sa.ForeignKeyConstraint(['organization_id', 'assigned_to'], ['users.organization_id', 'users.id'], name='fk_customers_assigned_to', ondelete='SET NULL (assigned_to)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_customers_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'price_type_id'], ['price_types.organization_id', 'price_types.id'], name='fk_customers_price_type_id', ondelete='SET NULL (price_type_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_customers_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_customers_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_customers'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_customers_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'customer_number', name=op.f('uq_customers_organization_id_customer_number'))
    )
    op.create_index('ix_customers_assigned_to', 'customers', ['organization_id', 'assigned_to'], unique=False)
    op.create_index('ix_customers_balance', 'customers', ['organization_id', 'balance', 'id'], unique=False, postgresql_where='balance <> 0')
    op.create_index('ix_customers_created_by', 'customers', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_customers_price_type_id', 'customers', ['organization_id', 'price_type_id'], unique=False)
    op.create_index('ix_customers_updated_at', 'customers', ['organization_id', 'updated_at', 'id'], unique=False)
    op.create_index('ix_customers_workspace_id', 'customers', ['organization_id', 'workspace_id'], unique=False)
    op.create_index('uq_customers_phone', 'customers', ['organization_id', 'phone'], unique=True, postgresql_where='phone IS NOT NULL AND deleted_at IS NULL')
    op.create_table('exchange_rates',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('rate', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_exchange_rates_currency')),
    sa.CheckConstraint('rate > 0', name=op.f('ck_exchange_rates_rate')),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_exchange_rates_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_exchange_rates_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_exchange_rates'),
    sa.UniqueConstraint('organization_id', 'currency', 'valid_from', name=op.f('uq_exchange_rates_organization_id_currency_valid_from'))
    )
    op.create_index('ix_exchange_rates_created_by', 'exchange_rates', ['organization_id', 'created_by'], unique=False)
    op.create_table('expenses',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Enum('till', 'office', 'bank', name='expense_source', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('shift_id', sa.BigInteger(), nullable=True, comment='no foreign key: shifts belong to sales, which is upstairs'),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('spent_on', sa.Date(), nullable=False, comment="a day in the tenant's time zone"),
    sa.Column('status', sa.Enum('booked', 'cancelled', name='expense_status', native_enum=False, create_constraint=True, length=32), server_default='booked', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(source = 'till') = (shift_id IS NOT NULL)", name=op.f('ck_expenses_shift')),
    sa.CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f('ck_expenses_cancelled')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_expenses_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_expenses_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cancelled_by'], ['users.organization_id', 'users.id'], name='fk_expenses_cancelled_by', ondelete='SET NULL (cancelled_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'category_id'], ['expense_categories.organization_id', 'expense_categories.id'], name='fk_expenses_category_id', ondelete='SET NULL (category_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_expenses_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_expenses_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_expenses_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_expenses'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_expenses_organization_id_client_uuid'))
    )
    op.create_index('ix_expenses_branch_id', 'expenses', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_expenses_cancelled_by', 'expenses', ['organization_id', 'cancelled_by'], unique=False)
    op.create_index('ix_expenses_category_id', 'expenses', ['organization_id', 'category_id'], unique=False)
    op.create_index('ix_expenses_created_by', 'expenses', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_expenses_spent_on', 'expenses', ['organization_id', 'spent_on', 'id'], unique=False)
    op.create_index('ix_expenses_till_id', 'expenses', ['organization_id', 'till_id'], unique=False)
    op.create_table('promotions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('percent', 'amount', 'fixed_price', 'n_for_m', name='promotion_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('percent', sa.Numeric(precision=5, scale=2), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=True, comment='off one base unit, or the fixed price of one'),
    sa.Column('buy_quantity', sa.Integer(), nullable=True, comment='N of N for M'),
    sa.Column('pay_quantity', sa.Integer(), nullable=True, comment='M of N for M'),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('tier', sa.Enum('standard', 'silver', 'gold', 'platinum', name='promotion_tier', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=True),
    sa.Column('weekdays', sa.SmallInteger(), server_default='127', nullable=False, comment='bits: Monday is 1, Sunday is 64'),
    sa.Column('time_from', sa.Time(), nullable=True),
    sa.Column('time_to', sa.Time(), nullable=True, comment='before time_from: over midnight'),
    sa.Column('min_quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False, comment='base units of one line'),
    sa.Column('priority', sa.Integer(), server_default='0', nullable=False, comment='the highest wins; among equals the better price'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("CASE kind WHEN 'percent' THEN percent IS NOT NULL WHEN 'n_for_m' THEN buy_quantity IS NOT NULL AND pay_quantity IS NOT NULL ELSE amount IS NOT NULL END", name=op.f('ck_promotions_kind_has_value')),
    sa.CheckConstraint('(time_from IS NULL) = (time_to IS NULL)', name=op.f('ck_promotions_hours')),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_promotions_amount')),
    sa.CheckConstraint('min_quantity >= 0', name=op.f('ck_promotions_min_quantity')),
    sa.CheckConstraint('pay_quantity >= 0 AND buy_quantity > pay_quantity', name=op.f('ck_promotions_n_for_m')),
    sa.CheckConstraint('percent > 0 AND percent <= 100', name=op.f('ck_promotions_percent')),
    sa.CheckConstraint('valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from', name=op.f('ck_promotions_period')),
    sa.CheckConstraint('weekdays BETWEEN 1 AND 127', name=op.f('ck_promotions_weekdays')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_promotions_branch_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_promotions_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_promotions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_promotions')
    )
    op.create_index('ix_promotions_branch_id', 'promotions', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_promotions_created_by', 'promotions', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_promotions_updated_at', 'promotions', ['organization_id', 'updated_at', 'id'], unique=False)
    op.create_table('customer_addresses',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Enum('billing', 'shipping', 'legal', 'office', name='address_type', native_enum=False, create_constraint=True, length=32), server_default='shipping', nullable=False),
    sa.Column('address_line_1', sa.Text(), nullable=False),
    sa.Column('address_line_2', sa.Text(), nullable=True),
    sa.Column('city', sa.Text(), nullable=True),
    sa.Column('state_region', sa.Text(), nullable=True),
    sa.Column('postal_code', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), server_default='UZ', nullable=False),
    sa.Column('is_primary', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_default_billing', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_default_shipping', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('latitude', sa.Numeric(precision=9, scale=6), nullable=True),
    sa.Column('longitude', sa.Numeric(precision=9, scale=6), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('ck_customer_addresses_latitude')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('ck_customer_addresses_longitude')),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_customer_addresses_customer_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_customer_addresses_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_customer_addresses')
    )
    op.create_index('ix_customer_addresses_customer_id', 'customer_addresses', ['organization_id', 'customer_id'], unique=False)
    op.create_table('customer_contacts',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('first_name', sa.Text(), nullable=False),
    sa.Column('last_name', sa.Text(), server_default='', nullable=False),
    sa.Column('position', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('mobile', sa.Text(), nullable=True),
    sa.Column('is_primary', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('is_decision_maker', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('department', sa.Text(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_customer_contacts_customer_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_customer_contacts_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_customer_contacts')
    )
    op.create_index('ix_customer_contacts_customer_id', 'customer_contacts', ['organization_id', 'customer_id'], unique=False)
    op.create_table('customer_transactions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('transaction_type', sa.Enum('opening', 'sale', 'refund', 'payment', 'correction', name='customer_entry_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='signed: debts are negative'),
    sa.Column('turnover', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('points_earned', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('points_used', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_customer_transactions_branch_id', ondelete='SET NULL (branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_customer_transactions_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_customer_transactions_customer_id'),
    sa.ForeignKeyConstraint(['organization_id', 'reverses_id'], ['customer_transactions.organization_id', 'customer_transactions.id'], name='fk_customer_transactions_reverses_id', ondelete='SET NULL (reverses_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_customer_transactions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_customer_transactions')
    )
    op.create_index('ix_customer_transactions_account', 'customer_transactions', ['organization_id', 'customer_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_customer_transactions_branch_id', 'customer_transactions', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_customer_transactions_created_by', 'customer_transactions', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_customer_transactions_customer_id', 'customer_transactions', ['organization_id', 'customer_id'], unique=False)
    op.create_index('ix_customer_transactions_due_date', 'customer_transactions', ['organization_id', 'due_date'], unique=False, postgresql_where='due_date IS NOT NULL')
    op.create_index('ix_customer_transactions_origin', 'customer_transactions', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_customer_transactions_reverses_id', 'customer_transactions', ['organization_id', 'reverses_id'], unique=False)
    op.create_table('customer_words',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('word', sa.Text(collation='C'), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_customer_words_customer_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_customer_words_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'word', 'customer_id', name='pk_customer_words')
    )
    op.create_index('ix_customer_words_customer_id', 'customer_words', ['organization_id', 'customer_id'], unique=False)
    op.create_table('held_sales',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('status', sa.Enum('held', 'taken', 'voided', name='held_sale_status', native_enum=False, create_constraint=True, length=32), server_default='held', nullable=False),
    sa.Column('cart', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('line_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('held_by', sa.BigInteger(), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_by', sa.BigInteger(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('take_uuid', sa.Uuid(), nullable=True, comment='who takes it up may ask again under this name when the answer was lost'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_held_sales_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_held_sales_customer_id', ondelete='SET NULL (customer_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'finished_by'], ['users.organization_id', 'users.id'], name='fk_held_sales_finished_by', ondelete='SET NULL (finished_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'held_by'], ['users.organization_id', 'users.id'], name='fk_held_sales_held_by', ondelete='SET NULL (held_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_held_sales_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_held_sales_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_held_sales'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_held_sales_organization_id_client_uuid'))
    )
    op.create_index('ix_held_sales_branch_id', 'held_sales', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_held_sales_customer_id', 'held_sales', ['organization_id', 'customer_id'], unique=False)
    op.create_index('ix_held_sales_finished_by', 'held_sales', ['organization_id', 'finished_by'], unique=False)
    op.create_index('ix_held_sales_held_by', 'held_sales', ['organization_id', 'held_by'], unique=False)
    op.create_index('ix_held_sales_till_id', 'held_sales', ['organization_id', 'till_id'], unique=False)
    op.create_index('ix_held_sales_waiting', 'held_sales', ['organization_id', 'branch_id', 'id'], unique=False, postgresql_where="status = 'held'")
    op.create_table('payments',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('payment_number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False, comment='of what the client sent, for idempotency'),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='negative in the row that takes another back'),
    sa.Column('payment_method', sa.Enum('cash', 'card', 'transfer', name='paid_by', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('completed', 'reversed', name='payment_status', native_enum=False, create_constraint=True, length=32), server_default='completed', nullable=False),
    sa.Column('payment_date', sa.Date(), nullable=False, comment="a day in the tenant's time zone"),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('shift_id', sa.BigInteger(), nullable=True, comment='no foreign key: shifts belong to sales, which is upstairs'),
    sa.Column('reference_number', sa.Text(), nullable=True, comment="of the bank or the card's slip"),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('received_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('(amount > 0) = (reverses_id IS NULL)', name=op.f('ck_payments_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_payments_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'customer_id'], ['customers.organization_id', 'customers.id'], name='fk_payments_customer_id'),
    sa.ForeignKeyConstraint(['organization_id', 'received_by'], ['users.organization_id', 'users.id'], name='fk_payments_received_by', ondelete='SET NULL (received_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'reverses_id'], ['payments.organization_id', 'payments.id'], name='fk_payments_reverses_id', ondelete='SET NULL (reverses_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_payments_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_payments_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_payments'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_payments_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'payment_number', name=op.f('uq_payments_organization_id_payment_number'))
    )
    op.create_index('ix_payments_branch_id', 'payments', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_payments_customer_id', 'payments', ['organization_id', 'customer_id'], unique=False)
    op.create_index('ix_payments_payment_date', 'payments', ['organization_id', 'payment_date', 'id'], unique=False)
    op.create_index('ix_payments_received_by', 'payments', ['organization_id', 'received_by'], unique=False)
    op.create_index('ix_payments_reverses_id', 'payments', ['organization_id', 'reverses_id'], unique=False)
    op.create_index('ix_payments_till_id', 'payments', ['organization_id', 'till_id'], unique=False)
    op.create_index('uq_payments_reverses_id', 'payments', ['organization_id', 'reverses_id'], unique=True, postgresql_where='reverses_id IS NOT NULL')
    op.create_table('promotion_targets',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=True),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(product_id IS NULL) <> (category_id IS NULL)', name=op.f('ck_promotion_targets_one_target')),
    sa.ForeignKeyConstraint(['organization_id', 'category_id'], ['categories.organization_id', 'categories.id'], name='fk_promotion_targets_category_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_promotion_targets_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'promotion_id'], ['promotions.organization_id', 'promotions.id'], name='fk_promotion_targets_promotion_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_promotion_targets_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_promotion_targets'),
    sa.UniqueConstraint('organization_id', 'promotion_id', 'product_id', 'category_id', name=op.f('uq_promotion_targets_organization_id_promotion_id_product_id_category_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_promotion_targets_category_id', 'promotion_targets', ['organization_id', 'category_id'], unique=False)
    op.create_index('ix_promotion_targets_product_id', 'promotion_targets', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_promotion_targets_promotion_id', 'promotion_targets', ['organization_id', 'promotion_id'], unique=False)
    op.create_table('print_jobs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('receipt', 'copy', 'report', 'drawer', 'test', name='print_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('sale_id', sa.BigInteger(), nullable=True),
    sa.Column('shift_id', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.Enum('waiting', 'done', 'failed', name='print_status', native_enum=False, create_constraint=True, length=32), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False, comment='not tried before'),
    sa.Column('error', sa.Text(), nullable=True, comment='PrintTrouble: why the last attempt failed'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_print_jobs_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'sale_id'], ['sales.organization_id', 'sales.id'], name='fk_print_jobs_sale_id', ondelete='SET NULL (sale_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'shift_id'], ['shifts.organization_id', 'shifts.id'], name='fk_print_jobs_shift_id', ondelete='SET NULL (shift_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_print_jobs_till_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_print_jobs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_print_jobs'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_print_jobs_organization_id_client_uuid'))
    )
    op.create_index('ix_print_jobs_created_by', 'print_jobs', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_print_jobs_sale_id', 'print_jobs', ['organization_id', 'sale_id'], unique=False)
    op.create_index('ix_print_jobs_shift_id', 'print_jobs', ['organization_id', 'shift_id'], unique=False)
    op.create_index('ix_print_jobs_till_id', 'print_jobs', ['organization_id', 'till_id'], unique=False)
    op.create_index('ix_print_jobs_waiting', 'print_jobs', ['organization_id', 'id'], unique=False, postgresql_where="status = 'waiting'")
    op.create_table('till_events',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('kind', sa.Enum('line_removed', 'quantity_reduced', 'cart_voided', 'held_voided', 'price_changed', 'reprint', 'drawer_opened', 'outbox_exported', 'outbox_imported', name='till_event_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('shift_id', sa.BigInteger(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('sale_id', sa.BigInteger(), nullable=True),
    sa.Column('product_id', sa.BigInteger(), nullable=True),
    sa.Column('product_name', sa.Text(), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=True, comment='value of what was removed or changed'),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('approval_id', sa.BigInteger(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'approval_id'], ['approvals.organization_id', 'approvals.id'], name='fk_till_events_approval_id', ondelete='SET NULL (approval_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_till_events_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_till_events_product_id', ondelete='SET NULL (product_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'sale_id'], ['sales.organization_id', 'sales.id'], name='fk_till_events_sale_id', ondelete='SET NULL (sale_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'shift_id'], ['shifts.organization_id', 'shifts.id'], name='fk_till_events_shift_id', ondelete='SET NULL (shift_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_till_events_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_till_events_user_id', ondelete='SET NULL (user_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_till_events_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_till_events'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_till_events_organization_id_client_uuid'))
    )
    op.create_index('ix_till_events_approval_id', 'till_events', ['organization_id', 'approval_id'], unique=False)
    op.create_index('ix_till_events_branch_id', 'till_events', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_till_events_occurred_at', 'till_events', ['organization_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_till_events_product_id', 'till_events', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_till_events_sale_id', 'till_events', ['organization_id', 'sale_id'], unique=False)
    op.create_index('ix_till_events_shift_id', 'till_events', ['organization_id', 'shift_id'], unique=False)
    op.create_index('ix_till_events_till_id', 'till_events', ['organization_id', 'till_id'], unique=False)
    op.create_index('ix_till_events_user_id', 'till_events', ['organization_id', 'user_id'], unique=False)
    op.add_column('cash_entries', sa.Column('currency', sa.Text(), nullable=True, comment="null: the shop's own"))
    op.add_column('cash_entries', sa.Column('client_uuid', sa.Uuid(), nullable=True, comment='of cash put in or taken out by hand'))
    op.create_unique_constraint(op.f('uq_cash_entries_organization_id_client_uuid'), 'cash_entries', ['organization_id', 'client_uuid'])
    op.add_column('roles', sa.Column('max_discount_percent', sa.Integer(), nullable=True, comment="the most a till gives without an approval; null: the shop's setting"))
    op.add_column('sale_items', sa.Column('list_price', sa.Numeric(precision=18, scale=2), nullable=True, comment="the shop's own, where another was taken by hand"))
    op.add_column('sale_items', sa.Column('promotion_id', sa.BigInteger(), nullable=True))
    op.add_column('sale_items', sa.Column('promotion_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='taken off by the promotion'))
    op.add_column('sale_items', sa.Column('returns_id', sa.BigInteger(), nullable=True, comment='the line it gives back'))
    op.add_column('sale_items', sa.Column('restock', sa.String(length=32), nullable=True))
    op.add_column('sale_items', sa.Column('batch_number', sa.Text(), nullable=True, comment='lot, as scanned'))
    op.add_column('sale_items', sa.Column('expiration_date', sa.Date(), nullable=True, comment='as scanned'))
    op.add_column('sale_items', sa.Column('marking_code', sa.Text(), nullable=True, comment='the mark of one piece, as scanned'))
    op.create_index('ix_sale_items_promotion_id', 'sale_items', ['organization_id', 'promotion_id'], unique=False)
    op.create_index('ix_sale_items_returns_id', 'sale_items', ['organization_id', 'returns_id'], unique=False)
    op.create_foreign_key('fk_sale_items_promotion_id', 'sale_items', 'promotions', ['organization_id', 'promotion_id'], ['organization_id', 'id'], ondelete='SET NULL (promotion_id)')
    op.create_foreign_key('fk_sale_items_returns_id', 'sale_items', 'sale_items', ['organization_id', 'returns_id'], ['organization_id', 'id'], ondelete='SET NULL (returns_id)')
    op.add_column('sale_payments', sa.Column('currency', sa.Text(), nullable=True, comment="null: the shop's own"))
    op.add_column('sale_payments', sa.Column('exchange_rate', sa.Numeric(precision=18, scale=4), nullable=True, comment='of one foreign unit'))
    op.add_column('sale_payments', sa.Column('foreign_amount', sa.Numeric(precision=18, scale=2), nullable=True))
    op.add_column('sale_payments', sa.Column('due_date', sa.Date(), nullable=True))
    op.add_column('sales', sa.Column('customer_id', sa.BigInteger(), nullable=True))
    op.add_column('sales', sa.Column('original_id', sa.BigInteger(), nullable=True, comment='what is returned, if known'))
    op.add_column('sales', sa.Column('price_type_id', sa.BigInteger(), nullable=True))
    op.add_column('sales', sa.Column('returned_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='what the goods that came back counted for, as part of the total; never negative'))
    op.add_column('sales', sa.Column('reason', sa.Text(), nullable=True, comment='why goods came back'))
    op.add_column('sales', sa.Column('is_offline', sa.Boolean(), server_default='false', nullable=False, comment='made while the till had no connection'))
    op.add_column('sales', sa.Column('is_late', sa.Boolean(), server_default='false', nullable=False, comment='arrived after its shift was closed'))
    op.add_column('sales', sa.Column('flags', sa.ARRAY(sa.Text()), server_default='{}', nullable=False, comment='SaleFlag: why somebody should look at it'))
    op.add_column('sales', sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True, comment="the till's own clock, where it was not believed"))
    op.add_column('sales', sa.Column('sent_by', sa.BigInteger(), nullable=True, comment='where not the cashier'))
    op.alter_column('sales', 'discount_amount',
               existing_type=sa.NUMERIC(precision=18, scale=2),
               comment='promotions, line and cart discounts together',
               existing_comment='line and cart discounts together',
               existing_nullable=False)
    op.create_index('ix_sales_customer_id', 'sales', ['organization_id', 'customer_id'], unique=False)
    op.create_index('ix_sales_flags', 'sales', ['organization_id', 'sold_at', 'id'], unique=False, postgresql_where="flags <> '{}'")
    op.create_index('ix_sales_original_id', 'sales', ['organization_id', 'original_id'], unique=False)
    op.create_index('ix_sales_price_type_id', 'sales', ['organization_id', 'price_type_id'], unique=False)
    op.create_index('ix_sales_sent_by', 'sales', ['organization_id', 'sent_by'], unique=False)
    op.create_foreign_key('fk_sales_original_id', 'sales', 'sales', ['organization_id', 'original_id'], ['organization_id', 'id'], ondelete='SET NULL (original_id)')
    op.create_foreign_key('fk_sales_customer_id', 'sales', 'customers', ['organization_id', 'customer_id'], ['organization_id', 'id'], ondelete='SET NULL (customer_id)')
    op.create_foreign_key('fk_sales_sent_by', 'sales', 'users', ['organization_id', 'sent_by'], ['organization_id', 'id'], ondelete='SET NULL (sent_by)')
    op.create_foreign_key('fk_sales_price_type_id', 'sales', 'price_types', ['organization_id', 'price_type_id'], ['organization_id', 'id'], ondelete='SET NULL (price_type_id)')
    op.add_column('shifts', sa.Column('cash_balance', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='sum of the cash ledger, own currency'))
    op.add_column('shifts', sa.Column('difference_reason', sa.Text(), nullable=True))
    op.add_column('shifts', sa.Column('denominations', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='what was counted: {"UZS": {"200000": 3}, "USD": {"100": 1}}'))
    op.add_column('shifts', sa.Column('foreign_currency', sa.Text(), nullable=True, comment="taken in cash besides the shop's own"))
    op.add_column('shifts', sa.Column('exchange_rate', sa.Numeric(precision=18, scale=4), nullable=True, comment='of one foreign unit, fixed at opening'))
    op.add_column('shifts', sa.Column('opening_foreign', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False))
    op.add_column('shifts', sa.Column('foreign_balance', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False))
    op.add_column('shifts', sa.Column('expected_foreign', sa.Numeric(precision=18, scale=2), nullable=True))
    op.add_column('shifts', sa.Column('closing_foreign', sa.Numeric(precision=18, scale=2), nullable=True))
    op.add_column('shifts', sa.Column('foreign_difference', sa.Numeric(precision=18, scale=2), nullable=True))
    op.add_column('shifts', sa.Column('totals', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False))
    op.add_column('shifts', sa.Column('late_count', sa.Integer(), server_default='0', nullable=False))
    op.add_column('shifts', sa.Column('late_total', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False))
    op.add_column('shifts', sa.Column('is_forced', sa.Boolean(), server_default='false', nullable=False, comment='closed by somebody else, perhaps uncounted'))
    op.add_column('shifts', sa.Column('handed_over_to', sa.BigInteger(), nullable=True))
    op.alter_column('shifts', 'expected_cash',
               existing_type=sa.NUMERIC(precision=18, scale=2),
               comment='cash_balance when it was closed',
               existing_comment='sum of the cash ledger at close',
               existing_nullable=True)
    op.create_index('ix_shifts_handed_over_to', 'shifts', ['organization_id', 'handed_over_to'], unique=False)
    op.create_foreign_key('fk_shifts_handed_over_to', 'shifts', 'shifts', ['organization_id', 'handed_over_to'], ['organization_id', 'id'], ondelete='SET NULL (handed_over_to)')
    op.add_column('tills', sa.Column('printer_host', sa.Text(), nullable=True, comment='network printer; null: the browser prints'))
    op.add_column('tills', sa.Column('printer_port', sa.Integer(), server_default='9100', nullable=False))
    op.add_column('tills', sa.Column('has_drawer', sa.Boolean(), server_default='false', nullable=False, comment='the printer opens a cash drawer'))
    _change_checks(0)
    for table in TENANT_TABLES:
        op.execute(f"SELECT smartpos_build_walls('{table}')")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM smartpos_app, smartpos_platform")
    # What has become of a document may change, nothing else of it; the right also lets it be locked.
    for table in ("sales", "payments"):
        op.execute(f"GRANT UPDATE (status) ON {table} TO smartpos_app, smartpos_platform")
    for before, after in AUDIT_WORDS:
        _rewrite_audit(before, after)
    for table, occasion in AUDITED:
        op.execute(f"SELECT smartpos_audit_changes('{table}', '{occasion}')")
    # Rows of all tenants are seen by the platform alone, the owner of the tables included.
    op.execute("SET LOCAL ROLE smartpos_platform")
    op.execute(FILL_SHIFTS)
    for roles, rights in NEW_RIGHTS.items():
        op.execute(GRANT_RIGHTS.format(roles=roles, rights=", ".join(f"'{right}'" for right in rights)))
    op.execute("RESET ROLE")
    op.execute(CUSTOMER_SUMMARY)
    op.execute("GRANT SELECT ON customer_summary TO smartpos_app, smartpos_platform")


def _rewrite_audit(before: str, after: str) -> None:
    before, after = (text.replace("'", "''") for text in (before, after))
    op.execute(
        "DO $do$ BEGIN EXECUTE replace("
        f"pg_get_functiondef('smartpos_audit()'::regprocedure), '{before}', '{after}'); END $do$"
    )


def _change_checks(place: int) -> None:
    for (table, name), meanings in CHECKS.items():
        if meanings[1] is not None or place == 1:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        meaning = meanings[place]
        if meaning is not None:
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, meaning)


def downgrade() -> None:
    op.execute("DROP VIEW customer_summary")
    for after, before in AUDIT_WORDS:
        _rewrite_audit(before, after)
    _change_checks(1)
    for table in ("sales", "payments"):
        op.execute(f"REVOKE UPDATE (status) ON {table} FROM smartpos_app, smartpos_platform")
    op.drop_column('tills', 'has_drawer')
    op.drop_column('tills', 'printer_port')
    op.drop_column('tills', 'printer_host')
    op.drop_constraint('fk_shifts_handed_over_to', 'shifts', type_='foreignkey')
    op.drop_index('ix_shifts_handed_over_to', table_name='shifts')
    op.alter_column('shifts', 'expected_cash',
               existing_type=sa.NUMERIC(precision=18, scale=2),
               comment='sum of the cash ledger at close',
               existing_comment='cash_balance when it was closed',
               existing_nullable=True)
    op.drop_column('shifts', 'handed_over_to')
    op.drop_column('shifts', 'is_forced')
    op.drop_column('shifts', 'late_total')
    op.drop_column('shifts', 'late_count')
    op.drop_column('shifts', 'totals')
    op.drop_column('shifts', 'foreign_difference')
    op.drop_column('shifts', 'closing_foreign')
    op.drop_column('shifts', 'expected_foreign')
    op.drop_column('shifts', 'foreign_balance')
    op.drop_column('shifts', 'opening_foreign')
    op.drop_column('shifts', 'exchange_rate')
    op.drop_column('shifts', 'foreign_currency')
    op.drop_column('shifts', 'denominations')
    op.drop_column('shifts', 'difference_reason')
    op.drop_column('shifts', 'cash_balance')
    op.drop_constraint('fk_sales_price_type_id', 'sales', type_='foreignkey')
    op.drop_constraint('fk_sales_sent_by', 'sales', type_='foreignkey')
    op.drop_constraint('fk_sales_customer_id', 'sales', type_='foreignkey')
    op.drop_constraint('fk_sales_original_id', 'sales', type_='foreignkey')
    op.drop_index('ix_sales_sent_by', table_name='sales')
    op.drop_index('ix_sales_price_type_id', table_name='sales')
    op.drop_index('ix_sales_original_id', table_name='sales')
    op.drop_index('ix_sales_flags', table_name='sales', postgresql_where="flags <> '{}'")
    op.drop_index('ix_sales_customer_id', table_name='sales')
    op.alter_column('sales', 'discount_amount',
               existing_type=sa.NUMERIC(precision=18, scale=2),
               comment='line and cart discounts together',
               existing_comment='promotions, line and cart discounts together',
               existing_nullable=False)
    op.drop_column('sales', 'sent_by')
    op.drop_column('sales', 'claimed_at')
    op.drop_column('sales', 'flags')
    op.drop_column('sales', 'is_late')
    op.drop_column('sales', 'is_offline')
    op.drop_column('sales', 'reason')
    op.drop_column('sales', 'returned_amount')
    op.drop_column('sales', 'price_type_id')
    op.drop_column('sales', 'original_id')
    op.drop_column('sales', 'customer_id')
    op.drop_column('sale_payments', 'due_date')
    op.drop_column('sale_payments', 'foreign_amount')
    op.drop_column('sale_payments', 'exchange_rate')
    op.drop_column('sale_payments', 'currency')
    op.drop_constraint('fk_sale_items_returns_id', 'sale_items', type_='foreignkey')
    op.drop_constraint('fk_sale_items_promotion_id', 'sale_items', type_='foreignkey')
    op.drop_index('ix_sale_items_returns_id', table_name='sale_items')
    op.drop_index('ix_sale_items_promotion_id', table_name='sale_items')
    op.drop_column('sale_items', 'marking_code')
    op.drop_column('sale_items', 'expiration_date')
    op.drop_column('sale_items', 'batch_number')
    op.drop_column('sale_items', 'restock')
    op.drop_column('sale_items', 'returns_id')
    op.drop_column('sale_items', 'promotion_amount')
    op.drop_column('sale_items', 'promotion_id')
    op.drop_column('sale_items', 'list_price')
    op.drop_column('roles', 'max_discount_percent')
    op.drop_constraint(op.f('uq_cash_entries_organization_id_client_uuid'), 'cash_entries', type_='unique')
    op.drop_column('cash_entries', 'client_uuid')
    op.drop_column('cash_entries', 'currency')
    op.drop_index('ix_till_events_user_id', table_name='till_events')
    op.drop_index('ix_till_events_till_id', table_name='till_events')
    op.drop_index('ix_till_events_shift_id', table_name='till_events')
    op.drop_index('ix_till_events_sale_id', table_name='till_events')
    op.drop_index('ix_till_events_product_id', table_name='till_events')
    op.drop_index('ix_till_events_occurred_at', table_name='till_events')
    op.drop_index('ix_till_events_branch_id', table_name='till_events')
    op.drop_index('ix_till_events_approval_id', table_name='till_events')
    op.drop_table('till_events')
    op.drop_index('ix_print_jobs_waiting', table_name='print_jobs', postgresql_where="status = 'waiting'")
    op.drop_index('ix_print_jobs_till_id', table_name='print_jobs')
    op.drop_index('ix_print_jobs_shift_id', table_name='print_jobs')
    op.drop_index('ix_print_jobs_sale_id', table_name='print_jobs')
    op.drop_index('ix_print_jobs_created_by', table_name='print_jobs')
    op.drop_table('print_jobs')
    op.drop_index('ix_promotion_targets_promotion_id', table_name='promotion_targets')
    op.drop_index('ix_promotion_targets_product_id', table_name='promotion_targets')
    op.drop_index('ix_promotion_targets_category_id', table_name='promotion_targets')
    op.drop_table('promotion_targets')
    op.drop_index('uq_payments_reverses_id', table_name='payments', postgresql_where='reverses_id IS NOT NULL')
    op.drop_index('ix_payments_till_id', table_name='payments')
    op.drop_index('ix_payments_reverses_id', table_name='payments')
    op.drop_index('ix_payments_received_by', table_name='payments')
    op.drop_index('ix_payments_payment_date', table_name='payments')
    op.drop_index('ix_payments_customer_id', table_name='payments')
    op.drop_index('ix_payments_branch_id', table_name='payments')
    op.drop_table('payments')
    op.drop_index('ix_held_sales_waiting', table_name='held_sales', postgresql_where="status = 'held'")
    op.drop_index('ix_held_sales_till_id', table_name='held_sales')
    op.drop_index('ix_held_sales_held_by', table_name='held_sales')
    op.drop_index('ix_held_sales_finished_by', table_name='held_sales')
    op.drop_index('ix_held_sales_customer_id', table_name='held_sales')
    op.drop_index('ix_held_sales_branch_id', table_name='held_sales')
    op.drop_table('held_sales')
    op.drop_index('ix_customer_words_customer_id', table_name='customer_words')
    op.drop_table('customer_words')
    op.drop_index('ix_customer_transactions_reverses_id', table_name='customer_transactions')
    op.drop_index('ix_customer_transactions_origin', table_name='customer_transactions')
    op.drop_index('ix_customer_transactions_due_date', table_name='customer_transactions', postgresql_where='due_date IS NOT NULL')
    op.drop_index('ix_customer_transactions_customer_id', table_name='customer_transactions')
    op.drop_index('ix_customer_transactions_created_by', table_name='customer_transactions')
    op.drop_index('ix_customer_transactions_branch_id', table_name='customer_transactions')
    op.drop_index('ix_customer_transactions_account', table_name='customer_transactions')
    op.drop_table('customer_transactions')
    op.drop_index('ix_customer_contacts_customer_id', table_name='customer_contacts')
    op.drop_table('customer_contacts')
    op.drop_index('ix_customer_addresses_customer_id', table_name='customer_addresses')
    op.drop_table('customer_addresses')
    op.drop_index('ix_promotions_updated_at', table_name='promotions')
    op.drop_index('ix_promotions_created_by', table_name='promotions')
    op.drop_index('ix_promotions_branch_id', table_name='promotions')
    op.drop_table('promotions')
    op.drop_index('ix_expenses_till_id', table_name='expenses')
    op.drop_index('ix_expenses_spent_on', table_name='expenses')
    op.drop_index('ix_expenses_created_by', table_name='expenses')
    op.drop_index('ix_expenses_category_id', table_name='expenses')
    op.drop_index('ix_expenses_cancelled_by', table_name='expenses')
    op.drop_index('ix_expenses_branch_id', table_name='expenses')
    op.drop_table('expenses')
    op.drop_index('ix_exchange_rates_created_by', table_name='exchange_rates')
    op.drop_table('exchange_rates')
    op.drop_index('uq_customers_phone', table_name='customers', postgresql_where='phone IS NOT NULL AND deleted_at IS NULL')
    op.drop_index('ix_customers_workspace_id', table_name='customers')
    op.drop_index('ix_customers_updated_at', table_name='customers')
    op.drop_index('ix_customers_price_type_id', table_name='customers')
    op.drop_index('ix_customers_created_by', table_name='customers')
    op.drop_index('ix_customers_balance', table_name='customers', postgresql_where='balance <> 0')
    op.drop_index('ix_customers_assigned_to', table_name='customers')
    op.drop_table('customers')
    op.drop_index('ix_approvals_till_id', table_name='approvals')
    op.drop_index('ix_approvals_requested_by', table_name='approvals')
    op.drop_index('ix_approvals_created_at', table_name='approvals')
    op.drop_index('ix_approvals_branch_id', table_name='approvals')
    op.drop_index('ix_approvals_approved_by', table_name='approvals')
    op.drop_table('approvals')
    op.drop_index('uq_expense_categories_name', table_name='expense_categories', postgresql_where='deleted_at IS NULL')
    op.drop_table('expense_categories')
