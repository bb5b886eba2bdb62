"""Confirming a purchase of ten lines and of a thousand: as many statements, and no more time for a line.

Every line names a lot, an expiry date and a new sale price, and the lorry is spread over them. The labels of all these
goods are printed as a PDF besides.
"""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event, text

from bench.figures import Figure
from bench.shop import new_shop
from smartpos.catalog.models import LabelKind, PriceType
from smartpos.catalog.operations import BarcodeFacts, create_product
from smartpos.catalog.operations.barcodes import check_digit
from smartpos.catalog.operations.label_templates import ensure_templates
from smartpos.catalog.operations.labels import LabelRequest, print_labels
from smartpos.catalog.queries.labels import default_price_type_id, default_template
from smartpos.core.db import db
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.operations import create_supplier
from smartpos.identity.actors import Actor
from smartpos.identity.operations import create_branch
from smartpos.identity.queries import system_actor
from smartpos.purchasing.operations import (
    CostLine,
    PurchaseFacts,
    PurchaseLine,
    confirm_purchase,
    draft_purchase,
)

FEW, MANY = 10, 1_000
ROUNDS = 7


def measure() -> list[Figure]:
    """Statements and milliseconds per line of a long purchase beside a short one, and seconds for labels."""
    with new_shop() as (app, organization_id), app.app_context(), tenant_scope(organization_id):
        actor = system_actor(organization_id)
        branch_id = create_branch(name="Doʻkon", actor=actor).id
        supplier_id = create_supplier(name="Agro", actor=actor).id
        products = _products(actor)
        db.session.commit()
        facts = PurchaseFacts(branch_id, (), supplier_id=supplier_id, costs=(CostLine(Decimal(50_000)),))
        _confirm(facts, products, "first", actor)  # the branch has held none of it before
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        few = [_confirm(facts, products[:FEW], f"few-{turn}", actor) for turn in range(ROUNDS)]
        many = [_confirm(facts, products, f"many-{turn}", actor) for turn in range(ROUNDS)]
        printing = _print(products, actor)
        one = _print(products[:1], actor)
    long, short = _shown(MANY), f"of {FEW} lines"
    what = f"Confirming a purchase of {long} lines"
    return [
        Figure(f"{what} in all", _most(many), "statements", _most(few), short, "the same"),
        Figure(f"{what}, per line", _per_line(many, MANY), "ms", _per_line(few, FEW), short, "less"),
        Figure(f"Labels of {long} products as PDF", printing, "s", one, "of one product"),
    ]


def _most(turns: Sequence[tuple[int, float]]) -> int:
    return max(sent for sent, _seconds in turns)


def _per_line(turns: Sequence[tuple[int, float]], lines: int) -> float:
    return statistics.median(seconds for _sent, seconds in turns) * 1000 / lines


def _confirm(facts: PurchaseFacts, products: Sequence[int], lot: str, actor: Actor) -> tuple[int, float]:
    """Enter a purchase, and confirm it: how many statements that was, and how many seconds with the commit."""
    expires = actor.organization.today + timedelta(days=180)
    lines = tuple(
        PurchaseLine(
            Decimal(12),
            Decimal(5_600) + number,
            product_id=product_id,
            batch_number=lot,
            expiration_date=expires,
            sale_price=Decimal(8_000) + number + len(lot),
        )
        for number, product_id in enumerate(products)
    )
    purchase_id = draft_purchase(replace(facts, items=lines), actor=actor).id
    db.session.commit()
    db.session.expunge_all()
    with _counted() as sent:
        begun = perf_counter()
        confirm_purchase(purchase_id, actor=actor)
        db.session.commit()
        seconds = perf_counter() - begun
    db.session.expunge_all()
    return len(sent), seconds


def _print(products: Sequence[int], actor: Actor) -> float:
    ensure_templates()
    template = default_template(LabelKind.PRICE)
    assert template is not None
    request = LabelRequest(
        template=template,
        items=[(product_id, 1) for product_id in products],
        price_type=db.session.get_one(PriceType, default_price_type_id()),
    )
    begun = perf_counter()
    made = print_labels(request, language="uz", actor=actor)
    db.session.commit()
    assert made.count == len(products)
    return perf_counter() - begun


def _products(actor: Actor) -> list[int]:
    ids = []
    for number in range(1, MANY + 1):
        body = f"478{number:09d}"
        barcodes: list[BarcodeFacts] = [{"barcode": body + check_digit(body)}]
        product = create_product(
            name=f"Mahsulot {number}", price=Decimal(8_000), barcodes=barcodes, actor=actor
        )
        ids.append(product.id)
    return ids


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that are sent within."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _shown(count: int) -> str:
    return f"{count:,}".replace(",", " ")
