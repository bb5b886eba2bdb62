"""Reads in PostgreSQL's own catalogue whether every table stands behind the walls of docs/tenants.md."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

# The few tables that belong to no tenant. Think long before adding one.
GLOBAL = {"vat_rates", "job_runs", "alembic_version"}
# What must be unique across tenants: how a person or an address leads to a tenant before the tenant is known.
UNIQUE_EVERYWHERE = {
    "uq_login_names_everywhere",
    "uq_organizations_domain",
    "uq_organizations_host",
    "uq_organizations_platform",
    "pk_organizations",
}
# A super admin's visit names another organization; the row stays in the platform's own tenant.
FOREIGN_ORGANIZATION = {"fk_user_sessions_visited_organization_id"}
# Shown to whoever may read the trail of the tenant, whatever part of it they work in.
WITHOUT_WORKSPACES = {"audit_logs"}
LEDGERS = {
    "audit_logs",
    "inventory_movements",
    "cash_entries",
    "customer_transactions",
    "sales",
    "sale_items",
    "sale_payments",
    "payments",
    "till_events",
    "supplier_transactions",
    "supplier_payments",
    "stock_count_entries",
    "stock_count_lines",
    "label_prints",
    "machine_logs",
    "production_uses",
    "production_outputs",
}

TABLES = """
SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relispartition AS is_partition,
       c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id'
               AND a.attnotnull AND NOT a.attisdropped) AS has_tenant,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'
               AND NOT a.attisdropped) AS has_workspace,
       has_table_privilege('smartpos_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS app_may_touch,
       has_table_privilege('smartpos_app', c.oid, 'UPDATE, DELETE, TRUNCATE') AS app_may_change,
       has_table_privilege('smartpos_platform', c.oid, 'UPDATE, DELETE, TRUNCATE') AS platform_may_change,
       'security_invoker=true' = ANY (coalesce(c.reloptions, '{}')) AS asks_invoker
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY c.relname
"""
POLICIES = """
SELECT polname AS name, polpermissive AS permissive, polcmd AS command, polroles::regrole[]::text[] AS roles,
       pg_get_expr(polqual, polrelid) AS uses, pg_get_expr(polwithcheck, polrelid) AS checks
FROM pg_policy WHERE polrelid = :oid
"""
UNIQUE_INDEXES = """
SELECT i.relname AS name, a.attname AS first
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
WHERE x.indrelid = :oid AND x.indisunique
"""
FOREIGN_KEYS = """
SELECT k.conname AS name, k.confrelid::regclass::text AS target,
       (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY AS p (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY AS p (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number) AS targets
FROM pg_constraint k WHERE k.conrelid = :oid AND k.contype = 'f' AND k.conparentid = 0
"""
FUNCTIONS = """
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
"""


def _rows(connection: Connection, query: str, **values: Any) -> list[Any]:
    return list(connection.execute(text(query), values))


def gaps(connection: Connection) -> list[str]:
    """Everything that is missing in the walls of the database, in sentences; empty when they stand."""
    found = [f"{name}: runs with its owner's rights" for (name,) in _rows(connection, FUNCTIONS)]
    for table in _rows(connection, TABLES):
        found += [f"{table.name}: {gap}" for gap in _gaps_of(connection, table)]
    return found


def _gaps_of(connection: Connection, table: Any) -> Iterator[str]:
    if table.kind == "m":
        yield "a materialized view cannot have row-level security"
    elif table.kind == "v":
        if not table.asks_invoker:
            yield "the view lacks security_invoker"
    elif table.is_partition:
        if table.app_may_touch:
            yield "a partition must only be reached through its table"
    elif table.name in GLOBAL:
        if table.app_may_change:
            yield "the application may change what all tenants share"
    else:
        if table.name != "organizations" and not table.has_tenant:
            yield "no organization_id that must be given"
        if not (table.secured and table.forced):
            yield "row-level security is not enabled and forced"
        if table.name in LEDGERS and (table.app_may_change or table.platform_may_change):
            yield "rows of a ledger can be changed"
        yield from _policy_gaps(_rows(connection, POLICIES, oid=table.oid), table)
        yield from _unique_gaps(_rows(connection, UNIQUE_INDEXES, oid=table.oid))
        yield from _reference_gaps(_rows(connection, FOREIGN_KEYS, oid=table.oid), table)


def _policy_gaps(policies: list[Any], table: Any) -> Iterator[str]:
    key = "id" if table.name == "organizations" else "organization_id"
    wall = f"({key} = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::bigint)"
    by_name = {policy.name: policy for policy in policies}
    tenant = by_name.get("tenant_wall")
    if tenant is None:
        yield "the policy tenant_wall is missing"
    elif tenant.uses != wall or tenant.checks not in (wall, None) or tenant.command not in ("*", b"*"):
        yield "the policy tenant_wall does not compare the tenant"
    for policy in policies:
        reaches_app = {"smartpos_app", "-"} & set(policy.roles)
        if policy.permissive and reaches_app and policy.name != "tenant_wall":
            yield f"the policy {policy.name} opens a second door"
    if table.has_workspace and table.name not in WITHOUT_WORKSPACES:
        division = by_name.get("workspace_wall")
        if division is None or division.permissive:
            yield "the policy workspace_wall is missing"


def _unique_gaps(indexes: list[Any]) -> Iterator[str]:
    for index in indexes:
        if index.first != "organization_id" and index.name not in UNIQUE_EVERYWHERE:
            yield f"{index.name} is unique across tenants"


def _reference_gaps(keys: list[Any], table: Any) -> Iterator[str]:
    for key in keys:
        if key.target == "organizations":
            if key.columns != ["organization_id"] and key.name not in FOREIGN_ORGANIZATION:
                yield f"{key.name} leads to an organization that is not the row's own"
        elif key.target in GLOBAL:
            continue
        elif key.columns[0] != "organization_id" or key.targets[0] != "organization_id":
            yield f"{key.name} may lead to a row of another tenant"
