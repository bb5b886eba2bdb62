"""The command that loads the demo and tells who may log in."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import click
import structlog
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from smartpos.core.db import db
from smartpos.demo.loader import PLANS, Size, change_password, load_demo
from smartpos.demo.loader import Progress as Report
from smartpos.demo.note import Note, note_file, read_note, write_note
from smartpos.demo.people import Login
from smartpos.identity.passwords import LONGEST_PASSWORD, hash_password, new_password, password_matches

PASSWORD = "SMARTPOS_DEMO_PASSWORD"  # noqa: S105 - the name of the variable

# What each step is called, and its part of the whole time in per cent.
STEPS = {
    "people": ("Making tenants and people", 5),
    "products": ("Filling the shelves with products", 18),
    "history": ("Playing the days of trade", 21),
    "recipes": ("Writing down recipes", 1),
    "stock": ("Writing stock", 2),
    "production": ("Filing what was baked", 3),
    "customers": ("Writing customers", 1),
    "shifts": ("Writing shifts", 1),
    "sales": ("Writing receipts", 23),
    "accounts": ("Writing customers' accounts", 2),
    "movements": ("Writing movements of stock", 22),
    "cash": ("Writing the cash ledger", 3),
    "counter": ("Working at the counter", 1),
    "workshop": ("A day at the workshop", 1),
    "summaries": ("Summing up the days", 1),
    "neighbour": ("Opening the neighbour's shop", 1),
}

demo = AppGroup("demo", help="Demo shops to try the product with.")


def _size() -> str:
    wanted = os.environ.get("SMARTPOS_DEMO", "")
    return wanted if wanted in PLANS else "full"


@demo.command("load")
@click.option(
    "--size",
    type=click.Choice(list(PLANS)),
    default=_size,
    show_default="full",
    help="full: ninety days and about 20,000 receipts; small: ten days and about 300.",
)
def load(size: str) -> None:
    """Load the demo shops into an installation without organizations, and tell who may log in.

    The password of all demo users is SMARTPOS_DEMO_PASSWORD; without it one is made and shown once. When the demo is
    there already and that variable has changed, its users get the new password.
    """
    given = os.environ.get(PASSWORD, "")
    if len(given) > LONGEST_PASSWORD:
        raise click.ClickException(f"{PASSWORD} may have at most {LONGEST_PASSWORD} characters.")
    password = given or new_password()
    with _reported() as report:
        summary = load_demo(password, size=cast(Size, size), progress=report)
        db.session.commit()
        report("done")
    if summary is None:
        _greet_again(given)
        return
    _tell_planner()
    write_note(Note(summary.organizations, summary.logins, hash_password(password)))
    click.echo(
        f"Loaded {_count(summary.products)} products, {_count(summary.receipts)} receipts of "
        f"{_count(summary.shifts)} shifts and {_count(summary.movements)} movements of stock "
        f"in {summary.seconds:.1f} s."
    )
    _introduce(summary.logins, with_pins=True)
    click.echo(f"PINs are kept in {note_file()}")
    if not given:
        click.echo(f"Password of them all, made for you and shown only now: {password}")


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _greet_again(given: str) -> None:
    note = read_note()
    if note is None:
        click.echo("There are organizations already; the demo was not loaded.", err=True)
        return
    if given and not password_matches(note.password_hash, given):
        change_password(note.organizations, {login.username for login in note.logins}, given)
        db.session.commit()
        write_note(replace(note, password_hash=hash_password(given)))
    _introduce(note.logins, with_pins=False)
    click.echo(f"PINs are kept in {note_file()}")


def _introduce(logins: list[Login], *, with_pins: bool) -> None:
    for organization in dict.fromkeys(login.organization for login in logins):
        click.echo(f"Who may log in to {organization}:")
        for login in (login for login in logins if login.organization == organization):
            line = f"  {login.username:<10} {login.role:<18} {login.full_name:<20}"
            click.echo(f"{line} PIN {login.pin}" if with_pins else line.rstrip())


def _tell_planner() -> None:
    """So many new rows at once are unknown to the planner until the database looks at them."""
    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (ANALYZE)")


@contextmanager
def _reported() -> Iterator[Report]:
    """A progress bar on a terminal, silence elsewhere; standard output is left to the result."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    # The bar owns the terminal while it moves.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Looking around", total=sum(part for _name, part in STEPS.values()))
        before = 0

        def report(step: str) -> None:
            nonlocal before
            description, part = STEPS.get(step, ("Finishing", 0))
            bar.update(task, description=description, advance=before)
            before = part

        yield report


def init_app(app: Flask) -> None:
    """Register the command."""
    app.cli.add_command(demo)
