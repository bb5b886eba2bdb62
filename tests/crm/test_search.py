"""Finding customers by parts of names in any order and alphabet, and by digits of the phone."""

from collections.abc import Callable

import pytest

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.crm.models import Customer
from smartpos.crm.operations import rebuild_customer_search
from smartpos.crm.operations.indexing import phone_words
from smartpos.crm.queries.search import search_customers
from tests.cast import Shop

PEOPLE = {
    "Oʻtkir Xo‘jayev": "+998901234567",
    "Шухрат Ғаниев": "+998931112233",
    "Aliya Karimova": "+998907654321",
    "Ali Valiyev": "+77011234567",
    "Baraka Savdo 24 7": None,
}


@pytest.fixture
def people(add: Callable[..., int]) -> dict[int, str]:
    return {add(name, phone=phone): name for name, phone in PEOPLE.items()}


@pytest.fixture
def find(shop: Shop, people: dict[int, str]) -> Callable[[str], list[str]]:
    def search(text: str) -> list[str]:
        with shop.inside("cashier"):
            return [people[number] for number in search_customers(text).ids]

    return search


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("otkir", ["Oʻtkir Xo‘jayev"]),
        ("O'TKIR xoja", ["Oʻtkir Xo‘jayev"]),
        ("xo'ja o't", ["Oʻtkir Xo‘jayev"]),
        ("ўткир", ["Oʻtkir Xo‘jayev"]),
        ("shuhrat", ["Шухрат Ғаниев"]),
        ("gani shux", ["Шухрат Ғаниев"]),
        ("ali", ["Ali Valiyev", "Aliya Karimova"]),
        ("ali val", ["Ali Valiyev"]),
        ("ali ali", ["Ali Valiyev", "Aliya Karimova"]),
        ("фдшнф", ["Aliya Karimova"]),  # aliya, typed in the other layout
        ("90 123 45 67", ["Oʻtkir Xo‘jayev"]),
        ("+998 (90) 123-45-67", ["Oʻtkir Xo‘jayev"]),
        ("901234", ["Oʻtkir Xo‘jayev"]),
        ("1234567", ["Ali Valiyev", "Oʻtkir Xo‘jayev"]),
        ("45 67", ["Ali Valiyev", "Oʻtkir Xo‘jayev"]),
        ("4567 otk", ["Oʻtkir Xo‘jayev"]),
        ("8 701 123 45 67", ["Ali Valiyev"]),
        ("7 701", ["Ali Valiyev"]),
        ("baraka 24 7", ["Baraka Savdo 24 7"]),
        ("karim vali", []),
        ("kir", []),  # not the beginning of a word
        ("", []),
        ("   ", []),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE customers; --", []),
        ("\x00", []),
        ("\ud800", []),
        ("qz" * 5000, []),
    ],
)
def test_what_is_found(find: Callable[[str], list[str]], text: str, names: list[str]) -> None:
    assert sorted(find(text)) == sorted(names)


def test_an_exact_word_comes_first(find: Callable[[str], list[str]]) -> None:
    assert find("ali") == ["Ali Valiyev", "Aliya Karimova"]


def test_pages_hold_everybody_once(shop: Shop, add: Callable[..., int]) -> None:
    made = {add(f"Anvar Anvarov Anor {number}") for number in range(7)}
    seen: list[int] = []
    with shop.inside("cashier"):
        cursor = None
        while True:
            found = search_customers("an", limit=3, cursor=cursor)
            assert len(found.ids) <= 3
            seen += found.ids
            cursor = found.next_cursor
            if cursor is None:
                break
        with pytest.raises(Invalid):
            search_customers("an", cursor="bm9uc2Vuc2U")
    assert sorted(seen) == sorted(made)


def test_the_index_follows_changes(
    shop: Shop, add: Callable[..., int], find: Callable[[str], list[str]]
) -> None:
    from smartpos.crm.operations import update_customer

    number = add("Zafar", phone="+998977777777")
    with shop.inside("manager"):
        row = db.session.get(Customer, number)
        assert row is not None
        update_customer(row, actor=shop.actor("manager"), name="Jasur", phone="+998988888888")
    with shop.inside("cashier"):
        assert search_customers("zafar").ids == []
        assert search_customers("977777777").ids == []
        assert search_customers("jasur").ids == search_customers("988888888").ids == [number]


def test_rebuilding_finds_rows_that_were_written_past_the_operations(shop: Shop) -> None:
    with shop.inside("manager"):
        db.session.add(Customer(name="Import Qilingan", customer_number="77", phone="+998909998877"))
        db.session.flush()
        assert search_customers("import").ids == []
        assert rebuild_customer_search() == 1
        assert len(search_customers("import").ids) == 1
        assert len(search_customers("8877").ids) == 1


def test_words_of_a_phone() -> None:
    assert phone_words("+998901234567") == ["998901234567", "901234567", "4567", "1234567"]
    assert "87011234567" in phone_words("+77011234567")
    assert phone_words(None) == []
    assert phone_words("abc") == []


def test_nobody_elses_words(stranger: Shop, people: dict[int, str]) -> None:
    with stranger.inside("stranger"):
        assert search_customers("ali").ids == []


def test_a_command_builds_the_words_anew(shop: Shop) -> None:
    with shop.inside("manager"):
        db.session.add(Customer(name="Import Qilingan", customer_number="77"))
    runner = shop.app.test_cli_runner()
    done = runner.invoke(args=["customers", "reindex", "--organization", "bahor"])
    assert done.exit_code == 0, done.output
    assert "bahor: 1 customers" in done.output
    with shop.inside("manager"):
        assert len(search_customers("qilingan").ids) == 1
    assert runner.invoke(args=["customers", "reindex", "--organization", "nobody"]).exit_code == 1
