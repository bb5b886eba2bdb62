"""Barcodes of the shop's own, for goods that came without."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from smartpos.catalog.models import Product, ProductBarcode
from smartpos.catalog.operations import create_product, update_product
from smartpos.catalog.operations.barcodes import clean_barcode
from smartpos.catalog.operations.own_barcodes import give_barcodes
from smartpos.core.barcodes import is_ean
from smartpos.core.db import db
from smartpos.identity.models import AppSetting
from tests.cast import Shop
from tests.conftest import LiveServer


def settings(shop: Shop, **values: str) -> None:
    with shop.inside("owner"):
        for key, value in values.items():
            db.session.add(AppSetting(key=key, value=value))


def give(shop: Shop, *product_ids: int) -> dict[int, str]:
    with shop.inside("owner"):
        return give_barcodes(product_ids, actor=shop.actor())


def test_goods_without_a_barcode_get_one_that_scanners_read(shop: Shop, make: Any) -> None:
    bare, other = make("Non"), make("Somsa")
    coded = make("Suv", barcodes=["4780000000007"])
    given = give(shop, bare, other, coded)
    assert set(given) == {bare, other} and len(set(given.values())) == 2
    for code in given.values():
        assert code.startswith("29") and is_ean(code) and clean_barcode(code) == code
    assert give(shop, bare, other) == {}
    with shop.inside():
        assert db.session.get_one(Product, coded).barcodes[0].barcode == "4780000000007"
        assert [code.multiplier for code in db.session.get_one(Product, bare).barcodes] == [1]


def test_a_pack_keeps_its_code_and_the_piece_gets_one(shop: Shop, make: Any) -> None:
    water = make("Suv", barcodes=[{"barcode": "BLOK6", "multiplier": 6}])
    assert set(give(shop, water)) == {water}


def test_a_hundred_are_given_by_as_many_statements_as_one(
    shop: Shop, make: Any, statements: Callable[[], Any]
) -> None:
    one, *many = (make(f"Tovar {number}") for number in range(101))
    with shop.inside("owner"):
        actor = shop.actor()
        with statements() as sent:
            give_barcodes([one], actor=actor)
        few = len(sent)
        with statements() as sent:
            given = give_barcodes(many, actor=actor)
    assert len(set(given.values())) == 100 and len(sent) == few


def test_a_number_is_never_given_twice_and_typed_ones_are_passed_over(shop: Shop, make: Any) -> None:
    first, second, third = make("Non"), make("Somsa"), make("Patir")
    before = give(shop, first)[first]
    typed = [f"29{number:010d}" for number in (2, 3)]
    from smartpos.core.barcodes import check_digit

    with shop.inside("owner"):
        update_product(db.session.get_one(Product, first), barcodes=[], actor=shop.actor())
        codes = [code + check_digit(code) for code in typed]
        update_product(db.session.get_one(Product, third), barcodes=codes, actor=shop.actor())
    after = give(shop, first, second)
    assert sorted(code[2:12] for code in after.values()) == ["0000000004", "0000000005"]
    assert before not in after.values()


@pytest.mark.parametrize(
    ("patterns", "chosen", "prefix"),
    [
        ("", "", "29"),
        ("29CCCCCWWWWWX", "", "28"),
        ("29CCCCCWWWWWX,2801CCCWWWWWX,20CCCCCWWWWWX", "", "27"),
        ("20CCCCCWWWWWX", "22", "22"),
    ],
)
def test_the_prefix_is_one_that_the_scale_does_not_print(
    shop: Shop, make: Any, patterns: str, chosen: str, prefix: str
) -> None:
    settings(shop, scale_patterns=patterns, barcode_prefix=chosen)
    bread = make("Non")
    assert give(shop, bread)[bread].startswith(prefix)


@pytest.mark.parametrize(
    ("patterns", "chosen"), [("20CCCCCWWWWWX", "20"), ("2CCCCCCWWWWWX", ""), ("2CCCCCCWWWWWX", "25")]
)
def test_without_a_free_prefix_it_is_refused(
    shop: Shop, make: Any, api_of: Any, patterns: str, chosen: str
) -> None:
    settings(shop, scale_patterns=patterns, barcode_prefix=chosen)
    answer = api_of("manager").post("/api/labels/barcodes", {"product_ids": [make("Non")]})
    assert (answer.status_code, answer.json["code"]) == (409, "no_barcode_prefix")


def test_the_setting_is_a_number_from_20_to_29(shop: Shop) -> None:
    from smartpos.core.errors import Invalid
    from smartpos.core.settings import check_setting

    assert check_setting("barcode_prefix", " 24 ") == "24" and check_setting("barcode_prefix", "") == ""
    for wrong in ("19", "30", "2", "2a", "290"):
        with pytest.raises(Invalid):
            check_setting("barcode_prefix", wrong)


def test_over_the_api_with_the_right_to_write_products_only(
    shop: Shop, stranger: Shop, make: Any, api_of: Any
) -> None:
    bread = make("Non")
    for who in ("cashier", "operator"):
        assert api_of(who).post("/api/labels/barcodes", {"product_ids": [bread]}).status_code == 403
    assert api_of("stranger").post("/api/labels/barcodes", {"product_ids": [bread]}).json == {"items": []}
    (item,) = api_of("warehouse").post("/api/labels/barcodes", {"product_ids": [bread, 10**12]}).json["items"]
    assert item["product_id"] == bread and is_ean(item["barcode"])
    answer = api_of("manager").post("/api/labels/barcodes", {"product_ids": list(range(1, 6000))})
    assert answer.status_code == 422


def test_tills_hear_of_new_barcodes(shop: Shop, make: Any) -> None:
    bread = make("Non")
    with shop.inside():
        before = db.session.get_one(Product, bread).updated_at
    give(shop, bread)
    with shop.inside():
        assert db.session.get_one(Product, bread).updated_at > before


def test_two_who_give_barcodes_at_once_give_different_ones(live_server: LiveServer) -> None:
    shop = live_server.shop
    with shop.inside("owner"):
        goods = [create_product(name=f"Tarozisiz {n}", actor=shop.actor()).id for n in range(60)]
    halves = [goods[:40], goods[20:]]  # twenty of them are asked for by both
    given: list[dict[int, str]] = []
    start = threading.Barrier(2)

    def work(some: list[int]) -> None:
        start.wait()
        given.append(give(shop, *some))

    threads = [threading.Thread(target=work, args=(some,)) for some in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 2 and not given[0].keys() & given[1].keys()
    assert len({*given[0].values(), *given[1].values()}) == 60
    with shop.inside():
        count = select(func.count()).where(ProductBarcode.product_id.in_(goods))
        assert db.session.scalar(count) == 60
