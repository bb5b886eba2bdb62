"""Production: recipes, machines, orders and what they yield; units that convert into each other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "machines",
    "bills_of_materials",
    "machine_operators",
    "bom_by_products",
    "bom_components",
    "production_orders",
    "bom_substitutes",
    "machine_logs",
    "production_completions",
    "production_materials",
    "production_spells",
    "production_team_members",
    "production_outputs",
    "production_uses",
)

# What was consumed and what came out of it is history, and so is what happened to a machine.
APPEND_ONLY = ("machine_logs", "production_uses", "production_outputs")

AUDITED = (
    ("machines", "INSERT OR UPDATE OR DELETE"),
    ("machine_operators", "INSERT OR DELETE"),
    ("bills_of_materials", "INSERT OR UPDATE OR DELETE"),
    ("bom_components", "INSERT OR UPDATE OR DELETE"),
    ("bom_substitutes", "INSERT OR UPDATE OR DELETE"),
    ("bom_by_products", "INSERT OR UPDATE OR DELETE"),
    ("production_orders", "INSERT OR UPDATE OR DELETE"),
    # What was used of them is told by what the completions used.
    ("production_materials", "INSERT OR UPDATE OF planned_quantity, substitute_for_id OR DELETE"),
    ("production_team_members", "INSERT OR DELETE"),
    ("production_completions", "UPDATE OF reverted_at"),
)

# Which of the roles that every tenant starts with may do what is new; the owner's role holds everything by itself.
NEW_RIGHTS = {
    "super_admin": ("platform:backup:manage",),
    "admin manager": (
        "production:bom:activate",
        "production:bom:write",
        "production:machine:write",
        "production:order:revert",
        "production:order:work_on_any",
        "production:order:write",
        "production:plan:make",
    ),
    "admin manager accountant": ("production:report:read",),
    "admin manager accountant warehouse_manager": ("production:bom:read",),
    "admin manager accountant operator warehouse_manager": (
        "production:machine:read",
        "production:order:read",
    ),
    "admin manager operator": ("production:machine:operate", "production:order:work"),
}
GRANT_RIGHTS = """
INSERT INTO role_permissions (organization_id, role_id, permission)
SELECT role.organization_id, role.id, wanted
FROM roles AS role CROSS JOIN unnest(ARRAY[{rights}]) AS wanted
WHERE role.key = ANY (string_to_array('{roles}', ' '))
ON CONFLICT (organization_id, role_id, permission) DO NOTHING
"""

# What every tenant has started with converts from now on; a unit of that name that means something else has other
# decimal places.
LEAD_UNITS = """
UPDATE units AS part SET base_unit_id = whole.id, factor = 0.001
FROM units AS whole
WHERE whole.organization_id = part.organization_id AND part.digits = 0 AND whole.digits = 3
  AND (part.name, whole.name) IN (('g', 'kg'), ('ml', 'l'))
"""


def upgrade() -> None:
    op.create_table('machines',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False, comment='short, as painted on it; operators scan it'),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=True, comment='oven, mixer, press'),
    sa.Column('production_line', sa.Text(), nullable=True),
    sa.Column('work_center', sa.Text(), nullable=True),
    sa.Column('manufacturer', sa.Text(), nullable=True),
    sa.Column('serial_number', sa.Text(), nullable=True),
    sa.Column('status', sa.Enum('free', 'busy', 'maintenance', 'off', name='machine_status', native_enum=False, create_constraint=True, length=32), server_default='free', nullable=False),
    sa.Column('status_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('upkeep_every_days', sa.Integer(), nullable=True),
    sa.Column('last_upkeep_on', sa.Date(), nullable=True),
    sa.Column('next_upkeep_on', sa.Date(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('char_length(code) BETWEEN 1 AND 50', name=op.f('ck_machines_code')),
    sa.CheckConstraint('char_length(name) BETWEEN 1 AND 255', name=op.f('ck_machines_name')),
    sa.CheckConstraint('upkeep_every_days > 0', name=op.f('ck_machines_upkeep_every_days')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_machines_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_machines_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_machines_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_machines')
    )
    op.create_index('ix_machines_branch_id', 'machines', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_machines_created_by', 'machines', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_machines_next_upkeep_on', 'machines', ['organization_id', 'next_upkeep_on'], unique=False)
    op.create_index('uq_machines_code', 'machines', ['organization_id', 'code'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_table('bills_of_materials',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Text(), server_default='1.0', nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), server_default='1', nullable=False, comment="of a batch, in the product's unit"),
    sa.Column('status', sa.Enum('draft', 'active', 'inactive', 'archived', name='bom_status', native_enum=False, create_constraint=True, length=32), server_default='draft', nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('lead_time_days', sa.Integer(), server_default='0', nullable=False),
    sa.Column('setup_time_minutes', sa.Integer(), server_default='0', nullable=False, comment='once per order, whatever its quantity'),
    sa.Column('production_time_minutes', sa.Integer(), server_default='0', nullable=False, comment='per batch'),
    sa.Column('material_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False, comment='per batch, at the costs of costed_at'),
    sa.Column('labor_cost', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='per batch'),
    sa.Column('overhead_cost', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='per batch'),
    sa.Column('costed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('machine_id', sa.BigInteger(), nullable=True, comment='on which it is usually made'),
    sa.Column('qc_required', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('quality_standard', sa.Text(), nullable=True),
    sa.Column('instructions', sa.Text(), nullable=True, comment='how it is made, for the operator'),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='the last day'),
    sa.Column('copied_from_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('approved_by', sa.BigInteger(), nullable=True, comment='who activated it first'),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("NOT is_default OR status = 'active'", name=op.f('ck_bills_of_materials_is_default')),
    sa.CheckConstraint("status = 'draft' OR approved_at IS NOT NULL", name=op.f('ck_bills_of_materials_approved_at')),
    sa.CheckConstraint('char_length(name) BETWEEN 1 AND 255', name=op.f('ck_bills_of_materials_name')),
    sa.CheckConstraint('char_length(version) BETWEEN 1 AND 20', name=op.f('ck_bills_of_materials_version')),
    sa.CheckConstraint('labor_cost >= 0 AND overhead_cost >= 0 AND material_cost >= 0', name=op.f('ck_bills_of_materials_costs')),
    sa.CheckConstraint('lead_time_days >= 0 AND setup_time_minutes >= 0 AND production_time_minutes >= 0', name=op.f('ck_bills_of_materials_times')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_bills_of_materials_quantity')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_bills_of_materials_valid_to')),
    sa.ForeignKeyConstraint(['organization_id', 'approved_by'], ['users.organization_id', 'users.id'], name='fk_bills_of_materials_approved_by', ondelete='SET NULL (approved_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'copied_from_id'], ['bills_of_materials.organization_id', 'bills_of_materials.id'], name='fk_bills_of_materials_copied_from_id', ondelete='SET NULL (copied_from_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_bills_of_materials_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_bills_of_materials_machine_id', ondelete='SET NULL (machine_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_bills_of_materials_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_bills_of_materials_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_bills_of_materials_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_bills_of_materials'),
    sa.UniqueConstraint('organization_id', 'product_id', 'version', name=op.f('uq_bills_of_materials_organization_id_product_id_version'))
    )
    op.create_index('ix_bills_of_materials_approved_by', 'bills_of_materials', ['organization_id', 'approved_by'], unique=False)
    op.create_index('ix_bills_of_materials_copied_from_id', 'bills_of_materials', ['organization_id', 'copied_from_id'], unique=False)
    op.create_index('ix_bills_of_materials_created_by', 'bills_of_materials', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_bills_of_materials_machine_id', 'bills_of_materials', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_bills_of_materials_product_id', 'bills_of_materials', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_bills_of_materials_status', 'bills_of_materials', ['organization_id', 'status', 'id'], unique=False)
    op.create_index('ix_bills_of_materials_workspace_id', 'bills_of_materials', ['organization_id', 'workspace_id'], unique=False)
    op.create_index('uq_bills_of_materials_default', 'bills_of_materials', ['organization_id', 'product_id'], unique=True, postgresql_where='is_default')
    op.create_table('machine_operators',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('machine_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_machine_operators_machine_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_machine_operators_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_machine_operators_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_machine_operators'),
    sa.UniqueConstraint('organization_id', 'machine_id', 'user_id', name=op.f('uq_machine_operators_organization_id_machine_id_user_id'))
    )
    op.create_index('ix_machine_operators_machine_id', 'machine_operators', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_machine_operators_user_id', 'machine_operators', ['organization_id', 'user_id'], unique=False)
    op.create_table('bom_by_products',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('bom_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity_per_unit', sa.Numeric(precision=18, scale=6), nullable=False, comment="in the by-product's own unit, for one unit of the product"),
    sa.Column('cost_percent', sa.Numeric(precision=5, scale=2), server_default='0', nullable=False),
    sa.CheckConstraint('cost_percent BETWEEN 0 AND 100', name=op.f('ck_bom_by_products_cost_percent')),
    sa.CheckConstraint('quantity_per_unit > 0', name=op.f('ck_bom_by_products_quantity_per_unit')),
    sa.ForeignKeyConstraint(['organization_id', 'bom_id'], ['bills_of_materials.organization_id', 'bills_of_materials.id'], name='fk_bom_by_products_bom_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_bom_by_products_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_bom_by_products_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_bom_by_products'),
    sa.UniqueConstraint('organization_id', 'bom_id', 'product_id', name=op.f('uq_bom_by_products_organization_id_bom_id_product_id'))
    )
    op.create_index('ix_bom_by_products_bom_id', 'bom_by_products', ['organization_id', 'bom_id'], unique=False)
    op.create_index('ix_bom_by_products_product_id', 'bom_by_products', ['organization_id', 'product_id'], unique=False)
    op.create_table('bom_components',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('bom_id', sa.BigInteger(), nullable=False),
    sa.Column('component_id', sa.BigInteger(), nullable=False),
    sa.Column('sequence_number', sa.Integer(), server_default='1', nullable=False),
    sa.Column('quantity_per_unit', sa.Numeric(precision=18, scale=6), nullable=False, comment="in the component's own unit, for one unit of the product"),
    sa.Column('unit_id', sa.BigInteger(), nullable=True, comment="in which it was written down; null: the component's own"),
    sa.Column('scrap_factor', sa.Numeric(precision=6, scale=4), server_default='0', nullable=False, comment='what is lost on the way: 0.05 is 5 %'),
    sa.Column('operation_sequence', sa.Integer(), nullable=True, comment='in which step it goes in'),
    sa.Column('operation_notes', sa.Text(), nullable=True),
    sa.Column('unit_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False, comment="at the bill's costed_at"),
    sa.Column('specifications', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('quantity_per_unit > 0', name=op.f('ck_bom_components_quantity_per_unit')),
    sa.CheckConstraint('scrap_factor BETWEEN 0 AND 1', name=op.f('ck_bom_components_scrap_factor')),
    sa.CheckConstraint('unit_cost >= 0', name=op.f('ck_bom_components_unit_cost')),
    sa.ForeignKeyConstraint(['organization_id', 'bom_id'], ['bills_of_materials.organization_id', 'bills_of_materials.id'], name='fk_bom_components_bom_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'component_id'], ['products.organization_id', 'products.id'], name='fk_bom_components_component_id'),
    sa.ForeignKeyConstraint(['organization_id', 'unit_id'], ['units.organization_id', 'units.id'], name='fk_bom_components_unit_id', ondelete='SET NULL (unit_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_bom_components_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_bom_components'),
    sa.UniqueConstraint('organization_id', 'bom_id', 'sequence_number', name=op.f('uq_bom_components_organization_id_bom_id_sequence_number'))
    )
    op.create_index('ix_bom_components_bom_id', 'bom_components', ['organization_id', 'bom_id'], unique=False)
    op.create_index('ix_bom_components_component_id', 'bom_components', ['organization_id', 'component_id'], unique=False)
    op.create_index('ix_bom_components_unit_id', 'bom_components', ['organization_id', 'unit_id'], unique=False)
    op.create_table('production_orders',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True, comment="the branch's"),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.Text(), nullable=True, comment='of what the client sent, for idempotency'),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('bom_id', sa.BigInteger(), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True, comment='the order that this one makes a part for'),
    sa.Column('origin_kind', sa.Text(), nullable=True, comment='made to order: what asked for it'),
    sa.Column('origin_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity_to_produce', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('quantity_completed', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False, comment='good ones'),
    sa.Column('quantity_scrapped', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('status', sa.Enum('pending', 'scheduled', 'in_progress', 'on_hold', 'completed', 'cancelled', name='production_order_status', native_enum=False, create_constraint=True, length=32), server_default='pending', nullable=False),
    sa.Column('priority', sa.Enum('low', 'normal', 'high', 'urgent', name='production_order_priority', native_enum=False, create_constraint=True, length=32), server_default='normal', nullable=False),
    sa.Column('planned_start_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('planned_end_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True, comment='work began for the first time'),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('machine_id', sa.BigInteger(), nullable=True),
    sa.Column('operator_id', sa.BigInteger(), nullable=True),
    sa.Column('production_line', sa.Text(), nullable=True),
    sa.Column('work_center', sa.Text(), nullable=True),
    sa.Column('shift', sa.Text(), nullable=True, comment="morning, night: the shop's own word"),
    sa.Column('estimated_cost', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False, comment='by the recipe, when it was made'),
    sa.Column('material_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('labor_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('overhead_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('scrap_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('quality_standard', sa.Text(), nullable=True),
    sa.Column('qc_required', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('instructions', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it was put on hold or cancelled'),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f('ck_production_orders_cancelled')),
    sa.CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name=op.f('ck_production_orders_completed')),
    sa.CheckConstraint("status <> 'scheduled' OR planned_start_at IS NOT NULL", name=op.f('ck_production_orders_scheduled')),
    sa.CheckConstraint('(origin_kind IS NULL) = (origin_id IS NULL)', name=op.f('ck_production_orders_origin')),
    sa.CheckConstraint('planned_end_at > planned_start_at', name=op.f('ck_production_orders_planned_end_at')),
    sa.CheckConstraint('quantity_completed >= 0 AND quantity_scrapped >= 0', name=op.f('ck_production_orders_quantities')),
    sa.CheckConstraint('quantity_to_produce > 0', name=op.f('ck_production_orders_quantity_to_produce')),
    sa.ForeignKeyConstraint(['organization_id', 'bom_id'], ['bills_of_materials.organization_id', 'bills_of_materials.id'], name='fk_production_orders_bom_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_production_orders_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cancelled_by'], ['users.organization_id', 'users.id'], name='fk_production_orders_cancelled_by', ondelete='SET NULL (cancelled_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_production_orders_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_production_orders_machine_id', ondelete='SET NULL (machine_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'operator_id'], ['users.organization_id', 'users.id'], name='fk_production_orders_operator_id', ondelete='SET NULL (operator_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'parent_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_production_orders_parent_id', ondelete='SET NULL (parent_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_production_orders_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_production_orders_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_orders_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_orders'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_production_orders_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_production_orders_organization_id_number'))
    )
    op.create_index('ix_production_orders_bom_id', 'production_orders', ['organization_id', 'bom_id'], unique=False)
    op.create_index('ix_production_orders_branch_id', 'production_orders', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_production_orders_cancelled_by', 'production_orders', ['organization_id', 'cancelled_by'], unique=False)
    op.create_index('ix_production_orders_created_by', 'production_orders', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_production_orders_due', 'production_orders', ['organization_id', 'due_at', 'id'], unique=False, postgresql_where="status NOT IN ('completed', 'cancelled')")
    op.create_index('ix_production_orders_machine', 'production_orders', ['organization_id', 'machine_id', 'planned_start_at'], unique=False)
    op.create_index('ix_production_orders_machine_id', 'production_orders', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_production_orders_operator_id', 'production_orders', ['organization_id', 'operator_id'], unique=False)
    op.create_index('ix_production_orders_origin', 'production_orders', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_production_orders_parent_id', 'production_orders', ['organization_id', 'parent_id'], unique=False)
    op.create_index('ix_production_orders_planned', 'production_orders', ['organization_id', 'planned_start_at', 'id'], unique=False)
    op.create_index('ix_production_orders_product_id', 'production_orders', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_production_orders_status', 'production_orders', ['organization_id', 'status', 'id'], unique=False)
    op.create_index('ix_production_orders_workspace_id', 'production_orders', ['organization_id', 'workspace_id'], unique=False)
    op.create_index('uq_production_orders_running', 'production_orders', ['organization_id', 'machine_id'], unique=True, postgresql_where="status = 'in_progress' AND machine_id IS NOT NULL")
    op.create_table('bom_substitutes',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('bom_component_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('ratio', sa.Numeric(precision=12, scale=6), server_default='1', nullable=False),
    sa.CheckConstraint('ratio > 0', name=op.f('ck_bom_substitutes_ratio')),
    sa.ForeignKeyConstraint(['organization_id', 'bom_component_id'], ['bom_components.organization_id', 'bom_components.id'], name='fk_bom_substitutes_bom_component_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_bom_substitutes_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_bom_substitutes_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_bom_substitutes'),
    sa.UniqueConstraint('organization_id', 'bom_component_id', 'product_id', name=op.f('uq_bom_substitutes_organization_id_bom_component_id_product_id'))
    )
    op.create_index('ix_bom_substitutes_bom_component_id', 'bom_substitutes', ['organization_id', 'bom_component_id'], unique=False)
    op.create_index('ix_bom_substitutes_product_id', 'bom_substitutes', ['organization_id', 'product_id'], unique=False)
    op.create_table('machine_logs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('machine_id', sa.BigInteger(), nullable=False),
    sa.Column('event', sa.Enum('status', 'upkeep', 'note', name='machine_event', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('free', 'busy', 'maintenance', 'off', name='machine_log_new_status', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(event = 'status') = (status IS NOT NULL)", name=op.f('ck_machine_logs_status')),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_machine_logs_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_machine_logs_machine_id'),
    sa.ForeignKeyConstraint(['organization_id', 'order_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_machine_logs_order_id', ondelete='SET NULL (order_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_machine_logs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_machine_logs')
    )
    op.create_index('ix_machine_logs_created_by', 'machine_logs', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_machine_logs_machine_id', 'machine_logs', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_machine_logs_occurred_at', 'machine_logs', ['organization_id', 'machine_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_machine_logs_order_id', 'machine_logs', ['organization_id', 'order_id'], unique=False)
    op.create_table('production_completions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('sequence_number', sa.Integer(), nullable=False, comment="1 for the order's first"),
    sa.Column('client_uuid', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.Text(), nullable=True, comment='of what the client sent, for idempotency'),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='good ones'),
    sa.Column('scrapped_quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('scrap_reason', sa.Text(), nullable=True),
    sa.Column('material_cost', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('labor_cost', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('overhead_cost', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('output_cost', sa.Numeric(precision=18, scale=4), nullable=False, comment='of the good ones'),
    sa.Column('by_product_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('scrap_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('standard_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False, comment='of all that was made, by the recipe at this moment'),
    sa.Column('batch_id', sa.BigInteger(), nullable=True),
    sa.Column('expiration_date', sa.Date(), nullable=True),
    sa.Column('qc_passed', sa.Boolean(), nullable=True, comment='null: not asked for'),
    sa.Column('qc_notes', sa.Text(), nullable=True),
    sa.Column('machine_id', sa.BigInteger(), nullable=True),
    sa.Column('operator_id', sa.BigInteger(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reverted_by', sa.BigInteger(), nullable=True),
    sa.Column('reverted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revert_reason', sa.Text(), nullable=True),
    sa.CheckConstraint('material_cost + labor_cost + overhead_cost = output_cost + by_product_cost + scrap_cost', name=op.f('ck_production_completions_conserved')),
    sa.CheckConstraint('quantity + scrapped_quantity > 0', name=op.f('ck_production_completions_something')),
    sa.CheckConstraint('quantity >= 0 AND scrapped_quantity >= 0', name=op.f('ck_production_completions_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'batch_id'], ['batches.organization_id', 'batches.id'], name='fk_production_completions_batch_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_production_completions_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_production_completions_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_production_completions_machine_id', ondelete='SET NULL (machine_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'operator_id'], ['users.organization_id', 'users.id'], name='fk_production_completions_operator_id', ondelete='SET NULL (operator_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'order_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_production_completions_order_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_production_completions_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'reverted_by'], ['users.organization_id', 'users.id'], name='fk_production_completions_reverted_by', ondelete='SET NULL (reverted_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_completions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_completions'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_production_completions_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'order_id', 'sequence_number', name=op.f('uq_production_completions_organization_id_order_id_sequence_number'))
    )
    op.create_index('ix_production_completions_batch_id', 'production_completions', ['organization_id', 'batch_id'], unique=False)
    op.create_index('ix_production_completions_branch_id', 'production_completions', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_production_completions_completed_at', 'production_completions', ['organization_id', 'completed_at', 'id'], unique=False)
    op.create_index('ix_production_completions_created_by', 'production_completions', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_production_completions_machine_id', 'production_completions', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_production_completions_operator_id', 'production_completions', ['organization_id', 'operator_id'], unique=False)
    op.create_index('ix_production_completions_order_id', 'production_completions', ['organization_id', 'order_id'], unique=False)
    op.create_index('ix_production_completions_product_id', 'production_completions', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_production_completions_reverted_by', 'production_completions', ['organization_id', 'reverted_by'], unique=False)
    op.create_table('production_materials',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('bom_component_id', sa.BigInteger(), nullable=True),
    sa.Column('substitute_for_id', sa.BigInteger(), nullable=True, comment='the component that the recipe names'),
    sa.Column('planned_quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='for all that is to be made'),
    sa.Column('used_quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('unit_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False, comment='by the recipe, when it was copied'),
    sa.Column('operation_sequence', sa.Integer(), nullable=True),
    sa.Column('operation_notes', sa.Text(), nullable=True),
    sa.CheckConstraint('planned_quantity >= 0', name=op.f('ck_production_materials_planned_quantity')),
    sa.CheckConstraint('unit_cost >= 0', name=op.f('ck_production_materials_unit_cost')),
    sa.CheckConstraint('used_quantity >= 0', name=op.f('ck_production_materials_used_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'bom_component_id'], ['bom_components.organization_id', 'bom_components.id'], name='fk_production_materials_bom_component_id', ondelete='SET NULL (bom_component_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'order_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_production_materials_order_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_production_materials_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'substitute_for_id'], ['products.organization_id', 'products.id'], name='fk_production_materials_substitute_for_id', ondelete='SET NULL (substitute_for_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_materials_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_materials'),
    sa.UniqueConstraint('organization_id', 'order_id', 'product_id', name=op.f('uq_production_materials_organization_id_order_id_product_id'))
    )
    op.create_index('ix_production_materials_bom_component_id', 'production_materials', ['organization_id', 'bom_component_id'], unique=False)
    op.create_index('ix_production_materials_order_id', 'production_materials', ['organization_id', 'order_id'], unique=False)
    op.create_index('ix_production_materials_product_id', 'production_materials', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_production_materials_substitute_for_id', 'production_materials', ['organization_id', 'substitute_for_id'], unique=False)
    op.create_table('production_spells',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('machine_id', sa.BigInteger(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ended_at >= started_at', name=op.f('ck_production_spells_ended_at')),
    sa.ForeignKeyConstraint(['organization_id', 'machine_id'], ['machines.organization_id', 'machines.id'], name='fk_production_spells_machine_id', ondelete='SET NULL (machine_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'order_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_production_spells_order_id'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_production_spells_user_id', ondelete='SET NULL (user_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_spells_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_spells')
    )
    op.create_index('ix_production_spells_machine_id', 'production_spells', ['organization_id', 'machine_id'], unique=False)
    op.create_index('ix_production_spells_order_id', 'production_spells', ['organization_id', 'order_id'], unique=False)
    op.create_index('ix_production_spells_started_at', 'production_spells', ['organization_id', 'started_at', 'id'], unique=False)
    op.create_index('ix_production_spells_user_id', 'production_spells', ['organization_id', 'user_id'], unique=False)
    op.create_index('uq_production_spells_open', 'production_spells', ['organization_id', 'order_id'], unique=True, postgresql_where='ended_at IS NULL')
    op.create_table('production_team_members',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'order_id'], ['production_orders.organization_id', 'production_orders.id'], name='fk_production_team_members_order_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_production_team_members_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_team_members_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_team_members'),
    sa.UniqueConstraint('organization_id', 'order_id', 'user_id', name=op.f('uq_production_team_members_organization_id_order_id_user_id'))
    )
    op.create_index('ix_production_team_members_order_id', 'production_team_members', ['organization_id', 'order_id'], unique=False)
    op.create_index('ix_production_team_members_user_id', 'production_team_members', ['organization_id', 'user_id'], unique=False)
    op.create_table('production_outputs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('completion_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('product', 'by_product', 'scrap', name='production_output_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_production_outputs_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'batch_id'], ['batches.organization_id', 'batches.id'], name='fk_production_outputs_batch_id', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organization_id', 'completion_id'], ['production_completions.organization_id', 'production_completions.id'], name='fk_production_outputs_completion_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_production_outputs_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_outputs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_outputs')
    )
    op.create_index('ix_production_outputs_batch_id', 'production_outputs', ['organization_id', 'batch_id'], unique=False)
    op.create_index('ix_production_outputs_completion_id', 'production_outputs', ['organization_id', 'completion_id'], unique=False)
    op.create_index('ix_production_outputs_product_id', 'production_outputs', ['organization_id', 'product_id'], unique=False)
    op.create_table('production_uses',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('completion_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('standard_quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='what the recipe asks for, for what was made; 0 for what it does not name'),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.CheckConstraint('quantity >= 0 AND standard_quantity >= 0', name=op.f('ck_production_uses_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'completion_id'], ['production_completions.organization_id', 'production_completions.id'], name='fk_production_uses_completion_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_production_uses_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_production_uses_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_production_uses'),
    sa.UniqueConstraint('organization_id', 'completion_id', 'product_id', name=op.f('uq_production_uses_organization_id_completion_id_product_id'))
    )
    op.create_index('ix_production_uses_completion_id', 'production_uses', ['organization_id', 'completion_id'], unique=False)
    op.create_index('ix_production_uses_product_id', 'production_uses', ['organization_id', 'product_id'], unique=False)
    op.add_column('units', sa.Column('base_unit_id', sa.BigInteger(), nullable=True))
    op.add_column('units', sa.Column('factor', sa.Numeric(precision=18, scale=6), nullable=True, comment='how much of the base unit one of this is'))
    op.create_index('ix_units_base_unit_id', 'units', ['organization_id', 'base_unit_id'], unique=False)
    op.create_foreign_key('fk_units_base_unit_id', 'units', 'units', ['organization_id', 'base_unit_id'], ['organization_id', 'id'], ondelete='RESTRICT')
    op.create_check_constraint(op.f("ck_units_factor"), "units", "factor > 0")
    op.create_check_constraint(op.f("ck_units_base_unit"), "units", "(base_unit_id IS NULL) = (factor IS NULL)")
    op.create_check_constraint(op.f("ck_units_not_its_own_base"), "units", "base_unit_id <> id")
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
    op.execute(LEAD_UNITS)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_units_not_its_own_base"), "units", type_="check")
    op.drop_constraint(op.f("ck_units_base_unit"), "units", type_="check")
    op.drop_constraint(op.f("ck_units_factor"), "units", type_="check")
    op.drop_constraint('fk_units_base_unit_id', 'units', type_='foreignkey')
    op.drop_index('ix_units_base_unit_id', table_name='units')
    op.drop_column('units', 'factor')
    op.drop_column('units', 'base_unit_id')
    op.drop_index('ix_production_uses_product_id', table_name='production_uses')
    op.drop_index('ix_production_uses_completion_id', table_name='production_uses')
    op.drop_table('production_uses')
    op.drop_index('ix_production_outputs_product_id', table_name='production_outputs')
    op.drop_index('ix_production_outputs_completion_id', table_name='production_outputs')
    op.drop_index('ix_production_outputs_batch_id', table_name='production_outputs')
    op.drop_table('production_outputs')
    op.drop_index('ix_production_team_members_user_id', table_name='production_team_members')
    op.drop_index('ix_production_team_members_order_id', table_name='production_team_members')
    op.drop_table('production_team_members')
    op.drop_index('uq_production_spells_open', table_name='production_spells', postgresql_where='ended_at IS NULL')
    op.drop_index('ix_production_spells_user_id', table_name='production_spells')
    op.drop_index('ix_production_spells_started_at', table_name='production_spells')
    op.drop_index('ix_production_spells_order_id', table_name='production_spells')
    op.drop_index('ix_production_spells_machine_id', table_name='production_spells')
    op.drop_table('production_spells')
    op.drop_index('ix_production_materials_substitute_for_id', table_name='production_materials')
    op.drop_index('ix_production_materials_product_id', table_name='production_materials')
    op.drop_index('ix_production_materials_order_id', table_name='production_materials')
    op.drop_index('ix_production_materials_bom_component_id', table_name='production_materials')
    op.drop_table('production_materials')
    op.drop_index('ix_production_completions_reverted_by', table_name='production_completions')
    op.drop_index('ix_production_completions_product_id', table_name='production_completions')
    op.drop_index('ix_production_completions_order_id', table_name='production_completions')
    op.drop_index('ix_production_completions_operator_id', table_name='production_completions')
    op.drop_index('ix_production_completions_machine_id', table_name='production_completions')
    op.drop_index('ix_production_completions_created_by', table_name='production_completions')
    op.drop_index('ix_production_completions_completed_at', table_name='production_completions')
    op.drop_index('ix_production_completions_branch_id', table_name='production_completions')
    op.drop_index('ix_production_completions_batch_id', table_name='production_completions')
    op.drop_table('production_completions')
    op.drop_index('ix_machine_logs_order_id', table_name='machine_logs')
    op.drop_index('ix_machine_logs_occurred_at', table_name='machine_logs')
    op.drop_index('ix_machine_logs_machine_id', table_name='machine_logs')
    op.drop_index('ix_machine_logs_created_by', table_name='machine_logs')
    op.drop_table('machine_logs')
    op.drop_index('ix_bom_substitutes_product_id', table_name='bom_substitutes')
    op.drop_index('ix_bom_substitutes_bom_component_id', table_name='bom_substitutes')
    op.drop_table('bom_substitutes')
    op.drop_index('uq_production_orders_running', table_name='production_orders', postgresql_where="status = 'in_progress' AND machine_id IS NOT NULL")
    op.drop_index('ix_production_orders_workspace_id', table_name='production_orders')
    op.drop_index('ix_production_orders_status', table_name='production_orders')
    op.drop_index('ix_production_orders_product_id', table_name='production_orders')
    op.drop_index('ix_production_orders_planned', table_name='production_orders')
    op.drop_index('ix_production_orders_parent_id', table_name='production_orders')
    op.drop_index('ix_production_orders_origin', table_name='production_orders')
    op.drop_index('ix_production_orders_operator_id', table_name='production_orders')
    op.drop_index('ix_production_orders_machine_id', table_name='production_orders')
    op.drop_index('ix_production_orders_machine', table_name='production_orders')
    op.drop_index('ix_production_orders_due', table_name='production_orders', postgresql_where="status NOT IN ('completed', 'cancelled')")
    op.drop_index('ix_production_orders_created_by', table_name='production_orders')
    op.drop_index('ix_production_orders_cancelled_by', table_name='production_orders')
    op.drop_index('ix_production_orders_branch_id', table_name='production_orders')
    op.drop_index('ix_production_orders_bom_id', table_name='production_orders')
    op.drop_table('production_orders')
    op.drop_index('ix_bom_components_unit_id', table_name='bom_components')
    op.drop_index('ix_bom_components_component_id', table_name='bom_components')
    op.drop_index('ix_bom_components_bom_id', table_name='bom_components')
    op.drop_table('bom_components')
    op.drop_index('ix_bom_by_products_product_id', table_name='bom_by_products')
    op.drop_index('ix_bom_by_products_bom_id', table_name='bom_by_products')
    op.drop_table('bom_by_products')
    op.drop_index('ix_machine_operators_user_id', table_name='machine_operators')
    op.drop_index('ix_machine_operators_machine_id', table_name='machine_operators')
    op.drop_table('machine_operators')
    op.drop_index('uq_bills_of_materials_default', table_name='bills_of_materials', postgresql_where='is_default')
    op.drop_index('ix_bills_of_materials_workspace_id', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_status', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_product_id', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_machine_id', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_created_by', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_copied_from_id', table_name='bills_of_materials')
    op.drop_index('ix_bills_of_materials_approved_by', table_name='bills_of_materials')
    op.drop_table('bills_of_materials')
    op.drop_index('uq_machines_code', table_name='machines', postgresql_where='deleted_at IS NULL')
    op.drop_index('ix_machines_next_upkeep_on', table_name='machines')
    op.drop_index('ix_machines_created_by', table_name='machines')
    op.drop_index('ix_machines_branch_id', table_name='machines')
    op.drop_table('machines')
