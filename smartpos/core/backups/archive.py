"""The file of a backup: a plain tar, so that it can be opened without SmartPOS too.

manifest.json    what this is, of which size and when, and when it was checked; of a fixed length, written last
database.dump    pg_dump's custom format
files/1/ab/…     the stored files of all tenants
SHA256SUMS       a line for each of the above but the first, as ``sha256sum --check`` reads them

The manifest stands at the beginning, so that a folder of backups can be listed without reading them through.
"""

import hashlib
import json
import os
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from smartpos.core.backups.programs import CHUNK, BackupFailed, feed, find_program

FORMAT = 1
MANIFEST, DUMP, SUMS = "manifest.json", "database.dump", "SHA256SUMS"
FILE = re.compile(r"files/\d+/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,4}")
_MANIFEST_SIZE = 4096
_LARGEST_SUMS = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. Sizes are in bytes.

    ``keys`` are fingerprints of the encryption keys it was made with; the keys themselves are not in it. ``sums`` is
    the SHA-256 of its list of checksums; ``verified_at`` is empty until the finished file has been read again.
    """

    created_at: datetime
    version: str
    revision: str
    server: int
    database: str
    dump_size: int
    files: int
    files_size: int
    keys: tuple[str, ...]
    sums: str
    verified_at: datetime | None = None


class ArchiveWriter:
    """Writes the members of a backup one after another into a file that can seek, and their checksums after them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sums: list[str] = []
        file.write(_header(MANIFEST, _MANIFEST_SIZE) + b" " * _MANIFEST_SIZE)

    def add(self, name: str, source: IO[bytes], told: Callable[[int], None] = lambda count: None) -> int:
        """Copy a member to its end, however long it turns out to be. Returns its size; ``told`` hears of each part."""
        start = self._file.tell()
        self._file.write(bytes(tarfile.BLOCKSIZE))
        digest = hashlib.sha256()
        size = 0
        while chunk := source.read(CHUNK):
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            told(len(chunk))
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(_header(name, size))
        self._file.seek(end)
        self._sums.append(f"{digest.hexdigest()}  {name}\n")
        return size

    def finish(self) -> str:
        """Write the list of checksums and the end of the file. Returns the list's own checksum."""
        text = "".join(self._sums).encode()
        self._file.write(_header(SUMS, len(text)) + text + bytes(-len(text) % tarfile.BLOCKSIZE))
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.write(bytes(-self._file.tell() % tarfile.RECORDSIZE))
        return hashlib.sha256(text).hexdigest()


def write_manifest(file: IO[bytes], manifest: Manifest) -> None:
    """Put the manifest into its place at the beginning, safely on disk."""
    facts: dict[str, Any] = {"product": "smartpos", "format": FORMAT, **asdict(manifest)}
    for name in ("created_at", "verified_at"):
        facts[name] = facts[name].isoformat() if facts[name] else None
    text = json.dumps(facts, indent=1).encode()
    if len(text) > _MANIFEST_SIZE:
        raise BackupFailed("There are too many encryption keys to be named in a backup.")
    file.seek(tarfile.BLOCKSIZE)
    file.write(text.ljust(_MANIFEST_SIZE - 1) + b"\n")
    file.flush()
    os.fsync(file.fileno())


def read_manifest(path: Path) -> Manifest:
    """What a backup says about itself, without reading further. Raises BackupFailed when this is none of ours."""
    try:
        with path.open("rb") as file:
            file.seek(tarfile.BLOCKSIZE)
            text = file.read(_MANIFEST_SIZE)
    except OSError as error:
        raise BackupFailed(f"{path} cannot be read: {error.strerror}.") from None
    try:
        facts = json.loads(text)
        if facts["product"] != "smartpos":
            raise KeyError
        if facts["format"] > FORMAT:
            raise BackupFailed(f"{path.name} was made by a newer version of SmartPOS ({facts['version']}).")
        known = {field.name: facts[field.name] for field in fields(Manifest)}
        known["created_at"] = datetime.fromisoformat(known["created_at"])
        known["verified_at"] = datetime.fromisoformat(known["verified_at"]) if known["verified_at"] else None
        known["keys"] = tuple(known["keys"])
        return Manifest(**known)
    except (ValueError, KeyError, TypeError):
        raise BackupFailed(f"{path.name} is not a backup of SmartPOS, or its beginning is damaged.") from None


def check_backup(path: Path, server: int) -> Manifest:
    """Read a backup through: every checksum, and whether pg_restore understands the dump. ``server`` is its version.

    Returns the manifest; raises BackupFailed naming what is damaged.
    """
    manifest = read_manifest(path)
    with _opened(path) as archive:
        found: dict[str, str] = {}
        told: bytes | None = None
        for member, source in _members(archive):
            if told is not None or member.name in found:
                raise BackupFailed(f"{path.name} is damaged: there is more in it than there should be.")
            if member.name == SUMS and member.size <= _LARGEST_SUMS:
                told = source.read()
            elif member.name != MANIFEST:
                found[member.name] = _sum_of(source)
    if told is None or hashlib.sha256(told).hexdigest() != manifest.sums:
        raise BackupFailed(f"{path.name} is damaged: its list of checksums is not whole.")
    wanted = {
        name: digest for digest, _space, name in (line.partition("  ") for line in told.decode().splitlines())
    }
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise BackupFailed(f"{path.name} is damaged: {name} is not what was written.")
    if DUMP not in wanted or not all(FILE.fullmatch(name) for name in wanted.keys() - {DUMP}):
        raise BackupFailed(f"{path.name} is not a backup of SmartPOS.")
    program = find_program("pg_restore", max(server, manifest.server))
    with dump_of(path) as chunks:
        contents = feed(program, ["--list"], dict(os.environ), chunks)
    if "TABLE DATA" not in contents or "alembic_version" not in contents:
        raise BackupFailed(f"There is no database of SmartPOS in {path.name}.")
    return manifest


@contextmanager
def dump_of(path: Path) -> Iterator[Iterator[bytes]]:
    """The database's dump, piece by piece."""
    with _opened(path) as archive:
        yield next(_pieces(source) for member, source in _members(archive) if member.name == DUMP)


def stored_files(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The stored files of a backup: name below ``files/`` and content, to be read before the next is asked for."""
    with _opened(path) as archive:
        for member, source in _members(archive):
            if FILE.fullmatch(member.name):
                yield member.name.removeprefix("files/"), source


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise BackupFailed(f"{path.name} is damaged: {error}.") from None
    except OSError as error:
        if error.filename is None or Path(error.filename) != path:
            raise
        raise BackupFailed(f"{path} cannot be read: {error.strerror}.") from None


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    for member in archive:
        source = archive.extractfile(member) if member.isreg() else None
        if source is None:
            raise BackupFailed(f"There is something in the backup that is not a file: {member.name}.")
        yield member, source
        archive.members = []  # type: ignore[attr-defined] # or it would keep the headers of a million files in memory


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _sum_of(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _pieces(source):
        digest.update(chunk)
    return digest.hexdigest()


def _header(name: str, size: int) -> bytes:
    facts = tarfile.TarInfo(name)
    facts.size, facts.mode, facts.mtime = size, 0o600, int(time.time())
    return facts.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
