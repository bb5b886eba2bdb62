"""Commands of the machinery: the worker and the scheduler."""

import click
from flask import Flask
from flask.cli import with_appcontext

from smartpos.core import jobs


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run background jobs until stopped."""
    jobs.work()


@click.command("scheduler")
@with_appcontext
def scheduler() -> None:
    """Start periodic jobs when they are due, until stopped."""
    jobs.schedule()


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(worker)
    app.cli.add_command(scheduler)
