"""Tenants, workspaces, branches, tills, users, roles and how people sign in."""
