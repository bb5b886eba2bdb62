"""Reports that are sent: at the hour of the shop's clock, once however late, to each what they may see."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from smartpos.core.db import db, utc_now
from smartpos.core.jobs import periodic_table
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch, Role, RolePermission, User, UserStatus, UserWorkspace, Workspace
from smartpos.identity.operations import suspend_organization
from smartpos.identity.queries import system_actor
from smartpos.notifications.models import Delivery, LinkStatus, Notification, TelegramLink
from smartpos.reports.fetching import link_of
from smartpos.reports.jobs.schedules import send_saved_report
from smartpos.reports.models import ExportFormat, ReportRun, Rhythm, RunStatus, SavedReport
from smartpos.reports.operations.saved import Plan, save_report
from smartpos.reports.operations.timing import next_moment
from smartpos.reports.queries.running import read_filters, report_for
from smartpos.reports.queries.saved import due_reports
from tests.cast import Shop
from tests.reports.files import made_of

TASHKENT, BERLIN = ZoneInfo("Asia/Tashkent"), ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "zone", "after", "expected"),
    [
        # Nine in Tashkent is four in the morning of Greenwich.
        ((Rhythm.DAILY, None, "09:00"), TASHKENT, "2026-11-20T03:59", "2026-11-20T04:00"),
        ((Rhythm.DAILY, None, "09:00"), TASHKENT, "2026-11-20T04:00", "2026-11-21T04:00"),
        ((Rhythm.DAILY, None, "02:00"), TASHKENT, "2026-11-20T20:00", "2026-11-20T21:00"),
        ((Rhythm.WEEKLY, 0, "09:00"), TASHKENT, "2026-11-20T04:00", "2026-11-23T04:00"),
        ((Rhythm.WEEKLY, 4, "09:00"), TASHKENT, "2026-11-20T04:00", "2026-11-27T04:00"),
        ((Rhythm.MONTHLY, 1, "00:00"), TASHKENT, "2026-12-31T18:59", "2026-12-31T19:00"),
        ((Rhythm.MONTHLY, 28, "09:00"), TASHKENT, "2027-01-28T04:00", "2027-02-28T04:00"),
        # Berlin's clock is put forward over 02:30 on March 29th and shows it twice on October 25th.
        ((Rhythm.DAILY, None, "09:00"), BERLIN, "2026-03-28T08:00", "2026-03-29T07:00"),
        ((Rhythm.DAILY, None, "02:30"), BERLIN, "2026-03-28T10:00", "2026-03-29T01:30"),
        ((Rhythm.DAILY, None, "02:30"), BERLIN, "2026-10-24T10:00", "2026-10-25T00:30"),
        ((Rhythm.DAILY, None, "02:30"), BERLIN, "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_the_next_time_is_an_hour_of_the_shops_clock(
    when: tuple[Rhythm, int | None, str], zone: ZoneInfo, after: str, expected: str
) -> None:
    rhythm, day, hour = when
    found = next_moment(rhythm, day, time.fromisoformat(hour), zone=zone, after=at(after))
    assert found == at(expected)


@pytest.fixture
def plan(shop: Shop) -> Callable[..., int]:
    """``plan("owner", "manager", period="yesterday")``: a daily report for them, due since an hour; gives its id."""

    def make(*people: str, late: timedelta = timedelta(hours=1), **given: Any) -> int:
        channels = given.pop("channels", ("email", "telegram"))
        format_ = given.pop("format", ExportFormat.CSV)
        with shop.inside("manager"):
            actor = shop.actor("manager")
            report = report_for("sales-by-day", actor)
            saved = save_report(
                report,
                read_filters(report, given or {"period": "today"}, actor),
                Plan(
                    name="Savdo",
                    format=format_,
                    rhythm=Rhythm.DAILY,
                    send_at=time(9),
                    channels=channels,
                    recipient_ids=tuple(shop.users[who] for who in people),
                ),
                actor=actor,
            )
            saved.next_run_at = utc_now() - late
            db.session.flush()
            for number, who in enumerate(people):
                db.session.get_one(User, shop.users[who]).email = f"{who}@example.uz"
                if who == "owner":
                    link = TelegramLink(
                        chat_id=700 + number, user_id=shop.users[who], status=LinkStatus.ACTIVE
                    )
                    db.session.add(link)
            return saved.id

    return make


def take_away(shop: Shop, role_key: str, *permissions: str) -> None:
    with shop.inside("owner"):
        role = db.session.scalars(select(Role.id).where(Role.key == role_key)).one()
        gone = RolePermission.permission.in_(permissions)
        db.session.execute(delete(RolePermission).where(RolePermission.role_id == role, gone))


def send(shop: Shop, saved_id: int) -> list[int]:
    """What the job does; gives the runs that were ordered."""
    with shop.inside():
        before = set(db.session.scalars(select(ReportRun.id)))
    with shop.app.app_context():
        send_saved_report(shop.organization_id, saved_id)
        db.session.commit()
    with shop.inside():
        return sorted(set(db.session.scalars(select(ReportRun.id))) - before)


def messages(shop: Shop) -> list[tuple[str, str, bool]]:
    with shop.inside():
        found = db.session.execute(
            select(Delivery.channel, Delivery.address, Delivery.file_id)
            .where(Delivery.kind == "reports.sent")
            .order_by(Delivery.address, Delivery.channel)
        )
        return [(row[0].value, row[1], row[2] is not None) for row in found]


def bell(shop: Shop, kind: str) -> list[str]:
    with shop.inside():
        told = db.session.scalars(select(Notification.user_id).where(Notification.kind == kind)).all()
    names = {number: who for who, number in shop.users.items()}
    return sorted(names[number] for number in told)


def next_time(shop: Shop, saved_id: int) -> datetime | None:
    with shop.inside():
        return db.session.scalars(select(SavedReport.next_run_at).where(SavedReport.id == saved_id)).one()


def test_the_clock_looks_every_five_minutes() -> None:
    assert periodic_table()["smartpos.reports.jobs.schedules.sweep_schedules"].cron == "*/5 * * * *"


def test_each_receives_what_they_may_see(
    shop: Shop,
    plan: Callable[..., int],
    open_till: int,
    sell: Callable[..., Any],
    client_of: Callable[..., FlaskClient],
) -> None:
    sell((shop.product(price="10000", cost="7000"), "2"), cash="20000")
    take_away(shop, "admin", "catalog:cost:read", "reports:export:create")
    saved_id = plan("owner", "admin", "manager", "cashier", sort="-revenue", period="today")
    runs = send(shop, saved_id)
    assert len(runs) == 2, "owner and manager see the same, the admin no costs, the cashier no report"
    full, less = (made_of(shop, run, make=True) for run in runs)
    assert (full.status, less.status) == (RunStatus.DONE, RunStatus.DONE), (full.message, less.message)
    assert {"cost", "profit", "margin"} <= set(full.columns)
    assert not {"cost", "profit", "margin"} & set(less.columns) and "revenue" in less.columns
    assert Decimal(less.lines()[1][7].replace(",", ".")) == 20_000
    with shop.inside():
        authors = set(db.session.scalars(select(ReportRun.created_by).where(ReportRun.id.in_(runs))))
    assert authors == {shop.users["manager"]}, "they belong to the person who scheduled it"
    # Every recipient may fetch theirs; the one who downloads nothing else, too, but not what others received.
    with shop.app.test_request_context(), shop.inside("manager"):
        full_link, less_link = (link_of(db.session.get_one(ReportRun, run)) for run in runs)
    got = {
        who: tuple(client_of(who).get(str(link)).status_code for link in (full_link, less_link))
        for who in ("owner", "manager", "admin", "cashier")
    }
    assert got == {"owner": (200, 200), "manager": (200, 200), "admin": (403, 200), "cashier": (403, 403)}
    assert messages(shop) == [
        ("telegram", "700", True),
        ("email", "admin@example.uz", True),
        ("email", "manager@example.uz", True),
        ("email", "owner@example.uz", True),
    ]
    assert bell(shop, "reports.sent") == ["admin", "manager", "owner"]
    assert bell(shop, "reports.export_ready") == [], "nobody ordered it by hand"
    # The same file once more tells nobody twice.
    for run in runs:
        made_of(shop, run, make=True)
    assert len(messages(shop)) == 4
    with shop.inside():
        body = db.session.scalars(select(Delivery.body).where(Delivery.address == "owner@example.uz")).one()
        files = set(db.session.scalars(select(Delivery.file_id).where(Delivery.kind == "reports.sent")))
    assert "Bahor" in body and len(files) == 2


def test_the_authors_rights_and_workspaces_decide_what_is_in_it(
    shop: Shop, plan: Callable[..., int], open_till: int, sell: Callable[..., Any]
) -> None:
    sell((shop.product(price="10000", cost="7000"), "2"), cash="20000")
    saved_id = plan("owner", "admin", period="today")
    with shop.inside("owner"):
        for who, locale in (("manager", "ru"), ("owner", "en")):
            db.session.get_one(User, shop.users[who]).locale = locale
        other = Workspace(name="Samarqand")
        db.session.add(other)
        db.session.flush()
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=other.id))
        branch = db.session.get_one(Branch, shop.branch_id)
        mine = Workspace(name="Toshkent")
        db.session.add(mine)
        db.session.flush()
        branch.workspace_id = mine.id
    take_away(shop, "manager", "catalog:cost:read")
    (run,) = send(shop, saved_id)
    made = made_of(shop, run, make=True)
    assert made.status is RunStatus.DONE, made.message
    assert made.rows == 0, "the author does not see that branch, so nobody is sent its figures"
    assert "profit" not in made.columns
    assert made.lines()[0][0] == "День", "the author's language"
    assert len(messages(shop)) == 3


def test_without_its_author_nothing_is_sent(shop: Shop, plan: Callable[..., int]) -> None:
    saved_id = plan("owner", period="today")
    take_away(shop, "manager", "reports:export:create")
    assert send(shop, saved_id) == []
    assert bell(shop, "reports.export_failed") == ["manager"]
    following = next_time(shop, saved_id)
    assert following is not None and following > utc_now()
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["manager"]).status = UserStatus.INACTIVE
        db.session.get_one(SavedReport, saved_id).next_run_at = utc_now() - timedelta(hours=1)
    assert send(shop, saved_id) == []
    assert bell(shop, "reports.export_failed") == ["manager", "owner"]
    assert next_time(shop, saved_id) is None, "it has ended"


def test_a_right_withdrawn_while_it_was_made_is_told_to_the_author(
    shop: Shop, plan: Callable[..., int]
) -> None:
    saved_id = plan("owner", period="today")
    (run,) = send(shop, saved_id)
    take_away(shop, "manager", "reports:export:create")
    made = made_of(shop, run, make=True)
    assert made.status is RunStatus.CANCELLED and made.message
    assert messages(shop) == []
    assert bell(shop, "reports.export_failed") == ["manager"]


def test_a_sort_by_what_is_hidden_is_left_out(
    shop: Shop, plan: Callable[..., int], open_till: int, sell: Callable[..., Any]
) -> None:
    sell((shop.product(), "1"), cash="10000")
    saved_id = plan("owner", "admin", period="today", sort="-profit")
    take_away(shop, "admin", "catalog:cost:read")
    runs = send(shop, saved_id)
    with shop.inside():
        orders = db.session.scalars(
            select(ReportRun.filters).where(ReportRun.id.in_(runs)).order_by(ReportRun.id)
        )
        assert [filters.get("sort") for filters in orders] == ["-profit", None]


def test_a_dead_scheduler_sends_once(shop: Shop, plan: Callable[..., int]) -> None:
    saved_id = plan("owner", late=timedelta(days=3), period="yesterday")
    with shop.app.app_context(), platform_scope(reason="test"):
        assert due_reports() == [(shop.organization_id, saved_id)]
    assert len(send(shop, saved_id)) == 1
    following = next_time(shop, saved_id)
    assert following is not None
    assert timedelta(0) < following - utc_now() <= timedelta(days=1)
    assert following.astimezone(TASHKENT).time() == time(9)
    assert send(shop, saved_id) == [], "a second scheduler finds nothing to do"
    with shop.app.app_context(), platform_scope(reason="test"):
        assert due_reports() == []
    with shop.inside():
        (filters,) = db.session.scalars(select(ReportRun.filters)).all()
        yesterday = (shop.actor().organization.today - timedelta(1)).isoformat()
    assert filters["from"] == filters["to"] == yesterday, "the days are pinned down when it is ordered"


def test_what_nobody_may_see_is_not_made(shop: Shop, plan: Callable[..., int]) -> None:
    saved_id = plan("cashier")
    assert send(shop, saved_id) == [] and messages(shop) == []
    following = next_time(shop, saved_id)
    assert following is not None and following > utc_now(), "and is not tried all the time"


def test_rights_are_asked_for_again_before_it_leaves(
    shop: Shop, plan: Callable[..., int], open_till: int, sell: Callable[..., Any]
) -> None:
    sell((shop.product(), "1"), cash="10000")
    saved_id = plan("owner", "admin", period="today")
    (run,) = send(shop, saved_id)
    take_away(shop, "admin", "sales:report:read")
    made_of(shop, run, make=True)
    assert {address for _channel, address, _file in messages(shop)} == {"700", "owner@example.uz"}


def test_filters_that_make_no_sense_any_more_are_told_to_the_author(
    shop: Shop, plan: Callable[..., int]
) -> None:
    saved_id = plan("owner", period="today")
    with shop.inside("owner"):
        kept = {"period": "today", "branch_id": 9_000_000_000}
        db.session.execute(update(SavedReport).where(SavedReport.id == saved_id).values(parameters=kept))
    assert send(shop, saved_id) == []
    assert bell(shop, "reports.export_failed") == ["manager"]
    following = next_time(shop, saved_id)
    assert following is not None and following > utc_now()


def test_a_report_that_was_put_away_is_not_sent(shop: Shop, plan: Callable[..., int]) -> None:
    saved_id = plan("owner")
    (run,) = send(shop, saved_id)
    with shop.inside("owner"):
        db.session.get_one(SavedReport, saved_id).deleted_at = utc_now()
    made_of(shop, run, make=True)
    assert messages(shop) == [] and send(shop, saved_id) == []


def test_a_shop_that_is_closed_is_left_alone(app: Flask, shop: Shop, plan: Callable[..., int]) -> None:
    plan("owner")
    with app.app_context(), platform_scope(reason="test"):
        suspend_organization(shop.organization_id, "unpaid", actor=system_actor(shop.organization_id))
        assert due_reports() == []
