"""Lots, transfers, counts, suppliers, purchases, labels, imports, events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "document_counters",
    "events",
    "label_templates",
    "import_runs",
    "import_changes",
    "stock_counts",
    "stock_transfers",
    "suppliers",
    "batches",
    "label_prints",
    "purchases",
    "stock_count_entries",
    "stock_count_lines",
    "stock_reservations",
    "supplier_payments",
    "supplier_prices",
    "supplier_transactions",
    "batch_stocks",
    "purchase_costs",
    "purchase_files",
    "purchase_items",
    "stock_transfer_lines",
)

# Ledgers are never edited: the application's role may only add to them and read.
APPEND_ONLY = ("supplier_transactions", "supplier_payments", "stock_count_entries", "label_prints")

AUDITED = (
    ("suppliers", "INSERT OR DELETE OR UPDATE"),
    ("supplier_prices", "INSERT OR UPDATE OR DELETE"),
    ("label_templates", "INSERT OR UPDATE OR DELETE"),
    ("batches", "UPDATE OF batch_number, expiration_date"),
    ("purchases", "INSERT OR UPDATE OR DELETE"),
    ("purchase_items", "UPDATE OR DELETE"),
    ("purchase_costs", "UPDATE OR DELETE"),
    ("stock_transfers", "INSERT OR UPDATE"),
    ("stock_counts", "INSERT OR UPDATE"),
)

# What the columns of enumerations may hold now, and what they held before.
CHECKS = {
    ("branches", "branch_kind"): (
        "kind IN ('store', 'warehouse', 'workshop', 'office', 'transit')",
        "kind IN ('store', 'warehouse', 'workshop', 'office')",
    ),
    ("stock_adjustments", "adjustment_reason"): (
        "reason IN ('opening', 'count', 'damage', 'loss', 'found', 'own_use', 'expired', 'theft', 'other')",
        "reason IN ('opening', 'count', 'damage', 'loss', 'found', 'own_use', 'other')",
    ),
}

# Which of the roles that every tenant starts with may do what is new; the owner's role holds everything by itself.
NEW_RIGHTS = {
    "admin manager warehouse_manager": (
        "catalog:import:run",
        "catalog:label:print",
        "purchasing:purchase:confirm",
        "purchasing:purchase:receive",
        "purchasing:purchase:write",
        "purchasing:supplier_price:write",
        "stock:batch:write",
        "stock:count:create",
        "stock:transfer:create",
        "stock:transfer:receive",
        "stock:transfer:ship",
    ),
    "admin manager": (
        "catalog:label:write",
        "purchasing:purchase:revert",
        "stock:count:post",
        "stock:transfer:approve",
    ),
    "admin manager warehouse_manager accountant": (
        "crm:supplier:read",
        "crm:supplier:write",
        "purchasing:purchase:read",
        "stock:count:read",
        "stock:transfer:read",
    ),
    "admin manager accountant": (
        "crm:supplier_account:correct",
        "crm:supplier_account:read",
        "purchasing:payment:make",
        "purchasing:payment:read",
        "purchasing:payment:reverse",
    ),
    "admin manager warehouse_manager accountant operator": (
        "stock:batch:read",
    ),
    "admin manager warehouse_manager employee": (
        "stock:count:enter",
    ),
}
GRANT_RIGHTS = """
INSERT INTO role_permissions (organization_id, role_id, permission)
SELECT role.organization_id, role.id, wanted
FROM roles AS role CROSS JOIN unnest(ARRAY[{rights}]) AS wanted
WHERE role.key = ANY (string_to_array('{roles}', ' '))
ON CONFLICT (organization_id, role_id, permission) DO NOTHING
"""

# 003: how each product stands in each branch, with what it is worth.
INVENTORY_STATUS = """
CREATE VIEW inventory_status WITH (security_invoker = true) AS
SELECT stock.organization_id, stock.branch_id, stock.product_id, product.sku, product.name, product.type, product.status,
       stock.quantity, stock.reserved_quantity, stock.quantity - stock.reserved_quantity AS available_quantity,
       stock.min_quantity, stock.reorder_point, stock.max_quantity,
       CASE WHEN stock.quantity <= 0 THEN 'out_of_stock'
            WHEN stock.quantity <= stock.min_quantity THEN 'low_stock'
            WHEN stock.quantity <= stock.reorder_point THEN 'reorder_needed'
            ELSE 'in_stock' END AS inventory_status,
       product.price, stock.average_cost, product.price - stock.average_cost AS margin,
       CASE WHEN stock.average_cost > 0 THEN round((product.price - stock.average_cost) * 100 / stock.average_cost, 2)
            END AS margin_percent,
       stock.value AS inventory_value
FROM branch_stocks AS stock
JOIN products AS product ON product.organization_id = stock.organization_id AND product.id = stock.product_id
WHERE product.deleted_at IS NULL AND product.track_inventory
"""


def upgrade() -> None:
    op.create_table('document_counters',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('last_number', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_document_counters_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_document_counters'),
    sa.UniqueConstraint('organization_id', 'kind', name=op.f('uq_document_counters_organization_id_kind'))
    )
    op.create_table('events',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False, comment='stock.level_fell_below'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', sa.Text(), nullable=True, comment='of the last attempt'),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_events_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_events')
    )
    op.create_index('ix_events_name', 'events', ['organization_id', 'name', 'id'], unique=False)
    op.create_index('ix_events_waiting', 'events', ['organization_id', 'id'], unique=False, postgresql_where='dispatched_at IS NULL AND attempts < 10')
    op.create_table('label_templates',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('price', 'barcode', name='label_kind', native_enum=False, create_constraint=True, length=32), server_default='price', nullable=False),
    sa.Column('paper', sa.Enum('sheet', 'roll', name='label_paper', native_enum=False, create_constraint=True, length=32), server_default='sheet', nullable=False),
    sa.Column('width_mm', sa.Numeric(precision=6, scale=2), nullable=False),
    sa.Column('height_mm', sa.Numeric(precision=6, scale=2), nullable=False),
    sa.Column('columns', sa.Integer(), server_default='1', nullable=False, comment='on an A4 sheet'),
    sa.Column('rows', sa.Integer(), server_default='1', nullable=False, comment='on an A4 sheet'),
    sa.Column('blocks', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='what stands on it, from above'),
    sa.Column('is_default', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('columns BETWEEN 1 AND 10 AND rows BETWEEN 1 AND 30', name=op.f('ck_label_templates_grid')),
    sa.CheckConstraint('width_mm BETWEEN 15 AND 210 AND height_mm BETWEEN 10 AND 297', name=op.f('ck_label_templates_size')),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_label_templates_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_label_templates')
    )
    op.create_index('uq_label_templates_name', 'label_templates', ['organization_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('import_runs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='what is imported: products, customers, ...'),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('original_name', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('uploaded', 'checking', 'checked', 'running', 'done', 'failed', 'undoing', 'undone', 'cancelled', name='import_status', native_enum=False, create_constraint=True, length=32), server_default='uploaded', nullable=False),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='our field for each column of the sheet, by its number'),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('rows_total', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_wrong', sa.Integer(), server_default='0', nullable=False),
    sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment='the first of them: row, column, value, what is wrong'),
    sa.Column('summary', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='how many were created, changed, left as they were'),
    sa.Column('message', sa.Text(), nullable=True, comment='why it failed'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'file_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_import_runs_file_id', ondelete='SET NULL (file_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_import_runs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_import_runs')
    )
    op.create_index('ix_import_runs_created_at', 'import_runs', ['organization_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_import_runs_file_id', 'import_runs', ['organization_id', 'file_id'], unique=False)
    op.create_table('import_changes',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('run_id', sa.BigInteger(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False, comment='table name'),
    sa.Column('entity_id', sa.BigInteger(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'run_id'], ['import_runs.organization_id', 'import_runs.id'], name='fk_import_changes_run_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_import_changes_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_import_changes')
    )
    op.create_index('ix_import_changes_entity', 'import_changes', ['organization_id', 'run_id', 'entity', 'entity_id'], unique=False)
    op.create_index('ix_import_changes_run_id', 'import_changes', ['organization_id', 'run_id'], unique=False)
    op.create_table('stock_counts',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.Enum('counting', 'review', 'posted', 'cancelled', name='count_status', native_enum=False, create_constraint=True, length=32), server_default='counting', nullable=False),
    sa.Column('is_blind', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('covers_uncounted', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('finished_by', sa.BigInteger(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posted_by', sa.BigInteger(), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'posted') = (posted_at IS NOT NULL)", name=op.f('ck_stock_counts_posted')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_stock_counts_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cancelled_by'], ['users.organization_id', 'users.id'], name='fk_stock_counts_cancelled_by', ondelete='SET NULL (cancelled_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'category_id'], ['categories.organization_id', 'categories.id'], name='fk_stock_counts_category_id', ondelete='SET NULL (category_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_stock_counts_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'finished_by'], ['users.organization_id', 'users.id'], name='fk_stock_counts_finished_by', ondelete='SET NULL (finished_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'posted_by'], ['users.organization_id', 'users.id'], name='fk_stock_counts_posted_by', ondelete='SET NULL (posted_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_counts_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_counts'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_stock_counts_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_stock_counts_organization_id_number'))
    )
    op.create_index('ix_stock_counts_branch_id', 'stock_counts', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_stock_counts_cancelled_by', 'stock_counts', ['organization_id', 'cancelled_by'], unique=False)
    op.create_index('ix_stock_counts_category_id', 'stock_counts', ['organization_id', 'category_id'], unique=False)
    op.create_index('ix_stock_counts_created_by', 'stock_counts', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_stock_counts_finished_by', 'stock_counts', ['organization_id', 'finished_by'], unique=False)
    op.create_index('ix_stock_counts_posted_by', 'stock_counts', ['organization_id', 'posted_by'], unique=False)
    op.create_index('ix_stock_counts_status', 'stock_counts', ['organization_id', 'status', 'id'], unique=False)
    op.create_table('stock_transfers',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.Text(), nullable=True, comment='of what the client sent, for idempotency'),
    sa.Column('from_branch_id', sa.BigInteger(), nullable=False),
    sa.Column('to_branch_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('pending', 'approved', 'in_transit', 'completed', 'rejected', 'cancelled', name='transfer_status', native_enum=False, create_constraint=True, length=32), server_default='pending', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it was rejected or cancelled'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('approved_by', sa.BigInteger(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shipped_by', sa.BigInteger(), nullable=True),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_by', sa.BigInteger(), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.BigInteger(), nullable=True, comment='who rejected or cancelled it'),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name=op.f('ck_stock_transfers_completed')),
    sa.CheckConstraint('from_branch_id <> to_branch_id', name=op.f('ck_stock_transfers_branches')),
    sa.ForeignKeyConstraint(['organization_id', 'approved_by'], ['users.organization_id', 'users.id'], name='fk_stock_transfers_approved_by', ondelete='SET NULL (approved_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'closed_by'], ['users.organization_id', 'users.id'], name='fk_stock_transfers_closed_by', ondelete='SET NULL (closed_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'completed_by'], ['users.organization_id', 'users.id'], name='fk_stock_transfers_completed_by', ondelete='SET NULL (completed_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_stock_transfers_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'from_branch_id'], ['branches.organization_id', 'branches.id'], name='fk_stock_transfers_from_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'shipped_by'], ['users.organization_id', 'users.id'], name='fk_stock_transfers_shipped_by', ondelete='SET NULL (shipped_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'to_branch_id'], ['branches.organization_id', 'branches.id'], name='fk_stock_transfers_to_branch_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_transfers_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_transfers'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_stock_transfers_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_stock_transfers_organization_id_number'))
    )
    op.create_index('ix_stock_transfers_approved_by', 'stock_transfers', ['organization_id', 'approved_by'], unique=False)
    op.create_index('ix_stock_transfers_closed_by', 'stock_transfers', ['organization_id', 'closed_by'], unique=False)
    op.create_index('ix_stock_transfers_completed_by', 'stock_transfers', ['organization_id', 'completed_by'], unique=False)
    op.create_index('ix_stock_transfers_created_by', 'stock_transfers', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_stock_transfers_from_branch_id', 'stock_transfers', ['organization_id', 'from_branch_id'], unique=False)
    op.create_index('ix_stock_transfers_shipped_by', 'stock_transfers', ['organization_id', 'shipped_by'], unique=False)
    op.create_index('ix_stock_transfers_status', 'stock_transfers', ['organization_id', 'status', 'id'], unique=False)
    op.create_index('ix_stock_transfers_to_branch_id', 'stock_transfers', ['organization_id', 'to_branch_id'], unique=False)
    op.create_table('suppliers',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('legal_name', sa.Text(), nullable=True),
    sa.Column('bin', sa.Text(), nullable=True, comment='BIN in Kazakhstan, INN in Uzbekistan'),
    sa.Column('contact_person', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True, comment='E.164'),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('bank_details', sa.Text(), nullable=True),
    sa.Column('payment_days', sa.Integer(), server_default='0', nullable=False, comment='days until an invoice is due'),
    sa.Column('lead_time_days', sa.Integer(), nullable=True, comment='from order to delivery'),
    sa.Column('balance', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('char_length(name) BETWEEN 1 AND 255', name=op.f('ck_suppliers_name')),
    sa.CheckConstraint('lead_time_days >= 0', name=op.f('ck_suppliers_lead_time_days')),
    sa.CheckConstraint('payment_days >= 0', name=op.f('ck_suppliers_payment_days')),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_suppliers_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_suppliers_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_suppliers')
    )
    op.create_index('ix_suppliers_balance', 'suppliers', ['organization_id', 'balance', 'id'], unique=False, postgresql_where='balance <> 0')
    op.create_index('ix_suppliers_created_by', 'suppliers', ['organization_id', 'created_by'], unique=False)
    op.create_index('uq_suppliers_name', 'suppliers', ['organization_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('batches',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('batch_number', sa.Text(), nullable=False),
    sa.Column('expiration_date', sa.Date(), nullable=True, comment='the last day on which it may be sold'),
    sa.Column('received_date', sa.Date(), nullable=False, comment="a day in the tenant's time zone"),
    sa.Column('quantity_received', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('cost_per_unit', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('char_length(batch_number) BETWEEN 1 AND 100', name=op.f('ck_batches_batch_number')),
    sa.CheckConstraint('cost_per_unit >= 0', name=op.f('ck_batches_cost_per_unit')),
    sa.CheckConstraint('quantity_received >= 0', name=op.f('ck_batches_quantity_received')),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_batches_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'supplier_id'], ['suppliers.organization_id', 'suppliers.id'], name='fk_batches_supplier_id', ondelete='SET NULL (supplier_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_batches_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_batches'),
    sa.UniqueConstraint('organization_id', 'product_id', 'batch_number', name=op.f('uq_batches_organization_id_product_id_batch_number'))
    )
    op.create_index('ix_batches_expiration_date', 'batches', ['organization_id', 'expiration_date', 'id'], unique=False)
    op.create_index('ix_batches_product_id', 'batches', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_batches_supplier_id', 'batches', ['organization_id', 'supplier_id'], unique=False)
    op.create_table('label_prints',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('price_type_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('price', 'barcode', name='label_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('price', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('copies', sa.Integer(), server_default='1', nullable=False),
    sa.Column('printed_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('copies > 0', name=op.f('ck_label_prints_copies')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_label_prints_branch_id', ondelete='SET NULL (branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'price_type_id'], ['price_types.organization_id', 'price_types.id'], name='fk_label_prints_price_type_id'),
    sa.ForeignKeyConstraint(['organization_id', 'printed_by'], ['users.organization_id', 'users.id'], name='fk_label_prints_printed_by', ondelete='SET NULL (printed_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_label_prints_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_label_prints_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_label_prints')
    )
    op.create_index('ix_label_prints_branch_id', 'label_prints', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_label_prints_price_type_id', 'label_prints', ['organization_id', 'price_type_id'], unique=False)
    op.create_index('ix_label_prints_printed_by', 'label_prints', ['organization_id', 'printed_by'], unique=False)
    op.create_index('ix_label_prints_product', 'label_prints', ['organization_id', 'product_id', 'branch_id', 'id'], unique=False)
    op.create_index('ix_label_prints_product_id', 'label_prints', ['organization_id', 'product_id'], unique=False)
    op.create_table('purchases',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.Text(), nullable=True, comment='of what the client sent, for idempotency'),
    sa.Column('type', sa.Enum('purchase', 'return', name='purchase_type', native_enum=False, create_constraint=True, length=32), server_default='purchase', nullable=False),
    sa.Column('original_id', sa.BigInteger(), nullable=True),
    sa.Column('backorder_of_id', sa.BigInteger(), nullable=True, comment='whose rest this is, after a delivery in part'),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'ordered', 'received', 'confirmed', 'reverted', 'cancelled', name='purchase_status', native_enum=False, create_constraint=True, length=32), server_default='draft', nullable=False),
    sa.Column('document_number', sa.Text(), nullable=True, comment="on the supplier's paper"),
    sa.Column('document_date', sa.Date(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('vat_included', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('vat_recoverable', sa.Boolean(), server_default='true', nullable=False, comment='whether the shop gets the VAT back, so that it is no cost; as it was when this was confirmed'),
    sa.Column('subtotal', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('costs_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('total_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it was reverted or cancelled'),
    sa.Column('raw_text', sa.Text(), nullable=True, comment='000: what a machine read on the paper'),
    sa.Column('processed_data', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='000: what it made of it'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ordered_by', sa.BigInteger(), nullable=True),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_by', sa.BigInteger(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.BigInteger(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reverted_by', sa.BigInteger(), nullable=True),
    sa.Column('reverted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'reverted') = (reverted_at IS NOT NULL)", name=op.f('ck_purchases_reverted')),
    sa.CheckConstraint("(status IN ('confirmed', 'reverted')) = (confirmed_at IS NOT NULL)", name=op.f('ck_purchases_confirmed')),
    sa.CheckConstraint("type <> 'return' OR original_id IS NOT NULL", name=op.f('ck_purchases_original')),
    sa.ForeignKeyConstraint(['organization_id', 'backorder_of_id'], ['purchases.organization_id', 'purchases.id'], name='fk_purchases_backorder_of_id', ondelete='SET NULL (backorder_of_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_purchases_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cancelled_by'], ['users.organization_id', 'users.id'], name='fk_purchases_cancelled_by', ondelete='SET NULL (cancelled_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'confirmed_by'], ['users.organization_id', 'users.id'], name='fk_purchases_confirmed_by', ondelete='SET NULL (confirmed_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_purchases_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'ordered_by'], ['users.organization_id', 'users.id'], name='fk_purchases_ordered_by', ondelete='SET NULL (ordered_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'original_id'], ['purchases.organization_id', 'purchases.id'], name='fk_purchases_original_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'received_by'], ['users.organization_id', 'users.id'], name='fk_purchases_received_by', ondelete='SET NULL (received_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'reverted_by'], ['users.organization_id', 'users.id'], name='fk_purchases_reverted_by', ondelete='SET NULL (reverted_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'supplier_id'], ['suppliers.organization_id', 'suppliers.id'], name='fk_purchases_supplier_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_purchases_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_purchases'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_purchases_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_purchases_organization_id_number'))
    )
    op.create_index('ix_purchases_backorder_of_id', 'purchases', ['organization_id', 'backorder_of_id'], unique=False)
    op.create_index('ix_purchases_branch_id', 'purchases', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_purchases_cancelled_by', 'purchases', ['organization_id', 'cancelled_by'], unique=False)
    op.create_index('ix_purchases_confirmed_by', 'purchases', ['organization_id', 'confirmed_by'], unique=False)
    op.create_index('ix_purchases_created_by', 'purchases', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_purchases_document_date', 'purchases', ['organization_id', 'document_date', 'id'], unique=False)
    op.create_index('ix_purchases_ordered_by', 'purchases', ['organization_id', 'ordered_by'], unique=False)
    op.create_index('ix_purchases_original_id', 'purchases', ['organization_id', 'original_id'], unique=False)
    op.create_index('ix_purchases_received_by', 'purchases', ['organization_id', 'received_by'], unique=False)
    op.create_index('ix_purchases_reverted_by', 'purchases', ['organization_id', 'reverted_by'], unique=False)
    op.create_index('ix_purchases_status', 'purchases', ['organization_id', 'status', 'id'], unique=False)
    op.create_index('ix_purchases_supplier_id', 'purchases', ['organization_id', 'supplier_id'], unique=False)
    op.create_table('stock_count_entries',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('count_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='negative takes back what was counted twice'),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted_by', sa.BigInteger(), nullable=True),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'count_id'], ['stock_counts.organization_id', 'stock_counts.id'], name='fk_stock_count_entries_count_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'counted_by'], ['users.organization_id', 'users.id'], name='fk_stock_count_entries_counted_by', ondelete='SET NULL (counted_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_stock_count_entries_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_count_entries_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_count_entries'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_stock_count_entries_organization_id_client_uuid'))
    )
    op.create_index('ix_stock_count_entries_count_id', 'stock_count_entries', ['organization_id', 'count_id'], unique=False)
    op.create_index('ix_stock_count_entries_counted_by', 'stock_count_entries', ['organization_id', 'counted_by'], unique=False)
    op.create_index('ix_stock_count_entries_product', 'stock_count_entries', ['organization_id', 'count_id', 'product_id'], unique=False)
    op.create_index('ix_stock_count_entries_product_id', 'stock_count_entries', ['organization_id', 'product_id'], unique=False)
    op.create_table('stock_count_lines',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('count_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('expected', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('counted', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('difference', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=False, comment='of the difference, signed like it'),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'count_id'], ['stock_counts.organization_id', 'stock_counts.id'], name='fk_stock_count_lines_count_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_stock_count_lines_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_count_lines_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_count_lines'),
    sa.UniqueConstraint('organization_id', 'count_id', 'product_id', name=op.f('uq_stock_count_lines_organization_id_count_id_product_id'))
    )
    op.create_index('ix_stock_count_lines_count_id', 'stock_count_lines', ['organization_id', 'count_id'], unique=False)
    op.create_index('ix_stock_count_lines_product_id', 'stock_count_lines', ['organization_id', 'product_id'], unique=False)
    op.create_table('stock_reservations',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_reservations_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_stock_reservations_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_stock_reservations_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_stock_reservations_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_reservations_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_reservations'),
    sa.UniqueConstraint('organization_id', 'origin_kind', 'origin_id', 'branch_id', 'product_id', name=op.f('uq_stock_reservations_organization_id_origin_kind_origin_id_branch_id_product_id'))
    )
    op.create_index('ix_stock_reservations_branch_id', 'stock_reservations', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_stock_reservations_created_by', 'stock_reservations', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_stock_reservations_product_id', 'stock_reservations', ['organization_id', 'product_id'], unique=False)
    op.create_table('supplier_payments',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.Text(), nullable=True, comment='of what the client sent, for idempotency'),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='negative in the row that takes another back'),
    sa.Column('source', sa.Enum('office', 'bank', name='paid_from', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False, comment="a day in the tenant's time zone"),
    sa.Column('reference_number', sa.Text(), nullable=True, comment="of the bank's order"),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('(amount > 0) = (reverses_id IS NULL)', name=op.f('ck_supplier_payments_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_supplier_payments_branch_id', ondelete='SET NULL (branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_supplier_payments_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'reverses_id'], ['supplier_payments.organization_id', 'supplier_payments.id'], name='fk_supplier_payments_reverses_id', ondelete='SET NULL (reverses_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'supplier_id'], ['suppliers.organization_id', 'suppliers.id'], name='fk_supplier_payments_supplier_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_supplier_payments_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_supplier_payments'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_supplier_payments_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_supplier_payments_organization_id_number'))
    )
    op.create_index('ix_supplier_payments_branch_id', 'supplier_payments', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_supplier_payments_created_by', 'supplier_payments', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_supplier_payments_paid_on', 'supplier_payments', ['organization_id', 'paid_on', 'id'], unique=False)
    op.create_index('ix_supplier_payments_reverses_id', 'supplier_payments', ['organization_id', 'reverses_id'], unique=False)
    op.create_index('ix_supplier_payments_supplier_id', 'supplier_payments', ['organization_id', 'supplier_id'], unique=False)
    op.create_index('uq_supplier_payments_reverses_id', 'supplier_payments', ['organization_id', 'reverses_id'], unique=True, postgresql_where='reverses_id IS NOT NULL')
    op.create_table('supplier_prices',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_sku', sa.Text(), nullable=True, comment="the supplier's own code of it"),
    sa.Column('price', sa.Numeric(precision=18, scale=4), nullable=False, comment="per base unit, in the shop's own currency"),
    sa.Column('min_quantity', sa.Numeric(precision=14, scale=3), nullable=True, comment='the least they deliver'),
    sa.Column('lead_time_days', sa.Integer(), nullable=True, comment="null: the supplier's"),
    sa.Column('is_preferred', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('lead_time_days >= 0', name=op.f('ck_supplier_prices_lead_time_days')),
    sa.CheckConstraint('min_quantity > 0', name=op.f('ck_supplier_prices_min_quantity')),
    sa.CheckConstraint('price >= 0', name=op.f('ck_supplier_prices_price')),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_supplier_prices_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'supplier_id'], ['suppliers.organization_id', 'suppliers.id'], name='fk_supplier_prices_supplier_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_supplier_prices_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_supplier_prices'),
    sa.UniqueConstraint('organization_id', 'supplier_id', 'product_id', name=op.f('uq_supplier_prices_organization_id_supplier_id_product_id'))
    )
    op.create_index('ix_supplier_prices_product_id', 'supplier_prices', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_supplier_prices_supplier_id', 'supplier_prices', ['organization_id', 'supplier_id'], unique=False)
    op.create_table('supplier_transactions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('transaction_type', sa.Enum('opening', 'purchase', 'return', 'payment', 'correction', name='supplier_entry_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='signed: our debt is positive'),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_supplier_transactions_branch_id', ondelete='SET NULL (branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_supplier_transactions_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'reverses_id'], ['supplier_transactions.organization_id', 'supplier_transactions.id'], name='fk_supplier_transactions_reverses_id', ondelete='SET NULL (reverses_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'supplier_id'], ['suppliers.organization_id', 'suppliers.id'], name='fk_supplier_transactions_supplier_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_supplier_transactions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_supplier_transactions')
    )
    op.create_index('ix_supplier_transactions_account', 'supplier_transactions', ['organization_id', 'supplier_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_supplier_transactions_branch_id', 'supplier_transactions', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_supplier_transactions_created_by', 'supplier_transactions', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_supplier_transactions_origin', 'supplier_transactions', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_supplier_transactions_reverses_id', 'supplier_transactions', ['organization_id', 'reverses_id'], unique=False)
    op.create_index('ix_supplier_transactions_supplier_id', 'supplier_transactions', ['organization_id', 'supplier_id'], unique=False)
    op.create_table('batch_stocks',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_batch_stocks_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'batch_id'], ['batches.organization_id', 'batches.id'], name='fk_batch_stocks_batch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_batch_stocks_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_batch_stocks_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_batch_stocks_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_batch_stocks'),
    sa.UniqueConstraint('organization_id', 'branch_id', 'batch_id', name=op.f('uq_batch_stocks_organization_id_branch_id_batch_id'))
    )
    op.create_index('ix_batch_stocks_batch_id', 'batch_stocks', ['organization_id', 'batch_id'], unique=False)
    op.create_index('ix_batch_stocks_branch_id', 'batch_stocks', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_batch_stocks_product', 'batch_stocks', ['organization_id', 'branch_id', 'product_id'], unique=False)
    op.create_index('ix_batch_stocks_product_id', 'batch_stocks', ['organization_id', 'product_id'], unique=False)
    op.create_table('purchase_costs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('purchase_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('transport', 'duty', 'loading', 'other', name='cost_kind', native_enum=False, create_constraint=True, length=32), server_default='transport', nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('spread_by', sa.Enum('value', 'quantity', 'weight', name='spread_by', native_enum=False, create_constraint=True, length=32), server_default='value', nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint('amount > 0', name=op.f('ck_purchase_costs_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'purchase_id'], ['purchases.organization_id', 'purchases.id'], name='fk_purchase_costs_purchase_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_purchase_costs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_purchase_costs')
    )
    op.create_index('ix_purchase_costs_purchase_id', 'purchase_costs', ['organization_id', 'purchase_id'], unique=False)
    op.create_table('purchase_files',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('purchase_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_purchase_files_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'file_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_purchase_files_file_id'),
    sa.ForeignKeyConstraint(['organization_id', 'purchase_id'], ['purchases.organization_id', 'purchases.id'], name='fk_purchase_files_purchase_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_purchase_files_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_purchase_files')
    )
    op.create_index('ix_purchase_files_created_by', 'purchase_files', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_purchase_files_file_id', 'purchase_files', ['organization_id', 'file_id'], unique=False)
    op.create_index('ix_purchase_files_purchase_id', 'purchase_files', ['organization_id', 'purchase_id'], unique=False)
    op.create_table('purchase_items',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('purchase_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=True),
    sa.Column('product_name_raw', sa.Text(), nullable=True, comment='as it stands on the paper'),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='ordered, in base units; negative in a return'),
    sa.Column('received_quantity', sa.Numeric(precision=14, scale=3), nullable=True, comment='what was unloaded'),
    sa.Column('price', sa.Numeric(precision=18, scale=4), nullable=False, comment='per base unit, with VAT if the purchase says so'),
    sa.Column('discount_percent', sa.Numeric(precision=5, scale=2), server_default='0', nullable=False),
    sa.Column('vat_rate', sa.Numeric(precision=5, scale=2), server_default='0', nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('total', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('cost_share', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False, comment='of the landed costs, for all of the line'),
    sa.Column('unit_cost', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('sale_price', sa.Numeric(precision=18, scale=2), nullable=True, comment='to be set when the purchase is confirmed'),
    sa.Column('batch_number', sa.Text(), nullable=True),
    sa.Column('expiration_date', sa.Date(), nullable=True),
    sa.Column('batch_id', sa.BigInteger(), nullable=True),
    sa.Column('returns_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('discount_percent BETWEEN 0 AND 100', name=op.f('ck_purchase_items_discount_percent')),
    sa.CheckConstraint('price >= 0', name=op.f('ck_purchase_items_price')),
    sa.CheckConstraint('product_id IS NOT NULL OR product_name_raw IS NOT NULL', name=op.f('ck_purchase_items_product')),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_purchase_items_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'batch_id'], ['batches.organization_id', 'batches.id'], name='fk_purchase_items_batch_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_purchase_items_product_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'purchase_id'], ['purchases.organization_id', 'purchases.id'], name='fk_purchase_items_purchase_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'returns_id'], ['purchase_items.organization_id', 'purchase_items.id'], name='fk_purchase_items_returns_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_purchase_items_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_purchase_items'),
    sa.UniqueConstraint('organization_id', 'purchase_id', 'position', name=op.f('uq_purchase_items_organization_id_purchase_id_position'))
    )
    op.create_index('ix_purchase_items_batch_id', 'purchase_items', ['organization_id', 'batch_id'], unique=False)
    op.create_index('ix_purchase_items_product_id', 'purchase_items', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_purchase_items_purchase_id', 'purchase_items', ['organization_id', 'purchase_id'], unique=False)
    op.create_index('ix_purchase_items_returns_id', 'purchase_items', ['organization_id', 'returns_id'], unique=False)
    op.create_table('stock_transfer_lines',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('received_quantity', sa.Numeric(precision=14, scale=3), nullable=True),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('note', sa.Text(), nullable=True, comment='what was wrong with what arrived'),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_stock_transfer_lines_quantity')),
    sa.CheckConstraint('received_quantity >= 0', name=op.f('ck_stock_transfer_lines_received_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'batch_id'], ['batches.organization_id', 'batches.id'], name='fk_stock_transfer_lines_batch_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_stock_transfer_lines_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'transfer_id'], ['stock_transfers.organization_id', 'stock_transfers.id'], name='fk_stock_transfer_lines_transfer_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_transfer_lines_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_transfer_lines'),
    sa.UniqueConstraint('organization_id', 'transfer_id', 'position', name=op.f('uq_stock_transfer_lines_organization_id_transfer_id_position'))
    )
    op.create_index('ix_stock_transfer_lines_batch_id', 'stock_transfer_lines', ['organization_id', 'batch_id'], unique=False)
    op.create_index('ix_stock_transfer_lines_product_id', 'stock_transfer_lines', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_stock_transfer_lines_transfer_id', 'stock_transfer_lines', ['organization_id', 'transfer_id'], unique=False)
    op.add_column('branch_stocks', sa.Column('level_state', sa.Enum('enough', 'low', 'out', name='level_state', native_enum=False, create_constraint=True, length=32), server_default='enough', nullable=False))
    op.add_column('inventory_movements', sa.Column('batch_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_inventory_movements_batch_id', 'inventory_movements', ['organization_id', 'batch_id'], unique=False)
    op.drop_index('ix_inventory_movements_stock', table_name='inventory_movements')
    op.create_index('ix_inventory_movements_stock', 'inventory_movements', ['organization_id', 'branch_id', 'product_id', 'occurred_at', 'id'], unique=False, postgresql_include=['quantity', 'value'])
    op.drop_index('ix_inventory_movements_occurred_at', table_name='inventory_movements')
    op.create_index('ix_inventory_movements_occurred_at', 'inventory_movements', ['organization_id', 'occurred_at', 'id'], unique=False, postgresql_include=['branch_id', 'quantity', 'value'])
    op.create_foreign_key('fk_inventory_movements_batch_id', 'inventory_movements', 'batches', ['organization_id', 'batch_id'], ['organization_id', 'id'], ondelete='RESTRICT')
    op.add_column('products', sa.Column('track_batches', sa.Boolean(), server_default='false', nullable=False, comment='lots are kept: first expired, first out'))
    _change_checks(0)
    for table in TENANT_TABLES:
        op.execute(f"SELECT smartpos_build_walls('{table}')")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM smartpos_app, smartpos_platform")
    for table, occasion in AUDITED:
        op.execute(f"SELECT smartpos_audit_changes('{table}', '{occasion}')")
    # Rows of all tenants are seen by the platform alone, the owner of the tables included.
    op.execute("SET LOCAL ROLE smartpos_platform")
    for roles, rights in NEW_RIGHTS.items():
        op.execute(GRANT_RIGHTS.format(roles=roles, rights=", ".join(f"'{right}'" for right in rights)))
    op.execute("RESET ROLE")
    op.execute(INVENTORY_STATUS)
    op.execute("GRANT SELECT ON inventory_status TO smartpos_app, smartpos_platform")


def _change_checks(place: int) -> None:
    for (table, name), meanings in CHECKS.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, meanings[place])


def downgrade() -> None:
    op.execute("DROP VIEW inventory_status")
    _change_checks(1)
    op.drop_column('products', 'track_batches')
    op.drop_constraint('fk_inventory_movements_batch_id', 'inventory_movements', type_='foreignkey')
    op.drop_index('ix_inventory_movements_occurred_at', table_name='inventory_movements')
    op.create_index('ix_inventory_movements_occurred_at', 'inventory_movements', ['organization_id', 'occurred_at', 'id'], unique=False)
    op.drop_index('ix_inventory_movements_stock', table_name='inventory_movements')
    op.create_index('ix_inventory_movements_stock', 'inventory_movements', ['organization_id', 'branch_id', 'product_id', 'id'], unique=False)
    op.drop_index('ix_inventory_movements_batch_id', table_name='inventory_movements')
    op.drop_column('inventory_movements', 'batch_id')
    op.drop_column('branch_stocks', 'level_state')
    op.drop_index('ix_stock_transfer_lines_transfer_id', table_name='stock_transfer_lines')
    op.drop_index('ix_stock_transfer_lines_product_id', table_name='stock_transfer_lines')
    op.drop_index('ix_stock_transfer_lines_batch_id', table_name='stock_transfer_lines')
    op.drop_table('stock_transfer_lines')
    op.drop_index('ix_purchase_items_returns_id', table_name='purchase_items')
    op.drop_index('ix_purchase_items_purchase_id', table_name='purchase_items')
    op.drop_index('ix_purchase_items_product_id', table_name='purchase_items')
    op.drop_index('ix_purchase_items_batch_id', table_name='purchase_items')
    op.drop_table('purchase_items')
    op.drop_index('ix_purchase_files_purchase_id', table_name='purchase_files')
    op.drop_index('ix_purchase_files_file_id', table_name='purchase_files')
    op.drop_index('ix_purchase_files_created_by', table_name='purchase_files')
    op.drop_table('purchase_files')
    op.drop_index('ix_purchase_costs_purchase_id', table_name='purchase_costs')
    op.drop_table('purchase_costs')
    op.drop_index('ix_batch_stocks_product_id', table_name='batch_stocks')
    op.drop_index('ix_batch_stocks_product', table_name='batch_stocks')
    op.drop_index('ix_batch_stocks_branch_id', table_name='batch_stocks')
    op.drop_index('ix_batch_stocks_batch_id', table_name='batch_stocks')
    op.drop_table('batch_stocks')
    op.drop_index('ix_supplier_transactions_supplier_id', table_name='supplier_transactions')
    op.drop_index('ix_supplier_transactions_reverses_id', table_name='supplier_transactions')
    op.drop_index('ix_supplier_transactions_origin', table_name='supplier_transactions')
    op.drop_index('ix_supplier_transactions_created_by', table_name='supplier_transactions')
    op.drop_index('ix_supplier_transactions_branch_id', table_name='supplier_transactions')
    op.drop_index('ix_supplier_transactions_account', table_name='supplier_transactions')
    op.drop_table('supplier_transactions')
    op.drop_index('ix_supplier_prices_supplier_id', table_name='supplier_prices')
    op.drop_index('ix_supplier_prices_product_id', table_name='supplier_prices')
    op.drop_table('supplier_prices')
    op.drop_index('uq_supplier_payments_reverses_id', table_name='supplier_payments', postgresql_where='reverses_id IS NOT NULL')
    op.drop_index('ix_supplier_payments_supplier_id', table_name='supplier_payments')
    op.drop_index('ix_supplier_payments_reverses_id', table_name='supplier_payments')
    op.drop_index('ix_supplier_payments_paid_on', table_name='supplier_payments')
    op.drop_index('ix_supplier_payments_created_by', table_name='supplier_payments')
    op.drop_index('ix_supplier_payments_branch_id', table_name='supplier_payments')
    op.drop_table('supplier_payments')
    op.drop_index('ix_stock_reservations_product_id', table_name='stock_reservations')
    op.drop_index('ix_stock_reservations_created_by', table_name='stock_reservations')
    op.drop_index('ix_stock_reservations_branch_id', table_name='stock_reservations')
    op.drop_table('stock_reservations')
    op.drop_index('ix_stock_count_lines_product_id', table_name='stock_count_lines')
    op.drop_index('ix_stock_count_lines_count_id', table_name='stock_count_lines')
    op.drop_table('stock_count_lines')
    op.drop_index('ix_stock_count_entries_product_id', table_name='stock_count_entries')
    op.drop_index('ix_stock_count_entries_product', table_name='stock_count_entries')
    op.drop_index('ix_stock_count_entries_counted_by', table_name='stock_count_entries')
    op.drop_index('ix_stock_count_entries_count_id', table_name='stock_count_entries')
    op.drop_table('stock_count_entries')
    op.drop_index('ix_purchases_supplier_id', table_name='purchases')
    op.drop_index('ix_purchases_status', table_name='purchases')
    op.drop_index('ix_purchases_reverted_by', table_name='purchases')
    op.drop_index('ix_purchases_received_by', table_name='purchases')
    op.drop_index('ix_purchases_original_id', table_name='purchases')
    op.drop_index('ix_purchases_ordered_by', table_name='purchases')
    op.drop_index('ix_purchases_document_date', table_name='purchases')
    op.drop_index('ix_purchases_created_by', table_name='purchases')
    op.drop_index('ix_purchases_confirmed_by', table_name='purchases')
    op.drop_index('ix_purchases_cancelled_by', table_name='purchases')
    op.drop_index('ix_purchases_branch_id', table_name='purchases')
    op.drop_index('ix_purchases_backorder_of_id', table_name='purchases')
    op.drop_table('purchases')
    op.drop_index('ix_label_prints_product_id', table_name='label_prints')
    op.drop_index('ix_label_prints_product', table_name='label_prints')
    op.drop_index('ix_label_prints_printed_by', table_name='label_prints')
    op.drop_index('ix_label_prints_price_type_id', table_name='label_prints')
    op.drop_index('ix_label_prints_branch_id', table_name='label_prints')
    op.drop_table('label_prints')
    op.drop_index('ix_batches_supplier_id', table_name='batches')
    op.drop_index('ix_batches_product_id', table_name='batches')
    op.drop_index('ix_batches_expiration_date', table_name='batches')
    op.drop_table('batches')
    op.drop_index('uq_suppliers_name', table_name='suppliers', postgresql_where='deleted_at IS NULL')
    op.drop_index('ix_suppliers_created_by', table_name='suppliers')
    op.drop_index('ix_suppliers_balance', table_name='suppliers', postgresql_where='balance <> 0')
    op.drop_table('suppliers')
    op.drop_index('ix_stock_transfers_to_branch_id', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_status', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_shipped_by', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_from_branch_id', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_created_by', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_completed_by', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_closed_by', table_name='stock_transfers')
    op.drop_index('ix_stock_transfers_approved_by', table_name='stock_transfers')
    op.drop_table('stock_transfers')
    op.drop_index('ix_stock_counts_status', table_name='stock_counts')
    op.drop_index('ix_stock_counts_posted_by', table_name='stock_counts')
    op.drop_index('ix_stock_counts_finished_by', table_name='stock_counts')
    op.drop_index('ix_stock_counts_created_by', table_name='stock_counts')
    op.drop_index('ix_stock_counts_category_id', table_name='stock_counts')
    op.drop_index('ix_stock_counts_cancelled_by', table_name='stock_counts')
    op.drop_index('ix_stock_counts_branch_id', table_name='stock_counts')
    op.drop_table('stock_counts')
    op.drop_index('ix_import_changes_run_id', table_name='import_changes')
    op.drop_index('ix_import_changes_entity', table_name='import_changes')
    op.drop_table('import_changes')
    op.drop_index('ix_import_runs_file_id', table_name='import_runs')
    op.drop_index('ix_import_runs_created_at', table_name='import_runs')
    op.drop_table('import_runs')
    op.drop_index('uq_label_templates_name', table_name='label_templates', postgresql_where='deleted_at IS NULL')
    op.drop_table('label_templates')
    op.drop_index('ix_events_waiting', table_name='events', postgresql_where='dispatched_at IS NULL AND attempts < 10')
    op.drop_index('ix_events_name', table_name='events')
    op.drop_table('events')
    op.drop_table('document_counters')
