"""Commands about customers."""

import time

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.crm.operations import rebuild_customer_search
from smartpos.identity.models import Organization

group = AppGroup("customers", help="Customers and how they are found.")


@group.command("reindex")
@click.option("--organization", help="Short name of one organization; all of them otherwise.")
@with_appcontext
def reindex(organization: str | None) -> None:
    """Build the words that customers are found by anew, each organization in its own transaction."""
    with platform_scope(reason="flask customers reindex"):
        wanted = select(Organization.id, Organization.domain).order_by(Organization.id)
        if organization is not None:
            wanted = wanted.where(Organization.domain == organization.strip().lower())
        found = db.session.execute(wanted).all()
    if not found:
        raise click.ClickException("There is no such organization.")
    for row in found:
        started = time.perf_counter()
        with tenant_scope(row.id):
            count = rebuild_customer_search()
        db.session.commit()
        click.echo(f"{row.domain}: {count} customers in {time.perf_counter() - started:.1f} s")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
