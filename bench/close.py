"""Closing a shift after ten sales and after ten thousand: it must take the same time.

The very same shift is closed again and again, counted right, and opened again behind the product's back; meanwhile it
has sold a thousand times as much. ``BENCH_SALES=500`` makes it shorter.
"""

import http.client
import json
import os
import time
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text

from bench.figures import Figure
from bench.instance import Instance

FEW = 10
MANY = int(os.environ.get("BENCH_SALES", "10000"))
TIMES = 25
PLENTY = "10000000"

REOPEN = """
UPDATE shifts SET status = 'open', closed_at = NULL, closed_by = NULL, expected_cash = NULL, closing_cash = NULL,
                  difference = NULL WHERE id = :id
"""


class Till:
    """A cashier's keep-alive connection."""

    def __init__(self, instance: Instance, username: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=60)
        self.headers = {
            "Authorization": f"Bearer {instance.token(username)}",
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request that must succeed."""
        content = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, content, self.headers)
        answer = self.connection.getresponse()
        read = answer.read()
        assert answer.status < 300, read
        return json.loads(read)


def measure() -> list[Figure]:
    """The median of closing in milliseconds, after many sales beside few."""
    with Instance(demo="small") as instance:
        cashier, owner = Till(instance, "cashier"), Till(instance, "owner")
        shift = _open_shift(cashier, owner)
        product = _stock_up(owner, shift["branch_id"])
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        _sell(cashier, product, FEW)
        few = _closing(cashier, owner, engine, shift["id"])
        _sell(cashier, product, MANY - FEW)
        many = _closing(cashier, owner, engine, shift["id"])
        engine.dispose()
    count = f"{MANY:,}".replace(",", " ")
    return [Figure(f"Closing a shift after {count} sales", many, "ms", few, f"after {FEW} sales", "flat")]


def _open_shift(cashier: Till, owner: Till) -> Any:
    taken = {one["till_id"] for one in owner.call("GET", "/api/shifts?status=open")["items"]}
    free = [one["id"] for one in owner.call("GET", "/api/tills")["items"] if one["id"] not in taken]
    return cashier.call("POST", "/api/shifts/open", {"till_id": free[0], "opening_cash": "100000"})


def _stock_up(owner: Till, branch_id: int) -> int:
    """Something sold by the piece, with plenty of it; gives its id."""
    goods = owner.call("GET", "/api/products?limit=500")["items"]
    product = next(
        one["id"] for one in goods if one["unit"] == "dona" and one["is_active"] and one["cash_allowed"]
    )
    line = {"product_id": product, "quantity": PLENTY, "unit_cost": "1"}
    body = {"branch_id": branch_id, "reason": "found", "items": [line]}
    owner.call("POST", "/api/stock/adjustments", body)
    return int(product)


def _sell(cashier: Till, product: int, count: int) -> None:
    for _sale in range(count):
        body = {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": product, "quantity": 1}],
            "payments": [{"method": "cash", "amount": "10000000"}],
        }
        cashier.call("POST", "/api/sell", body)


def _closing(cashier: Till, owner: Till, engine: Engine, shift_id: int) -> float:
    owner.connection.close()  # it has rested for so long that the server has hung up; the next call dials again
    expected = owner.call("GET", f"/api/shifts/{shift_id}/report")["expected_cash"]
    seconds = []
    with engine.connect() as connection:
        for _time in range(TIMES):
            begun = time.perf_counter()
            closed = cashier.call("POST", f"/api/shifts/{shift_id}/close", {"closing_cash": expected})
            seconds.append(time.perf_counter() - begun)
            assert closed["difference"] == "0.00"
            connection.execute(text(REOPEN), {"id": shift_id})
    return sorted(seconds)[TIMES // 2] * 1000
