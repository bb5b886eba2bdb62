"""Commands about customers."""

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from smartpos.crm.operations import rebuild_customer_search
from smartpos.identity.commands import for_each_organization

group = AppGroup("customers", help="Customers and how they are found.")


@group.command("reindex")
@click.option("--organization", help="Short name of one organization; all of them otherwise.")
@with_appcontext
def reindex(organization: str | None) -> None:
    """Build the words that customers are found by anew, each organization in its own transaction."""
    for_each_organization(
        organization, rebuild_customer_search, reason="flask customers reindex", things="customers"
    )


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
