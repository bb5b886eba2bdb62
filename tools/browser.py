"""A Chromium for the browser tests: `python -m tools.browser` prints its path.

Looked for in this order: SMARTPOS_BROWSER, the system's own, apt when root, Playwright's download.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NoBrowser(RuntimeError):
    """No Chromium was found and none could be installed."""


def browser_path() -> Path:
    """The executable, installed when missing. Raises NoBrowser with the way out."""
    if given := os.environ.get("SMARTPOS_BROWSER"):
        if starts(Path(given)):
            return Path(given)
        message = f"SMARTPOS_BROWSER={given} does not start."
        raise NoBrowser(message)
    if found := system_browser() or playwright_browser():
        return found
    with only_one():
        # Another worker may have installed it meanwhile.
        if found := system_browser() or playwright_browser():
            return found
        if os.geteuid() == 0 and shutil.which("apt-get"):
            install_by_apt()
            if found := system_browser():
                return found
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
        )
        if found := playwright_browser():
            return found
    message = "No Chromium: install it (Debian: apt-get install chromium) or name one in SMARTPOS_BROWSER."
    raise NoBrowser(message)


def system_browser() -> Path | None:
    """The first browser of the system that really starts (a package may be an empty shell)."""
    for name in NAMES:
        found = shutil.which(name)
        if found and starts(Path(found)):
            return Path(found)
    return None


def playwright_browser() -> Path | None:
    """The browser Playwright has downloaded earlier."""
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            path = Path(playwright.chromium.executable_path)
    except Exception:
        return None
    return path if path.exists() and starts(path) else None


def install_by_apt() -> None:
    """Install the distribution's Chromium."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(
            ["apt-get", *command], check=False, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


def starts(path: Path) -> bool:
    """Whether the executable is a browser that runs here."""
    try:
        answer = subprocess.run(
            [path, "--version"], check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"hrom" in answer.stdout


@contextmanager
def only_one() -> Iterator[None]:
    """Test workers that need a browser at once install it once."""
    with (Path(tempfile.gettempdir()) / f"smartpos-browser-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        print(browser_path())
    except NoBrowser as error:
        sys.exit(str(error))
