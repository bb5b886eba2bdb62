"""Commands of the catalogue."""

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from smartpos.catalog.operations import rebuild_search
from smartpos.identity.commands import for_each_organization

group = AppGroup("catalog", help="Products and how they are found.")


@group.command("reindex")
@click.option("--organization", help="Short name of one organization; all of them otherwise.")
@with_appcontext
def reindex(organization: str | None) -> None:
    """Build the words that products are found by anew, each organization in its own transaction."""
    for_each_organization(organization, rebuild_search, reason="flask catalog reindex", things="products")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
