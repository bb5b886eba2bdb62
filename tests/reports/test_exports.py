"""Downloads: compared with the ledger, over the API, their links, and what people may do with them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text

from smartpos.core.db import db, utc_now
from smartpos.core.files import workshop
from smartpos.core.models import AuditAction, AuditLog
from smartpos.identity.models import Role, RolePermission
from smartpos.notifications.models import Notification
from smartpos.reports.fetching import link_of
from smartpos.reports.jobs.exports import sweep_exports
from smartpos.reports.models import ReportRun, RunSource, RunStatus
from smartpos.reports.operations.exports import (
    MOST_ATTEMPTS,
    MOST_OPEN,
    Begun,
    begin_export,
    complete_export,
    fail_export,
    lost_exports,
    order_export,
    retry_export,
)
from smartpos.sales.models import Sale, SaleItem
from tests.cast import Shop
from tests.conftest import Api
from tests.reports.files import Made, made_of

Export = Callable[..., Made]


@pytest.fixture
def sold(shop: Shop, open_till: int, sell: Callable[..., Any]) -> int:
    """Some receipts, one with a discount and one whose product has a name like a formula; how many lines."""
    bread, cheese = (
        shop.product("=1+1 non", price="4500"),
        shop.product("Pishloq", price="62500.50", unit="kg"),
    )
    for number in range(4):
        sell((bread, str(number + 1)), (cheese, "0.350"), discount=str(100 * number), cash="500000")
    return 8


def test_every_cell_is_what_the_ledger_says(shop: Shop, sold: int, export: Export) -> None:
    made = export("sale_items", who="owner")
    header, *rows = made.table()
    assert header[:5] == ["Receipt", "Time", "Branch", "Product", "Quantity"]
    zone = ZoneInfo("Asia/Tashkent")
    with shop.inside("owner"):
        lines = db.session.execute(
            select(SaleItem, Sale).join(Sale, Sale.id == SaleItem.sale_id).order_by(SaleItem.id.desc())
        ).all()
        expected = [
            [
                sale.number,
                sale.sold_at.astimezone(zone).replace(tzinfo=None, microsecond=0),
                "Chilonzor",
                item.product_name,
                *(float(item.quantity), item.unit, float(item.price)),
                *(float(item.discount_amount), float(item.cart_discount_amount), float(item.tax_amount)),
                *(float(item.total_amount), float(item.cost_amount)),
            ]
            for item, sale in lines
        ]
    assert len(rows) == sold == made.rows
    assert rows == expected
    assert {row[3] for row in rows} == {"=1+1 non", "Pishloq"}


def test_a_report_and_its_totals_are_what_the_ledger_says(shop: Shop, sold: int, export: Export) -> None:
    made = export("sales-by-day", source=RunSource.REPORT, period="today")
    header, row, gap, totals = made.table()
    with shop.inside("owner"):
        paid, receipts, discounts = db.session.execute(
            select(func.sum(Sale.total_amount), func.count(), func.sum(Sale.discount_amount))
        ).one()
    told = dict(zip(header, row, strict=True))
    assert Decimal(str(told["Revenue"])) == paid
    assert told["Receipts"] == receipts == 4
    assert not any(gap)
    summed = dict(zip(header, totals, strict=True))
    assert summed["Day"] == "Total"
    assert Decimal(str(summed["Revenue"])) == paid
    assert discounts > 0
    assert made.columns[0] == "day"

    # Some columns only, in the report's order; margins are not for everybody.
    few = export("sales-by-day", "csv", source=RunSource.REPORT, period="today", columns=("revenue", "day"))
    assert few.lines()[0] == ["Day", "Revenue"]
    with shop.inside("owner"):
        db.session.execute(text("DELETE FROM role_permissions WHERE permission = 'catalog:cost:read'"))
    seen = export("sales-by-day", "csv", source=RunSource.REPORT, who="manager", period="today").lines()[0]
    assert not {"Cost", "Profit", "Margin"} & set(seen)


def test_the_api_orders_tells_and_cancels(
    shop: Shop, sold: int, api_of: Callable[..., Api], stranger: Shop
) -> None:
    api = api_of("manager")
    key = str(uuid4())
    body = {"report": "sales-by-day", "format": "xlsx", "filters": {"period": "today"}, "client_uuid": key}
    answer = api.post("/api/exports", body)
    assert answer.status_code == 202, answer.json
    run_id = answer.json["id"]
    assert api.post("/api/exports", body).json == {"id": run_id}
    waiting = api.get(f"/api/exports/{run_id}").json
    assert (waiting["status"], waiting["progress"], waiting["rows"]) == ("waiting", 0, 0)
    assert waiting["download_url"] is None
    made = made_of(shop, run_id, make=True)
    done = api.get(f"/api/exports/{run_id}").json
    assert (done["status"], done["progress"], done["rows"], done["rows_total"]) == ("done", 1, 1, 1)
    file = api.get(done["download_url"])
    assert file.status_code == 200
    assert made.path is not None
    assert file.data == made.path.read_bytes()
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "no-cache" in file.headers["Cache-Control"]
    assert [item["id"] for item in api.get("/api/exports").json["items"]] == [run_id]
    assert api.delete(f"/api/exports/{run_id}").status_code == 409

    second = api.post("/api/exports", body | {"client_uuid": None, "format": "csv"}).json["id"]
    assert api.delete(f"/api/exports/{second}").json["status"] == "cancelled"
    assert made_of(shop, second, make=True).path is None

    # Others do not even learn that there is something.
    for other in (api_of("owner"), api_of("stranger", "navruz")):
        assert other.get(f"/api/exports/{run_id}").status_code == 404
        assert other.delete(f"/api/exports/{run_id}").status_code == 404
    with shop.inside("owner"):
        kept = select(func.count()).select_from(AuditLog).where(AuditLog.action == AuditAction.EXPORT)
        assert db.session.scalar(kept) == 2
        told = select(Notification.kind).where(Notification.user_id == shop.users["manager"])
        assert db.session.scalars(told).all() == ["reports.export_ready"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"report": "no-such-report", "format": "xlsx"}, 404),
        ({"report": "sales-by-day", "format": "docx"}, 422),
        ({"format": "csv"}, 422),
        (
            {
                "report": "sales-by-day",
                "format": "csv",
                "filters": {"from": "1926-01-01", "to": "2026-01-01"},
            },
            422,
        ),
        (
            {
                "report": "sales-by-day",
                "format": "csv",
                "filters": {"from": "2026-02-01", "to": "2026-01-01"},
            },
            422,
        ),
        ({"report": "sales-by-day", "format": "csv", "filters": {"branch_id": 999_999_999}}, 422),
        ({"report": "sales-by-day", "format": "csv", "filters": {"nonsense": 1}}, 422),
        ({"report": "sales-by-day", "format": "csv", "filters": []}, 422),
        ({"report": "sales-by-day", "format": "csv", "columns": ["password"]}, 422),
        ({"report": "sales-by-day", "format": "csv", "columns": ["day"] * 1000}, 422),
        ({"report": "sales-by-day\x00", "format": "csv"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    shop: Shop, api_of: Callable[..., Api], body: dict[str, Any], status: int
) -> None:
    answer = api_of("owner").post("/api/exports", body)
    assert answer.status_code == status, answer.json
    with shop.inside("owner"):
        assert db.session.scalar(select(func.count()).select_from(ReportRun)) == 0


def test_a_queue_is_not_filled_by_one_person(shop: Shop, api_of: Callable[..., Api]) -> None:
    body = {"report": "sales-by-day", "format": "csv"}
    owner = api_of("owner")
    orders = [owner.post("/api/exports", body) for _turn in range(MOST_OPEN + 1)]
    assert [answer.status_code for answer in orders] == [202] * MOST_OPEN + [409]
    assert orders[-1].json["code"] == "too_many_exports"
    assert api_of("manager").post("/api/exports", body).status_code == 202


def test_a_link_is_for_one_file_of_one_shop(
    shop: Shop, stranger: Shop, export: Export, client_of: Callable[..., FlaskClient]
) -> None:
    shop.product("Non")
    made, other = export("products", who="owner"), export("products", "csv", who="owner")
    with shop.inside("owner"), shop.app.test_request_context():
        links = {run: link_of(db.session.get_one(ReportRun, run)) or "" for run in (made.id, other.id)}
    link = links[made.id]
    owner, manager, cashier = client_of("owner"), client_of("manager"), client_of("cashier")
    assert owner.get(link).status_code == 200
    token = link.partition("token=")[2]
    for forged in ("", "x" * 40, token[:-3] + "abc", links[other.id].partition("token=")[2], "a.b.c\x00"):
        answer = owner.get(f"/downloads/{made.id}", query_string={"token": forged})
        assert answer.status_code == 403, forged
    # A colleague who could have ordered the very same may have it; one who could not may not.
    assert manager.get(link).status_code == 200
    assert cashier.get(link).status_code == 403
    with shop.inside("owner"):
        db.session.execute(text("DELETE FROM role_permissions WHERE permission = 'catalog:cost:read'"))
    assert manager.get(link).status_code == 403, "there are costs in it"
    # Somebody of another shop, and nobody.
    assert client_of("stranger", "navruz").get(link).status_code == 404
    nobody = shop.app.test_client().get(link)
    assert nobody.status_code == 302
    assert "/login" in nobody.headers["Location"]
    # Made again, the old link is for what is gone.
    with shop.inside("owner"):
        db.session.get_one(ReportRun, made.id).expires_at = utc_now() - timedelta(seconds=1)
    assert owner.get(link).status_code == 404


def test_the_page_shows_bars_reasons_and_nothing(
    shop: Shop, export: Export, client_of: Callable[..., FlaskClient], csrf: Callable[[FlaskClient], str]
) -> None:
    owner = client_of("owner")
    assert 'class="empty"' in owner.get("/downloads/").get_data(as_text=True)
    order = {"list": "products", "address": "/admin/products/?search=non&page=3", "csrf_token": csrf(owner)}
    assert owner.post("/downloads/order", data=order | {"format": "xlsx"}).status_code == 303
    assert owner.post("/downloads/order", data=order | {"format": "exe"}).status_code == 422
    assert (
        owner.post("/downloads/order", data=order | {"list": "nothing", "format": "csv"}).status_code == 404
    )
    assert (
        owner.post("/downloads/order", data=order | {"address": "x" * 9000, "format": "csv"}).status_code
        == 422
    )
    with shop.inside("owner"):
        run = db.session.scalars(select(ReportRun)).one()
        assert run.filters == {"search": ["non"]}
        run_id = run.id
    page = owner.get("/downloads/").get_data(as_text=True)
    assert f'data-run="{run_id}" data-status="waiting"' in page
    assert "<progress" in page
    with shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        run.status, run.message = RunStatus.FAILED, "Joy yoʻq <b>"
    page = owner.get("/downloads/").get_data(as_text=True)
    assert "Joy yoʻq &lt;b&gt;" in page
    assert f"/downloads/{run_id}/retry" in page
    manager = client_of("manager")
    assert (
        str(run_id)
        not in manager.get("/downloads/").get_data(as_text=True).partition('id="downloads"')[2][:200]
    )
    assert client_of("cashier").get("/downloads/").status_code == 403
    assert manager.post(f"/downloads/{run_id}/retry", data={"csrf_token": csrf(manager)}).status_code == 404
    retried = owner.post(f"/downloads/{run_id}/retry", data={"csrf_token": csrf(owner)})
    assert retried.status_code == 303
    assert made_of(shop, run_id, make=True).status is RunStatus.DONE
    # Done twice by two workers, it is done once.
    assert made_of(shop, run_id, make=True).attempts == 1


def test_a_worker_that_was_thought_dead_spoils_nothing(shop: Shop, export: Export) -> None:
    """It comes back after its run was called off, asked for once more and taken on by another worker."""
    run_id = export("products", "csv").id

    def begun_again() -> Begun:
        with shop.inside("owner"):
            found = begin_export(run_id)
            assert found is not None
            return found

    with shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        run.status, run.attempts = RunStatus.WAITING, 0
    first = begun_again()
    with shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        run.cancel_asked, run.beat_at = True, utc_now() - timedelta(minutes=3)
        db.session.flush()
        lost_exports()
        retry_export(run, actor=shop.actor("owner"))
    second = begun_again()
    with shop.inside("owner"), workshop("export-1", "1") as old:
        (old / "made.csv").write_text("half")
        with workshop("export-1", "2") as new:
            (new / "made.csv").write_text("whole")
            assert not old.exists()
            with suppress(FileNotFoundError):
                complete_export(first, old / "made.csv", rows=1, columns=[], actor=shop.actor("owner"))
            assert fail_export(first, "no") is None
            with workshop("export-11", "1"):
                assert (new / "made.csv").read_text() == "whole"
            run = complete_export(second, new / "made.csv", rows=7, columns=[], actor=shop.actor("owner"))
            assert run is not None
    made = made_of(shop, run_id)
    assert (made.status, made.rows) == (RunStatus.DONE, 7)
    assert made.path is not None and made.path.read_text() == "whole"


def test_who_left_gets_no_file(shop: Shop, export: Export) -> None:
    with shop.inside("owner"):
        db.session.execute(
            text("UPDATE users SET status = 'inactive' WHERE id = :id"), {"id": shop.users["admin"]}
        )
    made = export("products", who="owner")
    assert made.status is RunStatus.DONE
    with shop.inside("owner"):
        run = db.session.get_one(ReportRun, made.id)
        run.status, run.created_by = RunStatus.WAITING, shop.users["admin"]
    assert made_of(shop, made.id, make=True).status is RunStatus.FAILED


def test_one_tenants_trouble_keeps_no_others_waiting(shop: Shop, stranger: Shop, export: Export) -> None:
    numbers = {}
    for one, locale in ((shop, "no-such-language"), (stranger, "en")):
        who = next(iter(one.users))
        with one.inside(who):
            run = order_export(
                source=RunSource.GRID,
                report="products",
                format="csv",
                filters={},
                title="Mahsulotlar",
                locale=locale,
                actor=one.actor(who),
            )
            run.status, run.attempts = RunStatus.RUNNING, MOST_ATTEMPTS
            run.beat_at = utc_now() - timedelta(minutes=3)
            numbers[one.domain] = run.id
    with shop.app.app_context():
        sweep_exports()
        db.session.commit()
    for one, expected in ((shop, RunStatus.RUNNING), (stranger, RunStatus.FAILED)):
        with one.inside():
            assert db.session.get_one(ReportRun, numbers[one.domain]).status is expected


def test_a_right_that_was_withdrawn_is_asked_for_again(shop: Shop, client_of: Any, export: Export) -> None:
    made = export("products", who="manager", format="csv")
    with shop.inside("owner"):
        waits = order_export(
            source=RunSource.GRID,
            report="products",
            format="csv",
            filters={},
            title="Mahsulotlar",
            locale="en",
            actor=shop.actor("manager"),
        ).id
    manager = client_of("manager")
    with shop.app.test_request_context(), shop.inside("manager"):
        address = link_of(db.session.get_one(ReportRun, made.id))
    assert address is not None and manager.get(address).status_code == 200
    with shop.inside("owner"):
        role = db.session.scalars(select(Role.id).where(Role.key == "manager")).one()
        gone = RolePermission.permission == "reports:export:create"
        db.session.execute(delete(RolePermission).where(RolePermission.role_id == role, gone))
    refused = made_of(shop, waits, make=True)
    assert (refused.status, refused.path) == (RunStatus.CANCELLED, None)
    assert refused.message == "Whoever ordered this may not download it any more."
    assert manager.get(address).status_code == 403
    assert client_of("owner").get(address).status_code == 200, "who may download it still may"
    # The right to download alone is not enough: what is downloaded must still be theirs to see.
    with shop.inside("owner"):
        db.session.add(RolePermission(role_id=role, permission="reports:export:create"))
        gone = RolePermission.permission == "catalog:product:read"
        db.session.execute(delete(RolePermission).where(RolePermission.role_id == role, gone))
        run = db.session.get_one(ReportRun, waits)
        retry_export(run, actor=shop.actor("owner"))
    again = made_of(shop, waits, make=True)
    assert (again.status, again.path) == (RunStatus.CANCELLED, None) and again.message
    assert manager.get(address).status_code == 403


def test_too_much_for_paper_is_refused(shop: Shop, export: Export) -> None:
    with shop.inside("owner"):
        db.session.execute(
            text(
                "INSERT INTO events (organization_id, name, facts, origin_kind, origin_id, attempts, dispatched_at) "
                "SELECT :organization, 'sales.sale_completed', '{}', 'sale', n, 1, now() "
                "FROM generate_series(1, 5001) AS n"
            ),
            {"organization": shop.organization_id},
        )
    made = export("events", "pdf")
    assert made.status is RunStatus.FAILED
    assert "5" in (made.message or "")
    assert export("events", "pdf", search="").status is RunStatus.FAILED
    assert export("products", "pdf").status is RunStatus.DONE
