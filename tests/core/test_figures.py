"""Numbers as people read and type them, in the language in force."""

from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from smartpos.core.figures import quantity_text, typed_number
from smartpos.core.money import parse_quantity


@pytest.mark.parametrize(
    ("language", "value", "typed"),
    [
        ("ru", "2.500", "2,5"),
        ("uz", "0.125", "0,125"),
        ("en", "2.500", "2.5"),
        ("ru", "1200.000", "1200"),
        ("uz", "-0.250", "-0,25"),
        ("ru", "0", "0"),
    ],
)
def test_what_stands_in_a_field_is_typed_as_all_texts_say_it(
    base_app: Flask, language: str, value: str, typed: str
) -> None:
    with base_app.test_request_context(), force_locale(language):
        assert typed_number(Decimal(value)) == typed
        assert parse_quantity(typed) == Decimal(value)
        sign = quantity_text("2.5")[1]
        assert sign in typed_number(Decimal("2.5"))
        assert typed_number(None) == ""
