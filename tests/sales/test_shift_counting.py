"""Opening with foreign cash, counting blind and by banknotes, forced closing."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Forbidden
from smartpos.finance.models import CashEntry
from smartpos.sales.denominations import DENOMINATIONS, clean_count, worth_of
from smartpos.sales.errors import WrongDenominations
from smartpos.sales.models import Shift
from smartpos.sales.operations import close_shift
from smartpos.sales.queries import current_shift, works_in
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.test_sell_api import item, sale
from tests.sales.test_sell_api import set_setting as setting
from tests.sales.test_shift_cash import move
from tests.sales.test_statement_budget import statements


@pytest.fixture
def till(api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def close(api: Api, shift_id: int, **body: Any) -> Any:
    return api.post(f"/api/shifts/{shift_id}/close", body)


def opened(api: Api, till_id: int, **body: Any) -> Any:
    return api.post("/api/shifts/open", {"till_id": till_id, "opening_cash": "0"} | body)


def test_banknotes_are_multiplied_by_the_server(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    pieces = {"UZS": {"20000": 2, "5000": 1, "1000": 4, "500": 2, "200000": 0}}
    closed = close(till, open_till, denominations=pieces)
    assert closed.status_code == 200
    assert (closed.json["closing_cash"], closed.json["difference"]) == ("50000.00", "0.00")
    assert closed.json["denominations"] == {"UZS": {"20000": 2, "5000": 1, "1000": 4, "500": 2}}
    assert books() == []


@pytest.mark.parametrize(
    "pieces",
    [
        {"UZS": {"300": 1}},
        {"UZS": {"1e5": 1}},
        {"UZS": {"-1000": 1}},
        {"UZS": {"1000": -1}},
        {"UZS": {"1000": 1.5}},
        {"UZS": {"1000": 10**9}},
        {"UZS": {"1000": 1, "1000.0": 1}},
        {"UZS": {"\u0661\u0660\u0660\u0660": 1}},
        {"USD": {"100": 1}},
        {"UZS": [1]},
        {"UZSS": {"1000": 1}},
        [],
    ],
)
def test_wrong_banknotes_are_refused(till: Api, open_till: int, pieces: Any) -> None:
    assert close(till, open_till, denominations=pieces).status_code == 422
    assert till.get("/api/shifts/current").json["status"] == "open"


def test_a_total_beside_the_banknotes_must_be_theirs(till: Api, open_till: int) -> None:
    pieces = {"UZS": {"50000": 1}}
    wrong = close(till, open_till, denominations=pieces, closing_cash="50001")
    assert (wrong.status_code, wrong.json["code"]) == (422, "count_differs")
    assert close(till, open_till, denominations=pieces, closing_cash="50000").status_code == 200


def test_every_face_of_every_currency_counts() -> None:
    for currency, faces in DENOMINATIONS.items():
        counted = clean_count(currency, dict.fromkeys(faces, 2))
        assert worth_of(counted) == 2 * sum(Decimal(face) for face in faces)
        assert list(counted) == sorted(faces, key=Decimal, reverse=True)
    assert worth_of(clean_count("USD", {"0.5": 3})) == Decimal("1.50")
    with pytest.raises(WrongDenominations):
        clean_count("XXX", {"1": 1})


def test_a_count_is_needed(till: Api, open_till: int) -> None:
    answer = close(till, open_till)
    assert (answer.status_code, answer.json["code"]) == (422, "count_needed")
    assert "closing_cash" in answer.json["errors"]


def test_what_is_expected_is_not_told_before_the_count(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int
) -> None:
    for seen in (
        till.get("/api/shifts/current").json,
        till.get(f"/api/shifts/{open_till}/report").json,
        till.get("/api/shifts").json["items"][0],
    ):
        assert (seen["expected_cash"], seen["difference"]) == (None, None)
    assert api_of("manager").get(f"/api/shifts/{open_till}/report").json["expected_cash"] == "50000.00"
    close(till, open_till, closing_cash="49000")
    assert till.get(f"/api/shifts/{open_till}/report").json["expected_cash"] == "50000.00"


def test_a_difference_above_the_tolerance_needs_a_reason_and_is_not_told(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    setting(shop, "cash_difference_tolerance", "1000")
    for cash in ("48999.99", "51000.01"):
        answer = close(till, open_till, closing_cash=cash)
        assert (answer.status_code, answer.json["code"]) == (422, "difference_needs_reason")
        assert set(answer.json) == {"type", "title", "status", "detail", "code", "request_id"}
        assert not any(sign.isdigit() for sign in answer.json["detail"])
    assert close(till, open_till, closing_cash="40000", difference_reason="  ").status_code == 422
    closed = close(till, open_till, closing_cash="40000", difference_reason="Qaytim xato berildi")
    assert (closed.json["difference"], closed.json["difference_reason"]) == (
        "-10000.00",
        "Qaytim xato berildi",
    )
    with shop.inside():
        entry = db.session.scalars(select(CashEntry).where(CashEntry.kind == "difference")).one()
        assert (entry.amount, entry.note) == (-10000, "Qaytim xato berildi")
    assert books() == []


def test_a_small_difference_passes(shop: Shop, till: Api, open_till: int) -> None:
    setting(shop, "cash_difference_tolerance", "1000")
    assert close(till, open_till, closing_cash="49000").json["difference"] == "-1000.00"


def test_a_manager_ends_a_shift_that_was_left(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    assert close(till, open_till, forced=True, difference_reason="men").status_code == 403
    manager = api_of("manager")
    nameless = close(manager, open_till, forced=True)
    assert (nameless.status_code, nameless.json["code"]) == (422, "reason_needed")
    closed = close(manager, open_till, forced=True, difference_reason="Kassir ketib qoldi")
    assert closed.status_code == 200
    facts = ("expected_cash", "closing_cash", "difference", "is_forced", "difference_reason", "closed_by")
    assert [closed.json[name] for name in facts] == [
        *("50000.00", None, None, True, "Kassir ketib qoldi"),
        shop.users["manager"],
    ]
    assert books() == []
    assert opened(till, shop.till_id).status_code == 201


def test_a_forced_close_may_be_counted(
    api_of: Callable[..., Api], open_till: int, books: Callable[[], list[str]]
) -> None:
    closed = close(api_of("manager"), open_till, forced=True, difference_reason="Kasal", closing_cash="49500")
    assert (closed.json["difference"], closed.json["is_forced"]) == ("-500.00", True)
    assert books() == []


class TestForeignCash:
    """A shop that takes dollars."""

    @pytest.fixture
    def dollars(self, shop: Shop, api_of: Callable[..., Api]) -> None:
        setting(shop, "foreign_currency", "usd")
        api_of("manager").post("/api/exchange-rates", {"currency": "USD", "rate": "12500"})

    def test_without_a_rate_nobody_opens(self, shop: Shop, api_of: Callable[..., Api]) -> None:
        setting(shop, "foreign_currency", "USD")
        cashier = api_of("cashier")
        answer = opened(cashier, shop.till_id)
        assert (answer.status_code, answer.json["code"]) == (409, "no_exchange_rate")
        shift = opened(cashier, shop.till_id, exchange_rate="12400", opening_foreign="20").json
        assert (shift["exchange_rate"], shift["opening_foreign"]) == ("12400.0000", "20.00")

    def test_the_latest_rate_holds_and_only_some_may_take_another(
        self, shop: Shop, api_of: Callable[..., Api], dollars: None
    ) -> None:
        cashier = api_of("cashier")
        refused = opened(cashier, shop.till_id, exchange_rate="9000")
        assert (refused.status_code, refused.json["permission"]) == (403, "finance:rate:write")
        shift = opened(cashier, shop.till_id, exchange_rate="12500").json
        assert (shift["foreign_currency"], shift["exchange_rate"]) == ("USD", "12500.0000")
        other = opened(api_of("manager"), shop.till2_id, exchange_rate="12600")
        assert other.json["exchange_rate"] == "12600.0000"

    def test_a_shop_that_takes_none_opens_without(self, shop: Shop, api_of: Callable[..., Api]) -> None:
        cashier = api_of("cashier")
        assert opened(cashier, shop.till_id, opening_foreign="5").status_code == 422
        assert opened(cashier, shop.till_id, exchange_rate="12500").status_code == 422
        assert opened(cashier, shop.till_id, opening_foreign="0").json["foreign_currency"] is None

    def test_dollars_are_counted_by_themselves(
        self, shop: Shop, api_of: Callable[..., Api], dollars: None, books: Callable[[], list[str]]
    ) -> None:
        cashier = api_of("cashier")
        shift = opened(cashier, shop.till_id, opening_cash="100000", opening_foreign="50").json["id"]
        milk = shop.product(price="25000")
        sold = cashier.post(
            "/api/sell",
            sale(item(milk, 1), payments=[{"method": "cash", "amount": "2", "currency": "USD"}]),
        )
        assert sold.status_code == 201, sold.json
        assert move(cashier, shift, "out", "30", currency="usd").status_code == 201
        assert move(cashier, shift, "out", "22.01", currency="USD").json["code"] == "not_enough_cash"
        assert move(cashier, shift, "out", "1", currency="EUR").json["code"] == "currency_not_taken"
        spent = move(cashier, shift, "expense", "1.50", "Taksi", currency="USD")
        assert spent.json["amount"] == "1.50"
        booked = cashier.get("/api/expenses").json["items"][0]
        assert booked["amount"] == "18750.00"
        assert books() == []
        missing = close(cashier, shift, closing_cash="100000")
        assert (missing.status_code, list(missing.json["errors"])) == (422, ["closing_foreign"])
        closed = close(
            cashier,
            shift,
            closing_cash="100000",
            denominations={"USD": {"10": 2}, "UZS": {"100000": 1}},
        ).json
        facts = ("difference", "expected_foreign", "closing_foreign", "foreign_difference")
        assert [closed[name] for name in facts] == ["0.00", "20.50", "20.00", "-0.50"]
        assert books() == []
        gone = api_of("manager").delete(f"/api/expenses/{booked['id']}?reason=x")
        assert gone.json["code"] == "shift_is_closed"

    def test_a_cancelled_expense_gives_dollars_back(
        self, shop: Shop, api_of: Callable[..., Api], dollars: None, books: Callable[[], list[str]]
    ) -> None:
        cashier = api_of("cashier")
        shift = opened(cashier, shop.till_id, opening_foreign="50").json["id"]
        number = move(cashier, shift, "expense", "7.25", currency="USD").json["expense_id"]
        assert api_of("manager").delete(f"/api/expenses/{number}?reason=xato").status_code == 200
        with shop.inside():
            row = db.session.get_one(Shift, shift)
            assert (row.foreign_balance, row.cash_balance) == (50, 0)
        assert books() == []

    def test_missing_dollars_need_a_reason_by_what_they_are_worth(
        self, shop: Shop, api_of: Callable[..., Api], dollars: None
    ) -> None:
        setting(shop, "cash_difference_tolerance", "10000")
        cashier = api_of("cashier")
        shift = opened(cashier, shop.till_id, opening_foreign="50").json["id"]
        refused = close(cashier, shift, closing_cash="0", closing_foreign="49")
        assert refused.json["code"] == "difference_needs_reason"
        passed = close(cashier, shift, closing_cash="0", closing_foreign="49.20")
        assert passed.json["foreign_difference"] == "-0.80"


def test_closing_adds_nothing_up(shop: Shop, till: Api, open_till: int) -> None:
    milk = shop.product(price="1000")
    for _sale in range(3):
        till.post("/api/sell", sale(item(milk, 1), payments=[{"method": "cash", "amount": "1000"}]))
    with statements() as sent:
        assert close(till, open_till, closing_cash="53000").json["difference"] == "0.00"
    ledgers = ("cash_entries", "sales", "sale_payments", "payments")
    asked = [one for one in sent if any(f"FROM {name}" in one for name in ledgers)]
    assert asked == []
    assert len(sent) <= 12, "\n".join(sent)


def test_a_shared_shift_is_everybodys_who_works_at_its_till(shop: Shop, open_till: int) -> None:
    with shop.inside("cashier2"):
        shift = db.session.get_one(Shift, open_till)
        alone = replace(shop.actor("cashier2"), till_id=shop.till_id)
        assert current_shift(alone) is None
        with pytest.raises(Forbidden):
            close_shift(shift, closing_cash=Decimal(50_000), actor=alone)
        together = replace(alone, settings={"shared_shifts": True})
        assert current_shift(together) is shift
        elsewhere = replace(together, till_id=shop.till2_id)
        assert current_shift(elsewhere) is None
        assert not works_in(shift, elsewhere)
        assert not works_in(shift, replace(together, till_id=None))
        closed = close_shift(shift, closing_cash=Decimal(50_000), actor=together)
        assert (closed.closed_by, closed.is_forced) == (shop.users["cashier2"], False)
