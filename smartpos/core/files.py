"""Files of a tenant: outside the web root, one folder per tenant, random names, given out only by permission.

The row of ``stored_files`` is the truth. A file is written before the transaction that makes its row has ended, and
removed some time after its row is gone, so a row never lacks its file; what has no row is swept away at night.
"""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from flask import Response, current_app, send_file
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.jobs import periodic
from smartpos.core.models import StoredFile
from smartpos.core.scope import current_organization_id, current_user_id
from smartpos.core.tenancy import ScopeMissing, platform_scope

LARGEST = 16 * 1024 * 1024
LONGEST_NAME = 200
YEAR = 365 * 24 * 60 * 60
ORPHAN_AGE = 24 * 60 * 60
# Pictures and documents that a browser may show; anything else is only ever downloaded.
SHOWN = frozenset({"image/webp", "image/jpeg", "image/png", "application/pdf"})
SUFFIXES = {"image/webp": ".webp", "image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
# What the column for the size can hold; a spreadsheet of ten million rows is a tenth of it.
LARGEST_MADE = 2**31 - 1

log = structlog.get_logger(__name__)


def store_file(
    content: bytes, *, original_name: str, content_type: str, largest: int = LARGEST
) -> StoredFile:
    """Keep a file for the tenant in force and give its row, flushed. ``content_type`` is ours, not the sender's word.

    Raises Invalid when it is empty or larger than ``largest`` bytes, 16 MB unless told otherwise.
    """
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("a file belongs to an organization")
    if not content or len(content) > largest:
        raise Invalid(_("This file is empty or too large."), largest=largest)
    name = secrets.token_hex(16) + SUFFIXES.get(content_type, ".bin")
    path = f"{name[:2]}/{name}"
    target = _folder(organization_id) / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(target)
    row = StoredFile(
        path=path,
        original_name=_harmless(original_name),
        content_type=content_type,
        size=len(content),
        created_by=current_user_id(),
    )
    db.session.add(row)
    db.session.flush()
    return row


@contextmanager
def workshop(name: str, attempt: str) -> Iterator[Path]:
    """An empty folder of the tenant in force for files that are being made, gone afterwards whatever happens.

    It lies beside the finished files, so that ``adopt_file`` only renames, and belongs to one attempt alone. What a
    killed process leaves there is removed by the next attempt at the same ``name``, or at night like every file
    without a row; whoever was not dead after all loses its files and leaves those of the next one alone.
    """
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("a file belongs to an organization")
    for left in _folder(organization_id).glob(f"{name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = _folder(organization_id) / f"{name}-{attempt}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def adopt_file(made: Path, *, original_name: str, content_type: str) -> StoredFile:
    """Keep a file that lies finished in a ``workshop``, however large, without reading it; its row, flushed.

    Raises Invalid when it is larger than two gigabytes, OSError when the disk does not take it.
    """
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("a file belongs to an organization")
    size = made.stat().st_size
    if size > LARGEST_MADE:
        raise Invalid(_("This file is empty or too large."), largest=LARGEST_MADE)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    name = secrets.token_hex(16) + SUFFIXES.get(content_type, ".bin")
    path = f"{name[:2]}/{name}"
    target = _folder(organization_id) / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made.rename(target)
    row = StoredFile(
        path=path,
        original_name=_harmless(original_name),
        content_type=content_type,
        size=size,
        created_by=current_user_id(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def read_file(row: StoredFile) -> bytes:
    """The content of a stored file. Raises NotFound when it is gone from the disk."""
    try:
        return _path(row).read_bytes()
    except FileNotFoundError:
        log.error("stored_file_missing", file_id=row.id)
        raise NotFound from None


def delete_file(row: StoredFile) -> None:
    """Forget a file. It leaves the disk later, because this transaction may still fail."""
    db.session.delete(row)


def path_of(row: StoredFile) -> Path:
    """Where a stored file lies. Raises NotFound when it is gone from the disk."""
    path = _path(row)
    if not path.is_file():
        log.error("stored_file_missing", file_id=row.id)
        raise NotFound
    return path


def send_stored_file(file_id: int, *, forever: bool = False, download: bool = False) -> Response:
    """The answer to a request for a file of the tenant in force; the caller has checked the permission.

    ``forever`` is for files that never change under their address: the person's browser keeps them. Raises NotFound,
    for another tenant's file too.
    """
    row = db.session.get(StoredFile, file_id)
    if row is None:
        raise NotFound
    path = _path(row)
    if not path.is_file():
        log.error("stored_file_missing", file_id=row.id)
        raise NotFound
    answer = send_file(
        path,
        mimetype=row.content_type,
        as_attachment=download or row.content_type not in SHOWN,
        download_name=row.original_name,
        conditional=True,
        etag=row.path,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Never in a shared cache: the next one to ask may be of another shop.
    answer.headers["Cache-Control"] = (
        f"private, max-age={YEAR}, immutable" if forever else "private, no-cache"
    )
    return answer


def sweep_files() -> int:
    """Remove files that have no row and are older than a day; gives how many."""
    root = _root()
    removed = 0
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name.isdigit():
            removed += _sweep(folder)
    if removed:
        log.info("files_swept", removed=removed)
    return removed


@periodic("40 2 * * *", timeout=600)
def sweep_files_nightly() -> None:
    """Every night: remove files that nothing refers to any more."""
    sweep_files()


def _sweep(folder: Path) -> int:
    before = time.time() - ORPHAN_AGE
    old = {
        str(path.relative_to(folder)): path
        for path in folder.glob("*/*")
        if path.is_file() and path.stat().st_mtime < before
    }
    if not old:
        return 0
    with platform_scope(reason="sweep files without a row"):
        known = set(
            db.session.scalars(select(StoredFile.path).where(StoredFile.organization_id == int(folder.name)))
        )
    lost = old.keys() - known
    for name in lost:
        old[name].unlink(missing_ok=True)
    return len(lost)


def _root() -> Path:
    return Path(current_app.config["DATA_FOLDER"]) / "files"


def _folder(organization_id: int) -> Path:
    return _root() / str(organization_id)


def _path(row: StoredFile) -> Path:
    folder = _folder(row.organization_id).resolve()
    path = (folder / row.path).resolve()
    if not path.is_relative_to(folder):  # no row of ours has such a path; a tampered one leads nowhere
        raise NotFound
    return path


def _harmless(name: str) -> str:
    """A file name as a person knows it, without folders and control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable() and not "\ud800" <= sign <= "\udfff")
    return kept.strip()[-LONGEST_NAME:] or "file"
