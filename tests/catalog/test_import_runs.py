"""What happens around an import: workers that die, people who change their minds, files that are no files."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from smartpos.catalog import jobs
from smartpos.catalog.models import Product
from smartpos.core import imports as engine
from smartpos.core.db import db, utc_now
from smartpos.core.imports import progress
from smartpos.core.models import ImportChange, ImportRun, ImportStatus
from smartpos.core.sheets import read_sheet
from smartpos.identity.models import User
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, sheet

ROWS = (
    ("Kodi", "Nomi", "Shtrix kod", "Narxi"),
    ("A-1", "Choy", ean13(601), 5000),
    ("A-2", "Suv", ean13(602), 900),
)


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    return Importing(shop, client_of("manager"), "manager", "products")


def goods(shop: Shop) -> int:
    with shop.inside():
        return (
            db.session.scalar(select(func.count()).select_from(Product).where(Product.deleted_at.is_(None)))
            or 0
        )


def change(shop: Shop, run_id: int, **columns: Any) -> None:
    with shop.inside():
        db.session.execute(update(ImportRun).where(ImportRun.id == run_id).values(**columns))


def test_a_killed_worker_leaves_a_failed_run_and_nothing_else(shop: Shop, importing: Importing) -> None:
    importing.check(book(*ROWS))
    importing.post("confirm")
    # What a worker leaves that was killed while it wrote: the note that it had begun, and no row of its work.
    change(
        shop,
        importing.run_id,
        options={**importing.run().options, "begun": "running"},
        started_at=utc_now() - timedelta(minutes=10),
    )
    with shop.app.app_context():
        jobs.sweep_imports()
        db.session.commit()
    run = importing.run()
    assert run.status is ImportStatus.FAILED and run.message and "begun" not in run.options
    assert goods(shop) == 0
    assert importing.write().status is ImportStatus.FAILED  # a job that comes late does nothing


def test_a_job_that_is_begun_twice_says_so_instead_of_writing_half(shop: Shop, importing: Importing) -> None:
    importing.check(book(*ROWS))
    importing.post("confirm")
    change(shop, importing.run_id, options={**importing.run().options, "begun": "running"})
    assert importing.write().status is ImportStatus.FAILED
    assert goods(shop) == 0


def test_a_lost_job_is_sent_again(shop: Shop, importing: Importing) -> None:
    importing.check(book(*ROWS))
    importing.post("confirm")
    change(shop, importing.run_id, started_at=utc_now() - timedelta(minutes=10))
    with shop.app.app_context(), engine_scope():
        lost = engine.waiting_imports()
    assert lost == [(shop.organization_id, importing.run_id, "running", shop.users["manager"])]
    assert importing.write().status is ImportStatus.DONE
    with shop.app.app_context(), engine_scope():
        assert engine.waiting_imports() == []


def engine_scope() -> Any:
    from smartpos.core.tenancy import platform_scope

    return platform_scope(reason="a test sweeps")


def test_a_finished_job_that_comes_again_does_nothing(shop: Shop, importing: Importing) -> None:
    importing.bring(book(*ROWS))
    with shop.inside():
        before = db.session.scalar(select(func.count()).select_from(ImportChange))
    assert importing.write().status is ImportStatus.DONE
    with shop.inside():
        assert db.session.scalar(select(func.count()).select_from(ImportChange)) == before
    assert goods(shop) == 2


def test_it_can_be_cancelled_before_and_in_the_middle(
    shop: Shop, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing.upload(book(*ROWS))
    assert importing.post("cancel").status_code == 303
    assert importing.run().status is ImportStatus.CANCELLED
    assert importing.post("cancel").status_code == 409

    importing.check(book(*ROWS))
    importing.post("confirm")
    told = progress.tell_progress

    def stop_when_writing(run_id: int, done: int, total: int) -> None:
        told(run_id, done, total)
        if done > total // 3:
            progress.ask_to_stop(run_id)

    monkeypatch.setattr("smartpos.core.imports.work.tell_progress", stop_when_writing)
    run = importing.write()
    assert run.status is ImportStatus.CANCELLED and goods(shop) == 0


def test_the_bar_knows_how_far_it_is(
    shop: Shop, importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing.check(book(*ROWS))
    importing.post("confirm")
    url = f"/imports/{importing.run_id}/progress"
    waiting = importing.client.get(url).json
    assert waiting == {"status": "running", "at_work": True, "begun": False, "done": 0, "total": 0}
    assert 'id="import-bar"' in importing.page()
    seen: list[tuple[int, int]] = []
    told = progress.tell_progress

    def note(run_id: int, done: int, total: int) -> None:
        seen.append((done, total))
        told(run_id, done, total)

    monkeypatch.setattr("smartpos.core.imports.work.tell_progress", note)
    importing.write()
    assert seen == sorted(seen) and seen[-1] == (6, 6)
    assert importing.client.get(url).json["at_work"] is False


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 \xe2\xe3", b"PK\x03\x04nothing", b"\x00\x01\x02" * 50, b"Kodi;Nomi\n", b"\n\n"],
)
def test_files_that_are_no_spreadsheets_are_refused_in_words(importing: Importing, content: bytes) -> None:
    answer = importing.upload(content, "narxlar.xlsx")
    assert answer.status_code == 422 and 'id="problem"' in answer.get_data(as_text=True)


def test_a_file_of_two_hundred_megabytes_is_not_even_read(importing: Importing) -> None:
    class Endless(io.RawIOBase):
        """So many bytes, and a note of how many were asked for."""

        asked = 0

        def readable(self) -> bool:
            return True

        def readinto(self, target: Any) -> int:
            Endless.asked += len(target)
            return len(target)

    answer = importing.client.post(
        "/imports/new/products",
        data=b"--x",
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": importing.token},
        environ_overrides={
            "CONTENT_LENGTH": str(200 * 1024 * 1024),
            "wsgi.input": io.BufferedReader(Endless()),
        },
    )
    assert answer.status_code == 413
    assert Endless.asked < 1024 * 1024


def test_a_spreadsheet_may_be_larger_than_other_uploads(importing: Importing) -> None:
    filler = "x" * 1000
    content = sheet(("Kodi", "Nomi", "Izoh"), *((f"A-{number}", "Choy", filler) for number in range(18_000)))
    assert len(content) > 17 * 1024 * 1024
    assert importing.upload(content, "katta.csv").status_code == 303


def test_templates_are_understood_by_the_import_itself(shop: Shop, importing: Importing) -> None:
    for importer in engine.importers():
        answer = importing.client.get(f"/imports/template/{importer.key}")
        assert answer.status_code == 200
        importing.kind = importer.key
        assert importing.upload(answer.data, f"{importer.key}.xlsx").status_code == 303
        guessed = importing.run().columns
        headers = read_sheet(answer.data).rows[0]
        assert list(guessed.values()) == [field.name for field in importer.fields], importer.key
        assert len(headers) == len(guessed)
        importing.post("columns", **{f"column-{place}": name for place, name in guessed.items()})
        with shop.app.app_context():
            jobs.check_sheet(shop.organization_id, importing.run_id, shop.users["manager"])
            db.session.commit()
        marked = {one["field"] for one in importing.run().problems}
        # The goods and people of the example are not in this shop; every other example is good.
        assert marked <= {"sku", "barcode", "customer_number", "branch", "supplier"}, importer.key


def test_the_pages_list_and_show_what_was_imported(
    shop: Shop, importing: Importing, client_of: Callable[..., Any]
) -> None:
    assert 'class="empty"' in importing.client.get("/imports/").get_data(as_text=True)
    run = importing.bring(book(*ROWS))
    page = importing.client.get("/imports/").get_data(as_text=True)
    assert f'href="/imports/{run.id}"' in page and "tovarlar.xlsx" in page
    assert "frozenset" not in importing.page()
    answer = importing.client.get(f"/imports/{run.id}/file")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    for who, status in (("cashier", 403), ("owner", 200)):
        assert client_of(who).get(f"/imports/{run.id}").status_code == status
    assert client_of("warehouse").get(f"/imports/{run.id}/file").status_code == 404  # it holds prices


def test_it_can_go_back_to_the_columns(importing: Importing) -> None:
    run = importing.check(book(*ROWS))
    assert run.summary["new"] == 2
    assert importing.post("back").status_code == 303
    assert importing.run().status is ImportStatus.UPLOADED
    assert 'name="column-0"' in importing.page()
    assert importing.post("confirm").status_code == 409


def test_who_may_not_set_a_column_may_not_set_it_back(
    shop: Shop, importing: Importing, client_of: Callable[..., Any]
) -> None:
    shop.product("Choy", sku="A-1", barcode=ean13(651), price="5000")
    importing.bring(book(("Kodi", "Nomi", "Narxi"), ("A-1", "Choy", 7000)))
    with shop.inside():
        role = db.session.get_one(User, shop.users["manager"]).role
        role.permissions = [row for row in role.permissions if row.permission != "catalog:price:write"]
    assert "/undo" not in importing.page()
    assert importing.post("undo").status_code == 403
    assert importing.run().status is ImportStatus.DONE
    # The right may also go between the button and the work.
    change(shop, importing.run_id, status=ImportStatus.UNDOING)
    with shop.app.app_context():
        jobs.take_sheet_back(shop.organization_id, importing.run_id, shop.users["manager"])
        db.session.commit()
    run = importing.run()
    assert run.status is ImportStatus.DONE and run.message
    with shop.inside():
        assert db.session.scalars(select(Product.price).where(Product.sku == "A-1")).one() == 7000
