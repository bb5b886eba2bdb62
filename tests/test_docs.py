"""What the documents say is there: files, variables, targets of make."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
PLACE = re.compile(r"`((?:smartpos|tests|docs|tools|migrations|static|templates|bench)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
# Read by code of ours, set by code of ours, and no business of an operator.
INTERNAL = {"SMARTPOS_LISTENER", "SMARTPOS_INSTANCE", "SMARTPOS_PROCESS"}
READERS = ("config.py", "gunicorn.conf.py", "app.py", "smartpos", "tools/browser.py")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_place_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [place for place in PLACE.findall(text) if not (ROOT / place).exists()]
    missing += [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    told = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.M))
    assert told - targets == set()


def test_every_variable_is_described() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    described = {
        name
        for line in text.splitlines()
        if line.startswith("| `") and line.count("|") == 4
        for name in re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1])
    }
    sources = [
        source
        for reader in READERS
        for source in (
            [ROOT / reader] if (ROOT / reader).is_file() else sorted((ROOT / reader).rglob("*.py"))
        )
    ]
    code = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    known = set(re.findall(r"\"((?:SMARTPOS|WEB|SMTP|SMS|TELEGRAM)_[A-Z_]+)\"", code)) - INTERNAL
    known |= {"PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"}
    assert described == known


def test_the_readme_names_the_people_of_the_demo() -> None:
    from smartpos.demo.cast import NEIGHBOUR, PEOPLE

    known = {person.username for person in (*PEOPLE, NEIGHBOUR)}
    rows = re.findall(
        r"^\| (`.*?) \|", (ROOT / "README.md").read_text(encoding="utf-8").split("### Who logs in")[1], re.M
    )
    told = {name for row in rows for name in re.findall(r"`([a-z0-9]+)`", row)}
    assert told <= known
    assert {"owner", "admin", "manager", "cashier", "cashier2", "warehouse", "operator", "stranger"} <= told
