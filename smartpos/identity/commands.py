"""What the command lines of the domains share: working through one organization or all of them."""

import time
from collections.abc import Callable

import click
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.models import Organization


def for_each_organization(domain: str | None, work: Callable[[], int], *, reason: str, things: str) -> None:
    """Run ``work`` in the organization of this short name, or in every one, each in its own transaction.

    Says how many ``things`` it dealt with and how long that took. Raises ClickException when there is no such
    organization.
    """
    with platform_scope(reason=reason):
        wanted = select(Organization.id, Organization.domain).order_by(Organization.id)
        if domain is not None:
            wanted = wanted.where(Organization.domain == domain.strip().lower())
        found = db.session.execute(wanted).all()
    if not found:
        raise click.ClickException("There is no such organization.")
    for row in found:
        started = time.perf_counter()
        with tenant_scope(row.id):
            count = work()
        db.session.commit()
        click.echo(f"{row.domain}: {count} {things} in {time.perf_counter() - started:.1f} s")
