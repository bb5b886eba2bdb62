"""Saved reports: kept with their filters, opened again, shared, changed, put away; and what is refused."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from smartpos.core.db import db, utc_now
from smartpos.identity.models import Role, RolePermission
from smartpos.reports.models import ReportRecipient, ReportRun, Rhythm, SavedReport
from tests.browsing import speak_english
from tests.cast import Shop

SALES = "/reports/sales-by-day"


@pytest.fixture
def post(client_of: Callable[..., FlaskClient]) -> Callable[..., Any]:
    """``post("manager", path, name="…")``: a form sent by that person, with its token."""
    known: dict[str, tuple[FlaskClient, str]] = {}

    def send(who: str, path: str, **form: Any) -> Any:
        if who not in known:
            client = client_of(who)
            token = re.search(
                r'"csrf-token" content="([^"]+)"', client.get("/profile").get_data(as_text=True)
            )
            assert token
            known[who] = (client, token[1])
        client, token = known[who]
        return client.post(path, data=form | {"csrf_token": token})

    return send


def kept(shop: Shop) -> list[SavedReport]:
    with shop.inside():
        found = db.session.scalars(
            select(SavedReport).where(SavedReport.deleted_at.is_(None)).order_by(SavedReport.id)
        ).all()
        for row in found:
            assert row.recipients is not None
            db.session.expunge(row)
    return list(found)


def take_away(shop: Shop, permission: str, role_key: str = "manager") -> None:
    with shop.inside("owner"):
        role = db.session.scalars(select(Role.id).where(Role.key == role_key)).one()
        db.session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role, RolePermission.permission == permission
            )
        )


def test_a_report_is_kept_and_opened_with_its_filters(
    shop: Shop, post: Callable[..., Any], client_of: Callable[..., FlaskClient]
) -> None:
    speak_english(shop)
    answer = post("manager", f"{SALES}/save?period=yesterday&branch_id={shop.branch_id}", name="  Kecha  ")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    (saved,) = kept(shop)
    assert (saved.name, saved.type, saved.created_by) == ("Kecha", "sales-by-day", shop.users["manager"])
    assert saved.parameters == {"period": "yesterday", "branch_id": shop.branch_id}
    assert saved.rhythm is None and saved.next_run_at is None and not saved.is_shared
    manager = client_of("manager")
    opened = manager.get(answer.headers["Location"])
    assert opened.status_code == 302 and "period=yesterday" in opened.headers["Location"]
    page = manager.get(opened.headers["Location"]).get_data(as_text=True)
    assert "<h1>Kecha</h1>" in page and "Chilonzor" in page and "Keep these filters" not in page
    changed = manager.get(f"{SALES}?period=today&saved={saved.id}").get_data(as_text=True)
    assert "Keep these filters" in changed
    assert post("manager", f"/reports/saved/{saved.id}/filters?period=today").status_code == 302
    assert kept(shop)[0].parameters == {"period": "today"}
    listed = manager.get("/reports").get_data(as_text=True)
    assert listed.index("Kecha") < listed.index("Sales by day</b>"), "saved ones come first"


def test_who_meets_a_saved_report(
    shop: Shop, stranger: Shop, post: Callable[..., Any], client_of: Callable[..., FlaskClient]
) -> None:
    post("manager", f"{SALES}/save", name="Meniki")
    post("manager", f"{SALES}/save", name="Hammaniki", is_shared="y")
    private, shared = kept(shop)
    owner, manager = client_of("owner"), client_of("manager")
    assert "Meniki" not in owner.get("/reports").get_data(as_text=True)
    assert "Hammaniki" in owner.get("/reports").get_data(as_text=True)
    # The owner keeps everything in order and may look at it, but changes nobody's.
    assert owner.get(f"/reports/saved/{private.id}").status_code == 302
    for number in (private.id, shared.id):
        assert owner.get(f"/reports/saved/{number}/edit").status_code == 404
        assert manager.get(f"/reports/saved/{number}/edit").status_code == 200
    # Whoever may not see the report does not meet it, even when it is shared.
    assert "Hammaniki" not in client_of("cashier").get("/reports").get_data(as_text=True)
    assert client_of("cashier").get(f"/reports/saved/{shared.id}").status_code == 403
    assert client_of("cashier").get(f"/reports/saved/{private.id}").status_code == 404
    for number in (private.id, shared.id):
        assert client_of("stranger").get(f"/reports/saved/{number}").status_code == 404
    post("owner", f"/reports/saved/{shared.id}/delete")
    assert [row.name for row in kept(shop)] == ["Meniki"]
    assert post("cashier", f"/reports/saved/{private.id}/delete").status_code == 404
    post("manager", f"/reports/saved/{private.id}/delete")
    assert kept(shop) == [] and manager.get(f"/reports/saved/{private.id}").status_code == 404


def test_others_do_not_put_away_what_is_shared(
    shop: Shop, post: Callable[..., Any], client_of: Callable[..., FlaskClient]
) -> None:
    post("owner", f"{SALES}/save", name="Hammaniki", is_shared="y")
    (shared,) = kept(shop)
    assert post("manager", f"/reports/saved/{shared.id}/delete").status_code == 404
    assert post("manager", f"/reports/saved/{shared.id}/filters?period=today").status_code == 404
    assert kept(shop)[0].parameters["period"] == "last_30_days"


def schedule(shop: Shop, **form: Any) -> dict[str, Any]:
    return {
        "name": "Har kuni",
        "rhythm": "daily",
        "send_at": "08:30",
        "channels": ["email"],
        "format": "xlsx",
        "recipients": str(shop.users["manager"]),
    } | form


def test_a_report_is_planned_and_planned_otherwise(shop: Shop, post: Callable[..., Any]) -> None:
    people = f"{shop.users['manager']},{shop.users['owner']}"
    form = schedule(shop, rhythm="weekly", weekday="4", recipients=people, format="pdf")
    assert post("manager", f"{SALES}/save?period=last_7_days", **form).status_code == 302
    (saved,) = kept(shop)
    assert (saved.rhythm, saved.send_day, saved.channels) == (Rhythm.WEEKLY, 4, ["email"])
    assert {one.user_id for one in saved.recipients} == {shop.users["manager"], shop.users["owner"]}
    assert saved.next_run_at is not None and saved.next_run_at > utc_now()
    local = saved.next_run_at.astimezone(ZoneInfo("Asia/Tashkent"))
    assert (local.weekday(), local.hour, local.minute) == (4, 8, 30)
    # Another name leaves the plan as it is; no rhythm takes it away.
    edit = f"/reports/saved/{saved.id}/edit"
    assert post("manager", edit, **form | {"name": "Juma"}).status_code == 302
    assert kept(shop)[0].next_run_at == saved.next_run_at
    assert post("manager", edit, **form | {"rhythm": "monthly", "monthday": "28"}).status_code == 302
    assert (kept(shop)[0].rhythm, kept(shop)[0].send_day) == (Rhythm.MONTHLY, 28)
    assert post("manager", edit, **form | {"rhythm": ""}).status_code == 302
    (saved,) = kept(shop)
    assert (saved.rhythm, saved.next_run_at, saved.channels, saved.recipients) == (None, None, [], [])
    with shop.inside():
        assert db.session.scalars(select(ReportRecipient)).all() == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "   "}, "This must not be empty."),
        ({"name": "x" * 101}, "Field cannot be longer than 100 characters."),
        ({"name": "a\x00b"}, "This contains characters that cannot be stored."),
        ({"send_at": ""}, "Choose at what time it is sent."),
        ({"send_at": "25:00"}, "Not a valid time value."),
        ({"rhythm": "hourly"}, "Not a valid choice."),
        ({"rhythm": "weekly", "weekday": "7"}, "Not a valid choice."),
        ({"rhythm": "monthly", "monthday": "31"}, "Choose a day from 1 to 28"),
        ({"rhythm": "monthly", "monthday": ""}, "Choose a day from 1 to 28"),
        ({"channels": []}, "Choose how it is sent."),
        ({"channels": ["sms"]}, "is not a valid choice"),
        ({"recipients": ""}, "Choose who receives it."),
        ({"recipients": "abc,-1"}, "Choose who receives it."),
        ({"recipients": "9000000000"}, "One of these people does not work here any more."),
        ({"recipients": ",".join(map(str, range(1, 60)))}, "At most 50 people can receive it."),
        ({"format": "docx"}, "hoice"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    shop: Shop, post: Callable[..., Any], form: dict[str, Any], sentence: str
) -> None:
    speak_english(shop)
    answer = post("manager", f"{SALES}/save", **schedule(shop, **form))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert kept(shop) == []


def test_a_person_of_another_shop_receives_nothing(
    shop: Shop, stranger: Shop, post: Callable[..., Any]
) -> None:
    form = schedule(shop, recipients=str(stranger.users["stranger"]))
    assert post("manager", f"{SALES}/save", **form).status_code == 422
    assert kept(shop) == []


def test_filters_that_make_no_sense_are_not_kept(shop: Shop, post: Callable[..., Any]) -> None:
    assert post("manager", f"{SALES}/save?from=1926-01-01&to=2026-01-01", name="Asr").status_code == 422
    assert post("manager", f"{SALES}/save?branch_id=99999999", name="Filial").status_code == 422
    assert post("manager", "/reports/nothing/save", name="Yoʻq").status_code == 404
    assert post("cashier", f"{SALES}/save", name="Kassir").status_code == 403
    assert kept(shop) == []


def test_sharing_and_planning_need_their_rights(
    shop: Shop, post: Callable[..., Any], client_of: Callable[..., FlaskClient]
) -> None:
    post("manager", f"{SALES}/save", **schedule(shop, is_shared="y"))
    (saved,) = kept(shop)
    take_away(shop, "reports:saved:share")
    take_away(shop, "reports:saved:schedule")
    assert post("manager", f"{SALES}/save", name="Boshqa", is_shared="y").status_code == 422
    assert post("manager", f"{SALES}/save", **schedule(shop)).status_code == 403
    assert len(kept(shop)) == 1
    # What was planned with the right may be renamed, but not sent to others.
    edit = f"/reports/saved/{saved.id}/edit"
    assert post("manager", edit, **schedule(shop, name="Yangi", is_shared="y")).status_code == 302
    assert post("manager", edit, **schedule(shop, recipients=str(shop.users["owner"]))).status_code == 403
    (same,) = kept(shop)
    assert same.name == "Yangi" and [one.user_id for one in same.recipients] == [shop.users["manager"]]
    page = client_of("manager").get(SALES).get_data(as_text=True)
    assert "data-save" in page and "data-schedule" not in page
    assert client_of("manager").get("/reports/saved/people?query=o").status_code == 403


def test_a_download_is_ordered_from_the_page(shop: Shop, post: Callable[..., Any]) -> None:
    day = "2026-10-01"
    answer = post("manager", f"{SALES}/download?from={day}&to={day}", format="xlsx")
    assert answer.status_code == 303 and "/downloads" in answer.headers["Location"]
    with shop.inside():
        (run,) = db.session.scalars(select(ReportRun)).all()
        assert (run.report, run.filters, run.report_id) == ("sales-by-day", {"from": day, "to": day}, None)
    assert post("manager", f"{SALES}/download", format="docx").status_code == 422
    take_away(shop, "reports:export:create")
    assert post("manager", f"{SALES}/download", format="xlsx").status_code == 403
