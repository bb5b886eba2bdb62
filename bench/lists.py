"""The first page of a long list: sales over the API and in the back office, at the demo's size and at 200,000."""

import json
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from bench.figures import Figure, median_ms
from bench.instance import Instance

ROWS = 200_000
CSRF = 'name="csrf-token" content="'

# The demo's own receipts again and again, a minute earlier each time, so that dates and people stay believable.
MULTIPLY = """
INSERT INTO sales (organization_id, branch_id, till_id, shift_id, cashier_id, type, status, number, client_uuid,
                   content_hash, payment_method, gross_amount, discount_amount, tax_amount, rounding_amount,
                   total_amount, tendered_amount, change_amount, cost_amount, returned_amount, original_id,
                   business_date, sold_at, created_at)
SELECT organization_id, branch_id, till_id, shift_id, cashier_id, type, status, number || '-' || copy,
       gen_random_uuid(), content_hash, payment_method, gross_amount, discount_amount, tax_amount, rounding_amount,
       total_amount, tendered_amount, change_amount, cost_amount, returned_amount, original_id, business_date,
       sold_at - copy * interval '1 minute', created_at
FROM (SELECT * FROM sales ORDER BY id LIMIT 1000) AS demo
CROSS JOIN generate_series(1, 1 + (:rows - (SELECT count(*) FROM sales)) / (SELECT LEAST(1000, count(*)) FROM sales))
     AS copy
"""


def measure() -> list[Figure]:
    """Milliseconds for the first page before and after the table has grown."""
    with Instance(demo="small") as instance:
        token = instance.token("owner")
        browser = sign_in(instance)

        def over_api() -> None:
            request = urllib.request.Request(
                f"{instance.url}/api/sales?limit=50", headers={"Authorization": f"Bearer {token}"}
            )
            with urllib.request.urlopen(request) as answer:
                assert len(json.load(answer)["items"]) == 50

        def in_back_office() -> None:
            with browser.open(f"{instance.url}/admin/receipts/") as answer:
                assert answer.status == 200
                answer.read()

        before = median_ms(over_api), median_ms(in_back_office)
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(MULTIPLY), {"rows": ROWS})
            connection.execute(text("VACUUM ANALYZE sales"))
            count = connection.execute(text("SELECT count(*) FROM sales")).scalar_one()
        after = median_ms(over_api), median_ms(in_back_office)
    many, few = f"{count:,} sales".replace(",", " "), "a few hundred sales"
    return [
        Figure(f"First page over the API, {many}", after[0], "ms", before[0], few, "flat"),
        Figure(f"First page in the back office, {many}", after[1], "ms", before[1], few, "flat"),
    ]


def sign_in(instance: Instance) -> urllib.request.OpenerDirector:
    """A client with the owner's cookie."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{instance.url}/login") as answer:
        page = answer.read().decode()
    start = page.index(CSRF) + len(CSRF)
    form = {
        "name": "owner",
        "password": instance.password,
        "csrf_token": page[start : page.index('"', start)],
    }
    browser.open(f"{instance.url}/login", urlencode(form).encode()).read()
    return browser
