"""Requests made up from the API's own description are never answered by an error of the server, nor against it."""

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cast import Shop
from tests.conftest import Api

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
# They would take the token away from whoever asks.
SHUN = ("/token", "/api/logout", "/api/me/password", "/api/employees/{user_id}")
EACH = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_answers_are_as_documented(shop: Shop, api_of: Callable[..., Api]) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", shop.app)
    headers = api_of("owner").headers
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 100
    for operation, mode in product(operations, GenerationMode):
        if operation.path in SHUN:
            continue

        @EACH
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        # What takes no arguments cannot be asked for with wrong ones.
        with suppress(Unsatisfiable):
            ask()
