"""The first dashboard at ten thousand sales against a million: what it takes the server to give page and figures.

A shop that has traded for longer has more receipts, so the further ones lie further back in time: as many a day, the
same products, the same branches. Nobody waits in between for the scheduler: the summaries are made anew by the command.
"""

from datetime import timedelta
from time import perf_counter
from urllib.error import HTTPError
from urllib.request import OpenerDirector, Request

from cryptography.fernet import Fernet
from sqlalchemy import Connection, create_engine, text

from bench.figures import Figure, median_ms
from bench.instance import Instance
from bench.lists import sign_in
from smartpos.core.db import db
from smartpos.core.tenancy import tenant_scope
from smartpos.factory import create_app
from smartpos.reports.operations.summaries import rebuild_summaries

FEW, MANY = 10_000, 1_000_000
PER_DAY = 1_400
MOST_LINES = 4

# Receipts of the demo again and again; which of them each is made from stands where the hash of a request would.
SALES = """
INSERT INTO sales (organization_id, branch_id, till_id, shift_id, cashier_id, customer_id, type, status, number,
                   client_uuid, content_hash, payment_method, gross_amount, discount_amount, tax_amount,
                   rounding_amount, total_amount, tendered_amount, change_amount, cost_amount, returned_amount,
                   business_date, sold_at, created_at)
SELECT demo.organization_id, demo.branch_id, demo.till_id, demo.shift_id, demo.cashier_id, demo.customer_id, 'sale',
       'completed', 'B-' || step, gen_random_uuid(), demo.id, demo.payment_method, demo.gross_amount,
       demo.discount_amount, demo.tax_amount, demo.rounding_amount, demo.total_amount, demo.tendered_amount,
       demo.change_amount, demo.cost_amount, 0, (moment.at AT TIME ZONE 'Asia/Tashkent')::date, moment.at,
       moment.at
FROM generate_series(CAST(:begin AS bigint), CAST(:until AS bigint)) AS step
CROSS JOIN LATERAL (
    SELECT now() - interval '16 minutes' - step * interval '1 day' / CAST(:per_day AS integer) AS at
) AS moment
JOIN bench_templates AS template ON template.place = step % (SELECT count(*) FROM bench_templates)
JOIN sales AS demo ON demo.organization_id = template.organization_id AND demo.id = template.id
ORDER BY step DESC
"""
TEMPLATES = """
CREATE TEMPORARY TABLE bench_templates AS
SELECT organization_id, id, row_number() OVER (ORDER BY id) - 1 AS place FROM sales AS sale
WHERE type = 'sale' AND organization_id = :organization_id
  AND (SELECT count(*) FROM sale_items AS item
       WHERE item.organization_id = sale.organization_id AND item.sale_id = sale.id) <= :lines
"""
_LINE = """line_number, product_id, product_name, unit, quantity, multiplier, is_tracked, price, gross_amount,
    promotion_amount, discount_amount, cart_discount_amount, vat_rate, vat_included, tax_amount, total_amount,
    unit_cost, cost_amount"""
_PAYMENT = "method, amount, tendered_amount"
PARTS = """
INSERT INTO {table} (organization_id, sale_id, {columns})
SELECT sale.organization_id, sale.id, {read}
FROM sales AS sale JOIN {table} AS part
  ON part.organization_id = sale.organization_id AND part.sale_id = sale.content_hash::bigint
WHERE sale.organization_id = :organization_id AND sale.id > :last AND sale.number LIKE 'B-%'
"""


def measure() -> list[Figure]:
    """Milliseconds of page and figures, before and after there were a hundred times as many sales."""
    with Instance(demo="small") as instance:
        browser = sign_in(instance)
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            organization_id = connection.execute(
                text("SELECT organization_id FROM sales GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
            ).scalar_one()
            # The rows are the demo's own, so nothing about them has to be proven again one by one.
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(TEMPLATES), {"organization_id": organization_id, "lines": MOST_LINES})
            _grow(connection, organization_id, FEW)
            _rebuild(instance, organization_id)
            before = [median_ms(lambda work=work: _open(browser, instance, work)) for work in _PATHS]
            count = _grow(connection, organization_id, MANY)
            seconds = _rebuild(instance, organization_id)
            after = [median_ms(lambda work=work: _open(browser, instance, work)) for work in _PATHS]
    many, few = f"{count:,} sales".replace(",", " "), f"{FEW:,} sales".replace(",", " ")
    names = {
        "/dashboard": "First paint of the dashboard",
        "/dashboard/data": "The dashboard asked again",
        "/dashboard/sales?days=30": "Dashboard of sales, 30 days",
    }
    figures = [
        Figure(f"{names[path]}, {many}", now, "ms", then, few, "1.5 or less" if path == "/dashboard" else "")
        for path, now, then in zip(_PATHS, after, before, strict=True)
    ]
    return [*figures, Figure(f"Summaries of {many} made anew", seconds, "s")]


_PATHS = ("/dashboard", "/dashboard/data", "/dashboard/sales?days=30")


def _open(browser: OpenerDirector, instance: Instance, path: str) -> None:
    try:
        with browser.open(Request(f"{instance.url}{path}")) as answer:
            answer.read()
    except HTTPError as error:
        if error.code != 304:
            raise


def _grow(connection: Connection, organization_id: int, wanted: int) -> int:
    """Lengthen the history of sales backwards in time to so many, and say how many there are."""
    tenant = {"organization_id": organization_id}
    count = text("SELECT count(*) FROM sales WHERE organization_id = :organization_id")
    last = connection.execute(text("SELECT max(id) FROM sales")).scalar_one()
    there = connection.execute(count, tenant).scalar_one()
    begin = connection.execute(text("SELECT 1 + count(*) FROM sales WHERE number LIKE 'B-%'")).scalar_one()
    connection.execute(
        text(SALES), tenant | {"begin": begin, "until": begin + wanted - there - 1, "per_day": PER_DAY}
    )
    for table, columns in (("sale_items", _LINE), ("sale_payments", _PAYMENT)):
        read = ", ".join(f"part.{name.strip()}" for name in columns.split(","))
        statement = PARTS.format(table=table, columns=columns, read=read)
        connection.execute(text(statement), tenant | {"last": last})
    for table in ("sales", "sale_items", "sale_payments"):
        connection.execute(text(f"VACUUM ANALYZE {table}"))
    return int(connection.execute(count, tenant).scalar_one())


def _rebuild(instance: Instance, organization_id: int) -> float:
    """Make the summaries anew, as ``flask reports rebuild`` does; gives the seconds it took."""
    url = instance.database_url.replace("postgresql://", "postgresql+psycopg://")
    app = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "only for measuring",
            "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
            "DATA_FOLDER": instance.folder,
        }
    )
    begun = perf_counter()
    with app.app_context():
        with tenant_scope(organization_id):
            # The demo is younger than what settles by itself; nobody else sells here.
            rebuild_summaries(organization_id, settles_after=timedelta(0))
        db.session.commit()
        seconds = perf_counter() - begun
        db.session.remove()
        db.engine.dispose()
    engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("daily_sales", "daily_product_sales", "hourly_sales", "daily_payments"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    engine.dispose()
    return seconds
