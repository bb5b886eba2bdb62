"""The movement page and the list of stock: a ledger of ten thousand movements against one of a million.

A shop that has traded for longer has a longer ledger, so the further movements lie further back in time: as many a day,
the same products, the same branches, and balances that add up.
"""

import json
import urllib.request
from collections.abc import Callable

from sqlalchemy import Connection, create_engine, text

from bench.figures import Figure, median_ms
from bench.instance import Instance
from bench.lists import sign_in

FEW, MANY = 10_000, 1_000_000
PER_DAY = 1_400

# Goods come and go in equal pieces at the product's own cost, so that the balances of today stay what they are and
# stay true. Pairs of rows: what came in, and what went out a minute later.
GROW = """
INSERT INTO inventory_movements (organization_id, branch_id, product_id, movement_type, quantity, unit_cost, value,
                                 origin_kind, origin_id, created_by, occurred_at, created_at)
SELECT place.organization_id, place.branch_id, place.product_id, way.kind, way.sign, 100, way.sign * 100, way.cause, 1,
       author.id, moment.at + way.sign * interval '-30 seconds', moment.at
FROM generate_series(CAST(:begin AS bigint), CAST(:until AS bigint)) AS step
CROSS JOIN LATERAL (
    SELECT CAST(:newest AS timestamptz) - step * interval '2 day' / CAST(:per_day AS integer) AS at
) AS moment
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS number FROM branch_stocks
      WHERE organization_id = :organization_id) AS place
  ON place.number = step % (SELECT count(*) FROM branch_stocks WHERE organization_id = :organization_id)
CROSS JOIN (VALUES ('in', 1, 'stock_adjustment'), ('out', -1, 'sale')) AS way (kind, sign, cause)
CROSS JOIN (SELECT min(id) AS id FROM users WHERE organization_id = :organization_id) AS author
"""
FACTS = """
SELECT place.organization_id, place.branch_id, place.product_id, now()
FROM branch_stocks AS place JOIN organizations AS organization ON organization.id = place.organization_id
WHERE organization.domain = :domain ORDER BY place.id LIMIT 1
"""


def measure() -> list[Figure]:
    """Milliseconds of the pages people open, before and after the ledger has grown."""
    with Instance(demo="small") as instance:
        browser, token = sign_in(instance), instance.token("owner")
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            facts = connection.execute(text(FACTS), {"domain": _domain(connection)}).one()
            organization_id, branch_id, product_id, newest = facts
            rows = _grow(connection, organization_id, newest, FEW)
            of_one = f"/movements?product={product_id}&branch={branch_id}"

            def opening(path: str) -> Callable[[], None]:
                def work() -> None:
                    with browser.open(f"{instance.url}{path}") as answer:
                        assert answer.status == 200
                        answer.read()

                return work

            def over_api() -> None:
                request = urllib.request.Request(
                    f"{instance.url}/api/stock?limit=50", headers={"Authorization": f"Bearer {token}"}
                )
                with urllib.request.urlopen(request) as answer:
                    assert json.load(answer)["items"]

            works: dict[str, Callable[[], None]] = {
                "Movement page, products with their turnover": opening("/movements"),
                "Movement page, the ledger row by row": opening("/movements?view=rows"),
                "Movement page, one product in one branch": opening(of_one),
                "Movement page, one product, all of its history": opening(f"{of_one}&from=2000-01-01"),
                "Stock levels in the back office": opening("/admin/branch_stocks/"),
                "Stock over the API": over_api,
            }
            before = {name: median_ms(work) for name, work in works.items()}
            few = _shown(rows)
            rows = _grow(connection, organization_id, newest, MANY)
            after = {name: median_ms(work) for name, work in works.items()}
    return [
        Figure(f"{name}, {_shown(rows)} movements", after[name], "ms", before[name], few, "flat")
        for name in works
    ]


def _domain(connection: Connection) -> str:
    """The domain of the tenant with the longest ledger."""
    query = text(
        "SELECT organization.domain FROM organizations AS organization"
        " JOIN inventory_movements AS moved ON moved.organization_id = organization.id"
        " GROUP BY organization.id ORDER BY count(*) DESC LIMIT 1"
    )
    return str(connection.execute(query).scalar_one())


def _grow(connection: Connection, organization_id: int, newest: object, wanted: int) -> int:
    """Lengthen the ledger backwards in time to so many rows, and say how many there are."""
    count = "SELECT count(*) FROM inventory_movements WHERE organization_id = :organization_id"
    there = connection.execute(text(count), {"organization_id": organization_id}).scalar_one()
    connection.execute(
        text(GROW),
        {
            "organization_id": organization_id,
            "newest": newest,
            "per_day": PER_DAY,
            "begin": there // 2 + 1,
            "until": wanted // 2,
        },
    )
    connection.execute(text("VACUUM ANALYZE inventory_movements"))
    return int(connection.execute(text(count), {"organization_id": organization_id}).scalar_one())


def _shown(count: int) -> str:
    return f"{count:,}".replace(",", " ")
