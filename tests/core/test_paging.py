"""Cursors: opaque, exact, and refused when they are somebody else's or nonsense."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Unit
from smartpos.catalog.operations import create_unit
from smartpos.core.errors import Invalid
from smartpos.core.paging import decode_cursor, encode_cursor, page
from tests.cast import Shop

ROW = (
    datetime(2026, 11, 20, 22, 15, 57, 965639, UTC),
    date(2026, 11, 20),
    12,
    "Koʻk",
    Decimal("1.50"),
    uuid4(),
)


def test_a_cursor_is_the_row_it_was_made_of() -> None:
    assert decode_cursor(encode_cursor(ROW), [type(value) for value in ROW]) == ROW


@pytest.mark.parametrize(
    "text",
    [
        *("x", "é", "!!!", "W10", "bnVsbA", "e30", "A" * 3000, "[[" * 900),
        encode_cursor([]),
        encode_cursor([1, 2]),
        encode_cursor([10**30]),
        encode_cursor([True]),
        encode_cursor(["1"]),
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text, [int])


@pytest.mark.parametrize(
    ("text", "kind"), [("NaN", Decimal), ("2026-11-20T00:00:00", datetime), ("a\x00b", str), ("x", date)]
)
def test_a_wrong_kind_of_value_is_refused(text: str, kind: type) -> None:
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor([text]), [kind])


def test_pages_go_through_all_rows_in_both_directions(shop: Shop) -> None:
    with shop.inside("owner"):
        for number in range(7):
            create_unit(name=f"u{number}", actor=shop.actor())
        for descending in (False, True):
            names: list[str] = []
            cursor = None
            while True:
                found = page(
                    select(Unit), [Unit.name, Unit.id], limit=4, cursor=cursor, descending=descending
                )
                names += [unit.name for unit in found.items]
                cursor = found.next_cursor
                if cursor is None:
                    break
            assert len(names) == len(set(names)) == len(shop.unit_ids) + 7
            ours = [name for name in names if name.startswith("u")]
            assert ours == sorted(ours, reverse=descending)


def test_several_columns_come_as_a_row(shop: Shop) -> None:
    with shop.inside():
        found = page(select(Unit.name, Unit.digits), [Unit.id], limit=1)
    assert [tuple(row) for row in found.items] == [("dona", 0)]
