"""What the tests of production start from."""

from collections.abc import Callable

import pytest

from tests.cast import Shop
from tests.conftest import Api
from tests.production.making import Bakery, bakery_of
from tests.sales.conftest import open_till, sell  # noqa: F401 - what was made is sold


@pytest.fixture
def bakery(shop: Shop) -> Bakery:
    """A shop that makes dough of flour and water, and bread of dough and salt."""
    return bakery_of(shop)


@pytest.fixture
def manager(api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


@pytest.fixture
def operator(api_of: Callable[..., Api]) -> Api:
    return api_of("operator")
