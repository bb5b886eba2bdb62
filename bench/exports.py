"""A million sale lines as Excel: the whole job against a bare loop of XlsxWriter over the same rows in memory.

The job counts, reads by a cursor, types every cell, packs the file, keeps it and says so; the loop is given its rows
and writes them with ``write()`` in constant memory, as XlsxWriter's manual does. Each runs in a process of its own, so
that its peak of memory is known; that of the job counts the whole application.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import xlsxwriter
from sqlalchemy import create_engine, select, text

from bench.figures import Figure
from bench.instance import Instance
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, Report, ReportGroup, declare_report
from smartpos.core.reports import ColumnKind as Kind
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.factory import create_app
from smartpos.identity.models import User
from smartpos.identity.queries import actor_of_user
from smartpos.reports.exporting.reports import source_of_report
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.models import ReportRun, RunSource, RunStatus
from smartpos.reports.operations.exports import order_export
from smartpos.sales.models import Sale, SaleItem

ROWS = 1_000_000
SLUG = "bench-sale-lines"

# The demo's own lines again and again, further down on their receipts.
MULTIPLY = """
INSERT INTO sale_items (organization_id, sale_id, line_number, product_id, product_name, barcode, unit, quantity, price,
                        gross_amount, promotion_amount, discount_amount, cart_discount_amount, vat_rate, vat_included,
                        tax_amount, total_amount, unit_cost, cost_amount)
SELECT organization_id, sale_id, line_number + copy * 1000, product_id, product_name, barcode, unit, quantity, price,
       gross_amount, promotion_amount, discount_amount, cart_discount_amount, vat_rate, vat_included,
       tax_amount, total_amount, unit_cost, cost_amount
FROM (SELECT * FROM sale_items WHERE organization_id = :organization_id AND returns_id IS NULL) AS demo
CROSS JOIN generate_series(1, 1 + :rows / (SELECT count(*) FROM sale_items WHERE organization_id = :organization_id
                                           AND returns_id IS NULL)::integer) AS copy
LIMIT :rows
"""
LARGEST = "SELECT organization_id FROM sale_items GROUP BY organization_id ORDER BY count(*) DESC LIMIT 1"


def _lines(_asked: Asked) -> AnySelect:
    return select(
        Sale.sold_at.label("sold_at"),
        Sale.number.label("number"),
        SaleItem.product_name.label("product"),
        SaleItem.quantity.label("quantity"),
        SaleItem.price.label("price"),
        SaleItem.discount_amount.label("discount"),
        SaleItem.total_amount.label("total"),
        SaleItem.tax_amount.label("tax"),
        SaleItem.id.label("id"),
    ).join(Sale, Sale.id == SaleItem.sale_id)


REPORT = Report(
    slug=SLUG,
    title="Sale lines",
    group=ReportGroup.SALES,
    permission="sales:report:read",
    columns=(
        Column("sold_at", "Time", Kind.MOMENT),
        Column("number", "Receipt"),
        Column("product", "Product"),
        Column("quantity", "Quantity", Kind.QUANTITY, total=True),
        Column("price", "Price", Kind.MONEY),
        Column("discount", "Discount", Kind.MONEY, total=True),
        Column("total", "Total", Kind.MONEY, total=True),
        Column("tax", "VAT", Kind.MONEY, total=True),
    ),
    select=_lines,
    order=("id",),
)


def measure() -> list[Figure]:
    """Seconds and megabytes of the job, and how often the loop's seconds that is."""
    with Instance(demo="small") as instance:
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            organization_id = connection.execute(text(LARGEST)).scalar_one()
            connection.execute(text(MULTIPLY), {"rows": ROWS, "organization_id": organization_id})
            connection.execute(text("VACUUM ANALYZE sale_items"))
        bare = _child("bare", instance, organization_id)
        ours = _child("ours", instance, organization_id)
    assert ours["rows"] >= ROWS
    assert bare["rows"] == ours["rows"]
    rows = f"{ours['rows']:,}".replace(",", " ")
    return [
        Figure(
            f"Excel of {rows} sale lines, 8 columns",
            ours["seconds"],
            "s",
            bare["seconds"],
            "a bare XlsxWriter loop",
            "1.25",
        ),
        Figure("Rows a second of it", ours["rows"] / ours["seconds"], "rows"),
        Figure("Peak memory of the worker meanwhile", ours["megabytes"], "MB", aim="250 MB"),
        Figure("Size of the file", ours["size"] / 1e6, "MB", bare["size"] / 1e6, "the bare loop's"),
    ]


def _child(what: str, instance: Instance, organization_id: int) -> dict[str, Any]:
    state = json.loads((instance.folder / "data" / "run.json").read_text())
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.exports",
            what,
            state["database_url"],
            state["redis_url"],
            str(organization_id),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr[-3000:])
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _run(what: str, database_url: str, redis_url: str, organization_id: int) -> dict[str, Any]:
    declare_report(REPORT)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {
                "SQLALCHEMY_DATABASE_URI": database_url.replace("postgresql://", "postgresql+psycopg://"),
                "REDIS_URL": redis_url,
                "SECRET_KEY": "only for measuring",
                "ENCRYPTION_KEYS": [],
                "DATA_FOLDER": Path(folder),
            }
        )
        with app.app_context():
            with platform_scope(reason="bench of exports"):
                owner = select(User.id).where(
                    User.organization_id == organization_id, User.username == "owner"
                )
                user_id = db.session.execute(owner).scalar_one()
            work = _ours if what == "ours" else _bare
            return work(organization_id, user_id, Path(folder))


def _ours(organization_id: int, user_id: int, folder: Path) -> dict[str, Any]:
    with tenant_scope(organization_id, user_id=user_id):
        actor = actor_of_user(user_id)
        assert actor is not None
        run = order_export(
            source=RunSource.REPORT,
            report=SLUG,
            format="xlsx",
            filters={},
            title="Sale lines",
            report_id=None,
            actor=actor,
        )
        run_id = run.id
        db.session.commit()
    begun = perf_counter()
    run_export(organization_id, run_id)
    db.session.commit()
    seconds = perf_counter() - begun
    with tenant_scope(organization_id):
        run = db.session.get_one(ReportRun, run_id)
        assert run.status is RunStatus.DONE, run.message
        assert run.file is not None
        return {
            "seconds": seconds,
            "rows": run.rows_done,
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            "size": run.file.size,
        }


def _bare(organization_id: int, user_id: int, folder: Path) -> dict[str, Any]:
    with tenant_scope(organization_id, user_id=user_id):
        actor = actor_of_user(user_id)
        assert actor is not None
        source = source_of_report(SLUG, {}, (), title="Sale lines", actor=actor)
        rows = [tuple(row) for piece in source.pieces() for row in piece]
    target = folder / "bare.xlsx"
    begun = perf_counter()
    book = xlsxwriter.Workbook(
        str(target),
        {"constant_memory": True, "default_date_format": "dd.mm.yyyy hh:mm", "remove_timezone": True},
    )
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.close()
    return {"seconds": perf_counter() - begun, "rows": len(rows), "size": target.stat().st_size}


if __name__ == "__main__":
    _what, _database, _redis, _organization = sys.argv[1:]
    print(json.dumps(_run(_what, _database, _redis, int(_organization))))
