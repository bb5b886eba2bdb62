"""The note in the data folder that tells who may log in to the demo. It holds PINs: readable by its owner alone."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app

from smartpos.demo.people import Login


@dataclass(frozen=True, slots=True)
class Note:
    """Who was made; ``password_hash`` is of the password that the demo was last given."""

    organizations: dict[str, int]
    logins: list[Login]
    password_hash: str


def note_file() -> Path:
    """Where the note is kept."""
    return Path(current_app.config["DATA_FOLDER"]) / "secrets" / "demo-logins.json"


def write_note(note: Note) -> None:
    """Keep the note, replacing an older one at once."""
    path = note_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(note), file, ensure_ascii=False, indent=1)
    unfinished.rename(path)


def read_note() -> Note | None:
    """The note, or None when there is none that can be read."""
    try:
        found = json.loads(note_file().read_text(encoding="utf-8"))
        return Note(
            organizations={str(domain): int(number) for domain, number in found["organizations"].items()},
            logins=[Login(**login) for login in found["logins"]],
            password_hash=str(found["password_hash"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
