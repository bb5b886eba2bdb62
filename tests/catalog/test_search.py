"""Products are found by what people type: either alphabet, any order, a typo, another word for it, the wrong layout."""

from collections.abc import Callable
from typing import Any

import pytest

from smartpos.catalog.models import Category, Product, ProductWord
from smartpos.catalog.operations import (
    create_category,
    create_synonym,
    delete_product,
    rebuild_search,
    update_category,
    update_product,
)
from smartpos.catalog.queries import search_products
from smartpos.catalog.queries.search import one_error
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from tests.cast import Shop

NAMES = (
    "Coca-Cola 1,5 l",
    "Ko'k choy 110 100 g",
    "Oʻzbegim noni",
    "Сметана 20% 400 г",
    "Шоколад Alpen Gold 85 г",
    "Guruch Lazer 1 kg",
    "Sut Nestlé 3,2% 1 l",
    "Tuxum C1 10 dona",
    "Хлеб бородинский",
    "Ariel poroshok 3 kg",
)


@pytest.fixture
def shelf(make: Callable[..., int]) -> dict[int, str]:
    """Ten products, by id."""
    return {make(name): name for name in NAMES}


def found(shop: Shop, shelf: dict[int, str], text: str, **options: Any) -> list[str]:
    """The names that a search gives, in its order."""
    with shop.inside():
        return [shelf[number] for number in search_products(text, **options).ids]


FINDS = (
    ("coca cola", "Coca-Cola 1,5 l"),
    ("кока кола", "Coca-Cola 1,5 l"),
    ("kola 1.5", "Coca-Cola 1,5 l"),
    ("ko'k choy", "Ko'k choy 110 100 g"),
    ("koʻk choy", "Ko'k choy 110 100 g"),
    ("ko`k choy", "Ko'k choy 110 100 g"),
    ("kok choy", "Ko'k choy 110 100 g"),
    ("кўк чой", "Ko'k choy 110 100 g"),
    ("choy kok", "Ko'k choy 110 100 g"),
    ("Ўзбегим", "Oʻzbegim noni"),
    ("O‘zbegim", "Oʻzbegim noni"),
    ("uzbegim", "Oʻzbegim noni"),  # one letter wrong
    ("smetana", "Сметана 20% 400 г"),
    ("smitana", "Сметана 20% 400 г"),
    ("smtana", "Сметана 20% 400 г"),
    ("smetanna", "Сметана 20% 400 г"),
    ("smeatna", "Сметана 20% 400 г"),
    ("shoko", "Шоколад Alpen Gold 85 г"),
    ("gold alpen", "Шоколад Alpen Gold 85 г"),
    ("аlpen", "Шоколад Alpen Gold 85 г"),  # a Cyrillic first letter
    ("гуруч лазер", "Guruch Lazer 1 kg"),
    ("guruch 1 kg", "Guruch Lazer 1 kg"),
    ("nestle", "Sut Nestlé 3,2% 1 l"),
    ("hleb", "Хлеб бородинский"),
    ("xleb", "Хлеб бородинский"),
    ("egg", "Tuxum C1 10 dona"),
    ("яйца", "Tuxum C1 10 dona"),
    ("rice", "Guruch Lazer 1 kg"),
    ("рис", "Guruch Lazer 1 kg"),
    ("молоко", "Sut Nestlé 3,2% 1 l"),
    ("молок", "Sut Nestlé 3,2% 1 l"),  # still being typed
    ("washing powder", "Ariel poroshok 3 kg"),
    ("стиральный порошок", "Ariel poroshok 3 kg"),
    ("jlrb xjq", ""),  # means nothing in either layout
    ("цвет ,kf", ""),
    (";elybr", ""),
    ("[kt,", "Хлеб бородинский"),  # хлеб, typed with the Latin layout on
    ("пгкгср", "Guruch Lazer 1 kg"),  # guruch, typed with the Russian layout on
)


def test_it_is_found(shop: Shop, shelf: dict[int, str]) -> None:
    missed = {}
    for text, name in FINDS:
        names = found(shop, shelf, text)
        if (names[0] if names else "") != name:
            missed[text] = names
    assert not missed


def test_every_word_must_be_found_unless_none_fits_them_all(shop: Shop, shelf: dict[int, str]) -> None:
    assert found(shop, shelf, "choy 100") == ["Ko'k choy 110 100 g"]
    assert "Ko'k choy 110 100 g" in found(shop, shelf, "choy qandaydir")


def test_digits_are_never_forgiven(shop: Shop, make: Callable[..., int]) -> None:
    shelf = {make("Suv 1500 ml"): "Suv 1500 ml"}
    assert found(shop, shelf, "1600") == []


def test_nothing_and_nonsense_find_nothing_and_fail_nowhere(shop: Shop, shelf: dict[int, str]) -> None:
    for text in ("", " ", "'", "%%%", "\x00", "\ud800", "!?.", "abzq" * 1000, "zz yy " * 500):
        assert found(shop, shelf, text) == [], text[:50]


def test_a_code_finds_its_product_alone(shop: Shop, make: Callable[..., int]) -> None:
    water = make("Suv", sku="10077", barcodes=[{"barcode": "4780000000007"}])
    other = make("Suv 10077 dona")
    shelf = {water: "Suv", other: "Suv 10077 dona"}
    assert found(shop, shelf, "4780000000007") == ["Suv"]
    assert found(shop, shelf, "10077") == ["Suv"]


def test_the_name_itself_comes_first_and_the_inactive_last(shop: Shop, make: Callable[..., int]) -> None:
    shelf = {
        make(name, **facts): name
        for name, facts in (
            ("Choyxona osh", {}),
            ("Ko'k choy", {}),
            ("Choy", {}),
            ("Choy eski", {"status": "inactive"}),
        )
    }
    assert found(shop, shelf, "choy") == ["Choy", "Ko'k choy", "Choyxona osh", "Choy eski"]
    assert "Choy eski" not in found(shop, shelf, "choy", only_active=True)


def test_a_category_a_brand_and_a_tag_name_a_product_too(shop: Shop, make: Callable[..., int]) -> None:
    with shop.inside("owner"):
        drinks = create_category(name="Ichimliklar", actor=shop.actor())
        cold = create_category(name="Muzdek", parent_id=drinks.id, actor=shop.actor())
        drinks_id, cold_id = drinks.id, cold.id
    cola = make("Kola", category_id=cold_id, brand="Pepsico", tags=["yozgi aksiya"])
    shelf = {cola: "Kola"}
    for text in ("ichimlik", "muzdek kola", "pepsico", "aksiya"):
        assert found(shop, shelf, text) == ["Kola"], text
    with shop.inside("owner"):
        update_category(db.session.get_one(Category, drinks_id), name="Salqin", actor=shop.actor())
    assert found(shop, shelf, "salqin") == ["Kola"]
    assert found(shop, shelf, "ichimliklar") == []
    assert found(shop, shelf, "kola", category_id=cold_id) == ["Kola"]
    assert found(shop, shelf, "kola", category_id=drinks_id) == ["Kola"]
    assert found(shop, shelf, "kola", category_id=10**9) == []


def test_a_new_name_replaces_the_old_one(shop: Shop, make: Callable[..., int]) -> None:
    shelf = {(number := make("Eskicha")): "it"}
    with shop.inside("owner"):
        update_product(db.session.get_one(Product, number), name="Yangicha", actor=shop.actor())
    assert found(shop, shelf, "eskicha") == []
    assert found(shop, shelf, "yangicha") == ["it"]


def test_a_deleted_product_is_not_found(shop: Shop, make: Callable[..., int]) -> None:
    shelf = {(number := make("Adashib")): "it"}
    with shop.inside("owner"):
        delete_product(db.session.get_one(Product, number), actor=shop.actor())
    assert found(shop, shelf, "adashib") == []


def test_a_tenant_teaches_its_own_synonyms(shop: Shop, shelf: dict[int, str]) -> None:
    assert found(shop, shelf, "oq oltin") == []
    with shop.inside("owner"):
        for term in ("oq oltin", "guruch"):
            create_synonym(concept="devzira", term=term, actor=shop.actor())
    assert found(shop, shelf, "oq oltin") == ["Guruch Lazer 1 kg"]


def test_another_tenants_products_are_never_found(shop: Shop, stranger: Shop, shelf: dict[int, str]) -> None:
    with stranger.inside():
        assert search_products("choy").ids == []


def test_pages_follow_each_other_without_gap_or_repetition(shop: Shop, make: Callable[..., int]) -> None:
    ids = {make(f"Choy nav {number}") for number in range(23)}
    seen: list[int] = []
    cursor = None
    with shop.inside("owner"):
        while True:
            page = search_products("choy nav", limit=5, cursor=cursor)
            seen += page.ids
            if len(seen) == 10:
                make("Choy nav yangi")  # what is added meanwhile disturbs nobody
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == len(set(seen))
    assert ids <= set(seen)


def test_a_foreign_cursor_is_refused(shop: Shop) -> None:
    with shop.inside(), pytest.raises(Invalid):
        search_products("choy", cursor="WzEyXQ")


def test_the_index_rebuilt_from_nothing_is_the_same(shop: Shop, shelf: dict[int, str]) -> None:
    def words() -> set[tuple[str, int, int]]:
        rows = db.session.query(ProductWord.word, ProductWord.place, ProductWord.product_id)
        return {(row.word, row.place, row.product_id) for row in rows}

    with shop.inside():
        kept = words()
        db.session.query(ProductWord).delete()
        db.session.query(Product).update({"search_key": ""})
        assert rebuild_search() == len(NAMES)
        assert words() == kept
    assert found(shop, shelf, "xleb")[0] == "Хлеб бородинский"


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("shokolad", "shokolat", True),
        ("shokolad", "shokola", True),
        ("shokolad", "shokolaad", True),
        ("shokolad", "shoklad", True),
        ("shokolad", "hsokolad", True),
        ("shokolad", "shokoald", True),
        ("shokolad", "shokoalt", False),
        ("shokolad", "okolad", False),
        ("abcd", "badc", False),
        ("abc", "cba", False),
    ],
)
def test_one_error_is_one_edit(one: str, other: str, near: bool) -> None:
    assert one_error(one, other) is near
    assert one_error(other, one) is near
