"""Commands of the machinery: the worker, the scheduler, backups and the partitions of the audit trail."""

import click
from flask import Flask
from flask.cli import with_appcontext

from smartpos.core import audit, jobs
from smartpos.core.backups import work as _work_of_backups  # noqa: F401 - declares the nightly turn
from smartpos.core.backups.commands import backup, restore


@click.command("worker")
@click.argument("queues", nargs=-1)
@with_appcontext
def worker(queues: tuple[str, ...]) -> None:
    """Run background jobs until stopped: those of the queues named, or of the default one."""
    jobs.work(*queues)


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """Start periodic jobs when they are due, until stopped."""
    jobs.schedule()


@click.group("audit")
def audit_commands() -> None:
    """The audit trail."""


@audit_commands.command("partitions")
@click.option("--months", default=3, show_default=True, type=click.IntRange(0, 120), help="How far ahead.")
@with_appcontext
def partitions(months: int) -> None:
    """Make the monthly partitions of the audit trail ahead of time."""
    audit.make_partitions(months)
    click.echo(f"The audit trail has partitions for this month and {months} more.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(worker)
    app.cli.add_command(scheduler)
    app.cli.add_command(audit_commands)
    app.cli.add_command(backup)
    app.cli.add_command(restore)
