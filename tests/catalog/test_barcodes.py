"""Barcodes are unique in a tenant, may mean packs, and are refused when their check digit shows a misread."""

from collections.abc import Callable

import pytest

from smartpos.catalog.errors import BarcodeTaken, WrongCheckDigit
from smartpos.catalog.models import Product
from smartpos.catalog.operations import create_product, delete_product, update_product
from smartpos.catalog.operations.barcodes import check_digit, clean_barcode
from smartpos.core.db import db
from smartpos.identity.errors import BadField
from tests.cast import Shop


@pytest.mark.parametrize(
    "code",
    [
        "4780000000007",  # EAN-13
        "96385074",  # EAN-8
        "036000291452",  # UPC-A
        "14780000000004",  # ITF-14
        "2000027012503",  # in the shop's own range, whatever its last digit
        "2000027012509",
        "2999999999990",
        "00000017",  # EAN-8 of the shop's own range
        "10001",  # a short code for the scale
        "123456789",  # no code of the family has nine digits
        "ABC-123/4",
    ],
)
def test_good_codes_are_taken(code: str) -> None:
    assert clean_barcode(f" {code} ") == code


@pytest.mark.parametrize("code", ["4780000000000", "96385070", "036000291450", "14780000000000"])
def test_a_misread_code_is_refused_and_the_right_digit_is_told(code: str) -> None:
    with pytest.raises(WrongCheckDigit) as refusal:
        clean_barcode(code)
    assert check_digit(code[:-1]) in str(refusal.value)


@pytest.mark.parametrize("code", ["", " ", "é123", "12\x0034", "12\n\u200834" * 40, "x" * 65, "نان"])
def test_what_no_scanner_sends_is_refused(code: str) -> None:
    with pytest.raises(BadField):
        clean_barcode(code)


def test_a_code_belongs_to_one_product_of_a_tenant(
    shop: Shop, stranger: Shop, make: Callable[..., int]
) -> None:
    first = make("Suv", barcodes=[{"barcode": "4780000000007"}])
    with pytest.raises(BarcodeTaken) as refusal:
        make("Boshqa suv", barcodes=[{"barcode": "4780000000007"}])
    assert refusal.value.facts["product_id"] == first
    with stranger.inside("stranger"):
        create_product(name="Suv", barcodes=[{"barcode": "4780000000007"}], actor=stranger.actor("stranger"))


def test_a_deleted_product_gives_its_codes_and_number_up(shop: Shop, make: Callable[..., int]) -> None:
    old = make("Eski", sku="77", barcodes=[{"barcode": "4780000000007"}])
    with shop.inside("owner"):
        delete_product(db.session.get_one(Product, old), actor=shop.actor())
    new = make("Yangi", sku="77", barcodes=[{"barcode": "4780000000007"}])
    with shop.inside():
        assert [row.barcode for row in db.session.get_one(Product, new).barcodes] == ["4780000000007"]


def test_barcodes_are_replaced_and_keep_the_order_given(shop: Shop, make: Callable[..., int]) -> None:
    water = make("Suv", barcodes=[{"barcode": "A"}, {"barcode": "B", "multiplier": "6", "price": "5000"}])
    with shop.inside("owner"):
        product = db.session.get_one(Product, water)
        update_product(
            product,
            barcodes=[{"barcode": "B", "multiplier": "12", "title": "blok"}, {"barcode": "C"}],
            actor=shop.actor(),
        )
    with shop.inside():
        rows = db.session.get_one(Product, water).barcodes
        assert [(row.barcode, int(row.multiplier), row.price, row.title) for row in rows] == [
            ("B", 12, None, "blok"),
            ("C", 1, None, None),
        ]


def test_a_pack_holds_more_than_nothing(make: Callable[..., int]) -> None:
    for multiplier in ("0", "-1", "NaN", "1e400", "0.0001", [], {}):
        with pytest.raises(BadField):
            make("Suv", barcodes=[{"barcode": "A", "multiplier": multiplier}])


def test_a_code_given_twice_is_refused(make: Callable[..., int]) -> None:
    with pytest.raises(BadField):
        make("Suv", barcodes=[{"barcode": "A"}, {"barcode": " A "}])
