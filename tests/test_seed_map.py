"""docs/seed-map.md names every table, field and endpoint of the five source documents, and tells the truth."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from smartpos.core.db import db
from tests import rows  # noqa: F401 - all tables

ROOT = Path(__file__).resolve().parent.parent
# Which tables with which fields the documents describe; 001 and 002 only name theirs.
SEEDS: dict[str, dict[str, list[str]]] = json.loads((ROOT / "tests/vectors/seed_tables.json").read_text())
MAP = (ROOT / "docs" / "seed-map.md").read_text(encoding="utf-8")
# Mapped once for all tables, in the first section.
EVERYWHERE = {"id", "organization_id", "tenant_id", "workspace_id", "created_at", "updated_at"}
CODE = re.compile(r"`([^`]+)`")
DOMAINS = {
    "core",
    "identity",
    "catalog",
    "notifications",
    "crm",
    "finance",
    "stock",
    "purchasing",
    "production",
} | {
    *("sales", "orders", "delivery", "hr", "reports"),
}

SEED_TABLES = [f"{seed}.{table}" for seed, tables in SEEDS.items() for table in tables]


def section(number: int) -> str:
    """The text of a numbered section."""
    start = MAP.index(f"\n## {number}. ")
    end = MAP.find(f"\n## {number + 1}. ")
    return MAP[start : end if end > 0 else None]


def lines(text: str) -> Iterator[list[str]]:
    """The cells of every table row of a text."""
    for line in text.splitlines():
        if (
            line.startswith("| ")
            and not line.startswith("| ---")
            and not line.startswith(("| there", "| endpoint", "| number", "| feature"))
        ):
            yield [cell.strip() for cell in line.strip("|").split("|")]


TABLES = {CODE.findall(cells[0])[0]: (CODE.findall(cells[1]), cells[2]) for cells in lines(section(2))}
FIELDS = {field: cells[1:] for cells in lines(section(3)) for field in CODE.findall(cells[0])}
PLANNED_FIELDS = {CODE.findall(cells[0])[0]: cells[1].split(", ") for cells in lines(section(4))}
ENDPOINTS = [(*CODE.findall(cells[0])[0].split(" "), cells[1]) for cells in lines(section(5))]


def exists(home: str) -> bool:
    """Whether a table, or a ``table.column``, is there."""
    table, _dot, column = home.partition(".")
    if table == "alembic_version":
        return True
    found = db.metadata.tables.get(table)
    return found is not None and (not column or column in found.columns)


def test_the_documents_are_all_there() -> None:
    assert {seed: len(tables) for seed, tables in SEEDS.items() if seed in {"000", "003", "004"}} == {
        "000": 22,
        "003": 27,
        "004": 13,
    }


@pytest.mark.parametrize("table", SEED_TABLES)
def test_every_table_has_a_home(table: str) -> None:
    homes, state = TABLES[table]
    assert homes
    if state == "now":
        assert [home for home in homes if not exists(home)] == []
    else:
        kind, domain = state.split(": ")
        assert (kind, domain in DOMAINS) == ("planned", True)
        assert [home for home in homes if exists(home)] == [], "it exists: say so in the map"


@pytest.mark.parametrize("table", SEED_TABLES)
def test_every_field_has_a_home(table: str) -> None:
    seed, name = table.split(".")
    wanted = set(SEEDS[seed][name])
    if TABLES[table][1] != "now":
        assert set(PLANNED_FIELDS.get(table, [])) == wanted
        return
    for field in wanted - EVERYWHERE:
        here, remark = FIELDS[f"{table}.{field}"]
        if here == "—":
            assert remark, "what is left out has a reason"
        elif here.startswith("planned: "):
            assert here.removeprefix("planned: ") in DOMAINS
        else:
            assert exists(CODE.findall(here)[0]), here


def test_the_map_invents_nothing() -> None:
    known = {
        f"{seed}.{table}.{field}"
        for seed, tables in SEEDS.items()
        for table in tables
        for field in tables[table]
    }
    assert set(FIELDS) <= known
    assert set(TABLES) == set(SEED_TABLES)


def test_every_table_of_ours_is_on_the_map() -> None:
    named = {part.split(".")[0] for part in CODE.findall(section(2) + section(3) + section(1))}
    assert set(db.metadata.tables) - named == set()


@pytest.mark.parametrize(
    ("method", "path", "state"), ENDPOINTS, ids=[" ".join(item[:2]) for item in ENDPOINTS]
)
def test_every_endpoint_is_as_the_map_says(base_app: Flask, method: str, path: str, state: str) -> None:
    present = {
        re.sub(r"<[^>]+>", "{id}", rule.rule).rstrip("/")
        for rule in base_app.url_map.iter_rules()
        if method in (rule.methods or ())
    }
    assert (path in present) == (state == "now")


def test_all_endpoints_of_the_shop_system_are_listed() -> None:
    assert len(ENDPOINTS) == 32


@pytest.mark.parametrize("number", range(1, 11))
def test_every_proposal_is_answered(number: int) -> None:
    answers = {cells[0]: cells[2] for cells in lines(section(6))}
    assert re.fullmatch(r"now|planned: \w+", answers[str(number)])
