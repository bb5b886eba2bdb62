"""The till as an application of its own: the files its service worker keeps, and the version they make together."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, url_for

# What the till's page loads. Whatever is left out here the till misses as soon as there is no network.
PATTERNS = (
    "till/**/*.js",
    "till/**/*.css",
    "till/**/*.png",
    "vendor/*.js",
    "css/tokens.css",
    "icons.svg",
    "favicon.svg",
)
WORKER = "till/worker.js"
PAGE = "till/page.html"


def shell_files() -> list[str]:
    """The files under ``static/`` that the till is made of, in order."""
    folder = Path(current_app.static_folder or "")
    found = {path for pattern in PATTERNS for path in folder.glob(pattern)}
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) != WORKER)


def shell_version() -> str:
    """A short text that changes whenever one of the till's files does."""
    folder = Path(current_app.static_folder or "")
    paths = [folder / name for name in [*shell_files(), WORKER]]
    paths.append(Path(current_app.root_path, current_app.template_folder or "", PAGE))
    return _digest(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@lru_cache(maxsize=4)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    together = hashlib.sha256()
    for path, _changed, _size in files:
        together.update(hashlib.sha256(path.read_bytes()).digest())
    return together.hexdigest()[:16]


def worker_script(*, sends: bool) -> str:
    """The service worker. One that ``sends`` the outbox is a module, which not every browser takes."""
    facts = {
        "version": shell_version(),
        "page": url_for("sales.till"),
        "shell": url_for("sales.till_shell"),
        "facts": url_for("sales_api.get_till_facts"),
        "files": [url_for("static", filename=name) for name in shell_files()],
    }
    sending = (
        f'import {{ drainAll }} from "{url_for("static", filename="till/outbox-worker.js")}";\n'
        if sends
        else "const drainAll = null;\n"
    )
    folder = Path(current_app.static_folder or "")
    return f"{sending}const SHELL = {json.dumps(facts)};\n{(folder / WORKER).read_text('utf-8')}"


def manifest() -> dict[str, Any]:
    """What a device needs to know to install the till."""
    name = str(current_app.config["DISPLAY_NAME"])

    def icon(file: str, size: int, purpose: str) -> dict[str, str]:
        address = url_for("static", filename=f"till/{file}.png")
        return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    return {
        "id": url_for("sales.till"),
        "name": name,
        "short_name": name[:12],
        "start_url": url_for("sales.till"),
        "scope": url_for("sales.till"),
        "display": "standalone",
        "background_color": "#f4f6f4",
        "theme_color": "#0b7a75",
        "icons": [
            icon("icon-192", 192, "any"),
            icon("icon-512", 512, "any"),
            icon("icon-maskable", 512, "maskable"),
        ],
    }
