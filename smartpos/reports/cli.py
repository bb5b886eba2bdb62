"""Commands about the books and their summaries. They stand here because the top floor looks down on all ledgers."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from smartpos.core.books import Difference
from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.tenancy import ScopeMissing, platform_scope
from smartpos.identity.commands import for_each_organization
from smartpos.identity.models import Organization
from smartpos.reports.operations.summaries import rebuild_summaries
from smartpos.reports.queries.books import verify_books

MOST_SHOWN = 50

books = AppGroup("books", help="Prove that the books agree.")
reports = AppGroup("reports", help="Summaries that dashboards read.")


@books.command("verify")
@click.option("--organization", metavar="DOMAIN", help="Only this organization; all of them otherwise.")
def verify(organization: str | None) -> None:
    """Compare every balance with the ledger it comes from; exit with 1 when anything differs."""
    with platform_scope(reason="books verify"):
        organization_id = None if organization is None else _id_of(organization)
        found = verify_books(organization_id)
        names = dict(db.session.execute(select(Organization.id, Organization.domain)).all())
    if found:
        _print(found, names)
        click.echo(f"The books do not agree: {len(found)} differences.", err=True)
        sys.exit(1)
    if organization is not None:
        click.echo(f"The books of {organization} agree.")
    else:
        click.echo(f"The books of {len(names)} organizations agree.")


@reports.command("rebuild")
@click.option(
    *("--organization", "--tenant", "organization"),
    metavar="DOMAIN",
    help="Only this organization; all of them otherwise.",
)
def rebuild(organization: str | None) -> None:
    """Make the summaries of days anew from the ledgers, each organization in its own transaction."""
    for_each_organization(organization, _rebuild, reason="flask reports rebuild", things="days of branches")


def _rebuild() -> int:
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("summaries belong to a tenant")
    return rebuild_summaries(organization_id).sets


def _id_of(domain: str) -> int:
    query = select(Organization.id).where(Organization.domain == domain)
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise click.BadParameter(f"there is no organization {domain!r}", param_hint="--organization")
    return found


def _print(found: list[Difference], names: dict[int, str]) -> None:
    table = Table("Organization", "Law", "Where", "Recorded", "Computed")
    for one in found[:MOST_SHOWN]:
        domain = names.get(one.organization_id, str(one.organization_id))
        table.add_row(domain, one.check, one.subject, str(one.recorded), str(one.computed))
    Console(width=140).print(table)
    if len(found) > MOST_SHOWN:
        click.echo(f"… and {len(found) - MOST_SHOWN} more.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(books)
    app.cli.add_command(reports)
