"""How long a till waits for the server to take a sale, when it is alone and when a whole chain is selling.

Every till sells without a pause, which no cashier does: a hundred of them are the rush hour of a thousand. The wait
matters only for what a receipt says after the fact; the till itself is ready before the server has answered.
"""

import json
import os
import subprocess
import sys
import threading
from statistics import quantiles
from time import monotonic, perf_counter
from typing import Any

from bench.figures import Figure
from bench.instance import ROOT, Instance
from smartpos.embedded.instance import Instance as Folder
from tests.running.trade import Tally, Till, at_once

SECONDS = 8
CROWDS = ((10, "120 ms or less"), (100, "700 ms or less"))
BACKLOG = 1000


def measure() -> list[Figure]:
    """95 of 100 sales are taken within these times; and how fast a till that was offline catches up."""
    with Instance(demo="none") as instance:
        shop = _found(instance, CROWDS[-1][0] + 1)
        tally = Tally()
        tills = [Till(instance.url, number, tally) for number in range(len(shop["tills"]))]
        shifts = [till.sign_in(till_id) for till, till_id in zip(tills, shop["tills"], strict=True)]
        alone = _p95(tills[:1], shop["products"])
        figures = [
            Figure(f"Sale taken by the server, {many} tills, p95", _p95(tills[:many], shop["products"]), "ms")
            for many, _aim in CROWDS
        ]
        figures = [
            Figure(one.what, one.value, one.unit, alone, "one till alone", aim)
            for one, (_many, aim) in zip(figures, CROWDS, strict=True)
        ]
        return [*figures, _catch_up(tills, shifts, shop["products"], alone)]


def _found(instance: Instance, tills: int) -> dict[str, Any]:
    data = instance.folder / "data"
    servers = json.loads((data / "run.json").read_text())
    done = subprocess.run(
        [sys.executable, "-m", "tests.running.trade", str(tills)],
        cwd=ROOT,
        env=os.environ
        | Folder(data).environment()
        | {"DATABASE_URL": servers["database_url"], "REDIS_URL": servers["redis_url"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shop: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return shop


def _p95(tills: list[Till], products: list[int]) -> float:
    """Milliseconds within which 95 of 100 sales were answered, all tills selling without a pause."""
    waits: list[list[float]] = [[] for _till in tills]
    until = monotonic() + SECONDS

    def work(till: Till, mine: list[float]) -> None:
        while monotonic() < until:
            body = till.sale(products)
            begun = perf_counter()
            till.sell(body)
            mine.append(perf_counter() - begun)

    for thread in at_once([lambda pair=pair: work(*pair) for pair in zip(tills, waits, strict=True)]):
        thread.join()
    return quantiles([wait for mine in waits for wait in mine], n=20)[-1] * 1000


def _catch_up(tills: list[Till], shifts: list[int], products: list[int], alone: float) -> Figure:
    """A till sends what it sold offline, one sale after the other, while another one sells."""
    behind, other = tills[-1], tills[0]
    waiting = [behind.sale(products) | {"offline": True, "shift_id": shifts[-1]} for _sale in range(BACKLOG)]
    waits: list[float] = []
    over = threading.Event()

    def sell() -> None:
        while not over.is_set():
            body = other.sale(products)
            begun = perf_counter()
            other.sell(body)
            waits.append(perf_counter() - begun)

    threads = at_once([sell])
    for body in waiting:
        behind.sell(body)
    over.set()
    threads[0].join()
    p95 = quantiles(waits, n=20)[-1] * 1000
    what = f"The same while another till sends {BACKLOG} offline sales, p95"
    return Figure(what, p95, "ms", alone, "one till alone", "")
