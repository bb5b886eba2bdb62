"""Programs that do what broken ones would do."""

from pathlib import Path


def pretend_program(folder: Path, script: str) -> Path:
    """A ``pg_dump`` that does what a broken one would do."""
    folder.mkdir()
    program = folder / "pg_dump"
    version = 'echo "pg_dump (PostgreSQL) $VERSION"'
    program.write_text(f'#!/bin/sh\ncase "$1" in --version) {version};; *) {script};; esac\n')
    program.chmod(0o755)
    return folder
