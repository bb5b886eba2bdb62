"""What the tests of purchasing start from."""

from collections.abc import Callable

import pytest

from tests.cast import Shop
from tests.conftest import Api


@pytest.fixture
def api(shop: Shop, api_of: Callable[..., Api]) -> Api:
    """The manager over the API: whoever may enter, confirm and revert purchases."""
    return api_of("manager")
