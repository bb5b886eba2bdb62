"""Unloading a delivery and sending goods back: line by line, on a phone as well."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import ProductBarcode
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.admin.guard import may_enter
from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.core.figures import decimal_sign, typed_number
from smartpos.core.money import ZERO, parse_quantity, plain
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.purchasing import operations
from smartpos.purchasing.models import Purchase, PurchaseStatus, PurchaseType
from smartpos.purchasing.operations.drafting import OPEN
from smartpos.purchasing.operations.reckoning import counted
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries import purchases as queries
from smartpos.purchasing.routes.blueprint import address_of, blueprint


@blueprint.route("/purchases/<int:purchase_id>/receive", methods=("GET", "POST"))
def receive_purchase(purchase_id: int) -> ResponseReturnValue:
    """What of a purchase has arrived, with lots and expiry dates; a scanner counts."""
    require(P.PURCHASE_RECEIVE)
    purchase = queries.purchase_of(purchase_id)
    if request.method == "POST":
        try:
            with db.session.begin_nested():
                operations.receive_purchase(purchase_id, _received(), actor=me())
        except SmartPOSError as error:
            flash(str(error), "error")
        else:
            flash(_("What has arrived is noted."), "success")
            return redirect(address_of(purchase))
    rows = _rows(purchase)
    if request.method == "POST":
        _retype(rows)
    return render_template(
        "purchasing/receive.html",
        purchase=purchase,
        rows=rows,
        point=decimal_sign(),
        is_open=purchase.status in OPEN and purchase.type is PurchaseType.PURCHASE,
        codes=_codes(rows),
        back_url=address_of(purchase) if may_enter() and can(P.PURCHASE_READ) else None,
    )


@blueprint.route("/purchases/<int:purchase_id>/return", methods=("GET", "POST"))
def return_purchase(purchase_id: int) -> ResponseReturnValue:
    """Which goods of a purchase go back to the supplier."""
    require(P.PURCHASE_CONFIRM)
    purchase = queries.purchase_of(purchase_id)
    rows = _rows(purchase)
    if request.method == "POST":
        try:
            with db.session.begin_nested():
                document, _new = operations.return_purchase(purchase_id, _returned(), actor=me())
        except SmartPOSError as error:
            flash(str(error), "error")
        else:
            flash(_("The goods go back: %(number)s.", number=document.number), "success")
            return redirect(address_of(document))
        _retype(rows)
    return render_template(
        "purchasing/return.html",
        purchase=purchase,
        rows=rows,
        point=decimal_sign(),
        codes=_codes([row for row in rows if row["left"] > 0]),
        may_return=purchase.status is PurchaseStatus.CONFIRMED and purchase.type is PurchaseType.PURCHASE,
        reason=request.form.get("reason", ""),
        client_uuid=request.form.get("client_uuid") or uuid4(),
        back_url=address_of(purchase),
    )


def _rows(purchase: Purchase) -> list[dict[str, Any]]:
    found = queries.lines_of(purchase.id)
    returned = queries.returned_quantities([row[0].id for row in found])
    return [
        {
            "item": item,
            "name": name or item.product_name_raw,
            "unit": unit or "",
            "left": counted(item) - returned.get(item.id, ZERO),
            "typed": typed_number(item.received_quantity),
            "lot": item.batch_number or "",
            "expires": item.expiration_date.isoformat() if item.expiration_date else "",
        }
        for item, name, _sku, unit, _weight in found
    ]


def _retype(rows: list[dict[str, Any]]) -> None:
    """Show again what was typed, wrong as it may be."""
    for row in rows:
        number = row["item"].id
        row["typed"] = request.form.get(f"quantity-{number}", row["typed"])
        row["lot"] = request.form.get(f"lot-{number}", row["lot"])
        row["expires"] = request.form.get(f"expires-{number}", row["expires"])


def _short(quantity: Decimal) -> str:
    text = plain(quantity)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _codes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which barcode counts how much of which lines, in their order."""
    by_product: dict[int, list[int]] = {}
    for row in rows:
        if row["item"].product_id is not None:
            by_product.setdefault(row["item"].product_id, []).append(row["item"].id)
    if not by_product:
        return []
    query = select(ProductBarcode.barcode, ProductBarcode.product_id, ProductBarcode.multiplier).where(
        in_ids(ProductBarcode.product_id, list(by_product))
    )
    return [
        {"code": code, "item_ids": by_product[product_id], "quantity": _short(multiplier)}
        for code, product_id, multiplier in db.session.execute(query)
    ]


def _received() -> list[operations.ReceivedLine]:
    lines = []
    for item_id in request.form.getlist("item", type=int):
        # The line's own part, and those under “Another lot”. Where all of them are blank nobody has looked, and the
        # line keeps what was noted of it; else the first one that is filled stands for the line.
        quantities, numbers, days = (
            [request.form.get(f"{name}-{item_id}", ""), *request.form.getlist(f"more-{name}-{item_id}")]
            for name in ("quantity", "lot", "expires")
        )
        for quantity, number, day in zip(quantities, numbers, days, strict=False):
            if quantity.strip():
                lines.append(operations.ReceivedLine(item_id, _quantity(quantity), _clean(number), _day(day)))
    return lines


def _returned() -> operations.ReturnRequest:
    lines = []
    for item_id in request.form.getlist("item", type=int):
        typed = request.form.get(f"quantity-{item_id}", "").strip()
        if typed and _quantity(typed) > 0:
            lines.append(operations.ReturnLine(item_id, _quantity(typed)))
    try:
        client_uuid = UUID(request.form.get("client_uuid", ""))
    except ValueError:
        client_uuid = uuid4()
    return operations.ReturnRequest(client_uuid, tuple(lines), _text("reason"))


def _quantity(typed: str) -> Decimal:
    number = parse_quantity(typed)
    if number < 0:
        raise Invalid(_("A quantity cannot be negative."))
    return number


def _text(name: str) -> str | None:
    return _clean(request.form.get(name, ""))


def _clean(text: str) -> str | None:
    return text.replace("\x00", "").strip()[:1000] or None


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(_("This is not a date.")) from None
