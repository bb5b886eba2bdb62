"""Machinery without business words: database, tenants, money, errors, permissions, web, jobs."""
