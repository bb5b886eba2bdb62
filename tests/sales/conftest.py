"""What the tests of selling start from."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from smartpos.core.tenancy import platform_scope
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, complete_sale, open_shift
from smartpos.sales.queries import SoldSale
from smartpos.sales.queries.books import verify_books
from tests.cast import Shop


@pytest.fixture
def open_till(shop: Shop) -> int:
    """The cashier's open shift on the first till, with 50 000 in the drawer; gives its id."""
    with shop.inside("cashier"):
        return open_shift(shop.till_id, opening_cash=Decimal(50_000), actor=shop.actor("cashier")).id


@pytest.fixture
def sell(shop: Shop) -> Callable[..., SoldSale]:
    """``sell((product_id, "2"), cash="50000")``: a sale of the cashier, committed; ``who`` for somebody else."""

    def complete(
        *lines: Any, who: str = "cashier", discount: str = "0", client_uuid: UUID | None = None, **given: str
    ) -> SoldSale:
        request = SaleRequest(
            client_uuid=client_uuid or uuid4(),
            items=tuple(line_of(line) for line in lines),
            payments=tuple(
                Tender(PaymentMethod(method), Decimal(amount)) for method, amount in given.items()
            ),
            discount=Decimal(discount),
        )
        with shop.inside(who):
            return complete_sale(request, actor=shop.actor(who))[0]

    return complete


def line_of(line: Any) -> SaleLine:
    """A line from ``(product id or barcode, quantity)`` or ``(…, quantity, discount)``."""
    goods, quantity, *rest = line
    discount = Decimal(rest[0]) if rest else Decimal(0)
    if isinstance(goods, int):
        return SaleLine(goods, None, Decimal(quantity), discount)
    return SaleLine(None, goods, Decimal(quantity), discount)


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[str]]:
    """``books()``: where the books do not agree, in words; empty when all is well."""

    def verify() -> list[str]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return [f"{one.check}: {one.subject} {one.recorded} {one.computed}" for one in verify_books()]

    return verify
