"""Selling while servers die: nothing is lost, nothing is doubled, the books verify.

The short form runs with the suite; ``make soak`` runs the long one (SMARTPOS_SOAK=1).
"""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from smartpos.embedded import processes
from tests.running.conftest import ROOT, SECONDS, Run, environment
from tests.running.test_one_command import flask, is_ready, libpq
from tests.running.trade import PRICE, Tally, Till, at_once

LONG = bool(os.environ.get("SMARTPOS_SOAK"))
SEED = int(os.environ.get("SMARTPOS_SOAK") or 7)
TILLS = 8
SALES = 2000 if LONG else 240
KILLS = 40 if LONG else 4
# The long form sells for about so many seconds, or it would be over before enough has been killed.
LASTS = 120 if LONG else 0
# What dies oftener than five times a minute is broken, thinks the supervisor, and gives up; so some time lies between.
SPARED = 25.0
SAME_TILLS, SAME_SALES = (50, 200) if LONG else (12, 10)


def found(run: Run, tills: int) -> dict[str, Any]:
    """A shop in the running instance."""
    state = run.state()
    answer = subprocess.run(
        [sys.executable, "-m", "tests.running.trade", str(tills)],
        cwd=ROOT,
        env=environment(run.data)
        | run.instance.environment()
        | {"DATABASE_URL": state["database_url"], "REDIS_URL": state["redis_url"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    shop: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return shop


class Killer:
    """kill -9 of one process that serves: a web worker or its master, PostgreSQL's postmaster, Redis, a worker."""

    def __init__(self, run: Run, dice: random.Random) -> None:
        self.run = run
        self.dice = dice
        self.killed: list[str] = []
        self.last: dict[str, float] = {}

    def strike(self) -> None:
        """Kill one that has not been killed lately, if there is such a one."""
        with contextlib.suppress(psutil.NoSuchProcess):
            members = psutil.Process(self.run.process.pid).children()
            workers = [
                worker for child in members for worker in child.children() if "postgres" not in child.name()
            ]
            now = time.monotonic()
            rested = [one for one in members if now - self.last.get(self._name(one), -SPARED) >= SPARED]
            if not (choices := rested + workers):
                return
            victim = self.dice.choice(choices)
            self.last[self._name(victim)] = now
            victim.kill()
            self.killed.append(self._name(victim))

    @staticmethod
    def _name(process: psutil.Process) -> str:
        return " ".join([process.name(), *process.cmdline()[-2:]])


def close_and_compare(run: Run, tills: list[Till], shifts: list[int], tally: Tally) -> None:
    """Every sale is there once, what left the shelves is what was paid for, and each drawer holds it."""
    with psycopg.connect(libpq(run.state()["database_url"])) as connection:
        connection.execute("SET ROLE smartpos_platform")
        sold = connection.execute(
            "SELECT client_uuid::text, id, total_amount, shift_id FROM sales WHERE shift_id = ANY (%s)",
            (shifts,),
        ).fetchall()
        moved = connection.execute(
            "SELECT -sum(quantity) FROM inventory_movements WHERE origin_kind = 'sale' AND origin_id = ANY (%s)",
            ([row[1] for row in sold],),
        ).fetchone()
    assert {uuid: number for uuid, number, _total, _shift in sold} == tally.sold
    assert len(sold) == len(tally.sold)
    assert moved == (sum((row[2] for row in sold), Decimal(0)) / PRICE,)
    for till, shift_id in zip(tills, shifts, strict=True):
        total = sum((row[2] for row in sold if row[3] == shift_id), Decimal(0))
        status, report = till.post_patiently(f"/api/shifts/{shift_id}/close", {"closing_cash": str(total)})
        assert (status, Decimal(report["difference"])) == (200, Decimal(0)), report


@dataclass
class Market:
    """A running instance with a shop; every test takes tills of its own."""

    run: Run
    url: str
    shop: dict[str, Any]
    taken: int = 0

    def take(self, many: int) -> tuple[Tally, list[Till], list[int]]:
        """So many tills with open shifts, and the tally they keep."""
        numbers = range(self.taken, self.taken + many)
        self.taken += many
        tally = Tally()
        tills = [Till(self.url, number, tally, seed=SEED) for number in numbers]
        shifts = [till.sign_in(self.shop["tills"][till.number]) for till in tills]
        return tally, tills, shifts


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    """One instance for all of it, because starting one takes longer than the tests."""
    base = Path(tempfile.mkdtemp(prefix="smartpos-faults-"))
    base.chmod(0o755)
    (base / "data").mkdir()
    run = Run(base / "data", WEB_CONCURRENCY="2", SMARTPOS_NO_RATE_LIMITS="1")
    try:
        url = run.wait_ready()
        yield Market(run, url, found(run, 2 * TILLS + SAME_TILLS))
    finally:
        run.kill_everything()
        shutil.rmtree(base)


@pytest.mark.parametrize("copies", [1, 5], ids=["once", "five-times-at-once"])
def test_servers_are_killed_while_eight_tills_sell(market: Market, copies: int) -> None:
    tally, tills, shifts = market.take(TILLS)
    dice = random.Random(SEED + copies)
    sales = SALES // TILLS // copies

    def work(till: Till) -> None:
        for _sale in range(sales):
            time.sleep(till.random.uniform(0, 2 * LASTS / sales))
            till.sell(till.sale(market.shop["products"]), lose_answers=0.05, copies=copies)

    threads = at_once([partial(work, till) for till in tills])
    killer = Killer(market.run, dice)
    while any(thread.is_alive() for thread in threads):
        time.sleep(dice.uniform(0.2, 1.2))
        if len(killer.killed) < KILLS:
            killer.strike()
    for thread in threads:
        thread.join()
    assert processes.wait_until(lambda: is_ready(market.url), seconds=SECONDS), market.run.says()
    assert tally.refused == []
    assert len(tally.sold) == sales * TILLS
    assert killer.killed
    close_and_compare(market.run, tills, shifts, tally)


def test_many_tills_sell_the_same_goods(market: Market) -> None:
    """The sum is exact, and no cashier sees an error that trying again would have hidden."""
    tally, tills, shifts = market.take(SAME_TILLS)
    one = market.shop["products"][:1]

    def work(till: Till) -> None:
        for _sale in range(SAME_SALES):
            till.sell(till.sale(one))

    for thread in at_once([partial(work, till) for till in tills]):
        thread.join()
    assert (tally.answers, tally.troubles) == ({201: SAME_TILLS * SAME_SALES}, {})
    close_and_compare(market.run, tills, shifts, tally)


def test_the_books_verify_in_the_end(market: Market) -> None:
    verified = flask(market.run.data, "books", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
