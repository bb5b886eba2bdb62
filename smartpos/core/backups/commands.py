"""`flask backup` and `flask restore`."""

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from smartpos.core.backups.archive import check_backup
from smartpos.core.backups.keeping import backup_folder, kept_backups
from smartpos.core.backups.making import make_backup
from smartpos.core.backups.programs import BackupFailed, server_version
from smartpos.core.backups.restoring import opens_with_present_keys, restore_backup
from smartpos.core.db import db

MEGABYTE = 1_000_000


@click.command("backup")
@click.option(
    "--to",
    "target",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to write it; otherwise the folder of the nightly backups.",
)
@click.option("--list", "only_list", is_flag=True, help="Make none; list those of the folder.")
@with_appcontext
def backup(target: Path | None, only_list: bool) -> None:
    """Write the whole database and the stored files to one checked file.

    Encryption keys and SECRET_KEY are not in it: keep them in another safe place.
    """
    folder = target.expanduser().absolute() if target else backup_folder()
    if folder is None:
        raise click.UsageError(
            "Backups are switched off (SMARTPOS_BACKUP_FOLDER): tell with --to where to write it."
        )
    if only_list:
        _list(folder)
        return
    shown = _Progress()
    try:
        made = make_backup(folder, progress=shown)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from None
    finally:
        shown.end()
    click.echo(f"{made} ({made.stat().st_size / MEGABYTE:,.1f} MB), checked.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in the place of a database that is not empty.")
@click.option(
    "--check", "only_check", is_flag=True, help="Only read it through and tell whether it is whole."
)
@click.pass_context
@with_appcontext
def restore(context: click.Context, file: Path, replace: bool, only_check: bool) -> None:
    """Bring back the database and the files of a backup, then prove that the books agree.

    The database must be empty, or be given up with --replace: it is kept under another name.
    """
    try:
        if only_check:
            with db.engine.connect() as connection:
                server = server_version(connection)
            manifest = check_backup(file, server)
            click.echo(f"{file.name} of {manifest.created_at:%Y-%m-%d %H:%M} UTC is whole.")
            return
        done = restore_backup(file, replace=replace, step=click.echo)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from None
    manifest = done.manifest
    click.echo(
        f"Restored: {file.name} of {manifest.created_at:%Y-%m-%d %H:%M} UTC, {manifest.files} files, "
        f"database of revision {manifest.revision}, now {done.revision}."
    )
    if done.old_database:
        click.echo(f"The database of before is kept as {done.old_database}; drop it when you are sure.")
    if done.old_files:
        click.echo(f"The files of before are kept in {done.old_files}.")
    if not opens_with_present_keys(manifest):
        click.echo(
            "Warning: the backup was made with another encryption key. Until ENCRYPTION_KEYS holds it, encrypted "
            "columns stay closed: people with two-step sign-in, for example, cannot sign in.",
            err=True,
        )
    _verify_books(context)


def _verify_books(context: click.Context) -> None:
    """The command of the top floor, which machinery knows by its name alone; its exit status becomes ours."""
    group: Any = current_app.cli.commands["books"]
    context.invoke(group.commands["verify"], organization=None)


def _list(folder: Path) -> None:
    found = kept_backups(folder)
    if not found:
        click.echo(f"There are no backups in {folder}.")
    for kept in found:
        manifest = kept.manifest
        verdict = "checked" if manifest and manifest.verified_at else "not a whole backup"
        click.echo(f"{kept.name}  {kept.size / MEGABYTE:>10,.1f} MB  {verdict}")


class _Progress:
    """How far a backup is, on a terminal that shows it."""

    def __init__(self) -> None:
        self._step = ""
        self._done = 0
        self._shown = 0
        self._is_live = sys.stderr.isatty()

    def __call__(self, step: str, count: int) -> None:
        if step != self._step:
            self._step, self._done, self._shown = step, 0, 0
        self._done += count
        if self._is_live and (self._done - self._shown >= MEGABYTE or not count):
            self._shown = self._done
            click.echo(f"\r{step}: {self._done / MEGABYTE:,.0f} MB   ", nl=False, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._is_live and self._step:
            click.echo("", err=True)
