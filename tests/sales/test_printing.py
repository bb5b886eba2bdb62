"""Network printers: what they are sent, by whom it may be asked for, and what happens when they cannot print."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from rq import Queue
from sqlalchemy import select, update

from smartpos.core import jobs
from smartpos.core.db import db, utc_now
from smartpos.core.jobs import DEFAULT_QUEUE
from smartpos.core.redis import connection
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import AppSetting, Till
from smartpos.sales import jobs as sales_jobs
from smartpos.sales.models import PrintJob, PrintKind, PrintStatus, TillEvent
from smartpos.sales.operations.printing import finish_print_job, forget_print_jobs
from tests.cast import Shop
from tests.sales.printer import CUT, INIT, KICK, Printer, pictures_of


@pytest.fixture
def printers() -> Iterator[Callable[[str], Printer]]:
    made: list[Printer] = []

    def switch_on(mood: str = "good") -> Printer:
        made.append(Printer(mood))
        return made[-1]

    yield switch_on
    for printer in made:
        printer.close()


@pytest.fixture
def use(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``use(printer)``: the first till prints there."""
    monkeypatch.setitem(shop.app.config, "PRINTER_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(sales_jobs, "SECOND_TRY_SECONDS", 0.01)

    def choose(port: int, *, width: int = 80, drawer: bool = False, host: str = "127.0.0.1") -> None:
        with shop.inside("owner"):
            change = update(Till).where(Till.id == shop.till_id)
            db.session.execute(
                change.values(printer_host=host, printer_port=port, receipt_width=width, has_drawer=drawer)
            )
            db.session.commit()

    return choose


@dataclass(frozen=True)
class Desk:
    """What a test asks with, and what it prints on."""

    api_of: Callable[..., Any]
    use: Callable[..., None]
    printers: Callable[..., Printer]


@pytest.fixture
def desk(api_of: Callable[..., Any], use: Callable[..., None], printers: Callable[..., Printer]) -> Desk:
    return Desk(api_of, use, printers)


def ask(api: Any, kind: str, **facts: Any) -> Any:
    return api.post("/api/print-jobs", {"client_uuid": str(uuid4()), "kind": kind} | facts)


def run(shop: Shop, job_id: int) -> dict[str, Any]:
    """What the worker does, and what the job is afterwards."""
    with shop.app.app_context():
        sales_jobs.print_paper(shop.organization_id, job_id)
        db.session.commit()
    return facts_of(shop, job_id)


def facts_of(shop: Shop, job_id: int) -> dict[str, Any]:
    with shop.inside("owner"):
        job = db.session.get_one(PrintJob, job_id, populate_existing=True)
        return {"status": job.status, "error": job.error, "attempts": job.attempts, "due_at": job.due_at}


def later(shop: Shop, job_id: int, **shift: Any) -> None:
    with shop.inside("owner"):
        past = utc_now() - timedelta(**shift)
        db.session.execute(update(PrintJob).where(PrintJob.id == job_id).values(due_at=past))
        db.session.commit()


@pytest.fixture
def milk(shop: Shop) -> int:
    return shop.product("Sut Қаймоқ ʻFaygʻ 1 l", price="13500")


@pytest.fixture
def sale(open_till: int, sell: Callable[..., Any], milk: int) -> Any:
    return sell((milk, "2"), cash="30000")


# --- what is printed ---------------------------------------------------------------------------------------------


def test_a_receipt_is_cut_and_opens_the_drawer(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers()
    desk.use(printer.port, drawer=True)
    answer = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id)
    assert answer.status_code == 201, answer.json
    assert (answer.json["status"], answer.json["attempts"], answer.json["error"]) == ("waiting", 0, None)
    assert run(shop, answer.json["id"])["status"] is PrintStatus.DONE
    [paper] = printer.wait_for(1)
    assert paper.startswith(INIT + KICK)
    assert paper.count(CUT) == 1
    [picture] = pictures_of(paper)
    assert picture.width == 576
    assert 400 < picture.height < 1500
    dark = picture.convert("L").histogram()[0] / (picture.width * picture.height)
    assert 0.02 < dark < 0.3


@pytest.mark.parametrize(("width", "dots"), [(58, 384), (80, 576)])
def test_paper_has_the_width_of_the_printer(shop: Shop, sale: Any, desk: Desk, width: int, dots: int) -> None:
    printer = desk.printers("mute")
    desk.use(printer.port, width=width)
    answer = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id)
    assert run(shop, answer.json["id"])["status"] is PrintStatus.DONE
    [paper] = printer.wait_for(1)
    assert KICK not in paper
    assert pictures_of(paper)[0].width == dots


def test_the_drawer_stays_shut_for_a_card_and_for_a_copy(
    shop: Shop, milk: int, sell: Any, open_till: int, desk: Desk
) -> None:
    printer = desk.printers()
    desk.use(printer.port, drawer=True)
    by_card = sell((milk, "1"), card="13500")
    for _again in range(2):
        answer = ask(desk.api_of("cashier"), "receipt", sale_id=by_card.id, till_id=shop.till_id)
        run(shop, answer.json["id"])
    assert all(KICK not in paper for paper in printer.wait_for(2))


def test_the_drawer_does_not_open_long_after_the_customer_left(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers()
    desk.use(printer.port, drawer=True)
    numbers = [
        ask(desk.api_of("cashier"), kind, till_id=shop.till_id, **facts).json["id"]
        for kind, facts in (("receipt", {"sale_id": sale.id}), ("drawer", {}))
    ]
    with shop.inside("owner"):
        past = utc_now() - timedelta(minutes=5)
        db.session.execute(update(PrintJob).values(created_at=past))
        db.session.commit()
    assert run(shop, numbers[0])["status"] is PrintStatus.DONE
    assert KICK not in printer.wait_for(1)[0]
    late = run(shop, numbers[1])
    assert (late["status"], late["error"]) == (PrintStatus.FAILED, "too_late")
    assert len(printer.papers) == 1


def test_as_many_copies_as_the_shop_wishes_but_of_a_copy_one(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers()
    desk.use(printer.port)
    with shop.inside("owner"):
        db.session.add(AppSetting(key="receipt_copies", value=2))
        db.session.commit()
    for count in (2, 1):
        answer = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id)
        run(shop, answer.json["id"])
        assert len(pictures_of(printer.wait_for(3 - count)[-1])) == count


def test_a_report_and_a_test_page(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers()
    desk.use(printer.port)
    report = ask(desk.api_of("cashier"), "report", shift_id=sale.shift_id, till_id=shop.till_id)
    assert report.status_code == 201, report.json
    assert run(shop, report.json["id"])["status"] is PrintStatus.DONE
    page = ask(desk.api_of("manager"), "test", till_id=shop.till_id)
    assert run(shop, page.json["id"])["status"] is PrintStatus.DONE
    assert all(picture.width == 576 for paper in printer.wait_for(2) for picture in pictures_of(paper))


# --- who may ask -------------------------------------------------------------------------------------------------


def test_the_same_request_twice_is_one_job(shop: Shop, sale: Any, desk: Desk) -> None:
    desk.use(desk.printers().port)
    body = {
        "client_uuid": str(uuid4()),
        "kind": "receipt",
        "sale_id": sale.id,
        "till_id": shop.till_id,
    }
    first, second = (desk.api_of("cashier").post("/api/print-jobs", body) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]
    other = desk.api_of("cashier").post("/api/print-jobs", body | {"kind": "drawer", "sale_id": None})
    assert other.status_code == 409
    assert desk.api_of("cashier").get(f"/api/print-jobs/{first.json['id']}").json["kind"] == "receipt"


def test_the_second_paper_of_a_sale_is_a_copy_and_recorded(shop: Shop, sale: Any, desk: Desk) -> None:
    desk.use(desk.printers().port)
    kinds = [
        ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["kind"]
        for _time in range(2)
    ]
    assert kinds == ["receipt", "copy"]
    with shop.inside("owner"):
        [event] = db.session.scalars(select(TillEvent)).all()
        assert (event.kind.value, event.sale_id, event.details["how"]) == ("reprint", sale.id, "printer")
        assert event.user_id == shop.users["cashier"]


def test_who_may_not_is_told_what_would_help(shop: Shop, sale: Any, desk: Desk) -> None:
    desk.use(desk.printers().port, drawer=True)
    page = ask(desk.api_of("cashier"), "test", till_id=shop.till_id)
    assert (page.status_code, page.json["approval"]) == (403, "identity:till:register")
    assert ask(desk.api_of("cashier2"), "receipt", sale_id=sale.id, till_id=shop.till_id).status_code == 404
    assert (
        ask(desk.api_of("cashier2"), "report", shift_id=sale.shift_id, till_id=shop.till_id).status_code
        == 403
    )
    assert ask(desk.api_of("warehouse"), "drawer", till_id=shop.till_id).status_code == 403


def test_a_stranger_prints_nothing_here(shop: Shop, stranger: Shop, sale: Any, desk: Desk) -> None:
    desk.use(desk.printers().port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    api = desk.api_of("stranger")
    assert ask(api, "test", till_id=shop.till_id).status_code == 404
    assert ask(api, "receipt", sale_id=sale.id).status_code in {404, 409}
    assert api.get(f"/api/print-jobs/{number}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "receipt"},
        {"client_uuid": "x", "kind": "receipt"},
        {"client_uuid": str(uuid4()), "kind": "poem"},
        {"client_uuid": str(uuid4()), "kind": "receipt", "sale_id": "one"},
        {"client_uuid": str(uuid4()), "kind": "receipt", "sale_id": 10**30},
        {"client_uuid": str(uuid4()), "kind": "receipt"},
        {"client_uuid": str(uuid4()), "kind": "report"},
        {"client_uuid": str(uuid4()), "kind": "drawer", "approvals": ["no token"]},
    ],
)
def test_bad_requests_are_explained(shop: Shop, open_till: int, desk: Desk, body: dict[str, Any]) -> None:
    desk.use(desk.printers().port, drawer=True)
    answer = desk.api_of("cashier").post("/api/print-jobs", body)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_a_till_without_a_printer_says_so(shop: Shop, sale: Any, desk: Desk) -> None:
    answer = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id)
    assert (answer.status_code, answer.json["code"]) == (409, "no_printer")


# --- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mood", "trouble"), [("no_paper", "no_paper"), ("open", "cover_open"), ("breaks", "interrupted")]
)
def test_a_printer_in_trouble_is_tried_again(
    shop: Shop, sale: Any, desk: Desk, mood: str, trouble: str
) -> None:
    printer = desk.printers(mood)
    desk.use(printer.port)
    api = desk.api_of("cashier")
    number = ask(api, "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    after = run(shop, number)
    assert (after["status"], after["error"], after["attempts"]) == (PrintStatus.WAITING, trouble, 1)
    told = api.get(f"/api/print-jobs/{number}").json
    assert told["error"] == trouble and told["detail"]
    # Nobody tries before it is due.
    assert run(shop, number)["attempts"] == 1
    printer.mood = "good"
    later(shop, number, seconds=1)
    assert run(shop, number)["status"] is PrintStatus.DONE
    assert len(printer.wait_for(1)) == 1
    assert facts_of(shop, number)["error"] is None


def test_a_printer_that_is_off(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers()
    printer.close()
    desk.use(printer.port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    after = run(shop, number)
    assert (after["status"], after["error"]) == (PrintStatus.WAITING, "unreachable")
    # Somebody gives up at last, and whoever cares may ask again.
    for _attempt in range(10):
        later(shop, number, seconds=1)
        after = run(shop, number)
    assert (after["status"], after["attempts"]) == (PrintStatus.FAILED, 6)


def test_a_slow_printer_gets_its_paper_whole(shop: Shop, sale: Any, desk: Desk) -> None:
    printer = desk.printers("slow")
    desk.use(printer.port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    assert run(shop, number)["status"] is PrintStatus.DONE
    [paper] = printer.wait_for(1)
    assert paper.count(CUT) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254"])
def test_the_server_does_not_reach_into_itself(
    shop: Shop, sale: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    printer = desk.printers()
    desk.use(printer.port, host=host)
    monkeypatch.delitem(shop.app.config, "PRINTER_NETWORKS")
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    after = run(shop, number)
    assert (after["status"], after["error"]) == (PrintStatus.FAILED, "not_allowed")
    assert printer.papers == []


def test_a_printer_taken_away_meanwhile(shop: Shop, sale: Any, desk: Desk) -> None:
    desk.use(desk.printers().port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    with shop.inside("owner"):
        db.session.execute(update(Till).values(printer_host=None))
        db.session.commit()
    assert run(shop, number)["error"] == "no_printer"


# --- the queue ---------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(shop: Shop) -> Iterator[Queue]:
    with shop.app.app_context():
        queue = Queue(DEFAULT_QUEUE, connection=connection())
    queue.empty()
    yield queue
    queue.empty()


def test_a_job_is_queued_by_the_request_and_swept_up_when_it_got_lost(
    shop: Shop, sale: Any, desk: Desk, queue: Queue
) -> None:
    desk.use(desk.printers().port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    expected = ("smartpos.sales.jobs.print_paper", shop.organization_id, number)
    assert [job.args for job in queue.jobs] == [expected]
    queue.empty()
    with shop.app.app_context():
        sales_jobs.sweep_print_jobs()
        db.session.commit()
    assert [job.args for job in queue.jobs] == [expected]
    assert "smartpos.sales.jobs.sweep_print_jobs" in jobs.periodic_table()


def test_a_dead_queue_does_not_break_the_request(
    shop: Shop, sale: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.use(desk.printers().port)
    monkeypatch.setitem(shop.app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setitem(shop.app.extensions, "smartpos_redis", None)
    answer = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id)
    assert answer.status_code == 201
    assert run(shop, answer.json["id"])["status"] is PrintStatus.DONE


def test_what_was_printed_long_ago_is_forgotten(shop: Shop, sale: Any, desk: Desk) -> None:
    desk.use(9100)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    with shop.inside("owner"):
        finish_print_job(number, None)
        long_ago = utc_now() - timedelta(days=100)
        db.session.execute(update(PrintJob).values(created_at=long_ago))
        db.session.commit()
    with shop.app.app_context(), platform_scope(reason="test"):
        assert forget_print_jobs() == 1


# --- the back office ---------------------------------------------------------------------------------------------


def test_the_panel_lists_jobs_and_prints_again(
    shop: Shop, sale: Any, desk: Desk, client_of: Any, csrf: Any
) -> None:
    printer = desk.printers()
    printer.close()
    desk.use(printer.port)
    number = ask(desk.api_of("cashier"), "receipt", sale_id=sale.id, till_id=shop.till_id).json["id"]
    for _attempt in range(6):
        run(shop, number)
        later(shop, number, seconds=1)
    assert facts_of(shop, number)["status"] is PrintStatus.FAILED
    manager = client_of("manager")
    page = manager.get("/admin/print_jobs/").get_data(as_text=True)
    assert sale.number in page
    sent = {"id": number, "csrf_token": csrf(manager)}
    assert manager.post("/admin/print_jobs/act/again/", data=sent).status_code == 302
    assert facts_of(shop, number)["status"] is PrintStatus.WAITING
    assert facts_of(shop, number)["attempts"] == 0


def test_a_till_gets_its_printer_and_a_test_page(shop: Shop, desk: Desk, client_of: Any, csrf: Any) -> None:
    printer = desk.printers()
    desk.use(1, host="127.0.0.2")
    owner = client_of("owner")
    address = f"/admin/tills/edit/?id={shop.till_id}"
    form = {
        "csrf_token": csrf(owner),
        "branch": shop.branch_id,
        "name": "Kassa 1",
        "number": "1",
        "receipt_width": "58",
        "printer_host": "127.0.0.1",
        "printer_port": str(printer.port),
        "has_drawer": "y",
        "is_active": "y",
    }
    for field, value in (
        ("printer_host", "169.254.169.254"),
        ("printer_host", "http://x"),
        ("printer_port", "80"),
        ("printer_port", "70000"),
    ):
        answer = owner.post(address, data=form | {field: value})
        assert answer.status_code in {200, 422} and "aria-invalid" in answer.get_data(as_text=True)
    assert owner.post(address, data=form).status_code == 302
    sent = {"id": shop.till_id, "csrf_token": csrf(owner)}
    answer = owner.post("/admin/tills/act/test_page/", data=sent, follow_redirects=True)
    assert answer.request.path == "/admin/print_jobs/details/"
    assert answer.status_code == 200
    with shop.inside("owner"):
        till = db.session.get_one(Till, shop.till_id, populate_existing=True)
        assert (till.printer_host, till.printer_port, till.has_drawer) == ("127.0.0.1", printer.port, True)
        [job] = db.session.scalars(select(PrintJob)).all()
        assert job.kind is PrintKind.TEST
        number = job.id
    assert run(shop, number)["status"] is PrintStatus.DONE
    assert pictures_of(printer.wait_for(1)[0])[0].width == 384
