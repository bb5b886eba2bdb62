"""Prepare the environment: virtual environment, pinned packages, browser libraries, compiled texts.

Run by `tools/setup` with any Python 3.11+; uses the standard library alone. What is up to date is left alone,
so that the second time takes no time.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DONE = VENV / "prepared.json"
LOG = VENV / "prepare.log"


class Failure(Exception):
    """The environment can't be prepared; the message says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Prepare for running, with --dev also for tests. Returns the exit status."""
    try:
        with only_one():
            ensure_venv()
            install("runtime", "requirements.txt")
            if "--dev" in arguments:
                install("dev", "requirements.txt", "requirements-dev.txt")
            once("vendor", ("package.json", "package-lock.json"), vendor)
            compile_texts()
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextmanager
def only_one() -> Iterator[None]:
    """Two runs at once in one folder wait for each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def ensure_venv() -> None:
    """Make the virtual environment unless a working one is there."""
    # Its programs know their place by full path; a folder that was moved needs new ones.
    at_home = read_done().get("place", str(VENV)) == str(VENV)
    if at_home and works(PYTHON, "pass" if DONE.exists() else "import pip"):
        return
    print("Making the virtual environment ...", flush=True)
    python = getattr(sys, "_base_executable", None) or sys.executable
    if make_venv(python):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        print("Installing python3-venv ...", flush=True)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=env, stdin=subprocess.DEVNULL)
        for package in (f"{version}-venv", "python3-venv"):
            subprocess.run(
                ["apt-get", "install", "-y", "-qq", package],
                check=False,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            if make_venv(python):
                return
    if works(Path(python), "import virtualenv") and run_quietly([python, "-m", "virtualenv", str(VENV)]):
        return
    raise Failure(
        "This Python can't make a virtual environment. On Debian and Ubuntu: sudo apt-get install python3-venv\n"
        "Elsewhere install the venv and ensurepip modules of your Python, then try again."
    )


def make_venv(python: str) -> bool:
    """A fresh environment with pip in it; whether that worked."""
    shutil.rmtree(VENV, ignore_errors=True)
    return run_quietly([python, "-m", "venv", str(VENV)]) and works(PYTHON, "import pip")


def install(part: str, *files: str) -> None:
    """Install the pinned packages of these files unless exactly they are installed."""

    def work() -> None:
        print(f"Installing packages ({part}; the first time takes a minute) ...", flush=True)
        command = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--quiet",
        ]
        run(
            [*command, *(part for file in files for part in ("-r", file))],
            "pip could not install the packages",
        )

    once(part, files, work)


def vendor() -> None:
    """Fetch the browser libraries into static/vendor."""
    print("Fetching browser libraries ...", flush=True)
    run([str(PYTHON), "-m", "tools.vendor"], "the browser libraries could not be fetched")


def compile_texts() -> None:
    """Compile the catalogues that have changed."""
    for source in (ROOT / "translations").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            command = [str(PYTHON), "-m", "babel.messages.frontend", "--quiet", "compile"]
            language = source.parent.parent.name
            run(
                [*command, "-i", str(source), "-o", str(compiled), "-l", language],
                f"the texts of {language} could not be compiled",
            )


def once(part: str, inputs: Sequence[str], work: Callable[[], None]) -> None:
    """Do the work unless it was done with the same inputs by the same Python."""
    digest = hashlib.sha256(os.fsencode(PYTHON.readlink() if PYTHON.is_symlink() else PYTHON))
    for name in inputs:
        digest.update((ROOT / name).read_bytes())
    done = read_done()
    if done.get(part) == digest.hexdigest() and (part != "vendor" or (ROOT / "static" / "vendor").is_dir()):
        return
    work()
    unfinished = DONE.with_suffix(".new")
    unfinished.write_text(json.dumps(done | {part: digest.hexdigest(), "place": str(VENV)}, indent=1))
    unfinished.rename(DONE)


def read_done() -> dict[str, str]:
    """What has been prepared so far."""
    try:
        return dict(json.loads(DONE.read_text()))
    except (OSError, ValueError):
        return {}


def works(python: Path, program: str) -> bool:
    """Whether that interpreter runs this program."""
    try:
        return subprocess.run([python, "-c", program], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def run_quietly(command: Sequence[str]) -> bool:
    """Whether the command succeeded; what it says is of no interest."""
    return subprocess.run(command, check=False, capture_output=True, cwd=ROOT).returncode == 0


def run(command: Sequence[str], failure: str) -> None:
    """Run the command with its output in the log; raises Failure with the end of it."""
    with LOG.open("a+", encoding="utf-8", errors="replace") as log:
        begin = log.tell()
        done = subprocess.run(
            command, check=False, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        if done.returncode != 0:
            log.seek(begin)
            tail = "".join(f"    {line}" for line in log.readlines()[-20:])
            raise Failure(f"{failure[0].upper()}{failure[1:]}. The end of {LOG}:\n{tail}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
