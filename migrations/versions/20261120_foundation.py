"""Foundation: tenants, people, catalogue, stock and cash ledgers, shifts and sales, with their walls.

The walls (docs/tenants.md) are built by two functions that later migrations call for their tables:
``smartpos_build_walls(table)`` and ``smartpos_audit_changes(table)``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "audit_logs",
    "price_types",
    "roles",
    "search_synonyms",
    "stored_files",
    "units",
    "word_grams",
    "workspaces",
    "branches",
    "categories",
    "role_permissions",
    "tills",
    "users",
    "app_settings",
    "cash_entries",
    "login_names",
    "products",
    "shifts",
    "stock_adjustments",
    "user_sessions",
    "user_workspaces",
    "branch_stocks",
    "inventory_movements",
    "prices",
    "product_barcodes",
    "product_words",
    "product_images",
    "sales",
    "sale_items",
    "sale_payments",
)

# Ledgers and documents are never edited: the application's role may only add to them and read.
APPEND_ONLY = ("audit_logs", "inventory_movements", "cash_entries", "sales", "sale_items", "sale_payments")

AUDITED = (
    "organizations",
    "workspaces",
    "branches",
    "tills",
    "roles",
    "role_permissions",
    "users",
    "user_workspaces",
    "app_settings",
    "units",
    "categories",
    "products",
    "product_barcodes",
    "product_images",
    "search_synonyms",
    "price_types",
    "prices",
)

ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['smartpos_app', 'smartpos_platform'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
            END IF;
        -- Another database of the same server may be migrating at this moment.
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        IF current_setting('server_version_num')::int < 160000 THEN
            IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
            END IF;
        -- Since 16 whoever creates a role may hand it on but not become it. What is not inherited keeps the walls up
        -- for the owner of the tables too.
        ELSIF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', wanted);
        END IF;
    END LOOP;
END $$;
"""

BUILD_WALLS = """
CREATE FUNCTION smartpos_build_walls(target text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    tenant text := 'NULLIF(current_setting(''app.organization_id'', true), '''')::bigint';
    spaces text := 'string_to_array(NULLIF(current_setting(''app.workspace_ids'', true), ''''), '','')::bigint[]';
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY tenant_wall ON %I TO smartpos_app USING (organization_id = %s) '
                   'WITH CHECK (organization_id = %s)', target, tenant, tenant);
    EXECUTE format('CREATE POLICY platform ON %I TO smartpos_platform USING (true) WITH CHECK (true)', target);
    IF target <> 'audit_logs' AND EXISTS (
        SELECT FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = target AND column_name = 'workspace_id'
    ) THEN
        -- A user limited to some workspaces sees the rows of these and of the whole organization.
        EXECUTE format('CREATE POLICY workspace_wall ON %I AS RESTRICTIVE TO smartpos_app '
                       'USING (%s IS NULL OR workspace_id IS NULL OR workspace_id = ANY (%s)) '
                       'WITH CHECK (%s IS NULL OR workspace_id IS NULL OR workspace_id = ANY (%s))',
                       target, spaces, spaces, spaces, spaces);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO smartpos_app, smartpos_platform', target);
END $body$;
"""

# Old and new values hold only what changed, and never a secret.
AUDIT = """
CREATE FUNCTION smartpos_audit() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    secret text[] := ARRAY['password_hash', 'pin_code_hash', 'totp_secret', 'recovery_codes', 'passport_data',
                           'device_token_hash'];
    silent text[] := ARRAY['updated_at', 'search_key', 'embedding', 'failed_logins', 'failed_pins',
                           'locked_until', 'pin_locked_until', 'last_login_at', 'totp_last_step', 'last_number'];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - silent END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - silent END;
    subject jsonb := COALESCE(after, before);
    name text;
BEGIN
    FOREACH name IN ARRAY secret LOOP
        IF before ? name AND before -> name <> 'null' THEN
            before := jsonb_set(before, ARRAY[name], CASE WHEN after -> name = before -> name
                THEN '"***"'::jsonb ELSE '"*** (old)"'::jsonb END);
        END IF;
        IF after ? name AND after -> name <> 'null' THEN
            after := jsonb_set(after, ARRAY[name], '"***"'::jsonb);
        END IF;
    END LOOP;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, after -> b.key)
        INTO before, after
        FROM jsonb_each(before) AS b WHERE b.value IS DISTINCT FROM after -> b.key;
        IF before IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_logs (organization_id, action, entity_type, entity_id, user_id, workspace_id,
                            old_values, new_values, request_id)
    VALUES (COALESCE(subject ->> 'organization_id', subject ->> 'id')::bigint,
            CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END,
            TG_TABLE_NAME, (subject ->> 'id')::bigint,
            NULLIF(current_setting('app.user_id', true), '')::bigint,
            (subject ->> 'workspace_id')::bigint, before, after,
            NULLIF(current_setting('app.request_id', true), ''));
    RETURN NULL;
END $body$;
"""

AUDIT_CHANGES = """
CREATE FUNCTION smartpos_audit_changes(target text, occasion text DEFAULT 'INSERT OR UPDATE OR DELETE')
RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_changes AFTER %s ON %I FOR EACH ROW EXECUTE FUNCTION smartpos_audit()',
                   occasion, target);
END $body$;
"""

# A partition takes along what the default partition caught while it did not exist; attaching would fail otherwise.
AUDIT_PARTITION = """
CREATE FUNCTION smartpos_make_audit_partition(month date) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    first date := date_trunc('month', month);
    name text := 'audit_logs_' || to_char(first, '"y"YYYY"m"MM');
    since timestamptz := first::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (first + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    IF to_regclass('audit_logs_default') IS NOT NULL THEN
        EXECUTE format('WITH caught AS (DELETE FROM audit_logs_default '
                       'WHERE timestamp >= %L AND timestamp < %L RETURNING *) '
                       'INSERT INTO %I SELECT * FROM caught', since, until, name);
    END IF;
    EXECUTE format('ALTER TABLE audit_logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, since, until);
END $body$;
"""

VAT_RATES = (
    # country, code, rate, valid from, valid to (docs/money.md names the laws)
    ("UZ", "standard", "15.00", "2019-10-01", "2023-01-01"),
    ("UZ", "standard", "12.00", "2023-01-01", None),
    ("UZ", "zero", "0.00", "2019-10-01", None),
    ("UZ", "exempt", "0.00", "2019-10-01", None),
    ("KZ", "standard", "12.00", "2009-01-01", "2026-01-01"),
    ("KZ", "standard", "16.00", "2026-01-01", None),
    ("KZ", "reduced", "5.00", "2026-01-01", "2027-01-01"),
    ("KZ", "reduced", "10.00", "2027-01-01", None),
    ("KZ", "zero", "0.00", "2009-01-01", None),
    ("KZ", "exempt", "0.00", "2009-01-01", None),
)


def upgrade() -> None:

    op.create_table('organizations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('domain', sa.Text(), nullable=False, comment='short name people type when a user name is ambiguous'),
    sa.Column('host', sa.Text(), nullable=True, comment="the tenant's own web address"),
    sa.Column('is_platform', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('status', sa.Enum('active', 'inactive', 'suspended', name='organization_status', native_enum=False, create_constraint=True, length=32), server_default='active', nullable=False),
    sa.Column('status_reason', sa.Text(), nullable=True, comment='shown to users of a suspended organization'),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('legal_name', sa.Text(), nullable=True),
    sa.Column('bin', sa.Text(), nullable=True, comment='BIN in Kazakhstan, STIR in Uzbekistan'),
    sa.Column('tax_id', sa.Text(), nullable=True, comment='VAT payer code'),
    sa.Column('registration_number', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('employee_count', sa.Integer(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('website', sa.Text(), nullable=True),
    sa.Column('country', sa.Text(), server_default='UZ', nullable=False),
    sa.Column('currency', sa.Text(), server_default='UZS', nullable=False),
    sa.Column('timezone', sa.Text(), server_default='Asia/Tashkent', nullable=False),
    sa.Column('locale', sa.Text(), server_default='uz', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f('ck_organizations_country')),
    sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f('ck_organizations_currency')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organizations')),
    sa.UniqueConstraint('host', name=op.f('uq_organizations_host'))
    )
    op.create_index('uq_organizations_domain', 'organizations', ['domain'], unique=True)
    op.create_index('uq_organizations_platform', 'organizations', ['is_platform'], unique=True, postgresql_where='is_platform')
    op.create_table('vat_rates',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('country', sa.Text(), nullable=False, comment='ISO 3166 alpha-2'),
    sa.Column('code', sa.Enum('standard', 'reduced', 'zero', 'exempt', name='vat_code', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rate', sa.Numeric(precision=5, scale=2), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='first day on which it no longer holds'),
    sa.CheckConstraint('rate >= 0 AND rate < 100', name=op.f('ck_vat_rates_rate')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to > valid_from', name=op.f('ck_vat_rates_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vat_rates')),
    sa.UniqueConstraint('country', 'code', 'valid_from', name=op.f('uq_vat_rates_country_code_valid_from'))
    )
    op.create_table('audit_logs',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('timestamp', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('action', sa.Enum('create', 'update', 'delete', 'login', 'login_failed', 'logout', 'export', 'import', 'approve', 'access', name='audit_action', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('entity_type', sa.Text(), nullable=False, comment='table name, or the subject of an act'),
    sa.Column('entity_id', sa.BigInteger(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=True, comment='no foreign key: a visitor is of another tenant'),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('old_values', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('new_values', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('ip_address', postgresql.INET(), nullable=True),
    sa.Column('user_agent', sa.Text(), nullable=True),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_audit_logs_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', 'timestamp', name='pk_audit_logs'),
    postgresql_partition_by='RANGE (timestamp)'
    )
    op.create_index('ix_audit_logs_action', 'audit_logs', ['organization_id', 'action', 'timestamp'], unique=False)
    op.create_index('ix_audit_logs_entity', 'audit_logs', ['organization_id', 'entity_type', 'entity_id'], unique=False)
    op.create_index('ix_audit_logs_timestamp', 'audit_logs', ['organization_id', 'timestamp'], unique=False)
    op.create_index('ix_audit_logs_user_id', 'audit_logs', ['organization_id', 'user_id', 'timestamp'], unique=False)
    op.create_table('price_types',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_price_types_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_price_types'),
    sa.UniqueConstraint('organization_id', 'name', name=op.f('uq_price_types_organization_id_name'))
    )
    op.create_index('uq_price_types_default', 'price_types', ['organization_id', 'is_default'], unique=True, postgresql_where='is_default')
    op.create_table('roles',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('rank', sa.Integer(), server_default='10', nullable=False, comment='nobody may give or edit a role above their own rank'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_roles_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_roles'),
    sa.UniqueConstraint('organization_id', 'key', name=op.f('uq_roles_organization_id_key')),
    sa.UniqueConstraint('organization_id', 'name', name=op.f('uq_roles_organization_id_name'))
    )
    op.create_table('search_synonyms',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('concept', sa.Text(), nullable=False),
    sa.Column('lang', sa.Text(), server_default='uz', nullable=False),
    sa.Column('term', sa.Text(), nullable=False),
    sa.Column('search_key', sa.Text(collation='C'), nullable=False, comment='core.search.fold(term)'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_search_synonyms_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_search_synonyms'),
    sa.UniqueConstraint('organization_id', 'concept', 'term', name=op.f('uq_search_synonyms_organization_id_concept_term'))
    )
    op.create_index('ix_search_synonyms_search_key', 'search_synonyms', ['organization_id', 'search_key'], unique=False)
    op.create_table('stored_files',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('original_name', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False, comment='bytes'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stored_files_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stored_files'),
    sa.UniqueConstraint('organization_id', 'path', name=op.f('uq_stored_files_organization_id_path'))
    )
    op.create_table('units',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False, comment='as printed on the receipt: dona, kg, l'),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('digits', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('digits BETWEEN 0 AND 3', name=op.f('ck_units_digits')),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_units_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_units'),
    sa.UniqueConstraint('organization_id', 'name', name=op.f('uq_units_organization_id_name'))
    )
    op.create_table('word_grams',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('gram', sa.Text(collation='C'), nullable=False),
    sa.Column('word', sa.Text(collation='C'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_word_grams_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'gram', 'word', name='pk_word_grams')
    )
    op.create_table('workspaces',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('type', sa.Enum('main', 'division', 'project', 'branch', name='workspace_type', native_enum=False, create_constraint=True, length=32), server_default='main', nullable=False),
    sa.Column('status', sa.Enum('active', 'inactive', 'archived', name='workspace_status', native_enum=False, create_constraint=True, length=32), server_default='active', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_workspaces_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_workspaces')
    )
    op.create_index('uq_workspaces_name', 'workspaces', ['organization_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_workspaces_created_by', 'workspaces', ['organization_id', 'created_by'], unique=False)
    op.create_table('branches',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('store', 'warehouse', 'workshop', 'office', name='branch_kind', native_enum=False, create_constraint=True, length=32), server_default='store', nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('manager_id', sa.BigInteger(), nullable=True),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_branches_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_branches_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_branches')
    )
    op.create_index('uq_branches_name', 'branches', ['organization_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_branches_manager_id', 'branches', ['organization_id', 'manager_id'], unique=False)
    op.create_index('ix_branches_workspace_id', 'branches', ['organization_id', 'workspace_id'], unique=False)
    op.create_table('categories',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('sort_order', sa.Integer(), server_default='0', nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('parent_id IS NULL OR parent_id <> id', name=op.f('ck_categories_not_its_own_parent')),
    sa.ForeignKeyConstraint(['organization_id', 'parent_id'], ['categories.organization_id', 'categories.id'], name='fk_categories_parent_id', ondelete='SET NULL (parent_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_categories_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_categories_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_categories')
    )
    op.create_index('uq_categories_name', 'categories', ['organization_id', 'parent_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL', postgresql_nulls_not_distinct=True)
    op.create_index('ix_categories_parent_id', 'categories', ['organization_id', 'parent_id'], unique=False)
    op.create_index('ix_categories_workspace_id', 'categories', ['organization_id', 'workspace_id'], unique=False)
    op.create_table('role_permissions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('role_id', sa.BigInteger(), nullable=False),
    sa.Column('permission', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'role_id'], ['roles.organization_id', 'roles.id'], name='fk_role_permissions_role_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_role_permissions_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_role_permissions'),
    sa.UniqueConstraint('organization_id', 'role_id', 'permission', name=op.f('uq_role_permissions_organization_id_role_id_permission'))
    )
    op.create_index('ix_role_permissions_role_id', 'role_permissions', ['organization_id', 'role_id'], unique=False)
    op.create_table('tills',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment="the first part of the till's receipt numbers"),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('device_token_hash', sa.Text(), nullable=True, comment="SHA-256 of the device's cookie"),
    sa.Column('receipt_width', sa.Integer(), server_default='80', nullable=False, comment='millimetres'),
    sa.Column('is_active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('receipt_width IN (58, 80)', name=op.f('ck_tills_receipt_width')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_tills_branch_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_tills_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_tills'),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_tills_organization_id_number'))
    )
    op.create_index('uq_tills_name', 'tills', ['organization_id', 'branch_id', 'name'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_tills_branch_id', 'tills', ['organization_id', 'branch_id'], unique=False)
    op.create_table('users',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('phone_number', sa.Text(), nullable=True, comment='E.164'),
    sa.Column('password_hash', sa.Text(), nullable=True, comment='Argon2; null means that no password works'),
    sa.Column('pin_code_hash', sa.Text(), nullable=True, comment='Argon2'),
    sa.Column('full_name', sa.Text(), server_default='', nullable=False),
    sa.Column('role_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('pending', 'active', 'inactive', 'suspended', name='user_status', native_enum=False, create_constraint=True, length=32), server_default='active', nullable=False),
    sa.Column('locale', sa.Text(), nullable=True),
    sa.Column('default_branch_id', sa.BigInteger(), nullable=True),
    sa.Column('must_change_password', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('totp_secret', sa.LargeBinary(), nullable=True),
    sa.Column('totp_last_step', sa.BigInteger(), nullable=True, comment='a code works once'),
    sa.Column('recovery_codes', sa.LargeBinary(), nullable=True, comment='hashes of those not yet used'),
    sa.Column('failed_logins', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failed_pins', sa.Integer(), server_default='0', nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('profile_image_id', sa.BigInteger(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('passport_data', sa.LargeBinary(), nullable=True),
    sa.Column('job_title', sa.Text(), nullable=True),
    sa.Column('hired_date', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'", name=op.f('ck_users_username')),
    sa.ForeignKeyConstraint(['organization_id', 'default_branch_id'], ['branches.organization_id', 'branches.id'], name='fk_users_default_branch_id', ondelete='SET NULL (default_branch_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'profile_image_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_users_profile_image_id', ondelete='SET NULL (profile_image_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'role_id'], ['roles.organization_id', 'roles.id'], name='fk_users_role_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_users_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_users')
    )
    op.create_index('uq_users_username', 'users', ['organization_id', 'username'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_users_default_branch_id', 'users', ['organization_id', 'default_branch_id'], unique=False)
    op.create_index('ix_users_profile_image_id', 'users', ['organization_id', 'profile_image_id'], unique=False)
    op.create_index('ix_users_role_id', 'users', ['organization_id', 'role_id'], unique=False)
    op.create_table('app_settings',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'updated_by'], ['users.organization_id', 'users.id'], name='fk_app_settings_updated_by', ondelete='SET NULL (updated_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_app_settings_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_app_settings'),
    sa.UniqueConstraint('organization_id', 'key', name=op.f('uq_app_settings_organization_id_key'))
    )
    op.create_index('ix_app_settings_updated_by', 'app_settings', ['organization_id', 'updated_by'], unique=False)
    op.create_table('cash_entries',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=False),
    sa.Column('shift_id', sa.BigInteger(), nullable=False, comment='no foreign key: shifts belong to sales, which is upstairs'),
    sa.Column('kind', sa.Enum('opening', 'sale', 'difference', name='cash_entry_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='signed: into the drawer is positive'),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_cash_entries_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_cash_entries_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_cash_entries_till_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_cash_entries_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_cash_entries')
    )
    op.create_index('ix_cash_entries_branch_id', 'cash_entries', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_cash_entries_created_by', 'cash_entries', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_cash_entries_origin', 'cash_entries', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_cash_entries_shift_id', 'cash_entries', ['organization_id', 'shift_id', 'kind'], unique=False)
    op.create_index('ix_cash_entries_till_id', 'cash_entries', ['organization_id', 'till_id'], unique=False)
    op.create_table('login_names',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('kind', sa.Enum('username', 'email', 'phone', name='login_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_login_names_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_login_names_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_login_names'),
    sa.UniqueConstraint('organization_id', 'kind', 'value', name=op.f('uq_login_names_organization_id_kind_value'))
    )
    op.create_index('ix_login_names_user_id', 'login_names', ['organization_id', 'user_id'], unique=False)
    op.create_index('ix_login_names_value', 'login_names', ['value'], unique=False)
    op.create_index('uq_login_names_everywhere', 'login_names', ['kind', 'value'], unique=True, postgresql_where="kind <> 'username'")
    op.create_table('products',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sku', sa.Text(), nullable=False, comment="our own code of the article; 003's code"),
    sa.Column('type', sa.Enum('product', 'material', 'service', 'manufactured', 'bundle', 'digital', name='product_type', native_enum=False, create_constraint=True, length=32), server_default='product', nullable=False),
    sa.Column('status', sa.Enum('active', 'inactive', 'discontinued', name='product_status', native_enum=False, create_constraint=True, length=32), server_default='active', nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('price', sa.Numeric(precision=18, scale=2), server_default='0', nullable=False),
    sa.Column('cost_price', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('markup_percent', sa.Numeric(precision=7, scale=2), nullable=True),
    sa.Column('vat_code', sa.Enum('standard', 'reduced', 'zero', 'exempt', name='vat_code', native_enum=False, create_constraint=True, length=32), server_default='standard', nullable=False),
    sa.Column('vat_included', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('mxik_code', sa.Text(), nullable=True, comment="Uzbekistan's 17-digit classifier code"),
    sa.Column('package_code', sa.Text(), nullable=True, comment="the tax service's package code"),
    sa.Column('cash_allowed', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('track_inventory', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('reorder_quantity', sa.Numeric(precision=14, scale=3), nullable=True),
    sa.Column('weight', sa.Numeric(precision=14, scale=3), nullable=True, comment='kilograms'),
    sa.Column('dimensions', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('color', sa.Text(), nullable=True),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('lead_time_days', sa.Integer(), nullable=True),
    sa.Column('production_time', sa.Integer(), nullable=True, comment='minutes'),
    sa.Column('requires_production', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('shelf_life_days', sa.Integer(), nullable=True),
    sa.Column('specifications', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('custom_fields', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.Column('tags', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('embedding', postgresql.ARRAY(sa.Float()), nullable=True, comment="000's embedding_vector; optional"),
    sa.Column('search_key', sa.Text(), server_default='', nullable=False, comment='core.search.fold(name)'),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('char_length(name) BETWEEN 1 AND 500', name=op.f('ck_products_name')),
    sa.CheckConstraint('cost_price >= 0', name=op.f('ck_products_cost_price')),
    sa.CheckConstraint('price >= 0', name=op.f('ck_products_price')),
    sa.ForeignKeyConstraint(['organization_id', 'category_id'], ['categories.organization_id', 'categories.id'], name='fk_products_category_id', ondelete='SET NULL (category_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_products_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'unit_id'], ['units.organization_id', 'units.id'], name='fk_products_unit_id'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_products_workspace_id', ondelete='SET NULL (workspace_id)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_products_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_products')
    )
    op.create_index('uq_products_sku', 'products', ['organization_id', 'sku'], unique=True, postgresql_where='deleted_at IS NULL')
    op.create_index('ix_products_category_id', 'products', ['organization_id', 'category_id'], unique=False)
    op.create_index('ix_products_created_by', 'products', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_products_name', 'products', ['organization_id', 'name', 'id'], unique=False)
    op.create_index('ix_products_search_key', 'products', ['organization_id', 'search_key', 'id'], unique=False)
    op.create_index('ix_products_unit_id', 'products', ['organization_id', 'unit_id'], unique=False)
    op.create_index('ix_products_updated_at', 'products', ['organization_id', 'updated_at', 'id'], unique=False)
    op.create_index('ix_products_workspace_id', 'products', ['organization_id', 'workspace_id'], unique=False)
    op.create_table('shifts',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=False),
    sa.Column('cashier_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='counts the shifts of the till'),
    sa.Column('status', sa.Enum('open', 'closed', name='shift_status', native_enum=False, create_constraint=True, length=32), server_default='open', nullable=False),
    sa.Column('last_number', sa.Integer(), server_default='0', nullable=False, comment='last receipt'),
    sa.Column('opening_cash', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('expected_cash', sa.Numeric(precision=18, scale=2), nullable=True, comment='sum of the cash ledger at close'),
    sa.Column('closing_cash', sa.Numeric(precision=18, scale=2), nullable=True, comment='what was counted'),
    sa.Column('difference', sa.Numeric(precision=18, scale=2), nullable=True, comment='counted minus expected'),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f('ck_shifts_closed_at')),
    sa.CheckConstraint('opening_cash >= 0', name=op.f('ck_shifts_opening_cash')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_shifts_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cashier_id'], ['users.organization_id', 'users.id'], name='fk_shifts_cashier_id'),
    sa.ForeignKeyConstraint(['organization_id', 'closed_by'], ['users.organization_id', 'users.id'], name='fk_shifts_closed_by', ondelete='SET NULL (closed_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_shifts_till_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_shifts_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_shifts'),
    sa.UniqueConstraint('organization_id', 'till_id', 'number', name=op.f('uq_shifts_organization_id_till_id_number'))
    )
    op.create_index('ix_shifts_branch_id', 'shifts', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_shifts_cashier_id', 'shifts', ['organization_id', 'cashier_id'], unique=False)
    op.create_index('ix_shifts_closed_by', 'shifts', ['organization_id', 'closed_by'], unique=False)
    op.create_index('ix_shifts_opened_at', 'shifts', ['organization_id', 'opened_at', 'id'], unique=False)
    op.create_index('ix_shifts_till_id', 'shifts', ['organization_id', 'till_id'], unique=False)
    op.create_index('uq_shifts_open_cashier', 'shifts', ['organization_id', 'cashier_id'], unique=True, postgresql_where="status = 'open'")
    op.create_index('uq_shifts_open_till', 'shifts', ['organization_id', 'till_id'], unique=True, postgresql_where="status = 'open'")
    op.create_table('stock_adjustments',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Enum('opening', 'count', 'damage', 'loss', 'found', 'own_use', 'other', name='adjustment_reason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('client_uuid', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_stock_adjustments_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_stock_adjustments_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_adjustments_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_stock_adjustments'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_stock_adjustments_organization_id_client_uuid'))
    )
    op.create_index('ix_stock_adjustments_branch_id', 'stock_adjustments', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_stock_adjustments_created_by', 'stock_adjustments', ['organization_id', 'created_by'], unique=False)
    op.create_table('user_sessions',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('web', 'pin', 'api', name='session_kind', native_enum=False, create_constraint=True, length=32), server_default='web', nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False, comment='SHA-256 of the secret the client holds'),
    sa.Column('till_id', sa.BigInteger(), nullable=True),
    sa.Column('visited_organization_id', sa.BigInteger(), nullable=True, comment='a super admin looking in'),
    sa.Column('visit_reason', sa.Text(), nullable=True),
    sa.Column('ip_address', postgresql.INET(), nullable=True),
    sa.Column('user_agent', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_user_sessions_till_id', ondelete='SET NULL (till_id)'),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_user_sessions_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_user_sessions_organization_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['visited_organization_id'], ['organizations.id'], name=op.f('fk_user_sessions_visited_organization_id')),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_user_sessions'),
    sa.UniqueConstraint('organization_id', 'token_hash', name=op.f('uq_user_sessions_organization_id_token_hash'))
    )
    op.create_index('ix_user_sessions_till_id', 'user_sessions', ['organization_id', 'till_id'], unique=False)
    op.create_index('ix_user_sessions_user_id', 'user_sessions', ['organization_id', 'user_id'], unique=False)
    op.create_table('user_workspaces',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('workspace_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'user_id'], ['users.organization_id', 'users.id'], name='fk_user_workspaces_user_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'workspace_id'], ['workspaces.organization_id', 'workspaces.id'], name='fk_user_workspaces_workspace_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_user_workspaces_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_user_workspaces'),
    sa.UniqueConstraint('organization_id', 'user_id', 'workspace_id', name=op.f('uq_user_workspaces_organization_id_user_id_workspace_id'))
    )
    op.create_index('ix_user_workspaces_user_id', 'user_workspaces', ['organization_id', 'user_id'], unique=False)
    op.create_index('ix_user_workspaces_workspace_id', 'user_workspaces', ['organization_id', 'workspace_id'], unique=False)
    op.create_table('branch_stocks',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('reserved_quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('min_quantity', sa.Numeric(precision=14, scale=3), server_default='0', nullable=False),
    sa.Column('reorder_point', sa.Numeric(precision=14, scale=3), nullable=True),
    sa.Column('max_quantity', sa.Numeric(precision=14, scale=3), nullable=True),
    sa.Column('average_cost', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=4), server_default='0', nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('average_cost >= 0', name=op.f('ck_branch_stocks_average_cost')),
    sa.CheckConstraint('min_quantity >= 0', name=op.f('ck_branch_stocks_min_quantity')),
    sa.CheckConstraint('reserved_quantity >= 0', name=op.f('ck_branch_stocks_reserved_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_branch_stocks_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_branch_stocks_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_branch_stocks_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_branch_stocks'),
    sa.UniqueConstraint('organization_id', 'branch_id', 'product_id', name=op.f('uq_branch_stocks_organization_id_branch_id_product_id'))
    )
    op.create_index('ix_branch_stocks_branch_id', 'branch_stocks', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_branch_stocks_product_id', 'branch_stocks', ['organization_id', 'product_id'], unique=False)
    op.create_table('inventory_movements',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('movement_type', sa.Enum('in', 'out', 'adjust', name='movement_type', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False),
    sa.Column('unit_cost', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('value', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('origin_kind', sa.Text(), nullable=False),
    sa.Column('origin_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('unit_cost >= 0', name=op.f('ck_inventory_movements_unit_cost')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_inventory_movements_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_inventory_movements_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_inventory_movements_product_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_inventory_movements_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_inventory_movements')
    )
    op.create_index('ix_inventory_movements_branch_id', 'inventory_movements', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_inventory_movements_created_by', 'inventory_movements', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_inventory_movements_occurred_at', 'inventory_movements', ['organization_id', 'occurred_at', 'id'], unique=False)
    op.create_index('ix_inventory_movements_origin', 'inventory_movements', ['organization_id', 'origin_kind', 'origin_id'], unique=False)
    op.create_index('ix_inventory_movements_product_id', 'inventory_movements', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_inventory_movements_stock', 'inventory_movements', ['organization_id', 'branch_id', 'product_id', 'id'], unique=False)
    op.create_table('prices',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('price_type_id', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=True),
    sa.Column('price', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('price >= 0', name=op.f('ck_prices_price')),
    sa.CheckConstraint('valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from', name=op.f('ck_prices_period')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_prices_branch_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'created_by'], ['users.organization_id', 'users.id'], name='fk_prices_created_by', ondelete='SET NULL (created_by)'),
    sa.ForeignKeyConstraint(['organization_id', 'price_type_id'], ['price_types.organization_id', 'price_types.id'], name='fk_prices_price_type_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_prices_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_prices_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_prices'),
    sa.UniqueConstraint('organization_id', 'product_id', 'price_type_id', 'branch_id', 'valid_from', name=op.f('uq_prices_organization_id_product_id_price_type_id_branch_id_valid_from'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_prices_branch_id', 'prices', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_prices_created_by', 'prices', ['organization_id', 'created_by'], unique=False)
    op.create_index('ix_prices_price_type_id', 'prices', ['organization_id', 'price_type_id'], unique=False)
    op.create_index('ix_prices_product_id', 'prices', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_prices_valid_from', 'prices', ['organization_id', 'valid_from'], unique=False, postgresql_where='valid_from IS NOT NULL')
    op.create_index('ix_prices_valid_to', 'prices', ['organization_id', 'valid_to'], unique=False, postgresql_where='valid_to IS NOT NULL')
    op.create_table('product_barcodes',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('barcode', sa.Text(), nullable=False),
    sa.Column('multiplier', sa.Numeric(precision=14, scale=3), server_default='1', nullable=False, comment='base units in one pack'),
    sa.Column('price', sa.Numeric(precision=18, scale=2), nullable=True, comment='of the whole pack; null = by multiplier'),
    sa.Column('title', sa.Text(), nullable=True, comment='what the pack is called: blok, quti'),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("barcode ~ '^[!-~]{1,64}$'", name=op.f('ck_product_barcodes_barcode')),
    sa.CheckConstraint('multiplier > 0', name=op.f('ck_product_barcodes_multiplier')),
    sa.CheckConstraint('price IS NULL OR price >= 0', name=op.f('ck_product_barcodes_price')),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_product_barcodes_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_product_barcodes_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_product_barcodes'),
    sa.UniqueConstraint('organization_id', 'barcode', name=op.f('uq_product_barcodes_organization_id_barcode'))
    )
    op.create_index('ix_product_barcodes_product_id', 'product_barcodes', ['organization_id', 'product_id'], unique=False)
    op.create_table('product_words',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('word', sa.Text(collation='C'), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_product_words_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_product_words_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'word', 'place', 'product_id', name='pk_product_words')
    )
    op.create_index('ix_product_words_product_id', 'product_words', ['organization_id', 'product_id'], unique=False)
    op.create_table('product_images',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('thumbnail_id', sa.BigInteger(), nullable=False),
    sa.Column('sort_order', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['organization_id', 'file_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_product_images_file_id'),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_product_images_product_id', ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id', 'thumbnail_id'], ['stored_files.organization_id', 'stored_files.id'], name='fk_product_images_thumbnail_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_product_images_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_product_images')
    )
    op.create_index('ix_product_images_file_id', 'product_images', ['organization_id', 'file_id'], unique=False)
    op.create_index('ix_product_images_product_id', 'product_images', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_product_images_thumbnail_id', 'product_images', ['organization_id', 'thumbnail_id'], unique=False)
    op.create_table('sales',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('branch_id', sa.BigInteger(), nullable=False),
    sa.Column('till_id', sa.BigInteger(), nullable=False),
    sa.Column('shift_id', sa.BigInteger(), nullable=False),
    sa.Column('cashier_id', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Enum('sale', 'refund', name='sale_type', native_enum=False, create_constraint=True, length=32), server_default='sale', nullable=False),
    sa.Column('status', sa.Enum('completed', name='sale_status', native_enum=False, create_constraint=True, length=32), server_default='completed', nullable=False),
    sa.Column('number', sa.Text(), nullable=False, comment='till-shift-receipt'),
    sa.Column('client_uuid', sa.Uuid(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False, comment='SHA-256 of what the client sent, for idempotency'),
    sa.Column('payment_method', sa.Enum('cash', 'card', 'transfer', 'mixed', name='payment_summary', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='Σ price × quantity'),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='line and cart discounts together'),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('rounding_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='cash rounding'),
    sa.Column('total_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='what was to be paid'),
    sa.Column('tendered_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='what was given'),
    sa.Column('change_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('cost_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='cost of the goods at the moment of sale'),
    sa.Column('business_date', sa.Date(), nullable=False, comment="a day in the tenant's time zone"),
    sa.Column('sold_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("discount_amount >= 0 OR type = 'refund'", name=op.f('ck_sales_discount_amount')),
    sa.CheckConstraint("total_amount >= 0 OR type = 'refund'", name=op.f('ck_sales_total_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'branch_id'], ['branches.organization_id', 'branches.id'], name='fk_sales_branch_id'),
    sa.ForeignKeyConstraint(['organization_id', 'cashier_id'], ['users.organization_id', 'users.id'], name='fk_sales_cashier_id'),
    sa.ForeignKeyConstraint(['organization_id', 'shift_id'], ['shifts.organization_id', 'shifts.id'], name='fk_sales_shift_id'),
    sa.ForeignKeyConstraint(['organization_id', 'till_id'], ['tills.organization_id', 'tills.id'], name='fk_sales_till_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_sales_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_sales'),
    sa.UniqueConstraint('organization_id', 'client_uuid', name=op.f('uq_sales_organization_id_client_uuid')),
    sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_sales_organization_id_number'))
    )
    op.create_index('ix_sales_branch_id', 'sales', ['organization_id', 'branch_id'], unique=False)
    op.create_index('ix_sales_business_date', 'sales', ['organization_id', 'business_date', 'branch_id'], unique=False)
    op.create_index('ix_sales_cashier_id', 'sales', ['organization_id', 'cashier_id'], unique=False)
    op.create_index('ix_sales_shift_id', 'sales', ['organization_id', 'shift_id'], unique=False)
    op.create_index('ix_sales_sold_at', 'sales', ['organization_id', 'sold_at', 'id'], unique=False)
    op.create_index('ix_sales_till_id', 'sales', ['organization_id', 'till_id'], unique=False)
    op.create_table('sale_items',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('sale_id', sa.BigInteger(), nullable=False),
    sa.Column('line_number', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('product_name', sa.Text(), nullable=False),
    sa.Column('barcode', sa.Text(), nullable=True, comment='as scanned'),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=14, scale=3), nullable=False, comment='as counted: base units or packs'),
    sa.Column('multiplier', sa.Numeric(precision=14, scale=3), server_default='1', nullable=False, comment='base units in one of what was counted'),
    sa.Column('is_tracked', sa.Boolean(), server_default='true', nullable=False, comment='whether it left stock; services do not'),
    sa.Column('price', sa.Numeric(precision=18, scale=2), nullable=False, comment='of one of what was counted'),
    sa.Column('gross_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('discount_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment='given on this line'),
    sa.Column('cart_discount_amount', sa.Numeric(precision=18, scale=2), nullable=False, comment="this line's share of the cart's discount"),
    sa.Column('vat_rate', sa.Numeric(precision=5, scale=2), nullable=False),
    sa.Column('vat_included', sa.Boolean(), nullable=False),
    sa.Column('tax_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('total_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('unit_cost', sa.Numeric(precision=18, scale=4), nullable=False, comment='of one base unit'),
    sa.Column('cost_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_sale_items_quantity')),
    sa.ForeignKeyConstraint(['organization_id', 'product_id'], ['products.organization_id', 'products.id'], name='fk_sale_items_product_id'),
    sa.ForeignKeyConstraint(['organization_id', 'sale_id'], ['sales.organization_id', 'sales.id'], name='fk_sale_items_sale_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_sale_items_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_sale_items'),
    sa.UniqueConstraint('organization_id', 'sale_id', 'line_number', name=op.f('uq_sale_items_organization_id_sale_id_line_number'))
    )
    op.create_index('ix_sale_items_product_id', 'sale_items', ['organization_id', 'product_id'], unique=False)
    op.create_index('ix_sale_items_sale_id', 'sale_items', ['organization_id', 'sale_id'], unique=False)
    op.create_table('sale_payments',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), autoincrement=True, nullable=False),
    sa.Column('sale_id', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.Enum('cash', 'card', 'transfer', name='payment_method', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.Column('tendered_amount', sa.Numeric(precision=18, scale=2), nullable=False),
    sa.CheckConstraint('tendered_amount >= amount OR amount < 0', name=op.f('ck_sale_payments_tendered_amount')),
    sa.ForeignKeyConstraint(['organization_id', 'sale_id'], ['sales.organization_id', 'sales.id'], name='fk_sale_payments_sale_id'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_sale_payments_organization_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('organization_id', 'id', name='pk_sale_payments')
    )
    op.create_index('ix_sale_payments_sale_id', 'sale_payments', ['organization_id', 'sale_id'], unique=False)
    op.create_foreign_key(
        "fk_workspaces_created_by", "workspaces", "users", ['organization_id', 'created_by'], ["organization_id", "id"], ondelete="SET NULL (created_by)"
    )
    op.create_foreign_key(
        "fk_branches_manager_id", "branches", "users", ['organization_id', 'manager_id'], ["organization_id", "id"], ondelete="SET NULL (manager_id)"
    )
    _build_walls()
    _build_audit()
    _state_vat_rates()


def _build_walls() -> None:
    op.execute(ROLES)
    op.execute("GRANT USAGE ON SCHEMA public TO smartpos_app, smartpos_platform")
    op.execute(BUILD_WALLS)
    for table in TENANT_TABLES:
        op.execute(f"SELECT smartpos_build_walls('{table}')")
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM smartpos_app, smartpos_platform")
    # An organization is a tenant by its own id; only the platform makes new ones.
    op.execute("ALTER TABLE organizations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE organizations FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_wall ON organizations TO smartpos_app "
        "USING (id = NULLIF(current_setting('app.organization_id', true), '')::bigint)"
    )
    op.execute("CREATE POLICY platform ON organizations TO smartpos_platform USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, UPDATE ON organizations TO smartpos_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON organizations TO smartpos_platform")
    op.execute("GRANT SELECT ON vat_rates TO smartpos_app, smartpos_platform")


def _build_audit() -> None:
    op.execute(AUDIT)
    op.execute(AUDIT_CHANGES)
    op.execute(AUDIT_PARTITION)
    for table in AUDITED:
        op.execute(f"SELECT smartpos_audit_changes('{table}')")
    op.execute("SELECT smartpos_audit_changes('shifts', 'INSERT OR UPDATE OF status')")
    op.execute(
        "SELECT smartpos_audit_changes('branch_stocks', 'UPDATE OF min_quantity, reorder_point, max_quantity')"
    )
    op.execute("CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT")
    op.execute(
        "SELECT smartpos_make_audit_partition((date_trunc('month', now()) + make_interval(months => n))::date) "
        "FROM generate_series(0, 2) AS n"
    )


def _state_vat_rates() -> None:
    for country, code, rate, valid_from, valid_to in VAT_RATES:
        until = f"'{valid_to}'" if valid_to else "NULL"
        op.execute(
            "INSERT INTO vat_rates (country, code, rate, valid_from, valid_to) "
            f"VALUES ('{country}', '{code}', {rate}, '{valid_from}', {until})"
        )


def downgrade() -> None:
    op.drop_constraint("fk_workspaces_created_by", "workspaces", type_="foreignkey")
    op.drop_constraint("fk_branches_manager_id", "branches", type_="foreignkey")

    op.drop_index('ix_sale_payments_sale_id', table_name='sale_payments')
    op.drop_table('sale_payments')
    op.drop_index('ix_sale_items_sale_id', table_name='sale_items')
    op.drop_index('ix_sale_items_product_id', table_name='sale_items')
    op.drop_table('sale_items')
    op.drop_index('ix_sales_till_id', table_name='sales')
    op.drop_index('ix_sales_sold_at', table_name='sales')
    op.drop_index('ix_sales_shift_id', table_name='sales')
    op.drop_index('ix_sales_cashier_id', table_name='sales')
    op.drop_index('ix_sales_business_date', table_name='sales')
    op.drop_index('ix_sales_branch_id', table_name='sales')
    op.drop_table('sales')
    op.drop_index('ix_product_images_thumbnail_id', table_name='product_images')
    op.drop_index('ix_product_images_product_id', table_name='product_images')
    op.drop_index('ix_product_images_file_id', table_name='product_images')
    op.drop_table('product_images')
    op.drop_index('ix_product_words_product_id', table_name='product_words')
    op.drop_table('product_words')
    op.drop_index('ix_product_barcodes_product_id', table_name='product_barcodes')
    op.drop_table('product_barcodes')
    op.drop_index('ix_prices_valid_to', table_name='prices', postgresql_where='valid_to IS NOT NULL')
    op.drop_index('ix_prices_valid_from', table_name='prices', postgresql_where='valid_from IS NOT NULL')
    op.drop_index('ix_prices_product_id', table_name='prices')
    op.drop_index('ix_prices_price_type_id', table_name='prices')
    op.drop_index('ix_prices_created_by', table_name='prices')
    op.drop_index('ix_prices_branch_id', table_name='prices')
    op.drop_table('prices')
    op.drop_index('ix_inventory_movements_stock', table_name='inventory_movements')
    op.drop_index('ix_inventory_movements_product_id', table_name='inventory_movements')
    op.drop_index('ix_inventory_movements_origin', table_name='inventory_movements')
    op.drop_index('ix_inventory_movements_occurred_at', table_name='inventory_movements')
    op.drop_index('ix_inventory_movements_created_by', table_name='inventory_movements')
    op.drop_index('ix_inventory_movements_branch_id', table_name='inventory_movements')
    op.drop_table('inventory_movements')
    op.drop_index('ix_branch_stocks_product_id', table_name='branch_stocks')
    op.drop_index('ix_branch_stocks_branch_id', table_name='branch_stocks')
    op.drop_table('branch_stocks')
    op.drop_index('ix_user_workspaces_workspace_id', table_name='user_workspaces')
    op.drop_index('ix_user_workspaces_user_id', table_name='user_workspaces')
    op.drop_table('user_workspaces')
    op.drop_index('ix_user_sessions_user_id', table_name='user_sessions')
    op.drop_index('ix_user_sessions_till_id', table_name='user_sessions')
    op.drop_table('user_sessions')
    op.drop_index('ix_stock_adjustments_created_by', table_name='stock_adjustments')
    op.drop_index('ix_stock_adjustments_branch_id', table_name='stock_adjustments')
    op.drop_table('stock_adjustments')
    op.drop_index('uq_shifts_open_till', table_name='shifts', postgresql_where="status = 'open'")
    op.drop_index('uq_shifts_open_cashier', table_name='shifts', postgresql_where="status = 'open'")
    op.drop_index('ix_shifts_till_id', table_name='shifts')
    op.drop_index('ix_shifts_opened_at', table_name='shifts')
    op.drop_index('ix_shifts_closed_by', table_name='shifts')
    op.drop_index('ix_shifts_cashier_id', table_name='shifts')
    op.drop_index('ix_shifts_branch_id', table_name='shifts')
    op.drop_table('shifts')
    op.drop_index('ix_products_workspace_id', table_name='products')
    op.drop_index('ix_products_updated_at', table_name='products')
    op.drop_index('ix_products_unit_id', table_name='products')
    op.drop_index('ix_products_search_key', table_name='products')
    op.drop_index('ix_products_name', table_name='products')
    op.drop_index('ix_products_created_by', table_name='products')
    op.drop_index('ix_products_category_id', table_name='products')
    op.drop_index('uq_products_sku', table_name='products', postgresql_where='deleted_at IS NULL')
    op.drop_table('products')
    op.drop_index('uq_login_names_everywhere', table_name='login_names', postgresql_where="kind <> 'username'")
    op.drop_index('ix_login_names_value', table_name='login_names')
    op.drop_index('ix_login_names_user_id', table_name='login_names')
    op.drop_table('login_names')
    op.drop_index('ix_cash_entries_till_id', table_name='cash_entries')
    op.drop_index('ix_cash_entries_shift_id', table_name='cash_entries')
    op.drop_index('ix_cash_entries_origin', table_name='cash_entries')
    op.drop_index('ix_cash_entries_created_by', table_name='cash_entries')
    op.drop_index('ix_cash_entries_branch_id', table_name='cash_entries')
    op.drop_table('cash_entries')
    op.drop_index('ix_app_settings_updated_by', table_name='app_settings')
    op.drop_table('app_settings')
    op.drop_index('ix_users_role_id', table_name='users')
    op.drop_index('ix_users_profile_image_id', table_name='users')
    op.drop_index('ix_users_default_branch_id', table_name='users')
    op.drop_index('uq_users_username', table_name='users', postgresql_where='deleted_at IS NULL')
    op.drop_table('users')
    op.drop_index('ix_tills_branch_id', table_name='tills')
    op.drop_index('uq_tills_name', table_name='tills', postgresql_where='deleted_at IS NULL')
    op.drop_table('tills')
    op.drop_index('ix_role_permissions_role_id', table_name='role_permissions')
    op.drop_table('role_permissions')
    op.drop_index('ix_categories_workspace_id', table_name='categories')
    op.drop_index('ix_categories_parent_id', table_name='categories')
    op.drop_index('uq_categories_name', table_name='categories', postgresql_where='deleted_at IS NULL')
    op.drop_table('categories')
    op.drop_index('ix_branches_workspace_id', table_name='branches')
    op.drop_index('ix_branches_manager_id', table_name='branches')
    op.drop_index('uq_branches_name', table_name='branches', postgresql_where='deleted_at IS NULL')
    op.drop_table('branches')
    op.drop_index('ix_workspaces_created_by', table_name='workspaces')
    op.drop_index('uq_workspaces_name', table_name='workspaces', postgresql_where='deleted_at IS NULL')
    op.drop_table('workspaces')
    op.drop_table('word_grams')
    op.drop_table('units')
    op.drop_table('stored_files')
    op.drop_index('ix_search_synonyms_search_key', table_name='search_synonyms')
    op.drop_table('search_synonyms')
    op.drop_table('roles')
    op.drop_index('uq_price_types_default', table_name='price_types', postgresql_where='is_default')
    op.drop_table('price_types')
    op.drop_index('ix_audit_logs_user_id', table_name='audit_logs')
    op.drop_index('ix_audit_logs_timestamp', table_name='audit_logs')
    op.drop_index('ix_audit_logs_entity', table_name='audit_logs')
    op.drop_index('ix_audit_logs_action', table_name='audit_logs')
    op.drop_table('audit_logs')
    op.drop_table('vat_rates')
    op.drop_index('uq_organizations_platform', table_name='organizations', postgresql_where='is_platform')
    op.drop_index('uq_organizations_domain', table_name='organizations')
    op.drop_table('organizations')
    op.execute("DROP FUNCTION smartpos_make_audit_partition(date)")
    op.execute("DROP FUNCTION smartpos_audit_changes(text, text)")
    op.execute("DROP FUNCTION smartpos_audit()")
    op.execute("DROP FUNCTION smartpos_build_walls(text)")
    # The roles stay: other databases of the server may use them.
